"""Every ready-made operation, on every store: the same answer, and the facts that it is there for."""

from collections.abc import Callable, Iterator
from typing import Any

import hand_made
import pytest

from spine.api import contract
from spine.api.execution import run
from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.ports import GraphStore
from spine.settings import Settings

ANNA = {"id": "email:anna@example.org"}
ACME = {"id": "lei:5493001KJTIIGC8Y1R12"}
QUESTIONS = [one for one in contract.operations() if not one.changes and one.name != "cypher"]
"""All but mutations, and Cypher, which only Neo4j answers."""
VARIABLES: dict[str, dict[str, Any]] = {
    "derived-facts": ANNA,
    "preview-confirmation": {
        "input": {"subject": "crm/1", "namespace": "email", "value": "anna@example.org", "at": "2025-03-01"}
    },
    "preview-judgement": {"a": "crm/1", "b": "crm/2", "verdict": "SAME"},
    "suggest": {"text": "+1 415 555 0101"},
    "person": ANNA,
    "timeline": ANNA,
    "identity-graph": ANNA,
    "record": ANNA,
    "carriers": {"id": "phone:+1 415 555 0101"},
    "why-records": {"a": "customer:x7", "b": "crm/1"},
    "household": ANNA,
    "household-explorer": {"filter": {"consents": ["marketing"]}},
    "household-list": {"filter": {"minSize": 2}},
    "organisation": ACME,
    "group-level": ACME,
    "find-by-identifier": {"value": "+1 415 555 0101"},
    "person-card": {"value": "anna@example.org"},
    "search-candidates": {"text": "Ana Berk Springfeld"},
    "why-linked": {"a": "customer:x7", "b": "crm/1"},
    "order-lookup": {"order": "SO-1001"},
    "households-in-region-with-consent": {"region": "IL"},
    "household-as-of": {"value": "email:anna@example.org", "asOf": "2024-06-30"},
    "household-members": {"value": "anna@example.org"},
    "households-by-size": {"size": 2},
    "audience-counts": {"days": 5000},
    "lapsing-customers": {"least": 10, "asOf": "2025-06-30"},
    "why-in-audience": {"id": encode_id("person", 1), "purpose": "marketing"},
    "household-value": {"value": "anna@example.org"},
    "ultimate-parent": {"value": "5493001KJTIIGC8Y1R12"},
    "corporate-tree": {"value": "5493001KJTIIGC8Y1R12"},
    "group-roll-up": {"value": "5493001KJTIIGC8Y1R12"},
    "neighbourhood-through-identifier": {"value": "+1 415 555 0101", "namespace": "phone"},
    "communities": {"kinds": ["carries"], "parted": False},
    "path-between": {"a": "email:anna@example.org", "b": "crm/2", "kinds": ["carries"]},
}
"""What each operation is asked on the hand-made graph, where the variables of the demo world find nothing."""


def first(data: Any) -> Any:
    return data["identity"]["candidates"][0]["entity"]


def names(data: Any) -> list[str]:
    return [one["entity"]["name"] for one in data["identity"]["candidates"]]


FACTS: dict[str, Callable[[Any], bool]] = {
    "changes": lambda d: d["changes"]["edges"] == [],
    "webhooks": lambda d: d["webhooks"] == [],
    "audience-preview": lambda d: d["audience"]["of"] == "household",
    "saved-audiences": lambda d: d["audiences"] == [],
    "derived-facts": lambda d: {"orders", "recency"} <= {one["name"] for one in d["person"]["facts"]},
    "preview-confirmation": lambda d: len(d["previewConfirmation"]["proven"]) == 1,
    "preview-judgement": lambda d: d["previewJudgement"]["preview"] and d["previewJudgement"]["stands"],
    "suggest": lambda d: names(d) == ["Ben Berg", "Anna Bérg"],
    "person": lambda d: (
        [step["size"] for step in d["person"]["steps"]] == [2, 3] and d["person"]["nextBestQuestion"] is None
    ),
    "timeline": lambda d: d["person"]["events"]["totalCount"] > 0,
    "identity-graph": lambda d: [e["node"]["bits"] for e in d["person"]["bonds"]["edges"]] == [18.0, 7.0, 1.0],
    "record": lambda d: d["record"]["key"] == "crm/1" and d["record"]["entity"]["name"] == "Anna Bérg",
    "carriers": lambda d: d["identifier"]["records"]["totalCount"] == 3,
    "why-records": lambda d: d["why"]["direct"]["bits"] == 18.0,
    "household": lambda d: [e["node"]["name"] for e in d["household"]["members"]["edges"]] == ["Anna Bérg", "Ben Berg"],
    "household-explorer": lambda d: d["householdBreakdown"]["total"] == len(d["households"]["edges"]) == 1,
    "household-list": lambda d: len(d["households"]["edges"]) == 1,
    "organisation": lambda d: d["organisation"]["ultimateParent"]["name"] == "Acme Group",
    "group-level": lambda d: [e["node"]["name"] for e in d["organisation"]["children"]["edges"]] == ["Acme Nord"],
    "groups": lambda d: d["organisations"]["totalCount"] == 1,
    "model": lambda d: [one["kind"] for one in d["status"]["models"]] == ["organisation", "person"],
    "find-by-identifier": lambda d: names(d) == ["Ben Berg", "Anna Bérg"],
    "person-card": lambda d: first(d)["identities"]["totalCount"] == 4,
    "search-candidates": lambda d: d["search"][0]["entity"]["name"] == "Anna Bérg",
    "why-linked": lambda d: d["why"]["together"] and d["why"]["direct"]["bits"] == 18.0,
    "order-lookup": lambda d: names(d) == ["Anna Bérg"],
    "households-in-region-with-consent": lambda d: d["households"]["totalCount"] == 1,
    "household-as-of": lambda d: (
        [one["takesOut"] for one in d["household"]["members"]["edges"]] == [["address"]] * 2
        and not d["household"]["formerMembers"]["edges"]
    ),
    "household-members": lambda d: first(d)["households"]["edges"][0]["node"]["size"] == 2,
    "households-by-size": lambda d: d["households"]["totalCount"] == 1,
    "loyalty-households": lambda d: d["households"]["totalCount"] == 1,
    "household-count": lambda d: [one["totalCount"] for one in d.values()] == [2, 1, 1, 1],
    "audience-counts": lambda d: d["audience"]["counts"]["size"] == d["audience"]["counts"]["matching"] == 1,
    "campaign-households": lambda d: (
        [one["node"]["contact"] for one in d["audience"]["members"]["edges"]] == ["anna@example.org"]
    ),
    "lapsing-customers": lambda d: d["persons"]["totalCount"] == 0,
    "why-in-audience": lambda d: (
        [one["holds"] for one in d["audience"]["explain"]["conditions"]] == [True, False, False]
    ),
    "household-value": lambda d: (
        first(d)["households"]["edges"][0]["node"]["facts"][2]["amounts"] == [{"currency": "USD", "value": 19.5}]
    ),
    "ultimate-parent": lambda d: first(d)["ultimateParent"]["name"] == "Acme Group",
    "corporate-tree": lambda d: len(first(d)["ultimateParent"]["tree"]["nodes"]) == 3,
    "group-roll-up": lambda d: first(d)["ultimateParent"]["rollUp"]["group"]["organisations"] == 3,
    "neighbourhood-through-identifier": lambda d: len(d["identity"]["identifiers"][0]["neighbourhood"]["nodes"]) > 5,
    "shared-identifiers": lambda d: d["sharedIdentifiers"][0]["entities"] == 40,
    "graph-shape": lambda d: [one["size"] for one in d["graphMetrics"]["largest"]] == [3, 2],
    "busiest-identifiers": lambda d: d["graphMetrics"]["hubs"][0]["degree"] == 40,
    "communities": lambda d: [one["size"] for one in d["communities"]["largest"]] == [41, 9, 2],
    "path-between": lambda d: d["paths"]["steps"] == 3 and d["paths"]["paths"][0]["nodes"][2]["kind"] == "identifier",
    "status": lambda d: d["status"]["ultimateParents"] == 1,
}


@pytest.fixture(scope="module")
def reference(graph_store: GraphStore, api_settings: Settings) -> dict[str, dict[str, Any]]:
    """The answers from memory, which every other store must give too."""
    return {one.name: answer(graph_store, api_settings, one) for one in QUESTIONS}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def other_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, api_settings: Settings
) -> Iterator[GraphStore]:
    """The same graph on a store of another kind."""
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('operations') / 'graph.db'}"
    else:
        url = request.getfixturevalue("wiped_neo4j")()
    with open_store(url, api_settings) as store:
        hand_made.fill(store)
        yield store


def answer(store: GraphStore, settings: Settings, one: contract.ReadyMade) -> dict[str, Any]:
    return run(store, settings, one.document, {**one.variables, **VARIABLES.get(one.name, {})})


@pytest.mark.parametrize("name", [one.name for one in QUESTIONS])
def test_operations_answer_what_they_are_there_for(reference: dict[str, dict[str, Any]], name: str) -> None:
    assert "errors" not in reference[name], reference[name].get("errors")
    assert FACTS[name](reference[name]["data"]), reference[name]["data"]


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.name)
def test_operations_answer_the_same_on_every_store(
    reference: dict[str, dict[str, Any]], other_store: GraphStore, api_settings: Settings, one: contract.ReadyMade
) -> None:
    assert answer(other_store, api_settings, one) == reference[one.name]


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.name)
def test_operations_on_a_graph_that_knows_nothing_give_no_defect(one: contract.ReadyMade, settings: Settings) -> None:
    with open_store("memory:", settings) as empty:
        found = run(empty, settings, one.document, one.variables)
    assert {error["extensions"]["code"] for error in found.get("errors", [])} <= {"NOT_FOUND"}
