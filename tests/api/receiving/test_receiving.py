"""Records posted, deleted and followed over HTTP and GraphQL."""

import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from spine.access.context import LOCAL
from spine.api.app import create_app
from spine.pipeline import ingest as ingesting
from spine.pipeline.load import keep_mapping
from spine.ports import GraphStore, SystemClock
from spine.settings import Settings

BASE = "http://127.0.0.1"
ANN = {"given_name": "Ann", "surname": "Lee", "birth_date": "1980-01-02"}


def record(record_id: str, source: str = "crm") -> dict[str, Any]:
    """A record of Ann."""
    identifiers = [{"namespace": "email", "value": "ann@example.com"}]
    return {"source": source, "record_id": record_id, "attributes": ANN, "identifiers": identifiers}


def test_json_and_lines_are_taken_in_and_followed(client: TestClient) -> None:
    first = client.post("/ingest", json=[record("1"), {"source": "crm"}]).json()
    assert (first["position"], first["records"][0]["status"]) == ("1", "linked")
    assert [(one["line"], one["reason"]) for one in first["rejects"]] == [(2, "It has no record_id.")]
    lines = "\n".join(json.dumps(record(name, "web")) for name in ("a", "b"))
    second = client.post("/ingest", content=lines, headers={"content-type": "application/x-ndjson"}).json()
    assert [one["entity"]["id"] for one in second["records"]] == [first["records"][0]["entity"]["id"]] * 2
    page = client.get("/changes", params={"limit": 1}).json()
    assert [one["data"]["kind"] for one in page["events"]] == ["linked"]
    rest = client.get("/changes", params={"after": page["next"]}).json()
    assert rest["events"][0]["data"]["position"] == second["position"]
    assert client.get("/changes", params={"after": rest["next"]}).json() == {"events": [], "next": rest["next"]}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            {"identifiers": [{"namespace": "emial", "value": "a@x.example"}]},
            "no namespace 'emial'; did you mean email?",
        ),
        ({"relations": [{"kind": "family", "namespace": "recrd", "value": "crm/2"}]}, "no namespace 'recrd'"),
        ({"attributes": {"surnme": "Lee"}}, "no attribute 'surnme'; did you mean surname"),
    ],
)
def test_a_name_that_there_is_not_is_refused_and_what_was_meant_is_told(
    client: TestClient, wrong: dict[str, Any], reason: str
) -> None:
    own = {"identifiers": [{"namespace": "x_badge", "value": "7"}],
           "relations": [{"kind": "family", "namespace": "record", "value": "crm/1"}]}  # fmt: skip
    found = client.post("/ingest", json=[record("1") | wrong, record("2") | own]).json()
    assert [one["record_id"] for one in found["records"]] == ["2"]
    (told,) = found["rejects"]
    assert reason in told["reason"]


def test_a_mapping_that_is_not_kept_is_told_beside_those_that_are(client: TestClient, store: GraphStore) -> None:
    keep_mapping(store, LOCAL, "Shop", json.dumps({"name": "Shop", "source": "s"}), SystemClock())
    (error,) = client.post("/ingest", params={"mapping": "shops"}, json={"id": 1}).json()["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["remedy"].startswith("It keeps Shop. ")


@pytest.mark.parametrize("mapping", [None, "shop"])
def test_a_reject_names_the_line_where_blank_ones_stand_between(
    client: TestClient, store: GraphStore, mapping: str | None
) -> None:
    document = json.dumps({"name": "shop", "source": "shop", "record_id": "id", "attributes": {"given_name": "first"}})
    keep_mapping(store, LOCAL, "shop", document, SystemClock())
    good = json.dumps(record("1") if mapping is None else {"id": "1", "first": "Ann"})
    body = f"\n{good}\r\n\r\n{{\n \n{good}\nnull"
    found = client.post(
        "/ingest", content=body, headers={"content-type": "application/x-ndjson"},
        params={"mapping": mapping} if mapping else {},
    ).json()  # fmt: skip
    assert [one["line"] for one in found["rejects"]] == [4, 7]


def test_mutations_take_in_and_delete(client: TestClient) -> None:
    def ask(query: str, **variables: Any) -> Any:
        found = client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in found, found
        return found["data"]

    said = {"source": "crm", "recordId": "1", "attributes": ANN,
            "identifiers": [{"namespace": "email", "value": "ann@example.com"}]}  # fmt: skip
    query = "mutation($input: RecordInput!) { ingestRecord(input: $input) { records { record entity { size } } } }"
    (one,) = ask(query, input=said)["ingestRecord"]["records"]
    assert one["entity"] == {"size": 1}
    event = {"source": "shop", "kind": "order", "namespace": "email", "value": "ann@example.com", "reference": "o1"}
    query = "mutation($input: [EventInput!]!) { ingestEvents(input: $input) { events } }"
    assert ask(query, input=[event])["ingestEvents"] == {"events": 1}
    query = 'mutation { deleteRecord(source: "crm", recordId: "1") { moves { from to } } }'
    (move,) = ask(query)["deleteRecord"]["moves"]
    assert move["to"] is None
    page = ask("{ changes(first: 1) { edges { cursor node { kind entry } } pageInfo { hasNextPage } totalCount } }")
    assert page["changes"]["pageInfo"] == {"hasNextPage": True}
    cursor = page["changes"]["edges"][0]["cursor"]
    rest = ask("query($after: String) { changes(after: $after) { edges { node { kind } } } }", after=cursor)
    assert len(rest["changes"]["edges"]) == page["changes"]["totalCount"] - 1


def test_rows_come_through_a_mapping_that_the_store_keeps(store: GraphStore, client: TestClient) -> None:
    mapping = {
        "name": "shop",
        "source": "shop",
        "kind": "person",
        "record_id": "no",
        "attributes": {"given_name": "first", "surname": "last"},
        "identifiers": [{"namespace": "email", "column": "mail"}],
    }
    keep_mapping(store, LOCAL, "shop", json.dumps(mapping), SystemClock())
    row = {"no": "17", "first": "Ann", "last": "Lee", "mail": "ann@example.com"}
    found = client.post("/ingest", params={"mapping": "shop"}, json=row)
    assert found.status_code == 200, found.text
    assert [one["record_id"] for one in found.json()["records"]] == ["17"]


@pytest.mark.parametrize(
    ("params", "content", "media", "status"),
    [
        ({}, b"{}", "text/plain", 415),
        ({}, b"{", "application/json", 400),
        ({"mapping": "none"}, b"{}", "application/json", 404),
        ({}, b"[" + b"{}," * 1000 + b"{}]", "application/json", 400),
    ],
)
def test_what_is_not_understood_is_refused_with_a_code(
    client: TestClient, params: dict[str, str], content: bytes, media: str, status: int
) -> None:
    found = client.post("/ingest", params=params, content=content, headers={"content-type": media})
    assert found.status_code == status
    assert found.json()["errors"][0]["extensions"]["code"]


def test_a_read_only_server_takes_nothing_in(store: GraphStore) -> None:
    with TestClient(create_app(store, replace(Settings(), read_only=True)), base_url=BASE) as client:
        assert client.post("/ingest", json=record("1")).status_code == 403
    with store.reading(LOCAL) as reader:
        assert reader.count("record") == 0


def test_what_reaches_too_many_is_done_in_the_background(
    client: TestClient, store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingesting, "MOST", 1)
    first = client.post("/ingest", json=[record("1")]).json()["records"][0]
    second = client.post("/ingest", json=[record("2")]).json()["records"][0]
    assert (first["status"], second["status"], second["entity"]) == ("linked", "pending", None)
    until = time.monotonic() + 30
    while _waiting(store):
        assert time.monotonic() < until, "nobody works off what waits"
        time.sleep(0.1)
    again = client.post("/ingest", json=[record("3", "web")]).json()
    assert again["records"][0]["status"] == "pending"
    told = client.get("/changes").json()["events"]
    assert [one["subject"] for one in told if one["data"]["kind"] == "linked"][-1] == first["entity"]["id"]


def test_a_server_that_only_answers_works_nothing_off(store: GraphStore) -> None:
    def working() -> set[threading.Thread]:
        """Servers of other tests may stand beside it in one process."""
        return {thread for thread in threading.enumerate() if thread.name == "spine-background"}

    before = working()
    with TestClient(create_app(store, Settings()), base_url=BASE):
        assert working() - before
    before = working()
    with TestClient(create_app(store, replace(Settings(), read_only=True)), base_url=BASE):
        assert not working() - before


def _waiting(store: GraphStore) -> int:
    with store.reading(LOCAL) as reader:
        return reader.count("touched")


def test_a_line_that_is_no_json_is_a_reject_and_the_rest_goes_on(client: TestClient) -> None:
    lines = "\n".join([json.dumps(record("1")), '{"source": "crm", "record', "[1]", json.dumps(record("2"))])
    found = client.post("/ingest", content=lines, headers={"content-type": "application/x-ndjson"}).json()
    assert [one["record_id"] for one in found["records"]] == ["1", "2"]
    assert [(one["line"], one["reason"]) for one in found["rejects"]] == [
        (2, "It is not a JSON object."), (3, "It is not a JSON object."),
    ]  # fmt: skip


def test_only_a_line_feed_parts_lines_and_a_byte_order_mark_is_passed_over(client: TestClient) -> None:
    named = [record(name) for name in ("1\u2028a", "2\x85b", "3")]
    lines = "\r\n".join(json.dumps(one, ensure_ascii=False) for one in named)
    for media, body in (("application/x-ndjson", lines), ("application/json", json.dumps(named))):
        sent = body.encode("utf-8-sig")
        found = client.post("/ingest", content=sent, headers={"content-type": media}).json()
        assert [one["record_id"] for one in found["records"]] == [one["record_id"] for one in named]
        assert found["rejects"] == []


def test_rows_through_a_mapping_may_leave_out_what_they_do_not_have(store: GraphStore, client: TestClient) -> None:
    """Applications leave empty fields out; a row without its id, or that is no object, is told with its place."""
    rules = {"source": "crm", "kind": "person", "record_id": "id", "attributes": {"given_name": "first"},
             "identifiers": [{"namespace": "email", "column": "mail"}]}  # fmt: skip
    keep_mapping(store, LOCAL, "crm", json.dumps(rules), SystemClock())
    rows = [
        {"id": "1", "mail": "ann@example.com"},
        "nothing",
        {"mail": "ben@example.com"},
        {"id": "4", "first": "Ben"},
        {"other": 1},
    ]
    found = client.post("/ingest", params={"mapping": "crm"}, json=rows).json()
    assert [one["record_id"] for one in found["records"]] == ["1", "4"]
    assert [(one["line"], one["column"]) for one in found["rejects"]] == [(2, ""), (3, "id"), (5, "id")]
    only = client.post("/ingest", params={"mapping": "crm"}, json=["nothing"]).json()
    assert (only["records"], [one["line"] for one in only["rejects"]]) == ([], [1])


def test_rows_that_have_nothing_of_a_mapping_without_ids_are_refused(store: GraphStore, client: TestClient) -> None:
    keep_mapping(store, LOCAL, "crm", json.dumps({"source": "crm", "attributes": {"given_name": "first"}}),
                 SystemClock())  # fmt: skip
    found = client.post("/ingest", params={"mapping": "crm"}, json=[{"other": 1}])
    (error,) = found.json()["errors"]
    assert (found.status_code, error["extensions"]["code"]) == (400, "BAD_MAPPING")
    assert error["message"].startswith("What was sent: the mapping 'mapping' names a column 'first'")


def test_a_body_that_is_no_json_is_refused_with_the_place(client: TestClient) -> None:
    for body, place in ((b'{"a":\n x', "line 2, column 2"), (b'"\xff"', "byte 2")):
        found = client.post("/ingest", content=body, headers={"content-type": "application/json"})
        assert (found.status_code, place in found.json()["errors"][0]["message"]) == (400, True)


@pytest.mark.parametrize("mapping", [None, "shop"])
def test_what_no_store_can_hold_is_a_reject_and_the_rest_goes_on(
    client: TestClient, store: GraphStore, mapping: str | None
) -> None:
    document = json.dumps({"name": "shop", "source": "shop", "record_id": "record_id", "observed_at": "at"})
    keep_mapping(store, LOCAL, "shop", document, SystemClock())
    rows = [r'{"source": "a", "record_id": "\ud800"}', '{"source": "a", "record_id": NaN}',
            '{"source": "a", "record_id": "ok"}']  # fmt: skip
    if mapping:
        rows.append('{"record_id": "late", "at": "2099-01-01"}')
    found = client.post(
        "/ingest", content="\n".join(rows), headers={"content-type": "application/x-ndjson"},
        params={"mapping": mapping} if mapping else {},
    ).json()  # fmt: skip
    assert [one["record_id"] for one in found["records"]] == (["ok", "late"] if mapping else ["ok"])
    told = [(one["line"], one["column"]) for one in found["rejects"]]
    assert told == ([(1, ""), (2, ""), (4, "at")] if mapping else [(1, ""), (2, "")])


def test_values_left_out_of_matching_are_told_in_the_answer(client: TestClient) -> None:
    said = record("1") | {"identifiers": [{"namespace": "phone", "value": "12"}]}
    found = client.post("/ingest", json=said).json()
    assert found["problems"] == [{"of": "crm/1", "column": "phone", "reason": "not a usable phone"}]
