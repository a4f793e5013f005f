"""What has to be written so that a table holds exactly the rows it should."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from spine.domain.graph import Table
from spine.stores.shape import key_of

FEW = 1_000
"""Up to so many rows Python compares them faster than an engine is started."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that are new or not equal to the row of the same key, and the keys of rows that are no longer wanted."""

    written: pa.Table
    removed: pa.Table


def changes(table: Table, existing: pa.Table, wanted: pa.Table) -> Changes:
    """The difference between two sets of rows in the table's schema, each key once; both answers in key order."""
    if existing.num_rows + wanted.num_rows <= FEW:
        return changes_of_few(table, existing, wanted)
    return changes_of_many(table, existing, wanted)


def changes_of_few(table: Table, existing: pa.Table, wanted: pa.Table) -> Changes:
    """The difference, row by row; both sets stand in key order."""
    held = {key_of(table, row): row for row in existing.to_pylist()}
    kept = {key_of(table, row): row for row in wanted.to_pylist()}
    written = [row for key, row in kept.items() if held.get(key) != row]
    removed = [row for key, row in held.items() if key not in kept]
    keys = existing.select(list(table.key)).schema
    return Changes(pa.Table.from_pylist(written, schema=wanted.schema), pa.Table.from_pylist(removed, schema=keys))


def changes_of_many(table: Table, existing: pa.Table, wanted: pa.Table) -> Changes:
    """The difference, column by column in DuckDB."""
    key = ", ".join(f'"{name}"' for name in table.key)
    others = [name for name in table.names if name not in table.key]
    unequal = "".join(f' OR w."{name}" IS DISTINCT FROM e."{name}"' for name in others)
    first = f'"{table.key[0]}"'
    order = f"ORDER BY {key}"
    columns = ", ".join(f'w."{name}"' for name in table.names)
    with duckdb.connect() as connection:
        connection.register("existing", existing)
        connection.register("wanted", wanted)
        written = connection.sql(
            f"SELECT {columns} FROM wanted w LEFT JOIN existing e USING ({key}) "
            f"WHERE e.{first} IS NULL{unequal} {order}"
        ).to_arrow_table()
        removed = connection.sql(
            f"SELECT {key} FROM existing e ANTI JOIN wanted w USING ({key}) {order}"
        ).to_arrow_table()
    return Changes(written.cast(wanted.schema), removed.cast(existing.select(list(table.key)).schema))
