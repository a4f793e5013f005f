"""The embedded store: one SQLite file, no server."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spine.access.context import Context
from spine.errors import StoreBusy, StoreError, StoreUnavailable
from spine.ports import Cause, Clock, Plan, Reader, SystemClock, Writer
from spine.stores.sqlite import schema
from spine.stores.sqlite.alone import begins_a_store, leave_log, use_log
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.log_file import LogFile
from spine.stores.sqlite.reader import SqliteReader
from spine.stores.sqlite.turns import Turns
from spine.stores.sqlite.words_aside import forget_words
from spine.stores.sqlite.writer import SqliteWriter

PATIENCE = 10.0
"""Seconds that a writer waits for another one."""

PAGE = 8192
"""Bytes of a page: of 4,096 a quarter would stay empty where rows take more than one, as organisations do."""

KEPT_READERS = 4
"""Connections kept for readers; more are opened while they are needed."""

_locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
"""The writers of one process queue here; those of several take `turns`."""


class SqliteStore:
    """A graph in the file `path`, which is made with its folder where it is missing.

    StoreUnavailable where the file can't be opened or is not one of ours, SchemaMismatch where it is newer.
    """

    def __init__(self, path: str | Path, clock: Clock | None = None, patience: float = PATIENCE) -> None:
        self.url = f"sqlite:{path}"
        self._path = Path(path).expanduser().absolute()
        self.folder: str | None = str(self._path.parent)
        self._clock = clock or SystemClock()
        self._patience = patience
        self._lock = _locks[self._path]
        self._turns = Turns(self._path)
        self._log = LogFile(self._path)
        self._readers: list[Connection] = []
        self._pool = threading.Lock()
        self._closed = False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"{self._path.parent} can't be made: {error.strerror}.", remedy="Name a folder that you may write."
            ) from error
        self._writer = Connection(self._path, patience)
        try:
            self._prepare()
        except BaseException:
            self._writer.close()
            raise

    @contextmanager
    def reading(self, context: Context) -> Iterator[Reader]:
        """A consistent view; never waits for a writer."""
        connection = self._borrowed()
        try:
            # A transaction sees the moment of its first read, not of its BEGIN.
            connection.run("BEGIN")
            connection.run("SELECT 1 FROM meta LIMIT 1")
            yield SqliteReader(connection, connection.kept())
        finally:
            try:
                connection.roll_back()
            finally:
                self._give_back(connection)

    @contextmanager
    def writing(self, context: Context, cause: Cause) -> Iterator[Writer]:
        """The exclusive right to write; StoreBusy where another writer keeps it too long."""
        if not self._lock.acquire(timeout=self._patience):
            raise StoreBusy(
                f"{self._path}: another writer has held the lock for {self._patience:g} seconds.", remedy="Try again."
            )
        try:
            self._open()
            alone = begins_a_store(self._writer, cause) and self._leave_log()
            try:
                # Who writes without a log lets nobody read what is half-written.
                self._turns.begin(self._writer, self._patience, "EXCLUSIVE" if alone else "IMMEDIATE")
                forget_words(self._path)
                writer = SqliteWriter(self._writer, context, cause, self._clock)
                try:
                    yield writer
                    if writer.finish():
                        self._log.commit(self._writer, large=writer.is_large and not alone)
                finally:
                    # Whatever was not committed leaves no trace.
                    if not self._closed:
                        self._writer.roll_back()
                        writer.end()
            finally:
                if alone and not self._closed:
                    # Where others keep the file busy, it does without until it is opened again.
                    with suppress(StoreBusy):
                        use_log(self._writer, self._patience)
        finally:
            self._lock.release()

    def plan(self, plans: Iterable[Plan]) -> None:
        """Nothing: what is at hand is asked at once."""

    def close(self) -> None:
        """Give back connections and files."""
        with self._pool:
            if self._closed:
                return
            self._closed = True
            readers, self._readers = self._readers, []
        self._log.wait()
        for connection in (*readers, self._writer):
            connection.close()

    def __enter__(self) -> "SqliteStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self) -> None:
        with self._lock:
            schema.refuse_unusable(self._writer)
            # Counts for a file that is made now only.
            self._writer.run(f"PRAGMA page_size = {PAGE}")
            use_log(self._writer, self._patience)
            for pragma in ("synchronous = FULL", "cache_size = -65536", "journal_size_limit = 67108864"):
                self._writer.run(f"PRAGMA {pragma}")
            schema.migrate(self._writer)
            # From here on writers wait in `turns`, not in the driver.
            self._writer.run("PRAGMA busy_timeout = 0")

    def _leave_log(self) -> bool:
        """Write without a log from now on; False where anybody has the file open."""
        self._log.wait()
        with self._pool:
            readers, self._readers = self._readers, []
        for connection in readers:
            connection.close()
        return leave_log(self._writer)

    def _borrowed(self) -> Connection:
        with self._pool:
            self._open()
            if self._readers:
                return self._readers.pop()
        connection = Connection(self._path, self._patience)
        try:
            for pragma in ("query_only = true", "cache_size = -16384", "mmap_size = 268435456"):
                connection.run(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_back(self, connection: Connection) -> None:
        with self._pool:
            if not self._closed and len(self._readers) < KEPT_READERS:
                self._readers.append(connection)
                return
        connection.close()

    def _open(self) -> None:
        if self._closed:
            raise StoreError("The store is closed.")
