"""A reference follower: keeps a table in PostgreSQL that says which person or organisation each record is.

    python -m loaders.cross_reference --feed http://127.0.0.1:8000 --database postgresql://user@host/database

It begins with the snapshot and then applies the feed in order. The cursor is written in the transaction that applies
what it stands for: killed at any moment, it goes on where it stood, and nothing is applied twice or left out. Two that
run at once do each other no harm.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from urllib.parse import unquote, urlencode, urlsplit

import pg8000.dbapi as postgres

TABLE, CURSOR = "spine_cross_reference", "spine_cursor"
SCHEMA = (
    f"""CREATE TABLE IF NOT EXISTS {TABLE} (
        source text NOT NULL, record_id text NOT NULL, record text NOT NULL UNIQUE, entity text NOT NULL,
        PRIMARY KEY (source, record_id))""",
    f"CREATE INDEX IF NOT EXISTS {TABLE}_entity ON {TABLE} (entity)",
    f"""CREATE TABLE IF NOT EXISTS {CURSOR} (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), source text NOT NULL, cursor numeric(20) NOT NULL)""",
)
PAGE = 500
SECONDS = 30
_LOCK = 7_407_118
"""Whose turn it is to write the tables: an advisory lock of the transaction."""

Row = tuple[str, str, str, str]
"""source, record_id, record, entity"""


class Connection(Protocol):
    """What is needed of a connection of Python's database API."""

    def cursor(self) -> Any:
        """A cursor."""
        ...

    def commit(self) -> None:
        """End the transaction, keeping what it did."""
        ...

    def rollback(self) -> None:
        """End the transaction without a trace."""
        ...


class Feed:
    """The feed of a server, asked by page."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def snapshot(self, token: str) -> dict[str, Any]:
        """A page of the snapshot: the first for an empty token."""
        return self._ask("/snapshot", after=token, limit="2000")

    def events(self, after: int) -> list[dict[str, Any]]:
        """The events after a cursor, oldest first; none where there is nothing new."""
        found: list[dict[str, Any]] = self._ask("/changes", after=str(after), limit=str(PAGE))["events"]
        return found

    def source(self) -> str:
        """Which store it is the feed of."""
        return str(self._ask("/snapshot", limit="1")["source"])

    def _ask(self, path: str, **asked: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._address}{path}?{urlencode(asked)}", timeout=SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


class CrossReference:
    """The table and its cursor, in one database."""

    def __init__(self, connection: Connection, feed: Feed) -> None:
        self._connection, self._feed = connection, feed
        self._do(*SCHEMA)
        connection.commit()

    def catch_up(self) -> int:
        """Apply all there is; how many events that were."""
        count = 0
        while found := self.step():
            count += found
        return count

    def step(self) -> int:
        """Begin, or apply one page of events; how many were read: 0 where there is nothing new."""
        stands = self._stands()
        self._connection.rollback()
        if stands is None:
            self._begin()
            return 1
        source, cursor = stands
        events = self._feed.events(cursor)
        if not events and source != self._feed.source():
            self._begin()
            return 1
        try:
            applied = self._apply(stands, events) if events else True
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        if not applied:
            self._begin()
        return len(events)

    def _stands(self) -> tuple[str, int] | None:
        rows = self._ask(f"SELECT source, cursor FROM {CURSOR}")
        return (str(rows[0][0]), int(rows[0][1])) if rows else None

    def _apply(self, stands: tuple[str, int], events: Sequence[dict[str, Any]]) -> bool:
        """Apply events in the transaction that moves the cursor; False where the snapshot has to be read anew."""
        self._do(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if self._stands() != stands:
            # Another follower was quicker.
            return True
        for event in events:
            if event["source"] != stands[0] or event["data"]["kind"] == "resolved":
                return False
            for move in event["data"].get("moves") or ():
                self._move(move["to"], move["records"])
        self._do(f"UPDATE {CURSOR} SET cursor = {int(events[-1]['id'])}")
        return True

    def _move(self, to: str | None, records: Sequence[dict[str, str]]) -> None:
        if to is None:
            self._ask(f"DELETE FROM {TABLE} WHERE record = ANY(%s) RETURNING 1", [one["id"] for one in records])
        else:
            # A record that was erased meanwhile is named by its id alone; its end comes later in the feed.
            self._put((one["source"], one["record_id"], one["id"], to) for one in records if "source" in one)

    def _put(self, rows: Iterable[Row]) -> None:
        columns = [list(column) for column in zip(*rows, strict=True)]
        if columns:
            self._ask(
                f"INSERT INTO {TABLE} (source, record_id, record, entity) "
                "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) "
                "ON CONFLICT (source, record_id) DO UPDATE SET record = excluded.record, entity = excluded.entity "
                "RETURNING 1",
                *columns,
            )

    def _begin(self) -> None:
        """Read the snapshot into the table, in one transaction: until it ends, readers see what was there before."""
        try:
            self._do(f"SELECT pg_advisory_xact_lock({_LOCK})", f"DELETE FROM {TABLE}", f"DELETE FROM {CURSOR}")
            token: str | None = ""
            while token is not None:
                page = self._feed.snapshot(token)
                named = ((row["record"], row["entity"]) for row in page["records"])
                self._put((one["source"], one["record_id"], one["id"], entity) for one, entity in named)
                token = page["next"]
            self._ask(
                f"INSERT INTO {CURSOR} (source, cursor) VALUES (%s, CAST(%s AS numeric)) RETURNING 1",
                page["source"], page["cursor"],
            )  # fmt: skip
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    def _do(self, *statements: str) -> None:
        cursor = self._connection.cursor()
        for statement in statements:
            cursor.execute(statement)

    def _ask(self, statement: str, *values: Any) -> Sequence[Sequence[Any]]:
        cursor = self._connection.cursor()
        cursor.execute(statement, values)
        found: Sequence[Sequence[Any]] = cursor.fetchall()
        return found


def connect(url: str) -> Any:
    """A connection to postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE; the password may stand in PGPASSWORD."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.path.strip("/"):
        raise SystemExit(f"{url.partition('@')[2] or url!r} is not postgresql://USER@HOST:PORT/DATABASE.")
    password = unquote(parts.password) if parts.password else os.environ.get("PGPASSWORD")
    return postgres.connect(
        unquote(parts.username or "postgres"), parts.hostname, parts.path.strip("/"), parts.port or 5432, password
    )


def follow(feed: Feed, database: str, stop: threading.Event, every: float) -> None:
    """Follow until told to stop; a server or a database that is away is tried again."""
    wait = every
    while not stop.is_set():
        try:
            with contextlib.closing(connect(database)) as connection:
                table = CrossReference(connection, feed)
                while not stop.is_set():
                    if not table.catch_up():
                        stop.wait(every)
                    wait = every
        except (urllib.error.URLError, OSError, postgres.Error) as error:
            sys.stderr.write(f"Tried again in {wait:g} s: {error}\n")
            stop.wait(wait)
            wait = min(wait * 2, 60.0)


def main() -> None:
    """Follow a feed until Ctrl-C, or with --once until there is nothing new."""
    parser = argparse.ArgumentParser(prog="python -m loaders.cross_reference", description=__doc__)
    parser.add_argument("--feed", required=True, help="the server: http://127.0.0.1:8000")
    parser.add_argument("--database", required=True, help="postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between looks, where nothing is new")
    parser.add_argument("--once", action="store_true", help="end as soon as there is nothing new")
    asked = parser.parse_args()
    if asked.once:
        with contextlib.closing(connect(asked.database)) as connection:
            CrossReference(connection, Feed(asked.feed)).catch_up()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow(Feed(asked.feed), asked.database, stop, asked.every)


if __name__ == "__main__":
    main()
