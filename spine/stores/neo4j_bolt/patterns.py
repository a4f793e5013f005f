"""The tables of `GRAPH` as Cypher patterns, and rows as maps of properties."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from spine.domain.graph import GRAPH, Table
from spine.ports import Row, Where
from spine.stores.neo4j_bolt.digest import digest_of_body
from spine.stores.transaction import RECORD
from spine.stores.words import record_words

DOCUMENT = GRAPH["document"]
SEARCH_INDEX = "record_words"
WORDS = "_words"
"""The property of a live record that the full-text index covers; no column, so no reader sees it."""

DIGEST = "_digest"
"""The property of a long document that tells its body apart; no column either."""

NEW = "_new"
"""Marks what a MERGE has just made, until its properties are set."""

EMPTIES = "_empties"
"""In a database fresh from the import tool, which knows no empty list, which columns of a node are empty and not null:
a number whose bits stand for what `empty_values` lists. Opening gives them their values, and this property is gone."""

IMPORTED = ("imported", "nodes", "edges")
"""What an import says of itself on the node of the store until it was opened: that it is one, and how large."""

_OPERATORS = {
    "eq": "{0} = {1}",
    "ne": "{0} <> {1}",
    "lt": "{0} < {1}",
    "le": "{0} <= {1}",
    "gt": "{0} > {1}",
    "ge": "{0} >= {1}",
    "in": "{0} IN {1}",
    "contains": "{1} IN {0}",
    "prefix": "{0} STARTS WITH {1}",
}


def empty_values(table: Table) -> list[tuple[str, Any]]:
    """Columns of a node and the values in them that the import tool takes for absent; in the order of the bits of
    `EMPTIES`, the least first."""
    found: list[tuple[str, Any]] = []
    for column in table.columns:
        if column.holds_many:
            found.append((column.name, b"" if column.type == "bytes" else []))
        if column.type == "texts":
            found.append((column.name, [""]))
    return found


def label(table_name: str) -> str:
    """The label of a node table, quoted."""
    return f"`{GRAPH[table_name].label}`"


def pattern(table: Table) -> str:
    """All rows of a table: nodes as `n`, edges as `(a)-[r]->(b)`, with no more labels than tell the table apart.

    Fewer labels let the server answer from its counts, or read relationships without looking at their ends.
    """
    if not table.is_edge:
        return f"(n:`{table.label}`)"
    same = [other for other in GRAPH.values() if other.is_edge and other.label == table.label and other != table]
    start = f":{label(table.start)}" if any(other.start != table.start for other in same) else ""
    end = f":{label(table.end)}" if any(other.start == table.start for other in same) else ""
    return f"(a{start})-[r:`{table.label}`]->(b{end})"


def place(table: Table, column: str) -> str:
    """Where a column is found, given `pattern` or a pattern with the same names."""
    if not table.is_edge:
        return f"n.`{column}`"
    return {"start": "a.id", "end": "b.id"}.get(column, f"r.`{column}`")


def by_index(table: Table, column: str) -> str:
    """The hint that rows are found by the index of an indexed column, whatever the statistics of the day say.

    Where it stands, there is one way to answer, so a plan need not be made again as the graph grows: `KEPT`.
    """
    if not table.is_edge:
        return f"USING INDEX n:`{table.label}`(`{column}`)"
    ends = {"start": f"USING INDEX a:{label(table.start)}(id)", "end": f"USING INDEX b:{label(table.end)}(id)"}
    return ends.get(column, "")


KEPT = "CYPHER replan=skip "
"""In front of a text whose plan is kept: planning a question of many steps takes the server up to seconds."""


def places(table: Table, names: Sequence[str]) -> str:
    """Several columns, for RETURN or ORDER BY."""
    return ", ".join(place(table, name) for name in names)


def conditions(table: Table, where: Sequence[Where]) -> tuple[str, dict[str, Any]]:
    """The conditions as Cypher, and its parameters."""
    parts, values = ["true"], {}
    for number, condition in enumerate(where):
        name = f"where_{number}"
        parts.append(_OPERATORS[condition.op].format(place(table, condition.column), f"${name}"))
        values[name] = list(condition.value) if condition.op == "in" else condition.value
    return " AND ".join(parts), values


def node_maps(table: Table, rows: pa.Table) -> list[Row]:
    """The properties of nodes: all columns that are not null, the words of live records, digests of long documents."""
    maps = [_present(row) for row in rows.to_pylist()]
    if table is RECORD:
        for row in maps:
            if row.get("live"):
                row[WORDS] = " ".join(record_words(row.get("fields")))
    if table is DOCUMENT:
        maps = [_present({**row, DIGEST: digest_of_body(row.get("body"))}) for row in maps]
    return maps


def edge_maps(rows: pa.Table) -> list[Row]:
    """Edges as start, end and their properties."""
    return [{"start": row.pop("start"), "end": row.pop("end"), "properties": _present(row)} for row in rows.to_pylist()]


def edge_table(relation: str, start: str, end: str) -> str:
    """The name of the edge table of a relationship type between two labels."""
    for table in GRAPH.values():
        if table.is_edge and (table.label, GRAPH[table.start].label, GRAPH[table.end].label) == (relation, start, end):
            return table.name
    raise KeyError(json.dumps([relation, start, end]))


def _present(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}
