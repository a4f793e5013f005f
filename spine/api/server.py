"""The server: uvicorn over an application, that lets streams end where it would wait for them to end by themselves."""

import gc
import socket

import uvicorn
from starlette.applications import Starlette

from spine.api.tail import Tail

GRACE = 5
"""Seconds that requests have to end in."""
YOUNG = 50_000
"""So many more objects are alive before the collector looks for cycles: an answer makes thousands and drops them."""


class Server(uvicorn.Server):
    """Serves an application until it is told to end."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app, host, port, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE,
            )
        )  # fmt: skip
        self._tail: Tail = app.state.tail
        self._before = gc.get_threshold()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and let the collector of cycles leave alone what is there for good, and look seldom."""
        await super().startup(sockets)
        self._before = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(YOUNG, *self._before[1:])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        gc.set_threshold(*self._before)
        gc.unfreeze()
        self._tail.end()
        await super().shutdown(sockets)
