"""A Neo4j that was gone and came back has forgotten its plans: it is asked for them again, and only then."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from spine.access.context import LOCAL
from spine.errors import StoreUnavailable
from spine.ports import Plan, Step
from spine.settings import Settings
from spine.stores.neo4j_bolt.store import BoltStore

pytestmark = pytest.mark.neo4j
PLANS: list[Plan] = [{"records": Step("record", "id", (-1,))}, {"nodes": Step("identifier", "id", (-1,))}]


class Passage:
    """A way to a server that can be closed and opened again."""

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self._there = (there.hostname or "", there.port or 0)
        self._door = self._opened(0)
        self.port = self._door.getsockname()[1]
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._pass, daemon=True).start()

    def close(self) -> None:
        """Nobody gets through, nor who is on the way."""
        self._door.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def open(self) -> None:
        """Open it again."""
        self._door = self._opened(self.port)
        threading.Thread(target=self._pass, daemon=True).start()

    def _opened(self, port: int) -> socket.socket:
        door = socket.create_server(("127.0.0.1", port))
        door.settimeout(0.1)
        return door

    def _pass(self) -> None:
        door = self._door
        while door.fileno() >= 0:
            with suppress(OSError):
                here, _ = door.accept()
                here.settimeout(None)
                there = socket.create_connection(self._there)
                self._ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(1 << 16):
                other.sendall(said)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def passage(clean_neo4j_url: str) -> Iterator[Passage]:
    """A way to the Neo4j of the tests."""
    made = Passage(clean_neo4j_url)
    yield made
    made.close()


@contextmanager
def planning(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Plan | None]]:
    """What a store has planned inside: None is the text of writes."""
    asked: list[Plan | None] = []
    plan = BoltStore._plan

    def noted(self: BoltStore, one: Plan | None) -> None:
        asked.append(one)
        plan(self, one)

    with monkeypatch.context() as patched:
        patched.setattr(BoltStore, "_plan", noted)
        yield asked


def test_it_is_asked_for_plans_once_in_its_life(
    passage: Passage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"bolt://127.0.0.1:{passage.port}"
    user, password = settings.neo4j_user, settings.neo4j_password
    with BoltStore(url, user, password, patience=2.0) as store, planning(monkeypatch) as asked:
        store.plan(PLANS[:1])
        store.plan(PLANS[:1])
        assert asked == [None, PLANS[0]]
        store.plan(PLANS)
        assert asked == [None, PLANS[0], None, PLANS[1]]
        passage.close()
        with pytest.raises(StoreUnavailable), store.reading(LOCAL) as reader:
            reader.count("record")
        passage.open()
        asked.clear()
        store.plan(PLANS)
        assert sorted(map(str, asked)) == sorted(map(str, [None, *PLANS]))
        asked.clear()
        store.plan(PLANS)
        assert asked == []
