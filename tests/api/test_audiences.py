"""Audiences over GraphQL and HTTP: defined, saved, listed, explained, fetched as files; changes by POST only."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hand_made
import pytest
from rows import row, rows
from starlette.testclient import TestClient

from spine.access.context import LOCAL
from spine.api.app import create_app
from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.ports import Cause
from spine.settings import Settings

BASE = "http://127.0.0.1"
Ask = Callable[..., dict[str, Any]]
ANNA = encode_id("person", 1)
BEN = encode_id("person", 4)


@pytest.fixture(params=["memory", "sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def own(request: pytest.FixtureRequest, tmp_path: Path, api_settings: Settings) -> Iterator[TestClient]:
    """A client of a graph that the test may change, on each kind of store."""
    urls = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path / 'graph.db'}"}
    url = urls.get(request.param) or request.getfixturevalue("wiped_neo4j")()
    with open_store(url, api_settings) as store:
        hand_made.fill(store)
        with TestClient(create_app(store, api_settings), base_url=BASE) as opened:
            yield opened


def posted(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.post("/graphql", json={"query": query, "variables": variables}).json()
    return found


def test_an_audience_counts_lists_samples_and_explains(ask: Ask) -> None:
    document = """query ($a: ID!, $b: ID!) { audience(definition: {
        purpose: "marketing", channel: EMAIL, asOf: "2026-06-30",
        persons: {
          not: { attributes: [{ name: GIVEN, oneOf: ["carla"] }] }
          attributes: [{ name: SURNAME, oneOf: ["Berg"] }]
        }
      }) {
        of purpose confidence asOf name files { csv } definition
        counts { matching withoutConsent unreachable size }
        members { totalCount edges { node { id contact person { name } household { id } } } }
        sample { id }
        anna: explain(id: $a) { inside reason contact conditions { path holds value } }
        ben: explain(id: $b) { inside reason consented }
      } }"""
    found = ask(document, a=ANNA, b=BEN)["data"]["audience"]
    assert found["counts"] == {"matching": 2, "withoutConsent": 1, "unreachable": 0, "size": 1}
    assert found["members"]["totalCount"] == 1
    (edge,) = found["members"]["edges"]
    assert edge["node"] == {
        "id": ANNA, "contact": "anna@example.org", "person": {"name": "Anna Bérg"}, "household": None,
    }  # fmt: skip
    assert found["sample"] == [{"id": ANNA}]
    assert (found["anna"]["inside"], found["anna"]["contact"]) == (True, ANNA)
    assert [one["holds"] for one in found["anna"]["conditions"]] == [True, False]
    assert found["ben"] == {"inside": False, "reason": "The person has not consented to marketing.", "consented": False}
    assert (found["of"], found["name"], found["files"], found["asOf"]) == ("person", None, None, "2026-06-30")


def test_members_are_explained_by_what_they_carry_and_are_as_stale_as_on_the_day(ask: Ask) -> None:
    document = """query ($day: String!, $id: ID!) { audience(definition: {
        purpose: "marketing", channel: EMAIL, asOf: $day, persons: {} }) {
      explain(id: $id) { inside } members { edges { node { id staleness { says } } } } } }"""
    for named in ("email:anna@example.org", "crm/1", ANNA):
        assert ask(document, day="2026-06-30", id=named)["data"]["audience"]["explain"] == {"inside": True}
    told = {
        day: ask(document, day=day, id=ANNA)["data"]["audience"]["members"]["edges"][0]["node"]["staleness"]["says"]
        for day in ("2025-01-01", "2026-06-30")
    }
    assert told == {"2025-01-01": "fresh: last seen today", "2026-06-30": "fresh: last seen 18 months ago"}
    homes = """query ($id: ID!) { audience(definition: { purpose: "marketing", households: {} }) {
      explain(id: $id) { reason } } }"""
    assert ask(homes, id="email:anna@example.org")["data"]["audience"]["explain"]["reason"]
    assert ask(homes, id=ANNA)["errors"][0]["extensions"]["code"] == "BAD_ID"


def test_persons_and_households_are_paged_by_filter(ask: Ask) -> None:
    document = """query ($first: Int, $after: String) { persons(filter: { namespaces: ["phone"] }, first: $first,
      after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id } } } }"""
    whole = ask(document, first=500)["data"]["persons"]
    first = ask(document, first=30)["data"]["persons"]
    rest = ask(document, first=30, after=first["pageInfo"]["endCursor"])["data"]["persons"]
    assert whole["totalCount"] == len(whole["edges"]) == 42
    assert first["edges"] + rest["edges"] == whole["edges"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


def test_a_consent_at_a_higher_confidence_is_nobodys(ask: Ask) -> None:
    document = """query ($c: Float) { persons(filter: { consents: ["marketing"] }, confidence: $c) { totalCount }
      households(filter: { consents: ["marketing"] }, confidence: $c) { totalCount edges { node { consents } } } }"""
    sure, surest = ask(document, c=0.9)["data"], ask(document, c=0.9999999)["data"]
    assert (sure["persons"]["totalCount"], sure["households"]["edges"]) == (1, [{"node": {"consents": ["marketing"]}}])
    # Apart, two records carry the address, and nobody knows who of the two agreed.
    assert (surest["persons"]["totalCount"], surest["households"]["totalCount"]) == (0, 0)


def test_audiences_are_saved_refreshed_fetched_and_removed(own: TestClient) -> None:
    save = """mutation { saveAudience(
        name: "spring sale", definition: { purpose: "marketing", channel: EMAIL, persons: {} })
      { name of refreshed { at } files { csv parquet manifest } } }"""
    made = posted(own, save)["data"]["saveAudience"]
    assert (made["name"], made["of"], made["refreshed"]) == ("spring sale", "person", None)
    refresh = 'mutation { refreshAudience(name: "spring sale") { refreshed { joined left counts { size } } } }'
    assert posted(own, refresh)["data"]["refreshAudience"]["refreshed"] == {
        "joined": 1, "left": 0, "counts": {"size": 1},
    }  # fmt: skip
    found = posted(own, "{ audiences { name counts { size } refreshed { joined } } }")["data"]["audiences"]
    assert found == [{"name": "spring sale", "counts": {"size": 1}, "refreshed": {"joined": 1}}]
    rows = list(csv.DictReader(io.StringIO(own.get(made["files"]["csv"]).text)))
    assert [row["email"] for row in rows] == ["anna@example.org"]
    assert own.get(made["files"]["parquet"]).content.startswith(b"PAR1")
    told = own.get(made["files"]["manifest"]).json()
    assert (told["audience"], told["counts"]["size"]) == ("spring sale", 1)
    assert posted(own, 'mutation { removeAudience(name: "spring sale") }')["data"] == {"removeAudience": "spring sale"}
    assert own.get(made["files"]["csv"]).status_code == 404
    assert own.get("/audiences/spring").status_code == 404


def test_a_link_changes_nothing(own: TestClient) -> None:
    asked = 'mutation { saveAudience(name: "x", definition: { purpose: "p", persons: {} }) { name } }'
    assert "errors" in own.get("/graphql", params={"query": asked}).json()
    assert posted(own, "{ audiences { name } }")["data"] == {"audiences": []}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("{ audience { of } }", "BAD_ARGUMENT"),
        ('{ audience(name: "nowhere") { of } }', "NOT_FOUND"),
        ('{ audience(definition: { purpose: "p" }) { of } }', "BAD_ARGUMENT"),
        ('{ audience(definition: { purpose: "p", persons: {}, asOf: "soon" }) { of } }', "BAD_ARGUMENT"),
        ('{ persons(filter: { facts: [{ name: "magic" }] }) { totalCount } }', "BAD_ARGUMENT"),
        ('{ persons(asOf: "soon") { totalCount } }', "BAD_ARGUMENT"),
        ("{ persons(confidence: 2) { totalCount } }", "BAD_ARGUMENT"),
        ('{ households(filter: { ids: ["per_byp27dphvs8pm"] }) { totalCount } }', "BAD_ID"),
        ('mutation { refreshAudience(name: "nowhere") { of } }', "NOT_FOUND"),
        ('mutation { saveAudience(name: "../x", definition: { purpose: "p", persons: {} }) { of } }', "BAD_ARGUMENT"),
    ],
)
def test_what_can_not_be_done_has_a_stable_code(own: TestClient, asked: str, code: str) -> None:
    errors = posted(own, asked)["errors"]
    assert {one["extensions"]["code"] for one in errors} == {code}
    assert errors[0]["extensions"]["remedy"]


def test_facts_of_one_are_told_as_of_a_day(ask: Ask) -> None:
    document = """query ($day: String, $names: [String!]) { identity(value: "anna@example.org") { candidates { entity {
      facts(asOf: $day, names: $names) { name kind number text amounts { currency value } } } } }
      factDeclarations { name kind } }"""

    def told(**asked: Any) -> Any:
        return ask(document, **asked)["data"]["identity"]["candidates"][0]["entity"]["facts"]

    before, after = told(day="2024-11-30", names=["orders"]), told(day="2024-12-01", names=["orders"])
    assert (before[0]["number"], after[0]["number"]) == (0.0, 1.0)
    assert [one["name"] for one in told()] == [one["name"] for one in ask(document)["data"]["factDeclarations"]]
    assert ask(document, names=["magic"])["errors"][0]["extensions"]["code"] == "BAD_ARGUMENT"


def test_corporate_groups_are_asked_by_their_facts(own: TestClient) -> None:
    document = """query ($least: Float!, $group: Float!, $day: String) { organisations(filter: {
      facts: [{ name: "lifetime_value", currency: "EUR", atLeast: $least }]
      groupFacts: [{ name: "lifetime_value", currency: "EUR", atLeast: $group }]
    }, asOf: $day) { totalCount edges { node { name
      facts(names: ["lifetime_value"], asOf: $day) { amounts { value } }
      groupFacts(names: ["lifetime_value"], asOf: $day) { amounts { value } } } } } }"""
    store = own.app.state.desks._store  # type: ignore[attr-defined]  # the application is Starlette's
    with store.writing(LOCAL, Cause("record")) as writer:
        numbers = {10: 100.0, 13: 250.0, 14: 900.0}
        places = [row("identifier", id=7000 + n, namespace="customer", value=f"c{n}") for n in numbers]
        writer.put("identifier", rows("identifier", *places))
        held = [row("carries", start=n, end=7000 + n, namespace="customer") for n in numbers]
        writer.put("carries", rows("carries", *held))
        bills = [
            row("event", id=7000 + n, kind="invoice", at="2026-01-01", value=value, currency="EUR")
            for n, value in numbers.items()
        ]
        writer.put("event", rows("event", *bills))
        writer.put("event_of", rows("event_of", *[row("event_of", start=7000 + n, end=7000 + n) for n in numbers]))

    def named(least: float, group: float, day: str = "2026-06-30") -> list[tuple[str, float, float]]:
        found = posted(own, document, least=least, group=group, day=day)["data"]["organisations"]
        assert found["totalCount"] == len(found["edges"])
        nodes = [one["node"] for one in found["edges"]]
        return [
            (one["name"], *(one[name][0]["amounts"][0]["value"] for name in ("facts", "groupFacts"))) for one in nodes
        ]

    assert named(200, 300) == [("Acme Hafen", 250.0, 350.0), ("Loop One", 900.0, 900.0)]
    assert named(50, 300) == [("Acme Group", 100.0, 350.0), ("Acme Hafen", 250.0, 350.0), ("Loop One", 900.0, 900.0)]
    assert named(200, 400) == [("Loop One", 900.0, 900.0)]
    assert named(0, 0, "2025-12-31") == []
