"""Rows for tests: all columns of a table, null unless given."""

import json
from typing import Any

import pyarrow as pa

from spine.domain.graph import GRAPH
from spine.ports import Row, arrow_schema


def row(table: str, **values: Any) -> Row:
    """A whole row of a table."""
    return {**dict.fromkeys(GRAPH[table].names), **values}


def rows(table: str, *given: Row) -> pa.Table:
    """Rows as an Arrow table in the table's schema."""
    return pa.Table.from_pylist(list(given), schema=arrow_schema(table))


def record(number: int, *, live: bool = True, kind: str = "person", **fields: Any) -> Row:
    """A record with comparable fields; its key is `crm/NUMBER`."""
    return row(
        "record",
        id=number,
        key=f"crm/{number}",
        source="crm",
        record_id=str(number),
        kind=kind,
        live=live,
        fields=json.dumps(fields),
    )
