"""JSON files whose objects say themselves what they are, object by object: for formats that need no mapping."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from loaders.files import is_json, reading
from loaders.json_cells import JsonCells
from loaders.streams import open_stream
from spine.errors import FileError, ValueProblem
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, Reject, Row, SourceBatch

BATCH = 20_000


def first_object(path: Path) -> dict[str, Any]:
    """The first object of a file that can be read; empty where it is no JSON or holds none."""
    stream = open_stream(path)
    if stream.parquet or not is_json(stream):
        return {}
    cells = JsonCells(stream)
    with reading(cells) as connection:
        rows = connection.sql(f"SELECT raw FROM ({cells.relation([])}) WHERE problem IS NULL LIMIT 1").fetchall()
    found: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
    return found


def json_batches(
    file: Path, schema: pa.Schema, record: Callable[[str, str | None], Row], remedy: str
) -> Iterator[SourceBatch]:
    """Batches of at most `BATCH` objects of a file as rows of `schema`; FileError with the remedy where it is no JSON.

    `record` makes a row of an object's text and of what is wrong with it (or None); an object that it raises
    ValueProblem for is rejected, and the rest goes on.
    """
    stream = open_stream(file)
    if stream.parquet or not is_json(stream):
        raise FileError(f"{file}: is not JSON.", remedy=remedy)
    cells = JsonCells(stream)
    with reading(cells) as connection:
        for rows in connection.sql(cells.relation([])).to_arrow_reader(BATCH):
            records: list[Row] = []
            rejects: list[Reject] = []
            for row in rows.to_pylist():
                try:
                    records.append(record(row["raw"], row["problem"]))
                except ValueProblem as problem:
                    rejects.append(Reject(cells.name, cells.line(row["n"]), "", problem.message, row["raw"]))
            yield _batch(schema, records, rejects, rows.num_rows)
        if left := list(cells.rejects(connection)):
            yield _batch(schema, [], left, len(left))


def _batch(schema: pa.Schema, records: list[Row], rejects: list[Reject], rows: int) -> SourceBatch:
    table = pa.Table.from_pylist(records, schema=schema)
    return SourceBatch(table, EVENT_COLUMNS.empty_table(), CONSENT_COLUMNS.empty_table(), rejects, rows)
