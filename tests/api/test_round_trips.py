"""How often a request asks its store: a look-up by any identifier at most twice, on every kind of store.

And how often the ingest of one record waits for a Neo4j.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hand_made
import neo4j
import pytest
from watched import Watched

from spine.access.context import LOCAL
from spine.api.execution import run
from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import ingest
from spine.ports import GraphStore
from spine.settings import Settings

VALUES = {"value": "anna@example.org", "order": "SO-1", "id": "email:anna@example.org", "text": "anna"}
TRIPS = {
    "find-by-identifier": 2,
    "order-lookup": 2,
    "timeline": 2,
    "derived-facts": 2,
    "identity-graph": 3,
    "person-card": 3,
    "record": 3,
}
"""The third is for what only the second can tell: the names of employers, who else carries an identifier."""
WHO_IS_IT = """query WhoIsIt($value: String!, $confidence: Float) {
  identity(value: $value, confidence: $confidence) {
    says shared totalRecords truncated
    candidates {
      confidence verified current reason
      entity {
        __typename id name size cohesion
        identities(first: 50) { totalCount edges { confidence kind reason verified node { value } } }
        ... on Person {
          stage
          households(first: 5) { edges { confidence kind reason node { id size adults address } } }
        }
      }
    }
  }
}"""


HOUSEHOLD = """query Household($id: ID!, $confidence: Float) {
  household(id: $id, confidence: $confidence) {
    id size adults address
    members(first: 50) { edges { confidence kind since reason node { id name golden { name value } } } }
  }
}"""


@pytest.fixture(scope="module", params=["memory", "sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def counted(request: pytest.FixtureRequest, tmp_path_factory: Any, api_settings: Settings) -> Iterator[Watched]:
    """The hand-made graph on each kind of store, counted."""
    urls = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path_factory.mktemp('trips') / 'graph.db'}"}
    url = urls.get(request.param) or request.getfixturevalue("wiped_neo4j")()
    with open_store(url, api_settings) as store:
        hand_made.fill(store)
        yield Watched(store)


def asked_for(counted: Watched, settings: Settings, query: str, **variables: Any) -> dict[str, Any]:
    counted.asked.clear()
    answer = run(counted, settings, query, variables)
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


@pytest.mark.parametrize(
    "value", ["anna@example.org", "L9", "SO-1", "nobody@example.org"], ids=["shared", "loyalty", "order", "unknown"]
)
@pytest.mark.parametrize("confidence", [None, 0.6, 0.99])
def test_a_look_up_with_person_identities_and_household_asks_twice(
    counted: Watched, api_settings: Settings, value: str, confidence: float | None
) -> None:
    asked_for(counted, api_settings, WHO_IS_IT, value=value, confidence=confidence)
    households_are_cut_again = confidence is not None
    assert len(counted.asked) <= 2 + households_are_cut_again, counted.asked


@pytest.mark.parametrize("name", sorted(TRIPS))
def test_ready_made_operations_ask_as_seldom_as_they_can(counted: Watched, api_settings: Settings, name: str) -> None:
    query = operation(name)
    asked_for(counted, api_settings, query, **{key: value for key, value in VALUES.items() if f"${key}:" in query})
    assert len(counted.asked) <= TRIPS[name], counted.asked


@pytest.mark.parametrize("named", ["id", "email:anna@example.org"])
@pytest.mark.parametrize("confidence", [None, 0.6])
def test_a_household_with_its_members_asks_twice_by_its_id(
    counted: Watched, api_settings: Settings, named: str, confidence: float | None
) -> None:
    """By an identifier a third time: who holds it decides whose homes are looked at."""
    id = encode_id("household", 1) if named == "id" else named
    data = asked_for(counted, api_settings, HOUSEHOLD, id=id, confidence=confidence)
    assert data["household"]["members"]["edges"]
    assert len(counted.asked) <= (2 if named == "id" else 3), counted.asked


def test_a_crowded_identifier_is_counted_in_the_same_round_trip(counted: Watched, api_settings: Settings) -> None:
    query = "query Q($value: String!) { identity(value: $value) { totalRecords candidates { record } } }"
    data = asked_for(counted, api_settings, query, value="anna@example.org")
    assert data["identity"]["totalRecords"] >= len(data["identity"]["candidates"]) > 0
    assert len(counted.asked) == 1, counted.asked


def operation(name: str) -> str:
    return (Path(__file__).parents[2] / "graphql" / "operations" / "support" / f"{name}.graphql").read_text("utf-8")


INGESTED = {"alone": 6, "joins": 6, "changed": 6, "unchanged": 3}
"""Round trips of one record at most, with the lock, the entry of the log, and the end."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the driver sends to a Neo4j and waits for; a transaction begins with its first statement."""
    told: list[str] = []
    run, commit, close = neo4j.Transaction.run, neo4j.Transaction.commit, neo4j.Transaction.close

    def counted_run(self: neo4j.Transaction, query: Any, *given: Any, **named: Any) -> neo4j.Result:
        told.append(str(query)[:200])
        return run(self, query, *given, **named)

    def counted_commit(self: neo4j.Transaction) -> None:
        told.append("COMMIT")
        commit(self)

    def counted_close(self: neo4j.Transaction) -> None:
        told.extend(() if self.closed() else ["ROLLBACK"])
        close(self)

    monkeypatch.setattr(neo4j.Transaction, "run", counted_run)
    monkeypatch.setattr(neo4j.Transaction, "close", counted_close)
    monkeypatch.setattr(neo4j.Transaction, "commit", counted_commit)
    return told


@pytest.mark.neo4j
def test_one_record_is_ingested_in_few_round_trips(
    wiped_neo4j: Callable[[], str], api_settings: Settings, sent: list[str]
) -> None:
    def take(store: GraphStore, name: str, email: str, at: str = "2025-01-01", **attributes: str) -> int:
        said = {"source": "crm", "record_id": name, "kind": "person", "observed_at": at}
        attributes = {"given_name": "Annabel", "surname": "Quist", "birth_date": "1980-05-01", **attributes}
        sent.clear()
        report = ingest(store, LOCAL, read_batch([{**said, "attributes": attributes, "identifiers": [_email(email)]}]))
        assert len(report.taken) == 1
        return len(sent)

    with open_store(wiped_neo4j(), api_settings) as store:
        take(store, "first", "first@example.org", given_name="Bertil", surname="Ek", birth_date="1931-01-02")
        trips = {
            "alone": take(store, "a", "ann@example.org"),
            "joins": take(store, "b", "ann@example.org"),
            "changed": take(
                store, "b", "ann@example.org", "2025-02-01", city="Lund", postcode="22100", street="Storgatan 1"
            ),
            "unchanged": take(
                store, "b", "ann@example.org", "2025-02-01", city="Lund", postcode="22100", street="Storgatan 1"
            ),
        }
        with store.reading(LOCAL) as reader:
            assert {row["end"] for row in reader.get("resolves_to_person", "start", [2, 3])} == {2}
            assert reader.count("record_version") == 1
    assert all(number <= INGESTED[case] for case, number in trips.items()), trips


def _email(value: str) -> dict[str, str]:
    return {"namespace": "email", "value": value}
