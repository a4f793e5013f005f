"""Writers of several processes that meet: records that match only each other end linked, and nobody is given up."""

import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from batches import Ticking, batch, groups, person
from clients import PROCESSES

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.errors import StoreBusy
from spine.pipeline import attempts
from spine.pipeline.attempts import WAITS, attempted
from spine.pipeline.ingest import ingest
from spine.ports import Cause
from spine.settings import Settings

SHARED = pytest.mark.parametrize("fresh_url", ["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)], indirect=True)
"""The stores that outlive a process and that several processes share."""
HELD = 6.0
"""Seconds that one writer keeps another waiting: a busy Neo4j is slow to see that a transaction waits too long."""
PERSONS = [
    ("Annabel", "Quist", "1950-02-03"), ("Benedict", "Okafor", "1961-11-21"), ("Cyrus", "Lindqvist", "1972-07-14"),
    ("Delphine", "Marchetti", "1983-01-30"), ("Eamon", "Gallagher", "1994-09-08"), ("Fiorella", "Zuniga", "1947-05-17"),
    ("Gudrun", "Halvorsen", "1958-12-25"), ("Hiroshi", "Tanabe", "1969-03-11"), ("Imelda", "Bautista", "1980-08-02"),
    ("Jolanta", "Wisniewska", "1991-06-19"),
]  # fmt: skip


def _row(side: int, at: int) -> dict[str, Any]:
    who = dict(zip(("given_name", "surname", "birth_date"), PERSONS[at], strict=True))
    return person(f"{side}-{at}", "2025-01-01", f"email:{who['surname']}@example.com", **who)


def post(url: str, side: int, together: Barrier) -> None:
    """Take in one of each two records, at the moment that another process takes in the other."""
    with open_store(url, Settings()) as store:
        for at in range(len(PERSONS)):
            together.wait(60)
            ingest(store, LOCAL, batch([_row(side, at)]), Ticking(), key="meeting")


@SHARED
def test_two_records_that_match_only_each_other_end_linked_whoever_comes_first(
    fresh_url: Callable[[], str], settings: Settings
) -> None:
    url = fresh_url()
    open_store(url, settings).close()
    together = PROCESSES.Barrier(2)
    both = [PROCESSES.Process(target=post, args=(url, side, together)) for side in (0, 1)]
    for process in both:
        process.start()
    for process in both:
        process.join(180)
        assert process.exitcode == 0
    with open_store(url, settings) as store, store.reading(LOCAL) as reader:
        assert groups(reader) == {frozenset({f"crm/0-{at}", f"crm/1-{at}"}) for at in range(len(PERSONS))}


def hold(url: str, seconds: float, ready: Any) -> None:
    """Hold the lock of the writer for a while."""
    with open_store(url, Settings()) as store, store.writing(LOCAL, Cause("record")):
        ready.set()
        time.sleep(seconds)


@SHARED
def test_a_writer_that_waits_in_vain_tries_again_and_is_counted(
    fresh_url: Callable[[], str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fresh_url()
    with open_store(url, settings) as store:
        # The store's patience, not ours, is what is tried here: it stays short.
        store._patience = 0.2  # type: ignore[attr-defined]
        ready = PROCESSES.Event()
        holder = PROCESSES.Process(target=hold, args=(url, HELD, ready))
        holder.start()
        assert ready.wait(60)
        before = WAITS.retried
        report = ingest(store, LOCAL, batch([_row(0, 0)]), Ticking(), key="meeting")
        assert report.taken[0].status == "linked"
        assert WAITS.retried > before
        holder.join()
        with monkeypatch.context() as changed:
            changed.setattr(attempts, "LIMIT", 0.3)
            given_up = WAITS.given_up
            with pytest.raises(StoreBusy):
                attempted(_busy)()
            assert WAITS.given_up == given_up + 1


def _busy() -> None:
    raise StoreBusy("Another writer holds the lock.", remedy="Try again.")
