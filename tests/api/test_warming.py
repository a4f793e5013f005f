"""What a server does for the first look-ups when it starts: it asks what is asked all day, and writes nothing."""

import pytest
from batches import positions
from watched import Watched

from spine.api.warming import Warming
from spine.bootstrap import open_store
from spine.ports import GraphStore
from spine.settings import Settings


@pytest.mark.parametrize("far", [True, False])
def test_look_ups_and_ingests_are_asked_once_where_the_store_is_far(
    graph_store: GraphStore, api_settings: Settings, far: bool
) -> None:
    before = positions(graph_store)
    asked = Watched(graph_store, far=far)
    warming = Warming(asked, api_settings)
    warming.start()
    warming.wait()
    warming.close()
    assert positions(graph_store) == before
    assert asked.causes == []
    if not far:
        assert asked.plans == []
        return
    tables = {step.table for plan in asked.plans for step in plan.values()}
    assert {"identifier", "resolves_to_person", "member_of", "keyed", "in_component"} <= tables


def test_ingests_are_asked_ahead_of_the_first_record_too(settings: Settings) -> None:
    with open_store("memory:", settings) as store:
        asked = Watched(store, far=True)
        warming = Warming(asked, settings)
        warming.start()
        warming.wait()
        warming.close()
    assert "keyed" in {step.table for plan in asked.plans for step in plan.values()}
