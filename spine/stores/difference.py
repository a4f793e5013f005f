"""What has to be written so that a table holds exactly the rows it should."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from spine.domain.graph import Table


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that are new or not equal to the row of the same key, and the keys of rows that are no longer wanted."""

    written: pa.Table
    removed: pa.Table


def changes(table: Table, existing: pa.Table, wanted: pa.Table) -> Changes:
    """The difference between two sets of rows in the table's schema, each key once; both answers in key order."""
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
