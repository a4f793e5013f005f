"""The server: uvicorn over an application, that lets streams end where it would wait for them to end by themselves."""

import socket

import uvicorn
from starlette.applications import Starlette

from spine.api.tail import Tail

GRACE = 5
"""Seconds that requests have to end in."""


class Server(uvicorn.Server):
    """Serves an application until it is told to end."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app, host, port, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE,
            )
        )  # fmt: skip
        self._tail: Tail = app.state.tail

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        self._tail.end()
        await super().shutdown(sockets)
