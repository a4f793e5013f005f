"""Senzing JSON as a source of records: needs no mapping, for its attribute names say what they are."""

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from loaders.files import bytes_of, files_in
from loaders.json_records import first_object, json_batches
from loaders.senzing_features import (
    ATTRIBUTES_FILLED,
    KNOWN,
    attributes,
    features,
    identifiers,
    kind_of,
    relations,
)
from spine.errors import ValueProblem
from spine.ports import RECORD_COLUMNS, Row, SourceBatch

SCHEMA = pa.schema([*RECORD_COLUMNS, *((name, pa.string()) for name in ATTRIBUTES_FILLED)])
_PERSON_SIGNS = ("full_name", "given_name", "surname", "maiden_name", "birth_date", "sex", "employer_name")
_ORGANISATION_SIGNS = ("organisation_name", "trading_name", "founded_date", "website")


def is_senzing(path: Path) -> bool:
    """Whether a file is JSON whose first object has `DATA_SOURCE` or `FEATURES`, and an attribute of Senzing's."""
    first = first_object(path)
    if not {"DATA_SOURCE", "FEATURES", "RECORD_TYPE"} & first.keys():
        return False
    return any(feature.keys() & KNOWN for feature in features(first))


class SenzingSource:
    """The records of a Senzing JSON file, or of all in a directory; `source` names them where they name none."""

    portable: Final = True

    def __init__(self, path: Path | str, source: str | None = None) -> None:
        self.files = files_in(Path(path))
        self._source = source

    def size(self) -> int | None:
        """The bytes of all files, as they lie on disk; None where one can't be seen."""
        return bytes_of(self.files)

    def batches(self) -> Iterator[SourceBatch]:
        """Batches of rows; FileError where a file is no JSON."""
        for file in self.files:
            named = self._source or file.name.split(".")[0]
            yield from json_batches(
                file, SCHEMA, partial(_record, named=named), "Give Senzing JSON, or load it with a mapping."
            )


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
