"""What the server does with requests that are no GraphQL requests, foreign hosts, WebSockets, and its pages."""

import json

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from spine.api import contract
from spine.api.bodies import MAX_BYTES

JSON = {"content-type": "application/json"}
STATUS = "{ status { position } }"


@pytest.mark.parametrize(
    "body",
    [
        b"null", b"1", b"NaN", b"Infinity", b'"query"', b"[]", b'[{"query": "{ __typename }"}]', b"", b"{", b"{}",
        b"\xff\xfe\x00", b'{"query": "\xff"}', b"[" * 100_000, b'{"a":' * 30_000, b'{"query": null}', b'{"query": 5}',
        b'{"query": "  "}', b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "x"}', b'{"query": "{ __typename }", "operationName": 3}',
        b'{"query": "{ __typename }", "variables": {"x": NaN}}', b"1" * 10_000,
    ],
)  # fmt: skip
def test_bodies_that_are_no_request_are_answered_400(client: TestClient, body: bytes) -> None:
    response = client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["extensions"]["remedy"]


def test_a_body_above_the_limit_is_answered_413(client: TestClient) -> None:
    body = json.dumps({"query": STATUS + " " * MAX_BYTES}).encode()
    response = client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "TOO_LARGE"


@pytest.mark.parametrize(
    "media", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_bodies_that_a_form_of_another_site_could_send_are_refused(client: TestClient, media: str) -> None:
    response = client.post("/graphql", content=json.dumps({"query": STATUS}), headers={"content-type": media})
    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_queries_by_get(client: TestClient) -> None:
    variables = json.dumps({"v": "nobody@example.org"})
    query = "query Q($v: String!) { identity(value: $v) { says } }"
    response = client.get("/graphql", params={"query": query, "variables": variables, "operationName": "Q"})
    assert response.status_code == 200
    assert response.json() == {"data": {"identity": {"says": "No identifier nobody@example.org is known."}}}
    refused = client.get("/graphql", params={"query": query, "variables": "{"})
    assert refused.status_code == 400
    assert client.get("/graphql", headers={"accept": "application/json"}).status_code == 400


def test_a_browser_is_led_from_the_endpoint_to_graphiql(client: TestClient) -> None:
    response = client.get("/graphql", headers={"accept": "text/html"}, follow_redirects=False)
    assert response.headers["location"] == "/graphiql"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_a_code(client: TestClient, method: str) -> None:
    response = client.request(method, "/graphql", json={"query": STATUS})
    assert response.status_code == 405
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_the_media_type_of_the_specification_carries_a_status(client: TestClient) -> None:
    accept = {"accept": "application/graphql-response+json"}
    good = client.post("/graphql", json={"query": STATUS}, headers=accept)
    assert (good.status_code, good.headers["content-type"]) == (200, "application/graphql-response+json")
    assert client.post("/graphql", json={"query": "{ nothing }"}, headers=accept).status_code == 400
    assert client.post("/graphql", json={"query": "{ nothing }"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""])
@pytest.mark.parametrize("path", ["/", "/graphql", "/graphiql", "/questions"])
def test_names_that_another_site_points_here_are_refused(client: TestClient, host: str, path: str) -> None:
    response = client.get(path, headers={"host": host})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "[::1]:8000", "LOCALHOST"])
def test_names_of_this_machine_are_served(client: TestClient, host: str) -> None:
    assert client.post("/graphql", json={"query": STATUS}, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"]])
def test_a_websocket_of_another_protocol_is_told_which(client: TestClient, protocols: list[str] | None) -> None:
    with client.websocket_connect("ws://127.0.0.1/graphql", subprotocols=protocols) as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 4406
        assert "graphql-transport-ws" in closed.value.reason


def test_a_websocket_from_a_foreign_name_is_refused(client: TestClient) -> None:
    refused = client.websocket_connect("ws://127.0.0.1/graphql", headers={"host": "evil.example"})
    with pytest.raises(WebSocketDisconnect), refused:
        pass


def test_health_answers_from_the_store(client: TestClient) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["position"] == 1
    assert set(response.json()["writes"]) == {"retried", "given_up"}


def test_every_operation_is_served_as_it_is_published(client: TestClient) -> None:
    for one in contract.operations():
        assert client.get(f"/operations/{one.audience}/{one.name}").json()["document"] == one.document
    assert len(client.get("/operations").json()) == len(contract.operations())
    assert client.get("/operations/support/none").status_code == 404
    assert client.get("/nowhere").json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
