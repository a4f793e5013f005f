"""The text that writes what changes of records write: rows that are put, rows that go, and the entry of the log.

A server takes long to plan a text, so that as little stands in it as can: the indexes by which nodes are found. What is
made of them, labels and types too, is in the parameters. They are in the map `p`: `nodes` by table and `edges`, rows
that are put and those without a `row`, which go; for the entry `log`, of one or none, and `tables`, what it counts.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from spine.domain.graph import GRAPH, Table
from spine.ports import Row
from spine.stores.neo4j_bolt.patterns import KEPT, label

USUAL = (
    "record", "record_version", "identifier", "key", "keyed", "document", "touched", "change", "component", "person",
    "household", "carries", "match", "in_component", "resolves_to_person", "resides_in", "member_of", "related_to",
)  # fmt: skip
"""Tables that changes of records write, nodes before their edges; every other table has a statement of its own."""
GOING = (
    "match", "in_component", "resolves_to_person", "resides_in", "member_of", "related_to",
    "key", "touched", "component", "person", "household",
)  # fmt: skip
"""Those of them that lose rows, edges before their nodes."""
_NODES = tuple(name for name in USUAL if not GRAPH[name].is_edge)
_EDGES = tuple(GRAPH[name] for name in USUAL if GRAPH[name].is_edge)
_SAME = 2
_WENT = 3
_STATES = f"[0, 1, {_WENT}]"
"""A row that was added, changed, removed; one of state 2 was there as it is."""


@cache
def usual() -> str:
    """The text; it answers (table, operation, state) of each row, the kinds of edges that went with nodes, and how many
    tables changed.

    The entry is written where something changed and no edge went with a node: of those the counts are not in it.
    """
    return (
        f"{KEPT}MATCH (m:SpineMeta {{id: 'store'}}) "
        f"CALL () {{ CALL () {{ {' UNION ALL '.join(map(_sought, _NODES))} }} RETURN collect([one, n]) AS found }} "
        f"CALL (found) {{ UNWIND found AS f WITH f[0] AS one, f[1] AS n WHERE one.row IS NOT NULL {_put_nodes()} }} "
        f"CALL () {{ {_put_edges()} }} CALL (found) {{ {_remove_nodes()} }} "
        "WITH m, nodes + edges + went AS done, lost "
        f"WITH m, done, lost, [t IN $p.tables | [t.name] + [s IN {_STATES} | "
        "t.counts[s] + size([d IN done WHERE d[0] = t.at AND d[2] = s])]] AS tables "
        "WITH m, done, lost, [t IN tables WHERE t[1] + t[2] + t[3] > 0] AS counted "
        f"FOREACH (one IN CASE WHEN size(counted) = 0 OR size(lost) > 0 THEN [] ELSE $p.log END | {_logged()}) "
        "RETURN done, lost, size(counted)"
    )


def statement(name: str) -> str:
    """The text that puts rows of this table alone, from `p0`; it answers (0, operation, state) of each."""
    return f"{KEPT}{_upsert(GRAPH[name])}"


def node_written(table: Table, operation: int, key: Any, row: Row | None) -> Row:
    """A node as the text takes it: `row` to be put, none where it goes."""
    return {"at": USUAL.index(table.name), "op": operation, "label": table.label, "id": key, "row": row}


def edge_written(table: Table, operation: int, key: Mapping[str, Any], row: Row | None) -> Row:
    """The same of an edge: `key` are its key columns, `row` its properties."""
    ends = {end: {getattr(table, end): key[end]} for end in ("start", "end")}
    more = {name: key[name] for name in table.key[2:]}
    return {"at": USUAL.index(table.name), "op": operation, "type": table.label, **ends, "further": more, "row": row}


def counted(names: Sequence[str], counts: Mapping[str, Sequence[int]]) -> list[Row]:
    """What an entry counts: these tables, and those of which it is known how many rows were added, changed, removed."""
    return [
        {
            "name": name,
            "at": USUAL.index(name) if name in USUAL else -1,
            "counts": [added, changed, 0, removed],
        }
        for name in sorted({*names, *counts})
        for added, changed, removed in (counts.get(name, (0, 0, 0)),)
    ]


def ends_found(table: Table, row: str) -> str:
    """The clauses that find the ends of an edge."""
    return f"{_node('a', table.start, f'{row}.start')} {_node('b', table.end, f'{row}.end')}"


def further(table: Table, source: str) -> str:
    """The key columns of an edge table beside its ends, as properties to find the edge by."""
    names = ", ".join(f"`{name}`: {source}.`{name}`" for name in table.key[2:])
    return f" {{{names}}}" if names else ""


def _node(name: str, table: str, value: str) -> str:
    """The clause that finds a node by its id: by index, whatever the statistics of the day say."""
    kind = label(table)
    return f"MATCH ({name}:{kind}) USING INDEX {name}:{kind}(id) WHERE {name}.id = {value}"


def _sought(name: str) -> str:
    """Rows of a table of nodes, each with the node that is there."""
    return f"UNWIND $p.nodes.{name} AS one OPTIONAL {_node('n', name, 'one.id')} RETURN one, n"


def _put_nodes() -> str:
    return f"WITH one, n, {_state('n')} AS state {_written('n', 'CREATE (made:$(one.label))')} {_told('nodes')}"


def _put_edges() -> str:
    """Put edges, and remove those that go: both ends are found under the name of their table."""
    kinds = "|".join(dict.fromkeys(f"`{table.label}`" for table in _EDGES))
    return (
        f"UNWIND $p.edges AS one {_end('a', 'start')} {_end('b', 'end')} OPTIONAL MATCH (a)-[r:{kinds}]->(b) "
        "WHERE type(r) = one.type AND all(name IN keys(one.further) WHERE r[name] = one.further[name]) "
        "WITH one, a, b, r WHERE one.row IS NOT NULL OR r IS NOT NULL "
        f"WITH one, a, b, r, CASE WHEN one.row IS NULL THEN {_WENT} ELSE {_state('r')} END AS state "
        f"{_written('r', 'CREATE (a)-[made:$(one.type)]->(b)')} "
        f"FOREACH (_ IN CASE state WHEN {_WENT} THEN [1] ELSE [] END | DELETE r) {_told('edges')}"
    )


def _end(name: str, end: str) -> str:
    tables = dict.fromkeys(getattr(table, end) for table in _EDGES)
    found = (f"{_node(name, table, f'one.{end}.{table}')} RETURN {name}" for table in tables)
    return f"CALL (one) {{ {' UNION ALL '.join(found)} }}"


def _remove_nodes() -> str:
    """Remove nodes that are there; with them go their edges, of which the kinds are answered."""
    return (
        "UNWIND found AS f WITH f[0] AS one, f[1] AS n WHERE one.row IS NULL AND n IS NOT NULL "
        f"WITH collect(n) AS gone, collect([one.at, one.op, {_WENT}]) AS went "
        "CALL (gone) { UNWIND gone AS n MATCH (n)-[r]-() WITH DISTINCT r "
        "RETURN collect([type(r), labels(startNode(r))[0], labels(endNode(r))[0]]) AS lost } "
        "FOREACH (n IN gone | DETACH DELETE n) RETURN went, lost"
    )


def _state(name: str) -> str:
    """What is to be done: make what is missing (state 0), overwrite what is not equal (1), leave the rest (2)."""
    return f"CASE WHEN {name} IS NULL THEN 0 WHEN properties({name}) = one.row THEN {_SAME} ELSE 1 END"


def _written(name: str, made: str) -> str:
    """Do it. The writer is alone, so that what is not there can be made without the locks of a MERGE, for which no
    index can be named."""
    return (
        f"FOREACH (_ IN CASE state WHEN 0 THEN [1] ELSE [] END | {made} SET made = one.row) "
        f"FOREACH (_ IN CASE state WHEN 1 THEN [1] ELSE [] END | SET {name} = one.row)"
    )


def _told(name: str) -> str:
    return f"RETURN collect([one.at, one.op, state]) AS {name}"


def _upsert(table: Table) -> str:
    """Put rows of one table."""
    if table.is_edge:
        found = (
            f"{ends_found(table, 'one')} OPTIONAL MATCH (a)-[r:`{table.label}`{further(table, 'one.row')}]->(b) "
            "WITH one, a, b, r"
        )
        name, made = "r", f"CREATE (a)-[made:`{table.label}`]->(b)"
    else:
        found, name, made = (
            f"OPTIONAL {_node('n', table.name, 'one.row.id')} WITH one, n",
            "n",
            f"CREATE (made:`{table.label}`)",
        )
    told = "RETURN collect([0, one.op, state]) AS done"
    return f"UNWIND $p.p0 AS one {found}, {_state(name)} AS state {_written(name, made)} {told}"


def _logged() -> str:
    """Write the entry, a JSON object with sorted keys, and what the store knows of its log."""
    told = (
        "reduce(text = '', t IN counted | text + CASE text WHEN '' THEN '' ELSE ', ' END + '\"' + t[0] + '\": "
        "{\"added\": ' + t[1] + ', \"changed\": ' + t[2] + ', \"removed\": ' + t[3] + '}')"
    )
    return (
        f"CREATE (n:`{GRAPH['log'].label}`) SET n = one.row SET n.entry = one.head + '{{' + {told} + '}}' + one.tail "
        "SET m.position = one.position, m.highest = one.highest, m += one.digests"
    )
