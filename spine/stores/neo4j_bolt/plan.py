"""A plan of several steps as one question in Cypher.

Each look-up (`lookups`) is a subquery that collects its rows out of its parameters and of what those before it
collected: with each row the steps that find it, by their places in the look-up. Which steps the steps of one look-up
lead to in another is a parameter as well, `r`, so that the text stays short: a server takes long to plan it. It depends
on the shape of the plan only, so that each shape is planned once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spine.domain.graph import GRAPH
from spine.ports import Plan, Row, Step
from spine.stores.following import names_of, present
from spine.stores.neo4j_bolt.documents import HELD, Documents, places_of_document, whole
from spine.stores.neo4j_bolt.lookups import Lookup, lookups
from spine.stores.neo4j_bolt.patterns import KEPT, by_index, label, place, places

Part = tuple[int, str, str, int | None]
"""Rows of an earlier look-up, by its number, the cell of them that is followed, what is in it ("one" value, "many", or
"packed" numbers), and how many at most."""


@dataclass(frozen=True)
class Shape:
    """What plans have in common that differ in their values only: the text, what it finds, and parameters."""

    text: str
    lookups: tuple[Lookup, ...]
    limits: dict[str, int]
    fixed: dict[str, Any]

    def parameters(self, plan: Plan, held: Mapping[str, str]) -> dict[str, Any]:
        """Those of a plan; `held` are the digests of documents whose bodies need not be sent (see `documents`)."""
        # Lists are packed into one map: of a list by itself the server plans anew for each order of magnitude.
        sought: dict[str, Any] = dict(self.fixed)
        for number, lookup in enumerate(self.lookups):
            values: dict[tuple[Any, ...], list[int]] = {}
            for at, name in enumerate(lookup.names):
                if plan[name].values:
                    values.setdefault(plan[name].values, []).append(at)
            sought[f"v{number}"] = [[present(some), steps, 0] for some, steps in values.items()]
        if any(whole(lookup.table, lookup.first) for lookup in self.lookups):
            sought[HELD] = held
        return {"v": sought, **self.limits}

    def rows(self, answer: Sequence[Sequence[Any]], documents: Documents, held: Any) -> dict[str, list[Row]]:
        """What each step finds; a row that several steps find is one for all of them."""
        found: dict[str, list[Row]] = {}
        for lookup, cells in zip(self.lookups, answer, strict=True):
            lists: list[list[Row]] = [[] for _ in lookup.steps]
            if lookup.edges:
                _read_edges(lookup, cells, lists)
            else:
                _read_cells(lookup, cells, lists, documents, held)
            found |= zip(lookup.names, lists, strict=True)
        return found


def shape_of(plan: Plan) -> Shape:
    """The shape of a plan that was checked."""
    return _shape(
        tuple(
            (name, step.table, step.column, step.after, step.limit, step.columns, step.counted, step.short)
            for name, step in plan.items()
        )
    )


@lru_cache(maxsize=256)
def _shape(told: tuple[tuple[Any, ...], ...]) -> Shape:
    plan = {
        name: Step(table, column, (), after, limit, columns, counted, short)
        for name, table, column, after, limit, columns, counted, short in told
    }
    asked = lookups(plan)
    at = {name: (number, step) for number, one in enumerate(asked) for step, name in enumerate(one.names)}
    texts: list[str] = []
    limits: dict[str, int] = {}
    fixed: dict[str, Any] = {}
    for number, lookup in enumerate(asked):
        parts = _parts(plan, asked, lookup, at)
        fixed[f"r{number}"] = [[[own] for own in range(len(lookup.steps))], *parts.values()]
        if lookup.first.limit is not None:
            limits[f"l{number}"] = lookup.first.limit
        cells = [_cells_of(step) for step in lookup.steps]
        fixed[f"c{number}"] = cells if lookup.mixed else cells[0]
        if lookup.mixed:
            fixed[f"t{number}"] = [_told(step) for step in lookup.steps]
        scope = ", ".join(f"s{one}" for one in dict.fromkeys(part[0] for part in parts))
        texts.append(f"CALL ({scope}) {{ {_sought(number, list(parts))} {_found(lookup, number)} }}")
    answer = ", ".join(f"s{number}" for number in range(len(asked)))
    return Shape(f"{KEPT}{' '.join(texts)} RETURN {answer}", tuple(asked), limits, fixed)


def _parts(
    plan: Plan, asked: Sequence[Lookup], lookup: Lookup, at: Mapping[str, tuple[int, int]]
) -> dict[Part, list[list[int]]]:
    """What a look-up follows, each with the steps of it that the steps of the earlier look-up lead to."""
    parts: dict[Part, list[list[int]]] = {}
    for own, name in enumerate(lookup.names):
        for before, column in plan[name].after:
            number, step = at[before]
            shape = GRAPH[plan[before].table].column(column)
            held = "one" if not shape.holds_many else "packed" if shape.type == "bytes" else "many"
            short = plan[name].short if shape.holds_many else None
            part = (number, _cell(plan[before], column), held, short)
            parts.setdefault(part, [[] for _ in asked[number].steps])[step].append(own)
    return parts


def _cells_of(step: Step) -> tuple[str, ...]:
    """The columns whose values are in the list of cells of a row: of an edge all but its ends."""
    table = GRAPH[step.table]
    names = names_of(table, step)
    return tuple(name for name in names if name not in ("start", "end")) if table.is_edge else names


def _cell(step: Step, column: str) -> str:
    """Where a column of what a step finds is in a collected row."""
    if not GRAPH[step.table].is_edge or step.counted:
        return f"row[1][{names_of(GRAPH[step.table], step).index(column)}]"
    if column in ("start", "end"):
        return "row[1]" if column == step.column else "row[2]"
    return f"row[3][{_cells_of(step).index(column)}]"


def _sought(number: int, parts: Sequence[Part]) -> str:
    """Rows of `value` and `who`: each value that steps of the look-up look for, once, and which of them."""
    lists, packed = [f"$v.v{number}"], []
    for place_of, (before, cell, held, short) in enumerate(parts, 1):
        size = f"size({cell}) / 8" if held == "packed" else f"size({cell})"
        short_enough = f" WHERE {size} <= {short:d}" if short is not None else ""
        lists.append(
            f"[row IN s{before}{short_enough} | [{f'[{cell}]' if held == 'one' else cell}, row[0], {place_of}]]"
        )
        if held == "packed":
            packed.append(place_of)
    values = f"CASE WHEN x[2] IN {packed} THEN {_unpacked('x[0]')} ELSE x[0] END" if packed else "x[0]"
    return (
        f"UNWIND {' + '.join(lists)} AS x UNWIND x[1] AS step UNWIND $v.r{number}[x[2]][step] AS own "
        f"UNWIND {values} AS value WITH value, collect(DISTINCT own) AS who WHERE value IS NOT NULL"
    )


def _unpacked(cell: str) -> str:
    """The whole numbers that bytes hold: Cypher knows bytes as a list of numbers from -128 to 127."""
    byte = f"{cell}[8 * at + place]"
    read = f"number * 256 + CASE WHEN place < 7 AND {byte} < 0 THEN {byte} + 256 ELSE {byte} END"
    return f"[at IN range(0, size({cell}) / 8 - 1) | reduce(number = 0, place IN range(7, 0, -1) | {read})]"


def _found(lookup: Lookup, number: int) -> str:
    """The rows that hold a value, collected."""
    if lookup.mixed:
        return _edges(lookup, number)
    table, step = lookup.table, lookup.first
    if table.is_edge:
        # Labels on both ends: the named one finds its node by index, the other tells tables of one type apart.
        found, kept = f"(a:{label(table.start)})-[r:`{table.label}`]->(b:{label(table.end)})", "a, r, b"
    else:
        found, kept = f"(n:`{table.label}`)", "n"
    match = f"MATCH {found} {by_index(table, step.column)} WHERE {place(table, step.column)} = value"
    if step.counted:
        return f"{match} WITH value, who, count(*) AS held RETURN collect([who, [value, held]]) AS s{number}"
    if step.limit is not None:
        match = f"CALL (value) {{ {match} RETURN {kept} ORDER BY {places(table, table.key)} LIMIT $l{number} }}"
    if table.is_edge:
        other = place(table, "end" if step.column == "start" else "start")
        return f"{match} RETURN collect([who, value, {other}, [c IN $v.c{number} | r[c]]]) AS s{number}"
    cells = f"[{places_of_document()}]" if whole(table, step) else f"[c IN $v.c{number} | n[c]]"
    return f"{match} RETURN collect([who, {cells}]) AS s{number}"


def _edges(lookup: Lookup, number: int) -> str:
    """The edges of nodes, of several tables, each for the steps that look for its kind."""
    node = label(getattr(lookup.table, lookup.first.column))
    kinds = "|".join(dict.fromkeys(f"`{GRAPH[step.table].label}`" for step in lookup.steps))
    told = "type(r) + CASE WHEN startNode(r) = a THEN '>' ELSE '<' END + labels(b)[0]"
    return (
        f"MATCH (a:{node})-[r:{kinds}]-(b) USING INDEX a:{node}(id) WHERE a.id = value "
        f"WITH value, who, r, b, {told} AS told "
        f"WITH value, r, b, [own IN who WHERE $v.t{number}[own] = told] AS who WHERE size(who) > 0 "
        f"RETURN collect([who, value, b.id, [c IN $v.c{number}[who[0]] | r[c]]]) AS s{number}"
    )


def _told(step: Step) -> str:
    """What an edge is for the node that it is looked up by: its type, its direction, and what is at the other end."""
    table = GRAPH[step.table]
    other, way = (table.end, ">") if step.column == "start" else (table.start, "<")
    return f"{table.label}{way}{GRAPH[other].label}"


def _read_edges(lookup: Lookup, found: Sequence[Any], lists: Sequence[list[Row]]) -> None:
    """Edges as rows, for the steps that find them."""
    ends = [("start", "end") if step.column == "start" else ("end", "start") for step in lookup.steps]
    names = [_cells_of(step) for step in lookup.steps]
    for who, value, other, cells in found:
        # All that find an edge look at one table, by one end.
        here, there = ends[who[0]]
        row = {"start": None, "end": None, here: value, there: other, **dict(zip(names[who[0]], cells, strict=True))}
        for step in who:
            lists[step].append(row)


def _read_cells(
    lookup: Lookup, found: Sequence[Any], lists: Sequence[list[Row]], documents: Documents, held: Any
) -> None:
    """Nodes or counts as rows, for the steps that find them."""
    names = names_of(lookup.table, lookup.first)
    plain: Sequence[Any] = [cells for _, cells in found]
    if whole(lookup.table, lookup.first):
        plain = documents.completed(held, plain)
    for (who, _), cells in zip(found, plain, strict=True):
        row = dict(zip(names, cells, strict=True))
        for step in who:
            lists[step].append(row)
