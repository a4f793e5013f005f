"""Senzing JSON as a source of records: needs no mapping, for its attribute names say what they are."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from loaders.files import files_in, is_json, reading
from loaders.json_cells import JsonCells
from loaders.senzing_features import (
    ATTRIBUTES_FILLED,
    KNOWN,
    attributes,
    features,
    identifiers,
    kind_of,
    relations,
)
from loaders.streams import open_stream
from spine.errors import FileError, ValueProblem
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, RECORD_COLUMNS, Reject, Row, SourceBatch

BATCH = 20_000
SCHEMA = pa.schema([*RECORD_COLUMNS, *((name, pa.string()) for name in ATTRIBUTES_FILLED)])
_PERSON_SIGNS = ("full_name", "given_name", "surname", "maiden_name", "birth_date", "sex", "employer_name")
_ORGANISATION_SIGNS = ("organisation_name", "trading_name", "founded_date", "website")


def is_senzing(path: Path) -> bool:
    """Whether a file is JSON whose first object has `DATA_SOURCE` or `FEATURES`, and an attribute of Senzing's."""
    stream = open_stream(path)
    if stream.parquet or not is_json(stream):
        return False
    cells = JsonCells(stream)
    with reading(cells) as connection:
        rows = connection.sql(f"SELECT raw FROM ({cells.relation([])}) WHERE problem IS NULL LIMIT 1").fetchall()
    first = json.loads(rows[0][0]) if rows else {}
    if not {"DATA_SOURCE", "FEATURES", "RECORD_TYPE"} & first.keys():
        return False
    return any(feature.keys() & KNOWN for feature in features(first))


class SenzingSource:
    """The records of a Senzing JSON file, or of all in a directory; `source` names them where they name none."""

    def __init__(self, path: Path | str, source: str | None = None) -> None:
        self.files = files_in(Path(path))
        self._source = source

    def size(self) -> int | None:
        """The bytes of all files, as they lie on disk; None where one can't be seen."""
        try:
            return sum(file.stat().st_size for file in self.files)
        except OSError:
            return None

    def batches(self) -> Iterator[SourceBatch]:
        """Batches of at most `BATCH` rows; FileError where a file is no JSON."""
        for file in self.files:
            stream = open_stream(file)
            if stream.parquet or not is_json(stream):
                raise FileError(f"{file}: is not JSON.", remedy="Give Senzing JSON, or load it with a mapping.")
            yield from self._read(file, JsonCells(stream))

    def _read(self, file: Path, cells: JsonCells) -> Iterator[SourceBatch]:
        named = self._source or file.name.split(".")[0]
        with reading(cells) as connection:
            for rows in connection.sql(cells.relation([])).to_arrow_reader(BATCH):
                records: list[Row] = []
                rejects: list[Reject] = []
                for row in rows.to_pylist():
                    try:
                        records.append(_record(row["raw"], row["problem"], named))
                    except ValueProblem as problem:
                        rejects.append(Reject(cells.name, cells.line(row["n"]), "", problem.message, row["raw"]))
                yield _batch(records, rejects, rows.num_rows)
            if left := list(cells.rejects(connection)):
                yield _batch([], left, len(left))


def _batch(records: list[Row], rejects: list[Reject], rows: int) -> SourceBatch:
    table = pa.Table.from_pylist(records, schema=SCHEMA)
    return SourceBatch(table, EVENT_COLUMNS.empty_table(), CONSENT_COLUMNS.empty_table(), rejects, rows)


def _record(raw: str, problem: str | None, named: str) -> Row:
    """The record of one JSON text; ValueProblem where it is none that can be used."""
    if problem is not None:
        raise ValueProblem(problem)
    record: dict[str, Any] = json.loads(raw)
    found = features(record)
    kind = kind_of(found)
    if kind is None:
        raise ValueProblem(f"is of unknown kind {_said(record)!r}")
    filled = attributes(found, kind)
    carried = list(identifiers(found))
    related = list(relations(found))
    if not (filled or carried or related):
        raise ValueProblem("carries no attribute of the specification")
    return {
        "source": str(record.get("DATA_SOURCE") or named).strip(),
        "record_id": str(record.get("RECORD_ID") or "").strip() or _digest(raw),
        "kind": kind or _guess(filled, carried),
        "raw": raw,
        "identifiers": carried,
        "relations": related,
        **filled,
    }


def _said(record: dict[str, Any]) -> str:
    return next((feature["RECORD_TYPE"] for feature in features(record) if "RECORD_TYPE" in feature), "")


def _digest(raw: str) -> str:
    return hashlib.md5(raw.encode(), usedforsecurity=False).hexdigest()


def _guess(filled: dict[str, str], carried: list[Row]) -> str:
    """The kind of a record that says none: a person's name decides, then an organisation's, then its numbers."""
    if any(sign in filled for sign in _PERSON_SIGNS):
        return "person"
    if any(sign in filled for sign in _ORGANISATION_SIGNS):
        return "organisation"
    return "organisation" if any(item["namespace"] in ("lei", "tax_id", "x_duns") for item in carried) else "person"
