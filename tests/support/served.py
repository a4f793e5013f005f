"""An application on a real server of its own, for what a client in memory can't try: streams that stay open."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette

from spine.api.server import Server


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The address of a server over the application, ended afterwards."""
    server = Server(app)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive()
