"""Delimited text as cells: cut by DuckDB under the dialect that was found, bad lines into its rejects table."""

import csv
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from loaders.dialect import find_dialect
from loaders.rows_apart import apart_cells, whole_rows
from loaders.sql import clean, sparse_object, text
from loaders.streams import Stream, encoding_of
from spine.ports import Reject

MAX_LINE = 4 << 20
BUFFER = 2 * MAX_LINE
"""DuckDB takes sixteen lines of the greatest length unless told; this much is as fast and starts quicker."""
_BATCH = 10_000
csv.field_size_limit(MAX_LINE)


def as_utf8(stream: Stream, encoding: str) -> tuple[Stream, Path | None]:
    """The stream itself where it is UTF-8, else a copy in UTF-8 in a directory that the caller removes."""
    if encoding in ("utf-8", "utf-8-sig"):
        return stream, None
    folder = Path(tempfile.mkdtemp(prefix="spine-"))
    copy = folder / "utf8"
    with stream.text(encoding) as source, copy.open("w", encoding="utf-8", errors="replace", newline="") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return Stream(copy, "none", False), folder


class LineCounter:
    """Which line a byte stands on; asked in rising order. DuckDB counts rows, which may have several lines."""

    def __init__(self, stream: Stream) -> None:
        self._chunks = stream.chunks()
        self._chunk = b""
        self._begin = self._at = 0
        self._line = 1

    def line_at(self, position: int) -> int:
        """The line, from 1."""
        while True:
            end = min(position - self._begin, len(self._chunk))
            self._line += self._chunk.count(b"\n", self._at, end)
            self._at = max(self._at, end)
            if self._begin + self._at >= position or not (following := next(self._chunks, b"")):
                return self._line
            self._begin += len(self._chunk)
            self._chunk, self._at = following, 0

    def blank(self) -> int:
        """How many blank lines stand where the last byte was asked for: DuckDB tells them as the row's beginning."""
        rest = self._chunk[self._at :]
        return rest.count(b"\n", 0, len(rest) - len(rest.lstrip(b"\r\n")))


class CsvCells:
    """A CSV or TSV file; `sparse` leaves empty cells out of `raw`, for files of hundreds of columns, mostly empty."""

    def __init__(self, stream: Stream, sparse: bool = False) -> None:
        self._sparse = sparse
        encoding = encoding_of(stream)
        self._dialect = find_dialect(stream, encoding)
        self.name = str(stream.path)
        self.columns: Sequence[str] = self._dialect.columns
        self._stream, self._folder = as_utf8(stream, encoding)
        self._located = 0
        self._lines: Iterator[int] | None = None

    def has(self, connection: duckdb.DuckDBPyConnection, column: str) -> bool:
        """Whether the header has this column."""
        return column in self.columns

    def relation(self, wanted: Sequence[str], apart: bool = False) -> str:
        """See `Cells.relation`."""
        raw = apart_cells([f"c{n}" for n in range(len(self.columns))]) if apart else self._raw()
        cells = ", ".join(f"{clean(f'c{self.columns.index(name)}')} AS v{n}" for n, name in enumerate(wanted))
        return (
            f"SELECT row_number() OVER () AS n, {raw} AS raw, NULL::VARCHAR AS problem"
            f"{', ' if cells else ''}{cells} FROM {self._read()}"
        )

    def whole(self, raw: Any) -> Any:
        """See `Cells.whole`."""
        return whole_rows(raw, self.columns, self._sparse)

    def _raw(self) -> str:
        if not self._sparse:
            return f"json_object({', '.join(f'{text(name)}, c{n}' for n, name in enumerate(self.columns))})::VARCHAR"
        return sparse_object({name: f"c{n}" for n, name in enumerate(self.columns)})

    def _read(self) -> str:
        names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(self.columns)))
        how = self._dialect
        packed = "" if self._stream.compression == "none" else f", compression = '{self._stream.compression}'"
        return (
            f"read_csv({text(str(self._stream.path))}, delim = {text(how.delimiter)}, quote = {text(how.quote)}, "
            f"escape = {text(how.escape)}, header = false, skip = {how.skip}, columns = {{{names}}}, "
            f"auto_detect = false, strict_mode = {str(not how.mixed).lower()}, store_rejects = true, "
            f"max_line_size = {MAX_LINE}, "
            f"buffer_size = {BUFFER}{packed})"
        )

    def line(self, n: int) -> int:
        """The line on which row `n` begins, found by reading along: only rejects ask for it."""
        if self._lines is None:
            self._lines = self._good_lines()
        found = next(islice(self._lines, n - self._located - 1, None), 0)
        self._located = n
        return found

    def _good_lines(self) -> Iterator[int]:
        """The first line of each row that has the right number of cells and no byte outside UTF-8."""
        with self._stream.text("utf-8-sig") as lines:
            for _ in range(self._dialect.skip):
                lines.readline()
            reader = self._dialect.rows(lines, strict=True)
            while True:
                begin = self._dialect.skip + reader.line_num + 1
                try:
                    row = next(reader, None)
                except csv.Error:
                    continue
                if row is None:
                    return
                if len(row) == len(self.columns) and not any(_broken(cell) for cell in row):
                    yield begin

    def rejects(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Reject]:
        """The lines that DuckDB could not cut, in order, the first reason of each."""
        seen = connection.execute(
            "SELECT line_byte_position, min(column_idx), min_by(error_type, column_idx), any_value(csv_line) "
            "FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position"
        )
        lines = LineCounter(self._stream)
        while rows := seen.fetchmany(_BATCH):
            for position, column, kind, row in rows:
                place = self.columns[column - 1] if column and column <= len(self.columns) else ""
                line = lines.line_at(int(position)) + lines.blank()
                yield Reject(self.name, line, place, self._reason(str(kind), column or 0), (row or "").lstrip("\r\n"))

    def _reason(self, kind: str, column: int) -> str:
        width = len(self.columns)
        if kind == "MISSING COLUMNS":
            return f"the row has {column} cells where {width} are expected"
        if kind == "TOO MANY COLUMNS":
            return f"the row has more than {width} cells"
        if kind == "UNQUOTED VALUE":
            return "a quote is not closed, or text follows a closing quote"
        if kind == "LINE SIZE OVER MAXIMUM":
            return f"the row is longer than {MAX_LINE} bytes"
        if kind in ("INVALID ENCODING", "INVALID UNICODE"):
            return "the row has bytes that are not UTF-8, unlike the rest of the file"
        return f"the row can't be read ({kind.lower()})"

    def close(self) -> None:
        """Remove the copy in UTF-8, where one was made."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _broken(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell)
