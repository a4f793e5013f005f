"""Households that another process finds are those that this one would find."""

import os
from typing import Any

import pytest
from batches import Ticking, put
from odd_homes import odd_homes

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.pipeline import all_homes
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.stores.memory import MemoryStore


def _found() -> dict[str, list[dict[str, Any]]]:
    """What a resolve derives of odd homes and movers."""
    now, later = odd_homes()
    with MemoryStore() as store:
        put(store, *now)
        put(store, *later)
        resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
        with store.reading(LOCAL) as reader:
            held = {name: reader.scan(name).to_pylist() for name in DERIVED}
            return held | {"surnames": reader.get("document", "id", ["frequencies:surname"])}


def test_households_are_the_same_wherever_they_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    here = _found()
    assert len(here["household"]) > 50
    assert any(row["valid_to"] for row in here["member_of"])
    used: list[int] = []

    class Noted:
        """Stands for the records on their way to the other process."""

        def __init__(self, kept: Any) -> None:
            self.kept = kept

        def __reduce__(self) -> Any:
            used.append(os.getpid())
            return self.kept.__reduce__()

    for how in ("beside", "apart"):
        begin = getattr(all_homes, how)
        monkeypatch.setattr(all_homes, how, lambda work, begin=begin: begin(Noted(work)))
    monkeypatch.setattr(all_homes, "MANY", 0)
    assert _found() == here
    assert used == [os.getpid()]
    monkeypatch.setattr(all_homes, "ONE_BY_ONE", 0)
    assert _found() == here
    assert used == [os.getpid()] * 2
