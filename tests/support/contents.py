"""Everything that a SQLite store holds, to compare two of them."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

Contents = dict[str, list[tuple[object, ...]]]
NOTES = ("log", "meta", "document")
"""What the product keeps about itself: when it ran, and how long that took."""
WHEN = (("record", "ingested_at"), ("record_version", "ingested_at"), ("change", "at"))
"""Columns that say when it was that something came."""


def contents(path: Path, without: Collection[str] = NOTES, times: bool = True) -> Contents:
    """Every row of every table, in one order; those of the search index lie as they were written, so as its words.

    Tables `without` are left out, and where `times` is false the columns that say when a row came. The file is whole.
    """
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: Contents = {}
        for name in names:
            if name in without or name.startswith("record_search"):
                continue
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            kept = ", ".join(f'"{column}"' for column in columns if times or (name, column) not in WHEN)
            found[name] = sorted(connection.execute(f'SELECT {kept} FROM "{name}"').fetchall(), key=repr)
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'record_search', 'instance')")
        found["words"] = sorted(connection.execute("SELECT term, doc, offset FROM temp.words").fetchall())
    return found
