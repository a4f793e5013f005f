"""What a server listens with."""

import socket

import pytest

from spine.cli.serving import listening
from spine.errors import SpineError


def test_connections_send_at_once() -> None:
    with listening("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname()):
        connection, _ = bound.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_refused_with_a_remedy() -> None:
    with listening("127.0.0.1", 0) as bound, pytest.raises(SpineError, match="can't be used"):
        listening("127.0.0.1", bound.getsockname()[1])
