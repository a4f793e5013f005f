"""GLEIF's golden copies as a source of records: CSV or XML, packed or not, level 1, level 2 and reporting exceptions.

A file is known by its content. A relationship becomes a record of the owned entity, by its LEI, which declares its
parent; so do the reasons for having none. Rows stream; an archive or an XML file is unpacked to disk first.
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb

from loaders.cells import Cells
from loaders.csv_cells import CsvCells
from loaders.files import FileSource, bytes_of, reading
from loaders.gleif_layouts import LAYOUTS, SPELLINGS, Layout
from loaders.gleif_xml import to_parquet
from loaders.parquet_cells import ParquetCells
from loaders.streams import open_stream
from spine.errors import FileError
from spine.ports import Reject, SourceBatch

HEAD = 1 << 16
SUFFIXES = (".csv", ".xml", ".zip", ".gz", ".zst")
_ZIP = b"PK\x03\x04"
_BASE = re.compile(r"(?<!\{)\{([A-Za-z][\w.-]*)\}(?!\})")


def layout_of(path: Path) -> Layout | None:
    """Which of GLEIF's files this is, by its beginning; None where it is none of them."""
    head = _head(path).decode("utf-8", errors="ignore").lstrip("\ufeff \r\n\t")
    if head.startswith("<"):
        return next((one for one in LAYOUTS if re.search(rf"<(\w+:)?{one.element}[\s>]", head)), None)
    columns = {cell.strip().strip('"') for cell in head.partition("\n")[0].split(",")}
    columns |= {SPELLINGS[name] for name in columns & SPELLINGS.keys()}
    return next((one for one in LAYOUTS if columns.issuperset(one.known_by)), None)


def is_gleif(path: Path) -> bool:
    """Whether a file, or every data file of a directory, is one of GLEIF's."""
    files = _files(path)
    return bool(files) and all(layout_of(file) is not None for file in files)


class GleifSource:
    """The records of GLEIF's files: one, or all in a directory."""

    portable: Final = True

    def __init__(self, path: Path | str) -> None:
        self.files = _files(Path(path))
        if not self.files:
            raise FileError(f"{path}: holds no files of GLEIF.", remedy=f"Name them {', '.join(SUFFIXES)}.")

    def size(self) -> int | None:
        """The bytes of all files, as they lie on disk; None where one can't be seen."""
        return bytes_of(self.files)

    def batches(self) -> Iterator[SourceBatch]:
        """Batches of records; FileError where a file is none of GLEIF's, or damaged."""
        for file in self.files:
            layout = layout_of(file)
            if layout is None:
                raise FileError(
                    f"{file}: is no golden copy of GLEIF.", remedy="Load it with a mapping of its own: spine map."
                )
            with _unpacked(file) as (plain, folder):
                cells = GleifCells(_cells(plain, layout, folder), layout, str(file))
                with reading(cells) as connection:
                    yield from FileSource(plain, layout.mapping).read(connection, cells)


class GleifCells:
    """The cells of a file with the derived columns of its layout; columns that a file lacks are empty."""

    def __init__(self, inner: Cells, layout: Layout, name: str) -> None:
        self.name = name
        self._inner, self._layout = inner, layout
        self._there = {SPELLINGS.get(column, column): column for column in inner.columns}

    @property
    def columns(self) -> Sequence[str]:
        """The columns found in the file, and the derived ones."""
        return [*self._there, *self._layout.derived]

    def has(self, connection: duckdb.DuckDBPyConnection, column: str) -> bool:
        """Always: the layout is known, and what a file leaves out is empty."""
        return True

    def relation(self, wanted: Sequence[str], apart: bool = False) -> str:
        """See `Cells.relation`."""
        derived = self._layout.derived
        needed = dict.fromkeys(base for name in wanted for base in _BASE.findall(derived.get(name, f"{{{name}}}")))
        number = {name: n for n, name in enumerate(base for base in needed if base in self._there)}

        def cell(match: "re.Match[str]") -> str:
            return f"v{number[match[1]]}" if match[1] in number else "NULL::VARCHAR"

        cells = ", ".join(
            f"({_BASE.sub(cell, derived.get(name, f'{{{name}}}')).replace('{{', '{').replace('}}', '}')}) AS v{n}"
            for n, name in enumerate(wanted)
        )
        inner = self._inner.relation([self._there[name] for name in number], apart)
        return f"SELECT n, raw, problem, {cells} FROM ({inner})"

    def whole(self, raw: Any) -> Any:
        """See `Cells.whole`."""
        return self._inner.whole(raw)

    def line(self, n: int) -> int:
        """See `Cells.line`."""
        return self._inner.line(n)

    def rejects(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Reject]:
        """See `Cells.rejects`."""
        return self._inner.rejects(connection)

    def close(self) -> None:
        """Remove what was needed for reading."""
        self._inner.close()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in SUFFIXES)


def _head(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        packed = file.read(4) == _ZIP
    if packed:
        with _archive(path) as archive, archive.open(_member(path, archive)) as member:
            return member.read(HEAD)
    return open_stream(path).head(HEAD)[:HEAD]


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise FileError(f"{path}: is a damaged archive: {error}.", remedy="Fetch it again.") from error


def _member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if name.lower().endswith((".csv", ".xml"))]
    if len(names) != 1:
        raise FileError(f"{path}: holds {len(names)} CSV or XML files.", remedy="Load an archive of one file.")
    return names[0]


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[Path, Path]]:
    """The file itself, or the one inside an archive; and a folder for what reading needs, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="spine-"))
    try:
        plain = path
        with path.open("rb") as file:
            packed = file.read(4) == _ZIP
        if packed:
            with _archive(path) as archive, archive.open(_member(path, archive)) as member:
                plain = folder / "unpacked"
                with plain.open("wb") as target:
                    shutil.copyfileobj(member, target, 1 << 20)
        yield plain, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cells(plain: Path, layout: Layout, folder: Path) -> Cells:
    """The cells of a file; most of its several hundred columns are empty, and left out of what is kept."""
    stream = open_stream(plain)
    if not stream.head(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return CsvCells(stream, sparse=True)
    bases = [base for text in layout.derived.values() for base in _BASE.findall(text)]
    names = dict.fromkeys(name for name in (*layout.mapping.columns(), *bases) if name not in layout.derived)
    target = folder / "rows.parquet"
    source: BinaryIO = stream.open()
    with source:
        to_parquet(source, layout.element, list(names), target, str(plain))
    return ParquetCells(open_stream(target), sparse=True)
