"""GLEIF's XML as rows with the columns of its CSV, in bounded memory: one element at a time, into a Parquet file.

expat reads the stream; a document type is refused, so nothing outside the file is ever fetched or expanded.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
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
    rows = rows_of(stream, element, name)
    with pq.ParquetWriter(target, schema) as writer:
        while True:
            batch = list(islice(rows, BATCH))
            writer.write_table(_table(batch, schema))
            if len(batch) < BATCH:
                return


def _table(batch: list[dict[str, str]], schema: pa.Schema) -> pa.Table:
    """The rows column by column; what is left of each when its columns are taken out becomes `other`."""
    known = [pa.array([row.pop(column, None) for row in batch], pa.string()) for column in schema.names[:-1]]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    rest = pa.array([encode(row) if row else None for row in batch], pa.string())
    return pa.table([*known, rest], schema=schema)


class _Place:
    """An element's place below a record: the name of its column, and the places of the elements in it, by their tag.

    An element of which there may be several is one place for each of them.
    """

    __slots__ = ("column", "inside", "numbered")

    def __init__(self, column: str) -> None:
        self.column = column
        self.inside: dict[str, _Place] = {}
        self.numbered: list[_Place] | None = None

    def below(self, tag: str) -> "_Place":
        """The place of an element that is met here for the first time."""
        local = tag.rpartition(":")[2]
        found = _Place(self.named(_RENAMED.get(local, local)))
        if local in _NUMBERED:
            found.numbered = []
        self.inside[tag] = found
        return found

    def nth(self, number: int) -> "_Place":
        """The place of the element of that number, from 1."""
        places = self.numbered if self.numbered is not None else []
        if number > len(places):
            places.append(_Place(f"{self.column}.{number}"))
        return places[number - 1]

    def named(self, step: str) -> str:
        """The name of the column of a step below this place; an empty step is none."""
        return ".".join(part for part in (self.column, step) if part)


class _Reader:
    """Takes elements apart as expat meets them; what it does for each is looked up by tag, since there are millions."""

    def __init__(self, element: str) -> None:
        self._element = element
        self._root = _Place("")
        self._path: list[_Place] = []
        self._count: dict[_Place, int] = {}
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
        path = self._path
        if not path:
            if tag.rpartition(":")[2] == self._element:
                path.append(self._root)
                self._count.clear()
            return
        here = path[-1]
        place = here.inside.get(tag) or here.below(tag)
        if place.numbered is not None:
            number = self._count[place] = self._count.get(place, 0) + 1
            place = place.nth(number)
        path.append(place)
        for key, value in attributes.items():
            self._row[f"{place.column}.{key.replace(':', '')}"] = value

    def _end(self, tag: str) -> None:
        path = self._path
        if not path:
            return
        place = path.pop()
        if not path:
            self._rows.append(self._row)
            self._row = {}
            return
        text = self._text
        if text:
            if said := "".join(text).strip():
                self._row[place.column] = said
            text.clear()
