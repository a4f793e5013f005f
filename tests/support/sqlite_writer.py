"""A process that writes to an SQLite store for tests: `python sqlite_writer.py PATH NAME TRANSACTIONS`.

Every transaction puts one record, one component and the edge between them, and raises the size of component 1 by one;
after its commit the number of the record is printed.
"""

import sys

import pyarrow as pa

from spine.access.context import LOCAL
from spine.ports import Cause
from spine.stores.sqlite.store import SqliteStore


def main(path: str, name: str, transactions: int) -> None:
    """Write, and print what was acknowledged."""
    with SqliteStore(path, patience=60) as store:
        for number in range(transactions):
            key = f"{name}/{number}"
            with store.writing(LOCAL, Cause("record", batch=key)) as writer:
                identity = int(writer.sequence([key])[0])
                size = (writer.get("component", "id", [1]) or [{"size": 0}])[0]["size"]
                record = {"id": identity, "key": key, "live": True, "fields": f'{{"given": "{name}{number}"}}'}
                writer.put("record", pa.Table.from_pylist([record]))
                writer.put("component", pa.table({"id": [1], "size": [size + 1]}))
                writer.put("in_component", pa.table({"start": [identity], "end": [1]}))
            sys.stdout.write(f"{identity}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
