"""Running Cypher over Bolt, with the product's own errors instead of the driver's."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neo4j import Transaction as BoltTransaction
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from spine.domain.graph import GRAPH
from spine.errors import BadStoreUrl, SpineError, StoreBusy, StoreError, StoreUnavailable, TooExpensive
from spine.stores.transaction import already_held

_HELD = re.compile(r"already exists with label `(\w+)` and property `(\w+)` = (.*)")


class Cypher:
    """One Bolt transaction, for any thread: the driver's own is for one at a time."""

    def __init__(self, url: str, transaction: BoltTransaction) -> None:
        self._url = url
        self._transaction = transaction
        self._turn = threading.Lock()

    def run(self, query: str, **values: Any) -> list[list[Any]]:
        """All rows that one statement answers."""
        with self._turn, translated(self._url):
            return self._transaction.run(query, values).values()


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Raises the product's error for the driver's: StoreUnavailable, StoreBusy, TooExpensive or StoreError."""
    try:
        yield
    except (DriverError, Neo4jError) as error:
        raise _own(url, error) from error


def _own(url: str, error: Exception) -> SpineError:
    code = (error.code or "") if isinstance(error, Neo4jError) else ""
    if isinstance(error, ConfigurationError):
        return BadStoreUrl(f"{url}: {error}")
    if isinstance(error, AuthError) or code.startswith("Neo.ClientError.Security"):
        return StoreUnavailable(
            f"{url} refuses the user or the password.", remedy="Set SPINE_NEO4J_USER and SPINE_NEO4J_PASSWORD."
        )
    if isinstance(error, (ServiceUnavailable, SessionExpired)):
        return StoreUnavailable(
            f"{url} can't be reached.", remedy="Start Neo4j, or check host, port and encryption of the URL."
        )
    if "TimedOut" in code or code.endswith(("TransactionTerminated", "Terminated")):
        return TooExpensive(f"{url} took longer than the time-out.", remedy="Ask for less at once.")
    if "OutOfMemory" in code or "MemoryLimit" in code:
        return TooExpensive(f"{url} has not the memory for so much at once.", remedy="Ask for less, or write less.")
    # A transaction that is ended while it waits for a lock answers with the last of these.
    if code.startswith("Neo.TransientError.Transaction") or code.endswith("LockClientStopped"):
        return StoreBusy(f"{url}: another writer holds the lock.", remedy="Try again.")
    if code == "Neo.ClientError.Database.DatabaseNotFound":
        return StoreUnavailable(f"{url}: there is no such database.", remedy="Name one that exists, or none.")
    if code.startswith(("Neo.TransientError", "Neo.DatabaseError")):
        return StoreUnavailable(f"{url}: {error}", remedy="Look into the log of the server, then try again.")
    held = _HELD.search(str(error))
    if held:
        table = next(table for table in GRAPH.values() if table.label == held[1])
        return already_held(table, held[2], held[3].rstrip("}").strip("'"))
    return StoreError(f"{url}: {error}")
