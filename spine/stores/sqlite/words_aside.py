"""The full-text index of a first load, made beside it: by a thread of its own, in a database beside the store's file.

To index the words of records takes as long as to insert the records, and nothing of it is needed before the end of the
transaction. FTS5 keeps its index in plain tables, so that an index that was made elsewhere is one when its tables are
copied: whole pages, since those that they are copied into are empty.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from spine.stores.sqlite import search
from spine.stores.sqlite.connection import Connection

_AHEAD = 8
"""So many batches may wait for the thread."""
_TABLES = ("data", "idx", "docsize", "config")
"""What FTS5 keeps of an index without content."""
_ALONE = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -65536")


def forget_words(store: Path) -> None:
    """Remove what a writer of this store that was killed has left; for who holds the right to write."""
    with suppress(OSError):
        _beside(store).unlink(missing_ok=True)


def _beside(store: Path) -> Path:
    return store.with_name(f"{store.name}-words")


class WordsAside:
    """The index of the records of one transaction of a store, which finds none; whoever begins it ends it."""

    def __init__(self, store: Path) -> None:
        self._store = store
        forget_words(store)
        self._made = Connection(_beside(store), 0.0)
        for pragma in _ALONE:
            self._made.run(f"PRAGMA {pragma}")
        self._made.run(search.TABLE)
        self._made.run("BEGIN")
        search.hold(self._made, search.MANY_HELD)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="words")
        self._waiting: deque[Future[None]] = deque()
        self._joined: Connection | None = None

    def add(self, records: pa.Table) -> None:
        """Index those of these records that are live, some time later."""
        self._waiting.append(self._thread.submit(search.add, self._made, records))
        while len(self._waiting) > _AHEAD:
            self._waiting.popleft().result()

    def copy_into(self, connection: Connection) -> None:
        """Put the index in the place of the one of this connection's file, which is empty, inside its transaction."""
        while self._waiting:
            self._waiting.popleft().result()
        self._made.run("COMMIT")
        self._made.close()
        # Made anew, the table remembers nothing of what it held.
        connection.run("DROP TABLE record_search")
        connection.run(search.TABLE)
        connection.run("ATTACH ? AS aside", [str(_beside(self._store))])
        self._joined = connection
        for name in _TABLES:
            connection.change(f"DELETE FROM main.record_search_{name}")
            connection.change(f"INSERT INTO main.record_search_{name} SELECT * FROM aside.record_search_{name}")

    def end(self) -> None:
        """Leave nothing behind; after the transaction."""
        self._thread.shutdown(cancel_futures=True)
        self._made.close()
        if self._joined is not None:
            self._joined.run("DETACH aside")
            self._joined = None
        forget_words(self._store)
