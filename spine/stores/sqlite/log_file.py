"""The log beside the file: what large transactions leave in it goes into the file while nobody waits.

A commit is durable and seen by everyone once it stands in the log. SQLite then copies the log into the file before the
commit returns, which for a first load means to write gigabytes a second time. A thread with a connection of its own
does that instead, as any reader may.
"""

import threading
from contextlib import suppress
from pathlib import Path

from spine.errors import StoreError
from spine.stores.sqlite.connection import Connection

LARGE = 1 << 27
"""Bytes of a log that are worth a thread; above what a log keeps when it begins again (`journal_size_limit`)."""
_PAGES = 1000
"""So many pages in the log, and SQLite copies them with the commit: what it does by itself."""
_COPY = "PRAGMA wal_checkpoint(PASSIVE)"


class LogFile:
    """The log of one file, as its writer commits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._copying: threading.Thread | None = None

    def commit(self, connection: Connection, *, large: bool) -> None:
        """Commit; where a `large` transaction leaves much in the log, this returns before the file has it.

        One large transaction at a time: where one follows upon the other, the log would only grow, so the second waits
        until the first is copied, and is itself copied before this returns.
        """
        if not large:
            connection.run("COMMIT")
            return
        follows = self._copying is not None and self._copying.is_alive()
        self.wait()
        connection.run("PRAGMA wal_autocheckpoint = 0")
        try:
            connection.run("COMMIT")
        finally:
            connection.run(f"PRAGMA wal_autocheckpoint = {_PAGES}")
        if follows or self._bytes() < LARGE:
            connection.run(_COPY)
            return
        self._copying = threading.Thread(target=self._copy, name="log into file")
        self._copying.start()

    def wait(self) -> None:
        """Return when no thread copies any more."""
        if self._copying is not None:
            self._copying.join()
            self._copying = None

    def _bytes(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def _copy(self) -> None:
        # What fails here is done by the next commit, or by whoever closes the file last.
        with suppress(StoreError):
            connection = Connection(self._path, 0.0)
            try:
                connection.run(_COPY)
            finally:
                connection.close()
