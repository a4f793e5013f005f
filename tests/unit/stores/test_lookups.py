"""Steps of a plan that look alike are asked together on Neo4j, each once, and none before what it follows."""

import pytest

from spine.pipeline.asking_ahead import shapes
from spine.ports import Plan, Step
from spine.stores.neo4j_bolt.lookups import lookups


@pytest.mark.parametrize("plan", shapes(), ids=lambda plan: f"{len(plan)} steps, {next(iter(plan))}")
def test_each_step_is_asked_once_and_after_those_that_it_follows(plan: Plan) -> None:
    asked: list[str] = []
    for lookup in lookups(plan):
        assert all(before in asked for name in lookup.names for before, _ in plan[name].after)
        asked += lookup.names
    assert sorted(asked) == sorted(plan)


def test_what_a_change_asks_about_its_neighbourhood_is_half_as_many_lookups_as_steps() -> None:
    neighbourhood = shapes()[0]
    assert len(neighbourhood) == 69
    assert len(lookups(neighbourhood)) <= 32


def test_edges_of_an_identifier_that_may_have_thousands_are_asked_alone() -> None:
    plan = {
        "carriers": Step("carries", "end", (1,)),
        "consents": Step("consent_of", "end", (1,)),
        "few": Step("carries", "end", (1,), limit=3),
        "names": Step("carries", "end", (1,), columns=("namespace",)),
        "others": Step("carries", "end", (2,)),
    }
    assert [one.names for one in lookups(plan)] == [("carriers", "others"), ("consents",), ("few",), ("names",)]


def test_a_step_waits_for_those_like_it_but_not_for_those_that_follow_it() -> None:
    plan = {
        "carries": Step("carries", "start", (1,)),
        "record": Step("record", "id", (1,)),
        "carriers": Step("carries", "end", after=(("carries", "end"),)),
        "met": Step("record", "id", after=(("carriers", "start"),)),
        "ring": Step("judged", "start", after=(("carriers", "start"),)),
    }
    assert [one.names for one in lookups(plan)] == [("carries",), ("carriers",), ("record", "met"), ("ring",)]
