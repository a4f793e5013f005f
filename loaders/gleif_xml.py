"""GLEIF's XML as rows with the columns of its CSV, in bounded memory: one element at a time, into a Parquet file.

expat reads the stream; a document type is refused, so nothing outside the file is ever fetched or expanded.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

import pyarrow as pa
import pyarrow.parquet as pq

from spine.errors import FileError

CHUNK = 1 << 20
BATCH = 20_000
OTHER = "other"
"""The column that holds, as a JSON object, what has no column of its own."""
_RENAMED = {
    "ExceptionCategory": "Exception.Category",
    "ExceptionReason": "Exception.Reason",
    "ExceptionReference": "Exception.Reference",
    "RelationshipPeriods": "",
    "RelationshipPeriod": "Period",
    "RelationshipQuantifiers": "",
    "RelationshipQuantifier": "Quantifiers",
    "RelationshipQualifiers": "",
    "RelationshipQualifier": "Qualifiers",
    "StartDate": "startDate",
    "EndDate": "endDate",
    "PeriodType": "periodType",
}
"""Elements that the CSV calls otherwise; an empty name is left out."""
_NUMBERED = frozenset(
    ("RelationshipPeriod", "RelationshipQuantifier", "RelationshipQualifier", "OtherEntityName",
     "TransliteratedOtherEntityName", "AdditionalAddressLine", "ExceptionReason", "ExceptionReference",
     "OtherAddress", "TransliteratedOtherAddress", "ValidationAuthorityID", "OtherValidationAuthority",
     "AssociatedEntity", "SuccessorEntity", "LegalEntityEvent")
)  # fmt: skip
"""Elements of which there may be several: their columns have a number, from 1."""


def rows_of(stream: BinaryIO, element: str, name: str) -> Iterator[dict[str, str]]:
    """The elements of that name as {column: text}; FileError where the text is not well-formed."""
    reader = _Reader(element)
    try:
        while chunk := stream.read(CHUNK):
            reader.parser.Parse(chunk, False)
            yield from reader.taken()
        reader.parser.Parse(b"", True)
        yield from reader.taken()
    except expat.ExpatError as error:
        raise FileError(f"{name}: is not well-formed XML: {error}.", remedy="Fetch it again.") from error


def to_parquet(stream: BinaryIO, element: str, columns: Sequence[str], target: Path, name: str) -> None:
    """Write the elements of a stream as Parquet: these columns as texts, and `other`."""
    schema = pa.schema([(column, pa.string()) for column in (*columns, OTHER)])
    with pq.ParquetWriter(target, schema) as writer:
        batch: list[dict[str, str]] = []
        for row in rows_of(stream, element, name):
            known = {column: row.pop(column) for column in columns if column in row}
            batch.append(known | ({OTHER: json.dumps(row, ensure_ascii=False)} if row else {}))
            if len(batch) == BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))


class _Reader:
    """Takes elements apart as expat meets them."""

    def __init__(self, element: str) -> None:
        self._element = element
        self._path: list[str] | None = None
        self._count: Counter[str] = Counter()
        self._row: dict[str, str] = {}
        self._text: list[str] = []
        self._rows: list[dict[str, str]] = []
        self.parser: Any = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._refuse

    def taken(self) -> list[dict[str, str]]:
        """The rows since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _refuse(self, *_: object) -> None:
        raise FileError("The XML declares a document type, which is not read.", remedy="Fetch the official file.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        local = tag.rpartition(":")[2]
        if self._path is None:
            if local == self._element:
                self._path = []
                self._count.clear()
            return
        parent = ".".join(step for step in self._path if step)
        step = _RENAMED.get(local, local)
        if local in _NUMBERED:
            self._count[f"{parent}/{local}"] += 1
            step = f"{step}.{self._count[f'{parent}/{local}']}"
        self._path.append(step)
        place = ".".join(one for one in self._path if one)
        for key, value in attributes.items():
            self._row[f"{place}.{key.replace(':', '')}"] = value

    def _end(self, tag: str) -> None:
        if self._path is None:
            return
        if not self._path:
            self._rows.append(self._row)
            self._row, self._path = {}, None
            return
        text = "".join(self._text).strip()
        if text:
            self._row[".".join(one for one in self._path if one)] = text
        self._text.clear()
        self._path.pop()
