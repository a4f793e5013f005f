"""Any store as a disposable Ladybug database, so that whoever is on its machine can ask it in Cypher.

Ladybug reads and writes files when it is told to, even opened for reading only: this is for commands on the machine
itself, never for the network. Words that name files are refused all the same, so that a question changes nothing.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ladybug
import pyarrow as pa
import pyarrow.parquet as parquet

from spine.access.context import Context
from spine.domain.graph import EDGES, GRAPH, NODES, ColumnType, Table
from spine.errors import QueryError, TooExpensive
from spine.ports import CypherAnswer, GraphStore, Reader
from spine.stores.cypher_names import TOKEN, check_names, columns_for, strange_names, tables_for
from spine.stores.plain_values import Budget, plain, public_id

LEFT_OUT = frozenset({"log", "document", "record_version"})
"""What the product keeps about itself, and past versions: no part of the graph that is asked about."""

_TYPES: dict[ColumnType, str] = {
    "int": "INT64", "float": "DOUBLE", "text": "STRING", "json": "STRING", "bool": "BOOL", "bytes": "BLOB",
    "ints": "INT64[]", "texts": "STRING[]",
}  # fmt: skip

_READING = "copy|load|export|import|attach|install|uninstall|use|call|profile|explain"
_WRITING = "create|drop|alter|set|delete|detach|merge|remove|comment|begin|commit|rollback|checkpoint|force"
_OUTSIDE = frozenset(f"{_READING}|{_WRITING}".split("|"))


class CypherProjection:
    """The graph as it was when it was made, as a `CypherReader`; its files are gone with it."""

    def __init__(self, folder: Path) -> None:
        self._database = ladybug.Database(folder / "graph", read_only=True)
        self._connection = ladybug.Connection(self._database)

    def cypher(self, query: str, parameters: Mapping[str, Any], rows: int, seconds: float) -> CypherAnswer:
        """The first `rows` rows of a question that only reads."""
        _check(query)
        self._connection.set_query_timeout(int(seconds * 1000))
        try:
            result = self._connection.execute(query, dict(parameters))
        except RuntimeError as error:
            if "Interrupted" in str(error):
                raise TooExpensive("The question took too long.", remedy="Ask for less at once.") from error
            raise QueryError(f"Ladybug: {error}", remedy="See docs/analysis.md for examples.") from error
        if isinstance(result, list):
            raise QueryError("This question is refused: a second statement.", remedy="Ask one question at a time.")
        found: list[list[Any]] = []
        budget = Budget()
        while len(found) < rows and result.has_next():
            row: Any = result.get_next()
            found.append([_plain(value, budget) for value in row])
        return CypherAnswer(tuple(result.get_column_names()), found, result.has_next())

    def close(self) -> None:
        """Give the files back."""
        self._connection.close()
        self._database.close()


@dataclass(frozen=True, slots=True)
class Part:
    """A table that is copied: the columns that are, all where they are not named, and how many rows it has."""

    table: Table
    columns: tuple[str, ...]
    rows: int


@contextmanager
def projected(
    store: GraphStore,
    context: Context,
    query: str = "",
    copies: Callable[[Sequence[Part]], None] = lambda parts: None,
    copied: Callable[[int], None] = lambda rows: None,
) -> Iterator[CypherProjection]:
    """A projection of one view of a store, in a temporary folder that only this user can read.

    Where it is made for one question, tables and columns that the question can't see stay empty. What will be copied
    is told before, and how many rows are done meanwhile.
    """
    _check(query)
    folder = Path(tempfile.mkdtemp(prefix="spine-cypher-"))
    try:
        with store.reading(context) as reader:
            parts = _seen(reader, query)
            copies(parts)
            _fill(reader, folder, {part.table.name: part for part in parts}, copied)
        projection = CypherProjection(folder)
        try:
            yield projection
        finally:
            projection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _seen(reader: Reader, query: str) -> list[Part]:
    """What a question can see: everything where there is none."""
    tables, columns = (tables_for(query), columns_for(query)) if query else (frozenset(GRAPH), None)
    return [
        Part(table, _columns_of(table, columns), reader.count(table.name))
        for table in (*NODES, *EDGES)
        if table.name in tables - LEFT_OUT
    ]


def _columns_of(table: Table, seen: frozenset[str] | None) -> tuple[str, ...]:
    """The columns of a table to copy: its key, and those that are seen; one at least of an edge, as Ladybug asks."""
    if seen is None:
        return table.names
    others = [name for name in table.names if name not in ("start", "end")]
    wanted = [name for name in others if name in seen or name in table.key] or others[:1]
    return ("start", "end", *wanted) if table.is_edge else tuple(wanted)


def _fill(reader: Reader, folder: Path, parts: Mapping[str, Part], copied: Callable[[int], None]) -> None:
    """Make all tables, and copy the rows of these parts."""
    with ladybug.Database(folder / "graph") as database, ladybug.Connection(database) as connection:
        for table in NODES:
            if table.name not in LEFT_OUT:
                connection.execute(f"CREATE NODE TABLE `{table.label}`({_declared(table)}, PRIMARY KEY (`id`))")
                if table.name in parts:
                    _copy(reader, connection, parts[table.name], folder, "")
                    copied(parts[table.name].rows)
        for label in dict.fromkeys(table.label for table in EDGES):
            same = [table for table in EDGES if table.label == label]
            pairs = ", ".join(f"FROM `{GRAPH[one.start].label}` TO `{GRAPH[one.end].label}`" for one in same)
            declared = _declared(same[0])
            connection.execute(f"CREATE REL TABLE `{label}`({pairs}{', ' if declared else ''}{declared})")
            for table in same:
                if table.name not in parts:
                    continue
                ends = f"(from='{GRAPH[table.start].label}', to='{GRAPH[table.end].label}')" if len(same) > 1 else ""
                _copy(reader, connection, parts[table.name], folder, ends)
                copied(parts[table.name].rows)


def _declared(table: Table) -> str:
    columns = [column for column in table.columns if not (table.is_edge and column.name in ("start", "end"))]
    return ", ".join(f"`{column.name}` {_TYPES[column.type]}" for column in columns)


def _copy(reader: Reader, connection: Any, part: Part, folder: Path, options: str) -> None:
    table = part.table
    rows: pa.Table = reader.scan(table.name, part.columns)
    if rows.num_rows:
        file = folder / f"{table.name}.parquet"
        parquet.write_table(rows, file)
        told = [name for name in rows.column_names if not (table.is_edge and name in ("start", "end"))]
        columns = f"({', '.join(f'`{name}`' for name in told)})" if told else ""
        connection.execute(f"COPY `{table.label}`{columns} FROM '{file.as_posix()}' {options}")
        file.unlink()


def _check(query: str) -> None:
    """QueryError where a word stands in the question that does anything but read the graph, or a name that is none."""
    for word in (found.group().lower() for found in TOKEN.finditer(query)):
        if word in _OUTSIDE:
            raise QueryError(
                f"This question is refused: {word.upper()}.", remedy="Put a name that is such a word in backticks."
            )
    check_names(*strange_names(query))


def _plain(value: Any, budget: Budget) -> Any:
    """Ladybug's dicts of nodes, relationships and paths as the answers of every store have them."""
    if isinstance(value, list):
        return [_plain(one, budget) for one in value]
    if not isinstance(value, dict):
        return plain(value, budget, lambda odd, _: str(odd))
    if "_NODES" in value:
        return {"nodes": _plain(value["_NODES"], budget), "relationships": _plain(value["_RELS"], budget)}
    inner = {name: one for name, one in value.items() if name not in ("_ID", "_LABEL", "_SRC", "_DST")}
    if "_LABEL" not in value:
        return {name: _plain(one, budget) for name, one in inner.items()}
    properties = {name: _plain(one, budget) for name, one in inner.items() if one is not None}
    label = value["_LABEL"]
    if "_SRC" in value:
        return {"type": label, "properties": properties}
    return {
        "id": public_id(label, value.get("id")) or str(value.get("id")),
        "labels": [label],
        "properties": properties,
    }
