"""Reading and writing a store behind its back, so that a fault in `put` can't hide one in `get`."""

import json
import sqlite3
from contextlib import closing
from typing import Any

from spine.domain.graph import GRAPH
from spine.ports import GraphStore, Row
from spine.settings import Settings

_LISTS = ("ints", "texts")


def raw_rows(store: GraphStore, settings: Settings, table: str) -> list[Row]:
    """All rows of a table as the place behind the store holds them, by key."""
    kind = store.url.partition(":")[0]
    rows = {"memory": _memory, "sqlite": _sqlite}.get(kind, _neo4j)(store, settings, table)
    return sorted(rows, key=lambda row: tuple(row[name] for name in GRAPH[table].key))


def _memory(store: Any, _: Settings, table: str) -> list[Row]:
    graph = store._graph
    if GRAPH[table].is_edge:
        return [dict(row) for _, _, key, row in graph.edges(keys=True, data=True) if key[0] == table]
    return [dict(row) for node, row in graph.nodes(data=True) if node[0] == table]


def _sqlite(store: GraphStore, _: Settings, table: str) -> list[Row]:
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:"))) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
    for row in rows:
        for column in GRAPH[table].columns:
            value = row[column.name]
            if value is not None and column.type == "bool":
                row[column.name] = {0: False, 1: True}[value]
            elif value is not None and column.type in _LISTS:
                row[column.name] = json.loads(value)
    return rows


def _neo4j(store: GraphStore, settings: Settings, table: str) -> list[Row]:
    from neo4j import GraphDatabase

    shape = GRAPH[table]
    if shape.is_edge:
        query = (
            f"MATCH (a:{GRAPH[shape.start].label})-[r:`{shape.label}`]->(b:{GRAPH[shape.end].label}) "
            "RETURN r {.*, start: a.id, end: b.id}"
        )
    else:
        query = f"MATCH (n:{shape.label}) RETURN properties(n)"
    auth = (settings.neo4j_user, settings.neo4j_password)
    with GraphDatabase.driver(store.url, auth=auth) as driver, driver.session() as session:
        found = [record[0] for record in session.run(query)]
    return [{name: row.get(name) for name in shape.names} for row in found]
