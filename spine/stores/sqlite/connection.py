"""One connection to a SQLite file, whose errors are the product's own."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spine.errors import StoreBusy, StoreError, StoreUnavailable

_REMEDIES = {
    sqlite3.SQLITE_PERM: "Give the user of this process the right to read and write it.",
    sqlite3.SQLITE_READONLY: "Give the user of this process the right to write the file and its folder.",
    sqlite3.SQLITE_IOERR: "Check the disk, then try again.",
    sqlite3.SQLITE_CORRUPT: "The file is damaged: restore a backup, or remove it and load the sources again.",
    sqlite3.SQLITE_FULL: "Free space on the disk, then try again; nothing was half-written.",
    sqlite3.SQLITE_CANTOPEN: "Check that the folder exists and may be written.",
    sqlite3.SQLITE_NOTADB: "Name another file: this one is not an SQLite database.",
}


class TooLong(StoreError):
    """A text or blob is longer than SQLite takes."""


class Connection:
    """Runs statements; StoreBusy, StoreUnavailable or StoreError instead of the driver's errors."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path = path
        self._kept: dict[str, dict[str, Any] | None] = {}
        self._kept_of = -1
        with self._translated():
            self._driver = sqlite3.connect(
                path, timeout=patience, isolation_level=None, check_same_thread=False, cached_statements=512
            )

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that one statement answers."""
        # Written out: this is asked dozens of times in a millisecond.
        try:
            return self._driver.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._own(error) from error

    def kept(self) -> dict[str, dict[str, Any] | None]:
        """What was read of documents since others last wrote; for a connection that writes nothing itself."""
        ((version,),) = self.run("PRAGMA data_version")
        if version != self._kept_of:
            self._kept, self._kept_of = {}, version
        return self._kept

    def pieces(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """All rows that one statement answers, `size` at a time."""
        with self._translated():
            cursor = self._driver.execute(sql)
            while rows := cursor.fetchmany(size):
                yield rows

    def change(self, sql: str, values: Sequence[Any] = ()) -> int:
        """How many rows one statement changed."""
        with self._translated():
            return self._driver.execute(sql, values).rowcount

    def change_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """How many rows one statement changed, run once for each of `rows`."""
        with self._translated():
            return self._driver.executemany(sql, rows).rowcount

    @contextmanager
    def transaction(self, begin: str) -> Iterator[None]:
        """Commits on a normal exit and rolls back on an exception."""
        self.run(begin)
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        """End the transaction without a trace; a full disk may have ended it already."""
        if self._driver.in_transaction:
            self.run("ROLLBACK")

    def close(self) -> None:
        """Give the file back."""
        with self._translated():
            self._driver.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._own(error) from error

    def _own(self, error: sqlite3.Error) -> StoreError:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(f"{self.path}: another writer holds the lock.", remedy="Try again.")
        if code in _REMEDIES:
            return StoreUnavailable(f"{self.path}: {error}.", remedy=_REMEDIES[code])
        if code == sqlite3.SQLITE_TOOBIG:
            return TooLong(f"{self.path}: {error}.")
        if code == sqlite3.SQLITE_CONSTRAINT:
            place = str(error).rpartition(": ")[2]
            return StoreError(f"{place}: The value is already held by another row.")
        return StoreError(f"{self.path}: {error}.")
