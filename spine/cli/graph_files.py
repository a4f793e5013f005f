"""The whole graph as files for other programs: a Parquet or Arrow file for each table, or one GraphML file."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH, ColumnType, Table
from spine.domain.ids import PREFIXES
from spine.errors import FileError
from spine.memberships import public_ids
from spine.pipeline.progress import unseen
from spine.ports import GraphStore, Reader

pc: Any = compute
Texts = Any
"""An Arrow array of texts: pyarrow's stubs refuse much of what its functions take."""

CHUNK = 10_000
"""Rows that are turned into text at once."""

GRAPHML = tuple(table for table in GRAPH.values() if table.is_edge or table.name in PREFIXES)
"""The tables that are the graph itself: what the product keeps about itself has no place among its nodes."""

_KINDS: dict[ColumnType, str] = {"int": "long", "float": "double", "bool": "boolean"}
_OPENING = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="node.label" for="node" attr.name="label" attr.type="string"/>
<key id="edge.label" for="edge" attr.name="label" attr.type="string"/>
"""


def rows_of(graph: GraphStore, tables: Iterable[Table] = tuple(GRAPH.values())) -> int:
    """How many rows these tables have together."""
    with graph.reading(LOCAL) as reader:
        return sum(reader.count(table.name) for table in tables)


def write_tables(
    graph: GraphStore, out: Path, suffix: str, personal: bool = True, advance: Callable[[int], None] = unseen
) -> dict[str, int]:
    """One `.parquet` or `.arrow` file for each table, of one view of the store; how many rows of each.

    Without `personal`, columns that hold personal values are left out. FileError where the folder holds something.
    """
    rows = {}
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(out.iterdir()):
            raise FileError(f"{out} is not empty.", remedy="Name a folder that is empty, or does not exist yet.")
        with graph.reading(LOCAL) as reader:
            for name, shape in GRAPH.items():
                table = reader.scan(name, _columns(shape, personal))
                file = str(out / f"{name}.{suffix}")
                if suffix == "arrow":
                    feather.write_feather(table, file, compression="uncompressed")
                else:
                    parquet.write_table(table, file)
                rows[name] = table.num_rows
                advance(table.num_rows)
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror}.", remedy="Name another folder.") from error
    return rows


def write_graphml(
    graph: GraphStore, out: Path, personal: bool = True, advance: Callable[[int], None] = unseen
) -> dict[str, int]:
    """`graph.graphml` in a folder: nodes named by their public ids, edges from start to end; how many rows of each.

    Every node and edge has its `label`; lists are texts with commas, bytes are left out, and so are columns that hold
    personal values where `personal` is false. Characters that XML can't carry become U+FFFD.
    """
    rows = {}
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(out.iterdir()):
            raise FileError(f"{out} is not empty.", remedy="Name a folder that is empty, or does not exist yet.")
        with (out / "graph.graphml").open("wb") as file, graph.reading(LOCAL) as reader:
            file.write(_OPENING.encode())
            file.writelines(_keys(personal))
            file.write(b'<graph id="spine" edgedefault="directed">\n')
            for table in GRAPHML:
                rows[table.name] = _write_elements(reader, table, file, personal, advance)
            file.write(b"</graph>\n</graphml>\n")
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror}.", remedy="Name another folder.") from error
    return rows


def _columns(table: Table, personal: bool) -> list[str]:
    return [column.name for column in table.columns if personal or not column.personal]


def _attributes(table: Table, personal: bool) -> Iterator[tuple[str, str]]:
    """The columns that become data of a node or edge, each with its type in GraphML."""
    for column in table.columns:
        ends = ("start", "end") if table.is_edge else ("id",)
        if column.name not in ends and column.type != "bytes" and (personal or not column.personal):
            yield column.name, _KINDS.get(column.type, "string")


def _keys(personal: bool) -> Iterator[bytes]:
    """The declarations of all data: of nodes, and of edges, each name once, as some readers insist."""
    declared = {}
    for table in GRAPHML:
        for name, kind in _attributes(table, personal):
            shown = _shown(table, name, personal)
            domain = _domain(table)
            declared[f"{domain}.{shown}"] = (domain, shown, kind)
    for key, (domain, shown, kind) in declared.items():
        yield f'<key id="{key}" for="{domain}" attr.name="{shown}" attr.type="{kind}"/>\n'.encode()


def _domain(table: Table) -> str:
    return "edge" if table.is_edge else "node"


def _shown(table: Table, name: str, personal: bool) -> str:
    """The name of a column's data; of one that has another type in another table, after the name of its own."""
    alike = [dict(_attributes(other, personal)).get(name) for other in GRAPHML if other.is_edge == table.is_edge]
    return name if len({kind for kind in alike if kind}) == 1 else f"{table.name}.{name}"


def _write_elements(
    reader: Reader, table: Table, file: BinaryIO, personal: bool, advance: Callable[[int], None]
) -> int:
    names = [name for name, _ in _attributes(table, personal)]
    shown = {name: f"{_domain(table)}.{_shown(table, name, personal)}" for name in names}
    keys = ["start", "end"] if table.is_edge else ["id"]
    rows = reader.scan(table.name, [*keys, *names])
    for start in range(0, rows.num_rows, CHUNK):
        chunk = rows.slice(start, CHUNK).combine_chunks()
        if table.is_edge:
            ends = [public_ids(getattr(table, end), _numbers(chunk, end)) for end in ("start", "end")]
            parts: list[Texts] = ['<edge source="', ends[0], '" target="', ends[1], '">']
        else:
            parts = ['<node id="', public_ids(table.name, _numbers(chunk, "id")), '">']
        parts.append(f'<data key="{_domain(table)}.label">{table.label}</data>')
        parts += [_data(key, chunk[name].combine_chunks()) for name, key in shown.items()]
        parts.append("</edge>\n" if table.is_edge else "</node>\n")
        # An array of texts without nulls, not cut out of another, holds them one after the other.
        file.write(pc.binary_join_element_wise(*parts, "").buffers()[2])
        advance(chunk.num_rows)
    return rows.num_rows


def _numbers(rows: pa.Table, name: str) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.asarray(rows[name].combine_chunks(), np.int64)


def _data(key: str, values: Texts) -> Texts:
    """A column as elements; nothing where it is null."""
    if pa.types.is_list(values.type):
        values = pc.binary_join(values.cast(pa.list_(pa.string())), ", ")
    texts = values.cast(pa.string())
    for letter, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        texts = pc.replace_substring(texts, letter, written)
    texts = pc.replace_substring_regex(texts, "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ufffe\uffff]", "\ufffd")
    opening = f"<data key={quoteattr(key)}>"
    return pc.coalesce(pc.binary_join_element_wise(opening, texts, "</data>", ""), "")
