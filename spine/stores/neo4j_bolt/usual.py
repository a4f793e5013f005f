"""The text that writes what changes of records write: rows that are put, rows that go, and the entry of the log.

Parameters are in the map `p`: for each table rows to put, keys to remove, and none or one entry of the log.
"""

from collections.abc import Sequence
from functools import cache

from spine.domain.graph import GRAPH, Table
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
_GOING_NODES = tuple(name for name in GOING if not GRAPH[name].is_edge)


@cache
def usual() -> str:
    """The text; it answers a column of (operation, state) for each table of `USUAL`, one of operations for each of
    `GOING`, the kinds of edges that went with nodes, and how many tables changed.

    The entry is written where something changed and no edge went with a node: of those the counts are not in it.
    """
    put = [_upsert(GRAPH[name], at) for at, name in enumerate(USUAL)]
    going = [_remove(GRAPH[name], at) for at, name in enumerate(GOING)]
    lost = " + ".join(f"e{GOING.index(name)}" for name in _GOING_NODES)
    columns = [*(f"c{at}" for at in range(len(USUAL))), *(f"d{at}" for at in range(len(GOING)))]
    names = ", ".join(columns)
    return (
        f"{KEPT}MATCH (m:SpineMeta {{id: 'store'}}) {' '.join(put)} {' '.join(going)} "
        f"WITH m, {names}, {lost} AS lost WITH m, {names}, lost, {_counted()} AS counted "
        f"FOREACH (one IN CASE WHEN size(counted) = 0 OR size(lost) > 0 THEN [] ELSE $p.log END | {_logged()}) "
        f"RETURN {names}, lost, size(counted)"
    )


def statement(names: Sequence[str]) -> str:
    """The text that puts rows of these tables; it answers a column of (operation, state) for each."""
    parts = [_upsert(GRAPH[name], at) for at, name in enumerate(names)]
    return f"{KEPT}{' '.join(parts)} RETURN {', '.join(f'c{at}' for at in range(len(names)))}"


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


def _upsert(table: Table, number: int) -> str:
    """Make what is missing (state 0), overwrite what is not equal (1), leave the rest (2).

    The writer is alone, so that what is not there can be made without the locks of a MERGE, for which no index can be
    named.
    """
    if table.is_edge:
        name, wanted = "r", "one.row.properties"
        found = (
            f"{ends_found(table, 'one.row')} "
            f"OPTIONAL MATCH (a)-[r:`{table.label}`{further(table, wanted)}]->(b) WITH one, a, b, r"
        )
        made = f"CREATE (a)-[made:`{table.label}`]->(b)"
    else:
        name, wanted = "n", "one.row"
        found = f"OPTIONAL {_node('n', table.name, 'one.row.id')} WITH one, n"
        made = f"CREATE (made:`{table.label}`)"
    return (
        f"CALL () {{ UNWIND $p.p{number} AS one {found}, "
        f"CASE WHEN {name} IS NULL THEN 0 WHEN properties({name}) = {wanted} THEN 2 ELSE 1 END AS state "
        f"FOREACH (_ IN CASE state WHEN 0 THEN [1] ELSE [] END | {made} SET made = {wanted}) "
        f"FOREACH (_ IN CASE state WHEN 1 THEN [1] ELSE [] END | SET {name} = {wanted}) "
        f"RETURN collect([one.op, state]) AS c{number} }}"
    )


def _remove(table: Table, number: int) -> str:
    """Remove what is there; with nodes go their edges, of which the kinds are answered."""
    if table.is_edge:
        return (
            f"CALL () {{ UNWIND $p.g{number} AS one {ends_found(table, 'one.key')} "
            f"MATCH (a)-[r:`{table.label}`{further(table, 'one.key')}]->(b) DELETE r "
            f"RETURN collect(one.op) AS d{number} }}"
        )
    return (
        f"CALL () {{ UNWIND $p.g{number} AS one {_node('n', table.name, 'one.key.id')} "
        f"WITH collect(n) AS gone, collect(one.op) AS d{number} "
        f"CALL (gone) {{ UNWIND gone AS n MATCH (n)-[r]-() WITH DISTINCT r "
        f"RETURN collect([type(r), labels(startNode(r))[0], labels(endNode(r))[0]]) AS e{number} }} "
        f"FOREACH (n IN gone | DETACH DELETE n) RETURN d{number}, e{number} }}"
    )


def _counted() -> str:
    """The tables that changed, by name, with how many rows were added, changed and removed: those of this statement,
    and those that the entry says of statements before it."""
    places = {name: [at, None] for at, name in enumerate(USUAL)}
    for at, name in enumerate(GOING):
        places[name][1] = at
    lists = []
    for name in sorted(GRAPH):
        put, going = places.get(name, (None, None))
        parts = [f"size([s IN c{put} WHERE s[1] = {state}])" if put is not None else "0" for state in (0, 1)] + [
            f"size(d{going})" if going is not None else "0"
        ]
        counts = ", ".join(f"coalesce($p.log[0].counts.{name}[{at}], 0) + {part}" for at, part in enumerate(parts))
        lists.append(f"['{name}', {counts}]")
    return f"[t IN [{', '.join(lists)}] WHERE t[1] + t[2] + t[3] > 0]"


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
