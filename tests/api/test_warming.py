"""What a server does for the first look-ups when it starts: it asks what is asked all day, and writes nothing."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from batches import positions

from spine.access.context import Context
from spine.api.warming import Warming
from spine.bootstrap import open_store
from spine.ports import GraphStore, Plan, Reader, Row
from spine.settings import Settings


class Asked:
    """A store whose readers are far, or say so, and remember the plans that they followed; it can't be written to."""

    def __init__(self, store: GraphStore, far: bool) -> None:
        self.store, self.url, self.far = store, store.url, far
        self.plans: list[Plan] = []

    @contextmanager
    def reading(self, context: Context) -> Iterator[Reader]:
        with self.store.reading(context) as reader:
            yield AskedReader(reader, self)  # type: ignore[misc]  # passes on what it does not define

    def plan(self, plans: Iterable[Plan]) -> None:
        self.plans += plans


class AskedReader:
    def __init__(self, reader: Reader, asked: Asked) -> None:
        self._reader, self._asked, self.far = reader, asked, asked.far

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        self._asked.plans.append(plan)
        return self._reader.follow(plan)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


@pytest.mark.parametrize("far", [True, False])
def test_look_ups_and_ingests_are_asked_once_where_the_store_is_far(
    graph_store: GraphStore, api_settings: Settings, far: bool
) -> None:
    before = positions(graph_store)
    asked = Asked(graph_store, far)
    warming = Warming(asked, api_settings)  # type: ignore[arg-type]  # a store in all that matters here
    warming.start()
    warming.wait()
    warming.close()
    assert positions(graph_store) == before
    if not far:
        assert asked.plans == []
        return
    tables = {step.table for plan in asked.plans for step in plan.values()}
    assert {"identifier", "resolves_to_person", "member_of", "keyed", "in_component"} <= tables


def test_ingests_are_asked_ahead_of_the_first_record_too(settings: Settings) -> None:
    with open_store("memory:", settings) as store:
        asked = Asked(store, far=True)
        warming = Warming(asked, settings)  # type: ignore[arg-type]  # a store in all that matters here
        warming.start()
        warming.wait()
        warming.close()
    assert "keyed" in {step.table for plan in asked.plans for step in plan.values()}
