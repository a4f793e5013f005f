"""Open Ownership's Beneficial Ownership Data Standard as a source of records: JSON lines or one JSON array.

An entity or person becomes a record; a relationship becomes a record of the owned entity, which declares its parent.
Persons who own are kept as persons; what they own stays in the record of the statement.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from loaders import bods_statements as said
from loaders.files import files_in, is_json, reading
from loaders.json_cells import JsonCells
from loaders.streams import open_stream
from spine.errors import FileError, ValueProblem
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, RECORD_COLUMNS, Reject, Row, SourceBatch

BATCH = 20_000
ATTRIBUTES = ("organisation_name", "founded_date", "full_name", "given_name", "surname", "birth_date", "nationality",
              "address", "postcode", "country")  # fmt: skip
SCHEMA = pa.schema([*RECORD_COLUMNS, *((name, pa.string()) for name in ATTRIBUTES)])
_MARKS = ("statementType", "recordType")


def is_bods(path: Path) -> bool:
    """Whether a file is JSON whose first object is a statement of the standard."""
    if path.is_dir() or not path.exists() or path.suffix.lower() == ".zip":
        return False
    stream = open_stream(path)
    if stream.parquet or not is_json(stream):
        return False
    cells = JsonCells(stream)
    with reading(cells) as connection:
        rows = connection.sql(f"SELECT raw FROM ({cells.relation([])}) WHERE problem IS NULL LIMIT 1").fetchall()
    first = json.loads(rows[0][0]) if rows else {}
    return any(mark in first for mark in _MARKS) and said.kind_of(first) is not None


class BodsSource:
    """The records of a file of statements, or of all in a directory."""

    def __init__(self, path: Path | str) -> None:
        self.files = files_in(Path(path))

    def size(self) -> int | None:
        """The bytes of all files, as they lie on disk; None where one can't be seen."""
        try:
            return sum(file.stat().st_size for file in self.files)
        except OSError:
            return None

    def batches(self) -> Iterator[SourceBatch]:
        """Batches of at most `BATCH` statements; FileError where a file is no JSON."""
        for file in self.files:
            stream = open_stream(file)
            if stream.parquet or not is_json(stream):
                raise FileError(f"{file}: is not JSON.", remedy="Give the statements as JSON lines or a JSON array.")
            yield from self._read(JsonCells(stream))

    def _read(self, cells: JsonCells) -> Iterator[SourceBatch]:
        with reading(cells) as connection:
            for rows in connection.sql(cells.relation([])).to_arrow_reader(BATCH):
                records: list[Row] = []
                rejects: list[Reject] = []
                for row in rows.to_pylist():
                    try:
                        records.append(_record(row["raw"], row["problem"]))
                    except ValueProblem as problem:
                        rejects.append(Reject(cells.name, cells.line(row["n"]), "", problem.message, row["raw"]))
                yield _batch(records, rejects, rows.num_rows)
            if left := list(cells.rejects(connection)):
                yield _batch([], left, len(left))


def _batch(records: list[Row], rejects: list[Reject], rows: int) -> SourceBatch:
    table = pa.Table.from_pylist(records, schema=SCHEMA)
    return SourceBatch(table, EVENT_COLUMNS.empty_table(), CONSENT_COLUMNS.empty_table(), rejects, rows)


def _record(raw: str, problem: str | None) -> Row:
    """The record of one statement; ValueProblem where it can't be used."""
    if problem is not None:
        raise ValueProblem(problem)
    statement: dict[str, Any] = json.loads(raw)
    kind, identity = said.kind_of(statement), said.id_of(statement)
    if kind is None:
        raise ValueProblem("is no statement of an entity, a person or a relationship")
    if not identity:
        raise ValueProblem("has no id")
    row: Row = {"source": "bods", "record_id": identity, "raw": raw, "relations": []}
    row["observed_at"] = str(statement.get("statementDate") or "") or None
    if kind != "relationship":
        row["kind"] = "person" if kind == "person" else "organisation"
        row["identifiers"] = list(said.identifiers(statement))
        return row | said.attributes(statement, kind)
    subject = said.subject_of(statement)
    if not subject:
        raise ValueProblem("names no subject")
    row["kind"] = "organisation"
    row["identifiers"] = [{"namespace": said.SPACE, "value": subject}]
    relation, reason = said.relation_of(statement), said.unspecified_reason(statement)
    if relation is not None:
        row["relations"] = [relation]
    elif reason is not None:
        row["relations"] = [{"kind": "parent_exception", "namespace": "x_exception", "value": "direct", "role": reason}]
    return row
