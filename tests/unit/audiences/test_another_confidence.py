"""Another confidence made out of one that is there: the tables of one made of everybody, row by row."""

from collections.abc import Iterator
from typing import Any

import demo_world
import pytest

from spine.access.context import LOCAL
from spine.audiences import recutting, world
from spine.audiences.frames import WIDE, Frame
from spine.audiences.population import CUT
from spine.audiences.world import World, read_world
from spine.bootstrap import open_store
from spine.ports import GraphStore
from spine.settings import Settings

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    with open_store("memory:", Settings()) as opened:
        demo_world.fill(opened, tmp_path_factory.mktemp("demo"))
        yield opened


@pytest.fixture
def worlds(store: GraphStore) -> Iterator[tuple[World, World]]:
    with store.reading(LOCAL) as reader:
        two = read_world(reader), read_world(reader)
        yield two
        for one in two:
            one.close()


def rows(frame: Frame) -> dict[str, list[str]]:
    return {
        name: sorted(map(str, frame.rows(f'SELECT * FROM "{frame.table(name)}"'))) for name in ("entity", *CUT, *WIDE)
    }


def test_what_is_made_out_of_a_neighbour_is_what_is_made_of_everybody(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    near, whole = worlds
    near.frame(0.95, DAY)
    made: list[bool] = []

    def recut(*given: Any) -> bool:
        made.append(recutting.recut(*given))
        return made[-1]

    for confidence in (0.9, 0.5, 0.99, 0.999, 0.95):
        monkeypatch.setattr(world, "recut", recut)
        found = rows(near.frame(confidence, DAY))
        monkeypatch.setattr(world, "recut", lambda *given: False)
        assert found == rows(whole.frame(confidence, DAY))
    assert any(made)


def test_a_confidence_at_which_most_moved_is_made_of_everybody(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    near, whole = worlds
    monkeypatch.setattr(recutting, "MOST", 0.0)
    near.frame(0.95, DAY)
    assert rows(near.frame(0.999, DAY)) == rows(whole.frame(0.999, DAY))
    # Nothing is left over that would stand in the way of the next.
    monkeypatch.setattr(recutting, "MOST", 1.0)
    assert rows(near.frame(0.6, DAY)) == rows(whole.frame(0.6, DAY))


def tables(one: World) -> list[Any]:
    return one.connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()


def test_a_failure_leaves_nothing_behind(worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    near, _ = worlds
    near.frame(0.95, DAY)
    before = tables(near)

    def broken(*given: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(recutting, "replace_moved", broken)
    with pytest.raises(MemoryError):
        near.frame(0.6, DAY)
    assert tables(near) == before
    monkeypatch.undo()
    assert near.frame(0.6, DAY).rows("SELECT 1") == [(1,)]
