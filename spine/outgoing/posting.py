"""One POST to an address that was checked: bounded in time and in what is read, following nowhere."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from spine.outgoing.addresses import Target

SECONDS = 15.0
"""A delivery takes no longer than that in all, however slowly the other side drips."""
MOST_BYTES = 65_536
"""No more of an answer is read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, or 0 and why there is none; `wait` is how many seconds it asks to be left alone."""

    status: int
    error: str = ""
    wait: float = 0.0

    @property
    def accepted(self) -> bool:
        """True where the other side has taken it."""
        return 200 <= self.status < 300


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name it was checked for."""

    def __init__(self, target: Target, seconds: float, trust: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target
        self._trust = trust
        self.default_port = 443 if target.tls else 80

    def connect(self) -> None:
        """Open it."""
        target = self._target
        self.sock = socket.create_connection((target.address, target.port), self.timeout)
        if target.tls:
            trust = self._trust or ssl.create_default_context()
            self.sock = trust.wrap_socket(self.sock, server_hostname=target.host)

    def cut(self) -> None:
        """End it from another thread."""
        sock = self.sock
        if sock is not None:
            try:
                # Not the TLS layer's own, which would wait for the other side.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                # It has ended already.
                return


def post(
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    seconds: float = SECONDS,
    trust: ssl.SSLContext | None = None,
) -> Answer:
    """Post a body and tell what came back; never raises for what the other side does."""
    connection = _Pinned(target, seconds, trust)
    timer = threading.Timer(seconds, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        response = connection.getresponse()
        wait = _seconds(response.getheader("retry-after", ""))
        response.read(MOST_BYTES)
        return Answer(response.status, "" if 200 <= response.status < 300 else f"answered {response.status}", wait)
    except TimeoutError:
        return Answer(0, f"did not answer within {seconds:g} seconds")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:200])
    finally:
        timer.cancel()
        connection.close()


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0.0
