"""An endpoint of webhooks on this machine, that keeps what it is sent."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Endpoint:
    """An endpoint that takes events, or answers whatever it is told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[dict[str, Any]], int] = lambda event: 204
        self.headers: dict[str, str] = {}
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name is the standard library's
                body = self.rfile.read(int(self.headers["content-length"]))
                endpoint.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(endpoint.answer(json.loads(body)))
                for name, value in endpoint.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events that came, in order."""
        return [int(json.loads(body)["id"]) for _, body in self.requests]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
