"""Writers of several processes take turns.

SQLite's own lock is polled: a process that writes without a pause takes it again before another one has looked, for
minutes on end. So whoever wants it next stands in a turnstile, a lock on a file beside the graph, and leaves it when he
has it: the one who just wrote has to queue behind him. The system frees both when a process dies.
"""

import time
from pathlib import Path

from filelock import FileLock, Timeout

from spine.errors import StoreBusy, StoreUnavailable
from spine.stores.sqlite.connection import Connection

SHORTEST, LONGEST = 0.0005, 0.005
"""Seconds between two looks at a lock: growing, so that a short write is noticed at once, a long one costs little."""


class Turns:
    """The turns of the writers of one file; the turnstile is a file beside it, which holds nothing."""

    def __init__(self, path: Path) -> None:
        self._turnstile = FileLock(f"{path}-turn", thread_local=False)

    def begin(self, connection: Connection, patience: float, kind: str = "IMMEDIATE") -> None:
        """Begin a writing transaction when it is this process's turn; StoreBusy after `patience` seconds.

        `kind` is EXCLUSIVE for one that nobody may read beside.
        """
        until = time.monotonic() + patience
        try:
            turn = self._turnstile.acquire(timeout=patience, poll_interval=LONGEST)
        except Timeout as error:
            raise StoreBusy(f"{connection.path}: another writer holds the lock.", remedy="Try again.") from error
        except OSError as error:
            raise StoreUnavailable(
                f"{self._turnstile.lock_file} can't be written: {error.strerror}.",
                remedy="Grant the right.",
            ) from error
        with turn:
            pause = SHORTEST
            while True:
                try:
                    connection.run(f"BEGIN {kind}")
                except StoreBusy:
                    if time.monotonic() >= until:
                        raise
                    time.sleep(pause)
                    pause = min(2 * pause, LONGEST)
                else:
                    return
