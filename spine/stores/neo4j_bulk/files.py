"""The whole graph of a store as files for `neo4j-admin database import full`, which fills an empty database fastest."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.csv

from spine.access.context import Context
from spine.ahead import ahead
from spine.domain.graph import GRAPH, Table
from spine.errors import FileError, StoreError
from spine.normalise.columns import compute, one_array
from spine.ports import Cause, GraphStore, Writer
from spine.stores.migration import SCHEMA_VERSION
from spine.stores.neo4j_bolt.digest import digest_of_body
from spine.stores.neo4j_bolt.patterns import DIGEST, DOCUMENT, EMPTIES, WORDS
from spine.stores.neo4j_bulk.cells import TYPES, cells, empties, has_more_lines
from spine.stores.neo4j_bulk.numbers import Numbers
from spine.stores.transaction import RECORD
from spine.stores.words import words_of_all

ARGUMENTS = "import.args"
"""The file that holds everything the import tool has to be told, one argument a line."""

SIZES = "import.sizes"
"""The file that says how many bytes each other file has, as a JSON object: the tool does not notice what is missing."""

CHUNK = 200_000
"""Rows that are turned into text at once, at most: what bounds the memory."""

_READ_AHEAD = 4
"""So many parts of tables are read before they are written."""

_NEVER_LOADED = "\x00"
"""A record key that no source can have: asking for its number tells the greatest one ever given."""


class Tables(Protocol):
    """A graph as it is read from end to end: its tables some rows at a time, where its log and its numbers stand."""

    @property
    def position(self) -> int:
        """The last position of its log."""
        ...

    @property
    def highest(self) -> int:
        """The greatest sequence number ever given."""
        ...

    def tables(self, name: str) -> Iterator[pa.Table]:
        """The rows of a table."""
        ...


class _OfStore:
    """A store inside a transaction, so that all tables are of one state of it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.position = writer.position - 1
        self.highest = int(writer.sequence([_NEVER_LOADED])[0]) - 1

    def tables(self, name: str) -> Iterator[pa.Table]:
        """The rows of a table."""
        for rows in self.writer.pieces(name):
            for start in range(0, rows.num_rows, CHUNK):
                yield rows.slice(start, CHUNK)


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """What was written: the folder, the rows of each table, and the arguments for the import tool."""

    folder: Path
    rows: dict[str, int]
    arguments: tuple[str, ...]

    def command(self, admin: Sequence[str] = ("neo4j-admin",), database: str = "neo4j") -> list[str]:
        """What to run, for a server whose `neo4j-admin` is given."""
        # The name of the database stands first: the options before it would take it for one more file.
        return [*admin, "database", "import", "full", database, *self.arguments]

    @property
    def total(self) -> int:
        """Nodes and edges together."""
        return sum(self.rows.values())


def write_files(
    store: GraphStore, context: Context, folder: Path, advance: Callable[[int], None] = lambda rows: None
) -> ImportFiles:
    """Write every table of the store, and where its log and its numbers stand, into an empty folder.

    The store's write lock is held meanwhile, so that what is written is one state of it; nothing is written to the
    store. `advance` is told of rows as they are written. FileError where the folder can't be made or holds something;
    StoreError for what Neo4j could not hold.
    """
    with store.writing(context, Cause("export")) as writer:
        return write_tables(_OfStore(writer), folder, advance)


def write_tables(graph: Tables, folder: Path, advance: Callable[[int], None] = lambda rows: None) -> ImportFiles:
    """Write every table of a graph into an empty folder; errors and `advance` as of `write_files`."""
    _claim(folder)
    written: dict[str, int] = {}
    several_lines: list[Path] = []
    nodes: list[str] = []
    edges: list[str] = []
    numbers = Numbers()
    try:
        with closing(ahead(_parts(graph), _READ_AHEAD)) as parts:
            for table in GRAPH.values():
                file = folder / f"{table.name}.csv"
                rows, folded = _write_table(iter(partial(next, parts), None), table, numbers, file, advance)
                written[table.name] = rows
                if rows:
                    (edges if table.is_edge else nodes).append(f"{table.label}={file.absolute()}")
                if folded:
                    several_lines.append(file.absolute())
        nodes.append(f"SpineMeta={_write_meta(graph, numbers.total, written, folder / 'meta.csv')}")
        arguments = _arguments(nodes, edges, several_lines)
        sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
        (folder / SIZES).write_text(json.dumps(sizes), encoding="utf-8")
        (folder / ARGUMENTS).write_text("".join(f'"{each}"\n' for each in arguments), encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"{folder}: can't be written: {error.strerror}.", remedy="Free space, or name another."
        ) from error
    return ImportFiles(folder, written, arguments)


def _parts(graph: Tables) -> Iterator[pa.Table | None]:
    """The rows of one table after the other, with None at the end of each: what is read while others are written."""
    for name in GRAPH:
        yield from graph.tables(name)
        yield None


def _claim(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = any(folder.iterdir())
    except OSError as error:
        raise FileError(f"{folder}: can't be used: {error.strerror}.", remedy="Name a folder to write to.") from error
    if held:
        raise FileError(f"{folder} is not empty.", remedy="Name a folder that is empty, or does not exist yet.")


def _write_table(
    parts: Iterator[pa.Table], table: Table, numbers: Numbers, file: Path, advance: Callable[[int], None]
) -> tuple[int, bool]:
    """Write one table: how many rows, and whether a text of it has several lines. No file where there are none."""
    written, folded, out = 0, False, None
    try:
        for rows in parts:
            if out is None:
                out = file.open("wb")
                out.write(_line(_header(table)))
            lines = pa.BufferOutputStream()
            pyarrow.csv.write_csv(_chunk(table, rows, numbers), lines, pyarrow.csv.WriteOptions(include_header=False))
            data = lines.getvalue().to_pybytes()
            folded = folded or has_more_lines(data, rows.num_rows)
            out.write(data)
            written += rows.num_rows
            advance(rows.num_rows)
    finally:
        if out is not None:
            out.close()
    if not table.is_edge:
        numbers.end(table)
    return written, folded


def _header(table: Table) -> list[str]:
    """What the import tool is told of the columns: first where a node goes, or where an edge begins and ends."""
    if table.is_edge:
        return [":START_ID", ":END_ID", *(_heading(table, name) for name in table.names[2:])]
    own = [f"{WORDS}:string"] * (table is RECORD) + [f"{DIGEST}:string"] * (table is DOCUMENT)
    return [":ID", *(_heading(table, name) for name in table.names), *own, f"{EMPTIES}:long"]


def _chunk(table: Table, rows: pa.Table, numbers: Numbers) -> pa.Table:
    columns = [cells(column, rows.column(column.name)) for column in table.columns]
    if table.is_edge:
        columns[:2] = [numbers.ends(table, name, rows.column(name)) for name in ("start", "end")]
    else:
        columns.insert(0, numbers.take(table, rows.column("id")))
        columns += [*_own(table, rows), empties(table, rows)]
    return pa.Table.from_arrays(columns, names=[str(place) for place in range(len(columns))])


def _own(table: Table, rows: pa.Table) -> list["pa.Array[pa.StringScalar]"]:
    """What the store keeps beside the columns of a table."""
    if table is RECORD:
        live = compute.fill_null(rows.column("live"), False)
        words = words_of_all(one_array(compute.if_else(live, rows.column("fields"), pa.scalar(None, pa.string()))))
        return [compute.if_else(one_array(live), compute.fill_null(words, ""), pa.scalar(None, pa.string()))]
    if table is DOCUMENT:
        return [pa.array([digest_of_body(body) for body in rows.column("body").to_pylist()], pa.string())]
    return []


def _heading(table: Table, name: str) -> str:
    return f"{name}:{TYPES[table.column(name).type]}"


def _write_meta(graph: Tables, nodes: int, rows: Mapping[str, int], file: Path) -> Path:
    """The node that says where the log and the numbers stand, and that constraints and indexes are still to be made."""
    edges = sum(count for name, count in rows.items() if GRAPH[name].is_edge)
    facts = {
        ":ID": nodes, "id:string": "store", "version:long": SCHEMA_VERSION, "position:long": graph.position,
        "highest:long": graph.highest, "imported:boolean": "true", "nodes:long": nodes + 1, "edges:long": edges,
    }  # fmt: skip
    file.write_bytes(_line(list(facts)) + _line([str(value) for value in facts.values()]))
    return file.absolute()


def _line(values: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def _arguments(nodes: list[str], edges: list[str], several_lines: list[Path]) -> tuple[str, ...]:
    for place in (*nodes, *edges):
        if "," in place or '"' in place:
            raise StoreError(f"{place}: the import tool can't read a path with a comma or a quotation mark.")
    folded = ["--multiline-fields-format=v2", f"--multiline-fields={','.join(map(str, several_lines))}"]
    return (
        "--id-type=actual",
        "--array-delimiter=U+001F",
        "--read-buffer-size=16m",
        "--strict=true",
        "--bad-tolerance=0",
        *(folded if several_lines else []),
        *(f"--nodes={each}" for each in nodes),
        *(f"--relationships={each}" for each in edges),
    )
