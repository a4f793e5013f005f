"""Columns that are held long and looked at now and then, in files without names instead of in memory.

What lies in such a file the system keeps in memory as long as there is room, and drops when there is none. A file has
no name from its first byte on, so nobody else opens it, and it is gone with its process, however that ends.
"""

import mmap
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from pickle import PickleBuffer
from threading import Lock
from typing import IO, Any, TypeVar
from weakref import finalize

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.errors import StoreUnavailable

Name = TypeVar("Name")
LEAST = 1 << 20
"""Bytes of a column, or of a table, that are worth a file."""
_ALIGNED = 64
OPEN = "/proc/{}/fd/{}"
"""Where Linux shows a file that a process has open to other processes of its user."""


class Aside:
    """Where a task keeps large columns: in files of a folder (None: the one for temporary files), or not at all.

    What is kept comes back as it was, read-only; its room goes with the last who holds it. StoreUnavailable where the
    disk is full. Another process to which it is sent keeps its own in the same folder.
    """

    def __init__(self, folder: str | None = None, *, wanted: bool = True, least: int = LEAST) -> None:
        self._folder = folder
        self._wanted = wanted
        self._least = least
        self._pile: _Pile | None = None
        self._turn = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Aside, wanted=self._wanted, least=self._least), (self._folder,)

    @property
    def wanted(self) -> bool:
        """Whether anything is kept aside."""
        return self._wanted

    def keep(self, held: bytes) -> "bytes | Kept":
        """Some bytes, which are read whenever they are asked for."""
        if not self._wanted:
            return held
        with self._turn:
            if self._pile is None:
                self._pile = _Pile(self._file(buffering=0))
            with _full(self._folder):
                return Kept(self._pile, self._pile.add(held), len(held))

    def arrays(self, arrays: Mapping[Name, NDArray[Any]]) -> dict[Name, NDArray[Any]]:
        """These arrays; those that are large in one file together."""
        large = {name: one for name, one in arrays.items() if self._wanted and one.nbytes >= self._least}
        if not large:
            return dict(arrays)
        places: dict[int, int] = {}
        with _full(self._folder), self._file() as file:
            for one in {id(one): one for one in large.values()}.values():
                file.write(b"\0" * (-file.tell() % _ALIGNED))
                places[id(one)] = file.tell()
                file.write(np.ascontiguousarray(one).data)
            mapped = _mapped(file)
        kept = {
            name: np.frombuffer(mapped, one.dtype, one.size, places[id(one)]).reshape(one.shape)
            for name, one in large.items()
        }
        return {**arrays, **kept}

    def table(self, table: pa.Table) -> pa.Table:
        """This table, in a file if it is large."""
        if not self._wanted or table.nbytes < self._least:
            return table
        return self.tables(table.to_batches(), table.schema)

    def tables(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
        """These rows one after the other as one table, in a file; each is let go when it is there."""
        if not self._wanted:
            return pa.Table.from_batches(list(batches), schema)
        with _full(self._folder), self._file() as file:
            sink: Any = file
            with pa.ipc.new_stream(sink, schema) as stream:
                for batch in batches:
                    stream.write_batch(batch)
            mapped = _mapped(file)
        with pa.ipc.open_stream(pa.py_buffer(mapped)) as rows:
            return rows.read_all()

    def _file(self, buffering: int = -1) -> IO[bytes]:
        try:
            return tempfile.TemporaryFile(dir=self._folder, buffering=buffering)
        except OSError as error:
            raise _unusable(self._folder, error) from error


NOWHERE = Aside(wanted=False)
"""Keeps nothing aside."""


class Kept:
    """Bytes in a file: calling it reads them. A process to which it is sent reads the same file."""

    __slots__ = ("_pile", "_size", "_start")

    def __init__(self, pile: "_Pile | _Sent", start: int, size: int) -> None:
        self._pile, self._start, self._size = pile, start, size

    def __call__(self) -> bytes:
        """The bytes."""
        return self._pile.read(self._start, self._size)

    def __len__(self) -> int:
        return self._size

    def __reduce__(self) -> tuple[Any, ...]:
        return Kept, (self._pile, self._start, self._size)


class _Pile:
    """A file of bytes one after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0
        self._turn = Lock()
        finalize(self, file.close)

    def add(self, held: bytes) -> int:
        """Write bytes; where they begin."""
        with self._turn:
            start = self._file.seek(self._end)
            left = memoryview(held)
            while left:
                left = left[self._file.write(left) :]
            self._end += len(held)
        return start

    def read(self, start: int, size: int) -> bytes:
        """Bytes that were written."""
        with self._turn:
            self._file.seek(start)
            found = self._file.read(size)
            while len(found) < size:
                found += self._file.read(size - len(found))
            return found

    def __reduce__(self) -> tuple[Any, ...]:
        way = Path(OPEN.format(os.getpid(), self._file.fileno()))
        if way.exists():
            return _opened, (str(way),)
        return _Sent, (PickleBuffer(self.read(0, self._end)),)


class _Sent:
    """The bytes of a file that could not be opened here, sent as they are."""

    def __init__(self, held: Any) -> None:
        self._held = memoryview(held)

    def read(self, start: int, size: int) -> bytes:
        """Bytes that were written."""
        return bytes(self._held[start : start + size])


def _opened(way: str) -> _Pile:
    return _Pile(Path(way).open("rb", buffering=0))


def _mapped(file: IO[bytes]) -> mmap.mmap:
    """All that was written, mapped; it stays when the file is closed."""
    file.flush()
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@contextmanager
def _full(folder: str | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: str | None, error: OSError) -> StoreUnavailable:
    where = folder or tempfile.gettempdir()
    return StoreUnavailable(
        f"{where}: {error.strerror}, while columns that do not fit into memory were put aside there.",
        remedy="Free space on the disk, then run the same again; nothing was half-written.",
    )
