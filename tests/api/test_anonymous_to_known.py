"""A visitor becomes known, as a shop's systems tell it through `POST /ingest`: visit, login, second login, a code."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest
from batches import Ticking
from starlette.testclient import TestClient

from spine.access.context import LOCAL
from spine.api.app import create_app
from spine.bootstrap import open_engine, open_store
from spine.pipeline.asking_ahead import shapes
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import ingest
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import Cause, GraphStore
from spine.settings import Settings

BASE = "http://127.0.0.1"


def seen(source: str, record_id: str, day: str, *identifiers: str, **attributes: str) -> dict[str, Any]:
    """A record as a system sends it; identifiers are `namespace:value`."""
    named = [text.partition(":") for text in identifiers]
    return {
        "source": source, "record_id": record_id, "observed_at": f"2026-01-{day}T10:00:00+00:00",
        "attributes": attributes, "identifiers": [{"namespace": one, "value": value} for one, _, value in named],
    }  # fmt: skip


VISIT = seen("web", "v1", "01", "cookie:c1")
APP = seen("mobile", "m1", "01", "mobile_token:t1", "device:d1")
ANNA = seen("ciam", "a1", "02", "login:u1", "email:anna@example.org", given_name="Anna", surname="Kowalski")
LOGIN = seen("web", "v2", "02", "cookie:c1", "login:u1")
APP_LOGIN = seen("mobile", "m2", "02", "mobile_token:t1", "device:d1", "login:u1")
TOM = seen("ciam", "a2", "03", "login:u2", "email:tom@example.net", given_name="Tom", surname="Kowalski")
SECOND = seen("web", "v3", "03", "cookie:c1", "login:u2")
STORY = (VISIT, APP, ANNA, LOGIN, APP_LOGIN, TOM, SECOND)


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=[pytest.mark.neo4j, pytest.mark.long])])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[GraphStore]:
    """An empty store that outlives the process."""
    wiped: Callable[[], str] | None = request.getfixturevalue("wiped_neo4j") if request.param == "neo4j" else None
    url = wiped() if wiped else f"sqlite:{tmp_path_factory.mktemp('story') / 'graph.db'}"
    with open_store(url, settings) as opened:
        # A server over a network that has answered before: it plans each shape of a question once.
        with opened.writing(LOCAL, Cause("resolve")) as reader:
            for plan in shapes() if reader.far else ():
                reader.follow(plan)
        yield opened


def ask(client: TestClient, query: str, **variables: Any) -> Any:
    found = client.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in found, found
    return found["data"]


def who(client: TestClient, space: str, value: str) -> list[tuple[str, str, int, int]]:
    """The persons behind an identifier: id, stage, records and events."""
    query = """query($space: String, $value: String!) { identity(namespace: $space, value: $value) { candidates {
      entity { id ... on Person { stage size events { totalCount } } } } } }"""
    found = ask(client, query, space=space, value=value)["identity"]["candidates"]
    return [(one["entity"]["id"], one["entity"]["stage"], one["entity"]["size"], one["entity"]["events"]["totalCount"])
            for one in found]  # fmt: skip


def test_a_visitor_becomes_known_step_by_step(store: GraphStore) -> None:
    with TestClient(create_app(store, Settings()), base_url=BASE) as client:

        def post(record: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = client.post("/ingest", json=[record]).json()
            assert answer.get("rejects") == [], answer
            (one,) = answer["records"]
            assert one["status"] == "linked"
            return answer

        def persons(*stages: str) -> int:
            query = "query($stages: [Stage!]) { persons(filter: {stages: $stages}) { totalCount } }"
            return int(ask(client, query, stages=[one.upper() for one in stages])["persons"]["totalCount"])

        post(VISIT)
        event = {"source": "web", "kind": "visit", "namespace": "cookie", "value": "c1", "reference": "p1",
                 "at": "2026-01-01T10:00:00+00:00"}  # fmt: skip
        ask(client, "mutation($input: [EventInput!]!) { ingestEvents(input: $input) { events } }", input=[event])
        ((visitor, stage, _, visits),) = who(client, "cookie", "c1")
        assert (stage, visits) == ("anonymous", 1)
        post(APP)
        assert [stage for _, stage, _, _ in who(client, "mobile_token", "t1")] == ["pseudonymous"]
        post(ANNA)
        assert [(stage, visits) for _, stage, _, visits in who(client, "login", "u1")] == [("registered", 0)]
        assert (persons("anonymous"), persons("pseudonymous"), persons("registered")) == (1, 1, 1)

        moves = [(move["from"], move["to"]) for move in post(LOGIN)["moves"]]
        ((anna, stage, size, visits),) = who(client, "login", "u1")
        assert (stage, size, visits) == ("registered", 3, 1), "what was seen before the login joins at the login"
        assert anna == visitor, "the id of the earliest record is kept"
        assert moves
        post(APP_LOGIN)
        assert [one[0] for one in who(client, "mobile_token", "t1")] == [anna]
        assert who(client, "login", "u1")[0][2] == 5

        post(TOM)
        post(SECOND)
        (tom,) = who(client, "login", "u2")
        assert tom[0] != anna
        assert {one[0] for one in who(client, "cookie", "c1")} == {anna, tom[0]}
        assert persons("registered") == 2
        with store.reading(LOCAL) as reader:
            kinds = [row["kind"] for row in reader.scan("related_to").to_pylist()]
        assert kinds == ["shares_device"]

        proof = {"subject": "login:u1", "namespace": "email", "value": "anna@example.org", "method": "CODE",
                 "at": "2026-01-04T10:00:00+00:00"}  # fmt: skip
        ask(client, "mutation($input: ConfirmationInput!) { confirmIdentity(input: $input) { proven } }", input=proof)
        assert who(client, "login", "u1")[0][1] == "verified"
        assert (persons("verified"), persons("registered"), persons("anonymous")) == (1, 1, 0)


def test_the_story_ends_in_a_batch_as_it_does_one_by_one(store: GraphStore) -> None:
    for record in STORY:
        ingest(store, LOCAL, read_batch([record]), Ticking(), key="story")
    with store.reading(LOCAL) as reader:
        before = {name: reader.scan(name).to_pylist() for name in DERIVED}
    resolve(store, LOCAL, open_engine("local"), "never", full=True, clock=Ticking())
    with store.reading(LOCAL) as reader:
        assert {name: reader.scan(name).to_pylist() for name in DERIVED} == before


@pytest.mark.parametrize("kind", ["cookie", "device", "mobile_token"])
def test_each_kind_of_visitor_joins_at_a_login_and_no_second_login(kind: str) -> None:
    with open_store("memory:", Settings()) as store:
        told = [seen("web", "v1", "01", f"{kind}:k1"), ANNA, TOM, seen("web", "v2", "02", f"{kind}:k1", "login:u1"),
                seen("web", "v3", "03", f"{kind}:k1", "login:u2")]  # fmt: skip
        for record in told:
            ingest(store, LOCAL, read_batch([record]), Ticking(), key="story")
        with store.reading(LOCAL) as reader:
            keys = {row["id"]: row["key"] for row in reader.scan("record").to_pylist()}
            person = {keys[row["start"]]: row["end"] for row in reader.scan("resolves_to_person").to_pylist()}
        assert person["web/v1"] == person["web/v2"] == person["ciam/a1"]
        assert person["web/v3"] == person["ciam/a2"] != person["web/v1"]


@pytest.mark.parametrize("kind", ["cookie", "device", "mobile_token"])
def test_two_logins_in_one_browser_are_two_whatever_came_first(kind: str) -> None:
    """Without an account record of either, and with nobody's word that a login was verified."""
    told = [
        seen("web", "v1", "01", f"{kind}:k1"),
        seen("web", "v2", "02", f"{kind}:k1", "login:u1"),
        seen("web", "v3", "03", f"{kind}:k1", "login:u2"),
    ]
    for order in permutations(told):
        with open_store("memory:", Settings()) as store:
            for record in order:
                ingest(store, LOCAL, read_batch([record]), Ticking(), key="story")
            with store.reading(LOCAL) as reader:
                keys = {row["id"]: row["key"] for row in reader.scan("record").to_pylist()}
                person = {keys[row["start"]]: row["end"] for row in reader.scan("resolves_to_person").to_pylist()}
                related = {row["kind"] for row in reader.scan("related_to").to_pylist()}
        assert person["web/v1"] == person["web/v2"] != person["web/v3"]
        assert related == {"shares_device"}
