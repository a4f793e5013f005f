"""What a server listens with."""

import socket
from pathlib import Path

import pytest

from spine.access.context import LOCAL
from spine.cli.serving import listening, serve
from spine.cli.session import taking_in
from spine.errors import SpineError


def test_connections_send_at_once() -> None:
    with listening("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname()):
        connection, _ = bound.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_refused_with_a_remedy() -> None:
    with listening("127.0.0.1", 0) as bound, pytest.raises(SpineError, match="can't be used"):
        listening("127.0.0.1", bound.getsockname()[1])


def test_a_server_that_takes_records_in_makes_its_store_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = f"sqlite:{tmp_path / 'new.db'}"
    with pytest.raises(SpineError, match="There is no store"):
        serve(port=0, read_only=True, store=store)
    with taking_in(store) as graph, graph.reading(LOCAL) as reader:
        assert reader.count("record") == 0
    assert "an empty one is made" in capsys.readouterr().out
    with taking_in(store):
        assert not capsys.readouterr().out
