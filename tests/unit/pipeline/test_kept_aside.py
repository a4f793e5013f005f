"""A resolve that keeps its columns in files finds what one in memory finds, and leaves no file behind."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from batches import Ticking
from contents import contents
from demo_world import INHABITANTS, KEY

from loaders.open import open_source
from seed.world import build
from spine import aside
from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.pipeline import all_homes
from spine.pipeline import resolve as module
from spine.pipeline.load import load
from spine.stores.sqlite.store import SqliteStore


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world in a store, not resolved."""
    path = tmp_path_factory.mktemp("world") / "loaded.db"
    with SqliteStore(path) as store:
        for source in build(path.parent, persons=INHABITANTS, seed=0).sources:
            load(store, LOCAL, open_source(source.path, source.mapping, source.name), source.path.name, key=KEY)
    return path


def _resolved(world: Path, folder: Path) -> Any:
    folder.mkdir()
    path = folder / "graph.db"
    path.write_bytes(world.read_bytes())
    with SqliteStore(path, clock=Ticking()) as store:
        report = module.resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking())
    assert report.persons > 100
    assert {one.name for one in folder.iterdir()} == {"graph.db", "graph.db-turn"}
    return report.written, contents(path)


def test_what_is_found_is_the_same(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str | None] = []
    begin = aside.Aside._file

    def noted(self: aside.Aside, *arguments: Any, **more: Any) -> Any:
        made.append(self._folder)
        return begin(self, *arguments, **more)

    monkeypatch.setattr(aside.Aside, "_file", noted)
    wanted = _resolved(world, tmp_path / "memory")
    assert not made, "few records are held"
    monkeypatch.setattr(module, "MANY", 0)
    monkeypatch.setattr(module, "Aside", partial(aside.Aside, least=1))
    assert _resolved(world, tmp_path / "files") == wanted
    assert len(made) > 20
    assert set(made) == {str(tmp_path / "files")}
    monkeypatch.setattr(all_homes, "MANY", 0)
    monkeypatch.setattr(all_homes, "ONE_BY_ONE", 0)
    assert _resolved(world, tmp_path / "apart") == wanted
