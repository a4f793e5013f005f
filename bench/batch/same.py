"""Whether two SQLite stores hold the same, row for row, in every table.

    python -m bench.batch.same ONE.db OTHER.db

Prints how many rows each table has, and which tables differ; for a change that may touch how a resolve is done, but
not what comes of it. Left out is what a store says of itself: when it ran, and how long that took. Two resolves of one
loaded file are to be compared, since a load notes when it was.
"""

import sqlite3
import sys
from contextlib import closing
from hashlib import blake2b

LEFT_OUT = ("log", "meta", "document")
WHEN = {("change", "at")}


def main() -> None:
    """Compare two files; the exit code says whether they differ."""
    one, other = (digests(path) for path in sys.argv[1:3])
    differing = [name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)]
    for name, (rows, _) in one.items():
        sys.stdout.write(f"{name:30s} {rows:12d}{'  DIFFERS' if name in differing else ''}\n")
    sys.exit(1 if differing else 0)


def digests(path: str) -> dict[str, tuple[int, str]]:
    """Per table its rows and what they say, in the order of their keys."""
    found = {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        listed = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        for name, sql in listed.fetchall():
            if name in LEFT_OUT or "VIRTUAL" in sql or name.startswith("record_search"):
                continue
            columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            key = [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]
            order = ", ".join(f'"{column}"' for column in key) or "rowid"
            kept = ", ".join(f'"{column[1]}"' for column in columns if (name, column[1]) not in WHEN)
            digest, rows = blake2b(digest_size=12), 0
            for row in connection.execute(f'SELECT {kept} FROM "{name}" ORDER BY {order}'):
                digest.update(repr(row).encode())
                rows += 1
            found[name] = (rows, digest.hexdigest())
    return found


if __name__ == "__main__":
    main()
