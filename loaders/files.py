"""Files of rows as a source of records: delimited text, Parquet and JSON, each read through a mapping.

A file is known by its content, not by its name. Rows stream through DuckDB in batches of about a hundred thousand; what
can't be used comes out as rejects beside the rest.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from loaders.cells import Cells
from loaders.compile import compile_mapping
from loaders.csv_cells import CsvCells
from loaders.json_cells import JsonCells
from loaders.mapping import Mapping
from loaders.parquet_cells import ParquetCells
from loaders.streams import Stream, encoding_of, open_stream
from spine.errors import FileError
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, RECORD_COLUMNS, Reject, SourceBatch

BATCH = 100_000
SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".psv", ".json", ".jsonl", ".ndjson", ".parquet", ".pq")
PACKED = (".gz", ".zst", ".zstd")


def files_in(path: Path) -> list[Path]:
    """The file itself, or the data files below a directory, by name; FileError where there is none."""
    if not path.is_dir():
        return [path]
    found = sorted(filter(_holds_data, path.rglob("*")))
    if not found:
        raise FileError(
            f"{path}: the directory holds no data files.", remedy=f"Name them {', '.join(SUFFIXES)}, packed or not."
        )
    return found


def files_beside(file: Path) -> list[Path]:
    """The other data files of the same folder, by name; none where it can't be listed."""
    try:
        return sorted(
            other for other in file.resolve().parent.iterdir() if _holds_data(other) and other != file.resolve()
        )
    except OSError:
        return []


def _holds_data(file: Path) -> bool:
    return file.is_file() and not file.name.startswith((".", "_")) and _plain_suffix(file) in SUFFIXES


def bytes_of(files: Sequence[Path]) -> int | None:
    """The bytes of all files, as they lie on disk; None where one can't be seen."""
    try:
        return sum(file.stat().st_size for file in files)
    except OSError:
        return None


def _plain_suffix(file: Path) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    while suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def open_cells(path: Path) -> Cells:
    """The reader of a file, chosen by its first bytes; FileError where it is none that can be read."""
    stream = open_stream(path)
    if stream.parquet:
        return ParquetCells(stream)
    return JsonCells(stream) if is_json(stream) else CsvCells(stream)


def is_json(stream: Stream) -> bool:
    """Whether a text begins as a JSON object or an array does."""
    start = stream.head(4096).decode(encoding_of(stream), errors="ignore").lstrip("\ufeff \t\r\n")
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in ("{", "]"))


@contextmanager
def reading(cells: Cells) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to read the cells with; both are closed at the end. FileError where the file turns out damaged."""
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        said = str(error).splitlines()[0]
        if "invalid state" in said:
            said = "its lines end in different ways, some with a carriage return and some without."
        raise FileError(f"{cells.name}: can't be read: {said}", remedy="Fetch or write it again.") from error
    finally:
        cells.close()


class FileSource:
    """The rows of a file, or of all data files in a directory, as one mapping reads them.

    `sparse` rows may leave out what they have no value for, as those of an application do: columns of the mapping may
    then be missing, and a row without its record's id is a reject like any other.
    """

    portable: Final = True

    def __init__(self, path: Path | str, mapping: Mapping, *, sparse: bool = False) -> None:
        self.mapping = mapping
        self._sparse = sparse
        self.files = files_in(Path(path))

    def size(self) -> int | None:
        """The bytes of all files, as they lie on disk; None where one can't be seen."""
        return bytes_of(self.files)

    def batches(self) -> Iterator[SourceBatch]:
        """Batches of at most `BATCH` rows; FileError, and MappingError where a file lacks a column of the mapping."""
        for file in self.files:
            yield from self._read(file)

    def _read(self, file: Path) -> Iterator[SourceBatch]:
        cells = open_cells(file)
        with reading(cells) as connection:
            yield from self.read(connection, cells)

    def read(self, connection: duckdb.DuckDBPyConnection, cells: Cells) -> Iterator[SourceBatch]:
        """The batches of cells that are open on this connection."""
        wanted = self.mapping.columns()
        there = [column for column in wanted if cells.has(connection, column)]
        if not (self._sparse and (there or self.mapping.record_id)):
            self.mapping.require(dict.fromkeys([*cells.columns, *there]), cells.name)
        statement = compile_mapping(self.mapping, cells.relation(wanted, not self.mapping.asks_for_rows()), wanted)
        for batch in connection.sql(statement).to_arrow_reader(BATCH):
            yield self._batch(batch, cells)
        left = list(cells.rejects(connection))
        if left:
            yield SourceBatch(*self.empty(), rejects=left, rows=len(left))

    def empty(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Tables without rows, with the columns that this mapping gives."""
        return (self._schema().empty_table(), EVENT_COLUMNS.empty_table(), CONSENT_COLUMNS.empty_table())

    def _schema(self) -> pa.Schema:
        return pa.schema([*RECORD_COLUMNS, *((name, pa.string()) for name in self.mapping.attributes)])

    def _batch(self, rows: pa.RecordBatch, cells: Cells) -> SourceBatch:
        rows = rows.set_column(rows.schema.get_field_index("raw"), "raw", cells.whole(rows.column("raw")))
        usable = rows.column("usable")
        good = rows if pc.all(usable).as_py() else rows.filter(usable)
        schema = self._schema()
        records = (
            pa.Table.from_batches([good.select(schema.names)]).cast(schema)
            if self.mapping.records
            else schema.empty_table()
        )
        return SourceBatch(
            records,
            _flat(good.column("events"), EVENT_COLUMNS),
            _flat(good.column("consents"), CONSENT_COLUMNS),
            _rejects(rows, cells),
            rows.num_rows,
            self.mapping.region,
        )


def _flat(lists: Any, schema: pa.Schema) -> pa.Table:
    """All structs of a column of lists, as a table."""
    items = pc.list_flatten(lists)
    if not len(items):
        return schema.empty_table()
    return pa.Table.from_arrays(items.flatten(), names=[field.name for field in items.type]).cast(schema)


def _rejects(rows: pa.RecordBatch, cells: Cells) -> Sequence[Reject]:
    """What is wrong with the rows that have problems, in order."""
    some = pc.greater(pc.list_value_length(rows.column("problems")), pa.scalar(0))
    if not pc.any(some).as_py():
        return ()
    troubled = rows.select(["n", "raw", "problems"]).filter(some)
    out = []
    for row in troubled.to_pylist():
        line = cells.line(row["n"])
        for problem in row["problems"]:
            out.append(Reject(cells.name, line, problem["column"], problem["reason"], row["raw"]))
    return out
