"""The server as a whole: a real uvicorn, questions side by side, the errors of a store, what it may bind to."""

import asyncio
import gc
import threading
import time
from typing import Any

import hand_made
import httpx2
import pytest
import uvicorn
from served import served
from watched import Watched

from spine.access.context import LOCAL
from spine.api import batching, explorer
from spine.api.app import create_app
from spine.api.batching import Desks
from spine.api.bodies import Operation
from spine.api.execution import execute, run
from spine.api.network import check_host
from spine.bootstrap import open_store
from spine.errors import SettingsError, StoreUnavailable
from spine.ports import GraphStore
from spine.settings import Settings

LOOK_UP = '{ identity(value: "anna@example.org") { candidates { entity { id size } } } }'
HOUSEHOLDS = """query Q($n: Int!) {
  households(first: $n) { edges { node { members { edges { node { name stage } } } } } } }"""


@pytest.fixture
def watched(graph_store: GraphStore) -> Watched:
    return Watched(graph_store)


def test_a_list_costs_no_more_round_trips_than_its_first_item(watched: Watched, api_settings: Settings) -> None:
    trips = []
    for first in (1, 2):
        watched.asked.clear()
        assert "errors" not in run(watched, api_settings, HOUSEHOLDS, {"n": first})
        trips.append(len(watched.asked))
    assert trips[0] == trips[1]


def test_slow_questions_are_answered_side_by_side(graph_store: GraphStore, api_settings: Settings) -> None:
    watched = Watched(graph_store, delay=0.05)

    async def all_of(count: int) -> float:
        desks = Desks(watched, api_settings, size=count)
        begun = time.perf_counter()
        answers = await asyncio.gather(*(execute(desks, Operation(LOOK_UP), LOCAL) for _ in range(count)))
        taken = time.perf_counter() - begun
        desks.close()
        assert all("errors" not in answer for answer in answers)
        return taken

    alone = asyncio.run(all_of(1))
    assert asyncio.run(all_of(4)) < 2.5 * alone


def test_more_requests_than_desks_wait_their_turn_and_every_view_is_closed(
    watched: Watched, api_settings: Settings
) -> None:
    async def many() -> list[dict[str, Any]]:
        desks = Desks(watched, api_settings, size=2)
        found = await asyncio.gather(*(execute(desks, Operation(LOOK_UP), LOCAL) for _ in range(20)))
        desks.close()
        return list(found)

    answers = asyncio.run(many())
    assert all(answer == answers[0] for answer in answers)
    assert watched.open == 0


def test_a_question_that_takes_too_long_is_given_up(
    graph_store: GraphStore, api_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "TIME_LIMIT", 0.1)
    watched = Watched(graph_store, delay=0.3)
    answer = run(watched, api_settings, LOOK_UP)
    assert answer["errors"][0]["extensions"]["code"] == "TIME_OUT"
    watched.delay = 0.0
    assert "errors" not in run(watched, api_settings, LOOK_UP)


def test_errors_of_the_store_keep_their_code(graph_store: GraphStore, api_settings: Settings) -> None:
    watched = Watched(graph_store, error=StoreUnavailable("No store at bolt://x.", remedy="Start it."))
    (error,) = run(watched, api_settings, LOOK_UP)["errors"]
    assert error["message"] == "No store at bolt://x."
    assert error["extensions"] == {"code": "STORE_UNAVAILABLE", "remedy": "Start it."}


def test_a_defect_keeps_its_text_to_itself(
    graph_store: GraphStore, api_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(graph_store, error=RuntimeError("secret of anna@example.org"))
    (error,) = run(watched, api_settings, LOOK_UP)["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "secret" not in str(error)
    reference = error["message"].split("reference ")[1].rstrip(").")
    assert reference in caplog.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_may_be_bound(host: str) -> None:
    assert check_host(host, allow_remote=False) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_other_addresses_need_a_flag(host: str) -> None:
    with pytest.raises(SettingsError, match="--allow-remote"):
        check_host(host, allow_remote=False)
    assert check_host(host, allow_remote=True) == host


def test_a_real_server_answers_from_a_file(tmp_path: Any, api_settings: Settings) -> None:
    with open_store(f"sqlite:{tmp_path / 'graph.db'}", api_settings) as store:
        hand_made.fill(store)
        config = uvicorn.Config(create_app(store, api_settings), host="127.0.0.1", port=0, log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
                answer = client.post("/graphql", json={"query": LOOK_UP}).json()
                assert answer["data"]["identity"]["candidates"][0]["entity"]["size"] == 3
                assert (
                    client.post("/graphql", content=b"NaN", headers={"content-type": "application/json"}).status_code
                    == 400
                )
                assert client.get(f"{explorer.base()}/vendor/graphiql.min.js").status_code == 200
                assert client.get("/health", headers={"host": "evil.example"}).status_code == 400
        finally:
            server.should_exit = True
            thread.join(10)
        assert not thread.is_alive()


def test_the_collector_looks_seldom_while_a_server_runs_and_as_before_after_it(
    graph_store: GraphStore, api_settings: Settings
) -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with served(create_app(graph_store, api_settings)) as address:
        assert httpx2.post(f"{address}/graphql", json={"query": LOOK_UP}).json()["data"]["identity"]["candidates"]
        assert gc.get_threshold()[0] > before[0][0]
        assert gc.get_freeze_count() > before[1]
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
