"""Open Ownership's Beneficial Ownership Data Standard as a source of records: JSON lines or one JSON array.

An entity or person becomes a record; a relationship becomes a record of the owned entity, which declares its parent.
Persons who own are kept as persons; what they own stays in the record of the statement.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from loaders import bods_statements as said
from loaders.files import bytes_of, files_in
from loaders.json_records import first_object, json_batches
from spine.errors import ValueProblem
from spine.ports import RECORD_COLUMNS, Row, SourceBatch

ATTRIBUTES = ("organisation_name", "founded_date", "full_name", "given_name", "surname", "birth_date", "nationality",
              "address", "postcode", "country")  # fmt: skip
SCHEMA = pa.schema([*RECORD_COLUMNS, *((name, pa.string()) for name in ATTRIBUTES)])
_MARKS = ("statementType", "recordType")


def is_bods(path: Path) -> bool:
    """Whether a file is JSON whose first object is a statement of the standard."""
    if path.is_dir() or not path.exists() or path.suffix.lower() == ".zip":
        return False
    first = first_object(path)
    return any(mark in first for mark in _MARKS) and said.kind_of(first) is not None


class BodsSource:
    """The records of a file of statements, or of all in a directory."""

    portable: Final = True

    def __init__(self, path: Path | str) -> None:
        self.files = files_in(Path(path))

    def size(self) -> int | None:
        """The bytes of all files, as they lie on disk; None where one can't be seen."""
        return bytes_of(self.files)

    def batches(self) -> Iterator[SourceBatch]:
        """Batches of statements; FileError where a file is no JSON."""
        for file in self.files:
            yield from json_batches(file, SCHEMA, _record, "Give the statements as JSON lines or a JSON array.")


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
