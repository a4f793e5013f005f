"""Links confirmed, rejected and taken back through GraphQL, and a server that may not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import hand_made
import pytest
from starlette.testclient import TestClient

from spine.access.context import LOCAL
from spine.api import contract
from spine.api.app import create_app
from spine.bootstrap import open_engine, open_store
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore
from spine.settings import Settings

BASE = "http://127.0.0.1"
PAYLOAD = """{ verdict preview stands pending position clientMutationId
  before { id kind size records } after { id kind size records } moves { kind from to records } }"""


@pytest.fixture
def changing(api_settings: Settings) -> Iterator[tuple[GraphStore, TestClient]]:
    """The hand-made records, resolved, on a store of their own, and a client."""
    with open_store("memory:", api_settings) as store:
        hand_made.fill(store)
        resolve(store, LOCAL, open_engine("local"), "never", confidence=hand_made.CONFIDENCE)
        with TestClient(create_app(store, api_settings), base_url=BASE) as opened:
            yield store, opened


def ask(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    """The whole answer of an operation."""
    answer: dict[str, Any] = client.post("/graphql", json={"query": query, "variables": variables}).json()
    return answer


def two_persons(store: GraphStore) -> tuple[str, str]:
    """The public ids of two persons."""
    from spine.domain.ids import encode_id

    with store.reading(LOCAL) as reader:
        first, second, *_ = reader.scan("person", ("id",))["id"].to_pylist()
    return encode_id("person", first), encode_id("person", second)


def test_preview_confirm_and_withdraw(changing: tuple[GraphStore, TestClient]) -> None:
    store, client = changing
    a, b = two_persons(store)
    query = "query($a: ID!, $b: ID!) { previewJudgement(a: $a, b: $b, verdict: SAME) " + PAYLOAD + " }"
    shown = ask(client, query, a=a, b=b)["data"]["previewJudgement"]
    assert (shown["preview"], shown["stands"], len(shown["before"]), len(shown["after"])) == (True, True, 2, 1)
    made = {"a": a, "b": b, "why": "the caller said so", "clientMutationId": "7"}
    mutation = "mutation($input: JudgementInput!) { confirmLink(input: $input) " + PAYLOAD + " }"
    done = ask(client, mutation, input=made)["data"]["confirmLink"]
    assert (done["preview"], done["clientMutationId"]) == (False, "7")
    assert [done[name] for name in ("before", "after", "moves", "position")] == [
        shown[name] for name in ("before", "after", "moves", "position")
    ]
    (move,) = done["moves"]
    assert (move["from"], move["to"]) == (b, a)
    person = ask(client, "query($id: ID!) { person(id: $id) { id size } }", id=b)["data"]["person"]
    assert person == {"id": a, "size": done["after"][0]["size"]}
    record = done["after"][0]["records"][0]
    said = ask(client, "query($id: ID!) { record(id: $id) { judgements { verdict by why } } }", id=record)
    assert said["data"]["record"]["judgements"] == [{"verdict": "same", "by": "local", "why": "the caller said so"}]
    undo = "mutation($input: JudgementInput!) { withdrawJudgement(input: $input) " + PAYLOAD + " }"
    undone = ask(client, undo, input={"a": a, "b": b})["data"]["withdrawJudgement"]
    assert undone["verdict"] == "WITHDRAW"
    assert undone["after"] == done["before"]


def test_reject_parts_them(changing: tuple[GraphStore, TestClient]) -> None:
    store, client = changing
    a, b = two_persons(store)
    mutation = "mutation($input: JudgementInput!) { rejectLink(input: $input) { verdict after { id } } }"
    done = ask(client, mutation, input={"a": a, "b": b})["data"]["rejectLink"]
    assert done["verdict"] == "DIFFERENT"
    assert {one["id"] for one in done["after"]} == {a, b}


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [("per_1", "per_1", "BAD_ID"), ("hh_byp27dphvs8pm", "hh_byp27dphvs8pm", "BAD_ID"),
     ("per_0000000000000", "rec_byp27dphvs8pm", "NOT_FOUND")],
)  # fmt: skip
def test_what_can_not_be_judged_has_a_code(changing: tuple[GraphStore, TestClient], a: str, b: str, code: str) -> None:
    mutation = "mutation($input: JudgementInput!) { confirmLink(input: $input) { verdict } }"
    answer = ask(changing[1], mutation, input={"a": a, "b": b})
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


def test_a_read_only_server_previews_but_changes_nothing(
    changing: tuple[GraphStore, TestClient], api_settings: Settings
) -> None:
    store, _ = changing
    a, b = two_persons(store)
    with TestClient(create_app(store, replace(api_settings, read_only=True)), base_url=BASE) as client:
        mutation = "mutation($input: JudgementInput!) { confirmLink(input: $input) { verdict } }"
        refused = ask(client, mutation, input={"a": a, "b": b})
        assert refused["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        query = "query($a: ID!, $b: ID!) { previewJudgement(a: $a, b: $b, verdict: SAME) { preview } }"
        assert ask(client, query, a=a, b=b)["data"] == {"previewJudgement": {"preview": True}}


def test_no_link_can_change_anything(changing: tuple[GraphStore, TestClient]) -> None:
    store, client = changing
    a, b = two_persons(store)
    mutation = f'mutation {{ confirmLink(input: {{a: "{a}", b: "{b}"}}) {{ verdict }} }}'
    answer = client.get("/graphql", params={"query": mutation}).json()
    assert answer["errors"][0]["extensions"]["code"] == "BAD_QUERY"
    with store.reading(LOCAL) as reader:
        assert reader.count("judged") == 0


def test_the_published_operations_confirm_reject_and_take_back(changing: tuple[GraphStore, TestClient]) -> None:
    _, client = changing
    given = {"a": "crm/1", "b": "crm/6", "why": "said so"}
    for name, field, size in (
        ("confirm-link", "confirmLink", 1),
        ("withdraw-judgement", "withdrawJudgement", 2),
        ("reject-link", "rejectLink", 2),
    ):
        found = ask(client, contract.operation(name).document, input=given)["data"][field]
        assert found["stands"]
        assert len(found["after"]) == size, name
    assert [one.name for one in contract.operations() if one.changes] == [
        "confirm-identity", "confirm-link", "reject-link", "withdraw-confirmation", "withdraw-judgement",
        "refresh-audience", "remove-audience", "save-audience", "add-webhook", "remove-webhook", "replay-webhook",
        "rotate-webhook",
    ]  # fmt: skip


def test_the_published_operations_confirm_an_identity_and_take_it_back(
    changing: tuple[GraphStore, TestClient],
) -> None:
    store, client = changing
    given = {
        "input": {"subject": "crm/1", "namespace": "email", "value": "anna@example.org", "method": "CODE",
                  "at": "2025-03-01T09:00:00+00:00", "proof": "otp-1"}
    }  # fmt: skip
    names = ("preview-confirmation", "confirm-identity", "withdraw-confirmation")
    fields = ("previewConfirmation", "confirmIdentity", "withdrawConfirmation")
    shown, done, undone = (
        ask(client, contract.operation(name).document, **given)["data"][field]
        for name, field in zip(names, fields, strict=True)
    )
    assert shown == {**done, "preview": True}
    assert len(done["proven"]) == 1
    assert undone["proven"] == done["proven"]
    with store.reading(LOCAL) as reader:
        assert reader.count("judged") == 0


def test_cypher_is_answered_by_neo4j_only(changing: tuple[GraphStore, TestClient]) -> None:
    _, client = changing
    one = contract.operation("analysis/cypher")
    asked = {"query": one.document, "variables": one.variables}
    (error,) = client.post("/graphql", json=asked).json()["errors"]
    assert error["extensions"]["code"] == "UNSUPPORTED"
    assert client.get("/cypher").status_code == 404
    assert "/cypher" not in client.get("/").text
