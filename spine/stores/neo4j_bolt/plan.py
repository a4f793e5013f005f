"""A plan of several steps as one question in Cypher.

Each step is a subquery that collects its rows, as lists of values, out of its parameters and of what steps before it
collected. The text depends on the shape of the plan only, so that the server plans each shape once.
"""

from collections.abc import Mapping
from typing import Any

from spine.domain.graph import Table
from spine.ports import Plan, Step
from spine.stores.following import names_of, present
from spine.stores.neo4j_bolt.documents import HELD, places_of_document, whole
from spine.stores.neo4j_bolt.patterns import KEPT, by_index, label, place, places


def question(plan: Plan, tables: Mapping[str, Table], held: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The question and its parameters; it answers one row, with a column of collected rows for each step.

    `held` are the digests of documents whose bodies need not be sent (see `documents`).
    """
    at = {name: f"s{number}" for number, name in enumerate(plan)}
    parts: list[str] = []
    sought: dict[str, Any] = {}
    # Lists are packed into one map: of a list by itself the server plans anew for each order of magnitude.
    values: dict[str, Any] = {"v": sought}
    for number, (name, step) in enumerate(plan.items()):
        sought[f"v{number}"] = present(step.values)
        if step.limit is not None:
            values[f"l{number}"] = step.limit
        if step.short is not None:
            values[f"b{number}"] = step.short
        scope = ", ".join(dict.fromkeys(at[before] for before, _ in step.after))
        parts.append(
            f"CALL ({scope}) {{ {_sought(plan, tables, name, at, number)} {_found(tables[name], step, number)} }}"
        )
    if any(whole(tables[name], step) for name, step in plan.items()):
        sought[HELD] = held
    return f"{KEPT}{' '.join(parts)} RETURN {', '.join(at.values())}", values


def _sought(plan: Plan, tables: Mapping[str, Table], name: str, at: Mapping[str, str], number: int) -> str:
    """Rows of `value`: each value that the step looks for, once."""
    step = plan[name]
    lists = [f"$v.v{number}"]
    for before, column in step.after:
        place_of = names_of(tables[before], plan[before]).index(column)
        cell, shape = f"row[{place_of}]", tables[before].column(column)
        if shape.holds_many:
            packed = shape.type == "bytes"
            items, size = (_unpacked(cell), f"size({cell}) / 8") if packed else (cell, f"size({cell})")
            held = f"CASE WHEN {size} <= $b{number} THEN {items} END" if step.short is not None else items
            lists.append(f"COLLECT {{ UNWIND {at[before]} AS row UNWIND {held} AS item RETURN item }}")
        else:
            lists.append(f"[row IN {at[before]} | {cell}]")
    if not step.after:
        return f"UNWIND {lists[0]} AS value"
    return f"UNWIND {' + '.join(lists)} AS value WITH DISTINCT value WHERE value IS NOT NULL"


def _unpacked(cell: str) -> str:
    """The whole numbers that bytes hold: Cypher knows bytes as a list of numbers from -128 to 127."""
    byte = f"{cell}[8 * at + place]"
    read = f"number * 256 + CASE WHEN place < 7 AND {byte} < 0 THEN {byte} + 256 ELSE {byte} END"
    return f"[at IN range(0, size({cell}) / 8 - 1) | reduce(number = 0, place IN range(7, 0, -1) | {read})]"


def _found(table: Table, step: Step, number: int) -> str:
    """The rows that hold a value, collected."""
    if table.is_edge:
        # Labels on both ends: the named one finds its node by index, the other tells tables of one type apart.
        found, kept = f"(a:{label(table.start)})-[r:`{table.label}`]->(b:{label(table.end)})", "a, r, b"
    else:
        found, kept = f"(n:`{table.label}`)", "n"
    match = f"MATCH {found} {by_index(table, step.column)} WHERE {place(table, step.column)} = value"
    if step.counted:
        return f"{match} WITH value, count(*) AS held RETURN collect([value, held]) AS s{number}"
    cells = f"[{places_of_document() if whole(table, step) else places(table, names_of(table, step))}]"
    if step.limit is not None:
        match = f"CALL (value) {{ {match} RETURN {kept} ORDER BY {places(table, table.key)} LIMIT $l{number} }}"
    return f"{match} RETURN collect({cells}) AS s{number}"
