"""What a server makes ready for the first change: the key index of a resolved store, and the plans of a far one."""

import time
from collections.abc import Iterator

import pytest
from batches import Ticking, person, put
from watched import Watched

from spine.access.context import LOCAL
from spine.api.background import Background
from spine.bootstrap import open_engine, open_store
from spine.errors import StoreUnavailable
from spine.pipeline.index_state import index_ahead, read_state
from spine.pipeline.ingest import delete_record
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore
from spine.settings import Settings

PEOPLE = [
    person(str(number), "2025-01-01", f"email:p{number % 4}@example.com", given_name="Ann", surname=f"Lee{number % 4}")
    for number in range(8)
]


@pytest.fixture
def resolved(settings: Settings) -> Iterator[GraphStore]:
    """A store of a few persons that was resolved once, and has no index."""
    with open_store("memory:", settings) as store:
        put(store, *PEOPLE)
        resolve(store, LOCAL, open_engine("local"), clock=Ticking())
        yield store


def log_of(store: GraphStore) -> list[str]:
    with store.reading(LOCAL) as reader:
        return [row["cause"] for row in reader.scan("log").to_pylist()]


def test_the_index_is_made_once_in_a_transaction_of_its_own(resolved: GraphStore) -> None:
    assert index_ahead(resolved, LOCAL, Ticking())
    assert log_of(resolved)[-1] == "index"
    with resolved.reading(LOCAL) as reader:
        state, keys = read_state(reader), reader.count("keyed")
    assert state is not None
    assert state.settled
    assert keys == len(PEOPLE)
    assert not index_ahead(resolved, LOCAL, Ticking())
    before = log_of(resolved)
    assert resolve(resolved, LOCAL, open_engine("local"), clock=Ticking()).written == {}
    assert log_of(resolved) == before, "a resolve with nothing changed writes nothing, whoever made the index meanwhile"
    assert delete_record(resolved, LOCAL, "crm", "1", Ticking()).position is not None


def test_a_store_that_was_never_resolved_gets_none(settings: Settings) -> None:
    with open_store("memory:", settings) as store:
        put(store, *PEOPLE)
        assert not index_ahead(store, LOCAL, Ticking())


def test_a_prepared_server_makes_it_and_rehearses_a_change_where_the_store_is_far(resolved: GraphStore) -> None:
    far = Watched(resolved, far=True)
    working = Background(far, idle=0.01, prepared=True)
    working.start()
    _await_rehearsals(far, 1)
    assert far.causes == ["index", "judgement"]
    assert log_of(resolved)[-1] == "index", "of the rehearsal nothing stays"
    # One that was gone and is there again has forgotten what it planned.
    asked = len(far.planned)
    far.error = StoreUnavailable("It is gone.", remedy="Start it.")
    time.sleep(0.1)
    far.error = None
    _await_rehearsals(far, 2)
    time.sleep(0.1)
    working.close()
    assert len(far.planned) > asked > 0
    assert far.causes == ["index", "judgement", "judgement"]


def _await_rehearsals(far: Watched, number: int) -> None:
    deadline = time.monotonic() + 60
    while far.causes.count("judgement") < number and time.monotonic() < deadline:
        time.sleep(0.01)


def test_another_server_makes_nothing(resolved: GraphStore) -> None:
    working = Background(resolved, idle=0.01)
    working.start()
    time.sleep(0.1)
    working.close()
    assert log_of(resolved)[-1] == "resolve"
