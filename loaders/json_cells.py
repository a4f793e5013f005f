"""JSON Lines, or one JSON array, as cells: nested objects by dotted path, arrays by number or joined by `;`."""

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import duckdb

from loaders.csv_cells import BUFFER, MAX_LINE, as_utf8
from loaders.parquet_cells import LIST_SEPARATOR
from loaders.sql import clean, text
from loaders.streams import Stream, encoding_of
from spine.ports import Reject

_SAMPLE = 1_000
_NEVER = "\x01"
"""A delimiter that no JSON text holds: control characters are escaped there."""


class JsonCells:
    """A file of JSON objects, one on each line, or a file that is one array of them."""

    def __init__(self, stream: Stream) -> None:
        encoding = encoding_of(stream)
        self.name = str(stream.path)
        self._stream, self._folder = as_utf8(stream, encoding)
        self.array = self._stream.head(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
        self._lines: Iterator[int] | None = None
        self._located = 0
        self._paths: dict[str, str] = {} if self.array else _paths(self._sample())

    @property
    def columns(self) -> Sequence[str]:
        """The dotted paths of the first rows."""
        return list(self._paths)

    def _sample(self) -> Iterator[Any]:
        with self._stream.text("utf-8-sig") as lines:
            for line in islice(lines, _SAMPLE):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def has(self, connection: duckdb.DuckDBPyConnection, column: str) -> bool:
        """Whether any row has this path; the rows behind the sample are asked only where the sample has it not."""
        if self.array and not self._paths:
            found = connection.sql(f"SELECT doc FROM ({self._documents()}) WHERE doc IS NOT NULL LIMIT {_SAMPLE}")
            self._paths = _paths(json.loads(doc) for (doc,) in found.fetchall())
        if column in self._paths or not column:
            return bool(column)
        there = f"doc IS NOT NULL AND json_exists(doc, {self._path(column)})"
        return bool(connection.sql(f"SELECT 1 FROM ({self._documents()}) WHERE {there} LIMIT 1").fetchall())

    def _path(self, name: str) -> str:
        """The SQL literal of a column's JSON path; a step of digits counts an array's items from 0."""
        steps = (f"[{step}]" if step.isdigit() else _step(step) for step in name.split("."))
        return text(self._paths.get(name, "$" + "".join(steps)))

    def relation(self, wanted: Sequence[str], apart: bool = False) -> str:
        """See `Cells.relation`: a row is a text as it comes."""
        paths = ", ".join(self._path(name) for name in wanted)
        inner = f"json_extract_string(doc, [{paths}])" if wanted else "[]"
        cells = ", ".join(f"{clean(_joined(f'cells[{n + 1}]'))} AS v{n}" for n in range(len(wanted)))
        return (
            f"SELECT n, raw, problem{', ' if cells else ''}{cells} FROM "
            f"(SELECT *, CASE WHEN doc IS NOT NULL THEN {inner} END AS cells FROM ({self._documents()}))"
        )

    def whole(self, raw: Any) -> Any:
        """See `Cells.whole`."""
        return raw

    def _documents(self) -> str:
        """`n`, `raw`, `problem`, and `doc`: the row where it is a JSON object."""
        return (
            "SELECT n, line AS raw, CASE WHEN NOT json_valid(line) THEN 'the line is not JSON' "
            "WHEN json_type(line) <> 'OBJECT' THEN 'the line is not a JSON object' END AS problem, "
            "CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line END AS doc "
            f"FROM (SELECT row_number() OVER () AS n, line FROM {self._read()}) WHERE trim(line) <> ''"
        )

    def _read(self) -> str:
        packed = "" if self._stream.compression == "none" else f", compression = '{self._stream.compression}'"
        place = text(str(self._stream.path))
        if self.array:
            return (
                f"(SELECT json::VARCHAR AS line FROM read_json_objects({place}, format = 'array', "
                f"maximum_object_size = {MAX_LINE}{packed}))"
            )
        return (
            f"read_csv({place}, delim = {text(_NEVER)}, quote = '', escape = '', header = false, skip = 0, "
            f"columns = {{'line': 'VARCHAR'}}, auto_detect = false, strict_mode = false, store_rejects = true, "
            f"max_line_size = {MAX_LINE}, buffer_size = {BUFFER}{packed})"
        )

    def line(self, n: int) -> int:
        """The line of row `n`; in an array the number of the object."""
        if self.array:
            return n
        if self._lines is None:
            self._lines = self._good_lines()
        found = next(islice(self._lines, n - self._located - 1, None), 0)
        self._located = n
        return found

    def _good_lines(self) -> Iterator[int]:
        with io.BufferedReader(self._stream.raw()) as lines:
            for number, line in enumerate(lines, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    continue
                yield number

    def rejects(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Reject]:
        """The lines that are no text or too long."""
        if self.array:
            return
        seen = connection.execute("SELECT line, any_value(csv_line) FROM reject_errors GROUP BY line ORDER BY line")
        for line, row in seen.fetchall():
            yield Reject(self.name, int(line), "", "the line is not UTF-8, or too long", row or "")

    def close(self) -> None:
        """Remove the copy in UTF-8, where one was made."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _step(key: str) -> str:
    return '."' + key.replace('"', '\\"') + '"'


def _joined(cell: str) -> str:
    """The cell; the items joined by `;` where it is an array."""
    array = f"starts_with({cell}, '[') AND json_valid({cell})"
    items = f"array_to_string(json_extract_string({cell}, '$[*]'), {text(LIST_SEPARATOR)})"
    return f"CASE WHEN {array} THEN {items} ELSE {cell} END"


def _paths(documents: Iterator[Any]) -> dict[str, str]:
    """The JSON path of each dotted name that the documents have, in order of appearance."""
    found: dict[str, str] = {}
    for document in documents:
        if isinstance(document, dict):
            found.update(_inside("", "$", document))
    return found


def _inside(prefix: str, path: str, document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _inside(f"{prefix}{key}.", path + _step(key), value)
        else:
            yield prefix + key, path + _step(key)
