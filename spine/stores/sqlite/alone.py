"""A first load writes its pages once: straight into the file, where nobody else has that open.

With a log a page is written twice, and summed up for the log. Without, SQLite keeps aside only the pages that were
there before (a few, in a file without records), and what is new behind them is cut off again by whoever opens the file
after a kill. But nobody can read meanwhile; so it is done only where nobody could want to: no connection but the
writer's is open, in this process or another.
"""

import time
from contextlib import suppress

from spine.errors import StoreBusy
from spine.ports import Cause
from spine.stores.sqlite.connection import Connection

_PAUSE = 0.02
"""Seconds between two tries to have a log again, while others are reading."""


def begins_a_store(connection: Connection, cause: Cause) -> bool:
    """Whether this is a load, and the store holds no records yet."""
    is_load = cause.kind == "record" and bool(cause.batch) and not cause.details
    return is_load and not connection.run("SELECT 1 FROM record LIMIT 1")


def leave_log(connection: Connection) -> bool:
    """Write without a log from now on; False where others have the file open."""
    with suppress(StoreBusy):
        return bool(connection.run("PRAGMA journal_mode = DELETE")[0][0] == "delete")
    return False


def use_log(connection: Connection, patience: float) -> None:
    """Write with a log from now on; StoreBusy where others have read or written without a pause for so many seconds."""
    # Changing the journal mode does not wait for another process that does the same.
    give_up = time.monotonic() + patience
    while True:
        try:
            connection.run("PRAGMA journal_mode = WAL")
        except StoreBusy:
            if time.monotonic() > give_up:
                raise
            time.sleep(_PAUSE)
        else:
            return
