"""A file as bytes and as text: known by its first bytes, decompressed, in the encoding that it turns out to have."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO, cast

import pyarrow as pa

from spine.errors import FileError

Compression = Literal["gzip", "zstd", "none"]
CHUNK = 1 << 22
_ASCII = bytes(range(128))
_UNUSED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_REFUSED = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV."),
    b"\xd0\xcf\x11\xe0": ("an Excel workbook", "Save the sheet as CSV."),
    b"%PDF": ("a PDF document", "Export the rows as CSV."),
    b"SQLite format 3": ("a SQLite database", "Export the table as CSV or Parquet."),
    b"ORC": ("an ORC file", "Write it as Parquet."),
    b"Obj\x01": ("an Avro file", "Write it as Parquet."),
}


@dataclass(frozen=True, slots=True)
class Stream:
    """A readable, non-empty file, and how its bytes are packed."""

    path: Path
    compression: Compression
    parquet: bool

    def open(self) -> BinaryIO:
        """The unpacked bytes from the start."""
        packed: Any = None if self.compression == "none" else self.compression
        return cast(BinaryIO, pa.input_stream(str(self.path), compression=packed))

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes, some megabytes at a time; FileError where the packing is damaged."""
        with self.open() as stream:
            while True:
                try:
                    chunk = stream.read(CHUNK)
                except (OSError, EOFError) as error:
                    raise FileError(f"{self.path}: is damaged: {error}.", remedy="Fetch it again.") from error
                if not chunk:
                    return
                yield chunk

    def head(self, size: int) -> bytes:
        """The first bytes, unpacked."""
        out = b""
        for chunk in self.chunks():
            out += chunk
            if len(out) >= size:
                break
        return out[:size]

    def raw(self) -> io.RawIOBase:
        """The unpacked bytes, for a buffered reader."""
        return cast(io.RawIOBase, self.open())

    def text(self, encoding: str) -> TextIO:
        """The text from the start; bytes that are none in this encoding come as lone surrogates."""
        return io.TextIOWrapper(io.BufferedReader(self.raw()), encoding=encoding, errors="surrogateescape", newline="")


def open_stream(path: Path) -> Stream:
    """The file as a stream; FileError where it is missing, a directory, unreadable, empty or of a refused kind."""
    if not path.exists():
        raise FileError(f"{path}: there is no such file.", remedy="Check the path.")
    if path.is_dir():
        raise FileError(f"{path}: is a directory.", remedy="Name a file.")
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror}.", remedy="Check its permissions.") from error
    if not start:
        raise FileError(f"{path}: is empty.", remedy="Give a file with at least one row.")
    for magic, (what, remedy) in _REFUSED.items():
        if start.startswith(magic):
            raise FileError(f"{path}: is {what}, which can't be loaded.", remedy=remedy)
    compression: Compression = "none"
    if start.startswith(b"\x1f\x8b"):
        compression = "gzip"
    elif start.startswith(b"\x28\xb5\x2f\xfd"):
        compression = "zstd"
    return Stream(path, compression, start.startswith(b"PAR1"))


def encoding_of(stream: Stream) -> str:
    """`utf-8`, `utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be`, `cp1252` or `latin-1`, from all bytes of the file.

    A byte order mark decides; zeros in every second byte are UTF-16; what decodes as UTF-8, or mostly does, is UTF-8;
    else it is Windows-1252, or Latin-1 where bytes occur that Windows-1252 has not. FileError for binary data.
    """
    head = stream.head(4096)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) * 4 > len(head):
            return "utf-16-be" if even > odd else "utf-16-le"
        raise FileError(f"{stream.path}: is neither text nor Parquet.", remedy="Give CSV, JSON Lines or Parquet.")
    good, bad, odd_bytes = _weigh(stream)
    if bad == 0 or good > bad:
        return "utf-8"
    return "latin-1" if odd_bytes else "cp1252"


def _weigh(stream: Stream) -> tuple[int, int, bool]:
    """How many non-ASCII characters are good UTF-8, how many bytes are not, and whether Windows-1252 lacks any."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    unused = False
    for chunk in stream.chunks():
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        wrong = text.count("�")
        bad += wrong
        # A byte below 128 is a character wherever it stands.
        good += len(text) - (len(chunk) - len(chunk.translate(None, _ASCII))) - wrong
        if wrong:
            unused = unused or any(byte in chunk for byte in _UNUSED_IN_CP1252)
    return good, bad, unused
