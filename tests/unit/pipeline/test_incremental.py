"""Records that come one by one end where a resolve of everything ends: in any order, with changes and judgements."""

import os
from collections.abc import Callable

import hypothesis
import pytest
from batches import Ticking, batch, person
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test
from incremental import Incremental, Waiting

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.pipeline import consenting
from spine.pipeline import ingest as ingesting
from spine.pipeline.homes import write_households
from spine.pipeline.ingest import ingest
from spine.settings import Settings

PROFILES = {"memory": (6, 20), "sqlite": (2, 15), "neo4j": (1, 8)}
"""Runs and steps of the short profile; CONTRIBUTING says how to choose others."""


def _profile(kind: str) -> hypothesis.settings:
    runs, steps = (int(os.environ.get(f"SPINE_STATE_{name}", short)) for name, short in
                   zip(("RUNS", "STEPS"), PROFILES[kind], strict=True))  # fmt: skip
    return hypothesis.settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )


def test_any_order_ends_where_a_batch_ends(
    request: pytest.FixtureRequest, soon_crowded: None, fresh_url: Callable[[], str], settings: Settings
) -> None:
    profile = _profile(request.node.callspec.params["fresh_url"])
    run_state_machine_as_test(lambda: Incremental(open_store(fresh_url(), settings)), settings=profile)


@pytest.mark.parametrize("waits", ["regions", "homes", "consents"])
def test_what_waits_and_is_worked_off_ends_where_a_batch_ends(
    soon_crowded: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, waits: str
) -> None:
    if waits == "homes":
        monkeypatch.setattr(write_households, "__defaults__", (1,))
    elif waits == "consents":
        monkeypatch.setattr(consenting, "CROWD", 1)
    else:
        monkeypatch.setattr(ingesting, "MOST", 1)
    run_state_machine_as_test(lambda: Waiting(open_store("memory:", settings)), settings=_profile("memory"))


def test_many_records_at_once_end_where_a_batch_ends(soon_crowded: None, settings: Settings) -> None:
    """One transaction of records that crowd each other's keys, then one that empties them again."""
    with open_store("memory:", settings) as store:
        name = {"given_name": "Ann", "surname": "Quist"}
        rows = [person(f"r{at}", "2025-01-01", "email:ann@example.com", **name) for at in range(6)]
        ingest(store, LOCAL, batch(rows[:4]), Ticking(), key="batches")
        ingest(store, LOCAL, batch(rows[3:]), Ticking(), key="batches")
        gone = [person(f"r{at}", "2026-01-01", f"email:x{at}@example.com", given_name=f"Zed{at}") for at in range(5)]
        ingest(store, LOCAL, batch(gone), Ticking(), key="batches")
        machine = Incremental(store)
        machine.teardown()
