"""What every reader of files offers to a compiled mapping: its columns, and a relation of trimmed text cells."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import duckdb

from spine.ports import Reject


class Cells(Protocol):
    """A file as text cells."""

    name: str

    @property
    def columns(self) -> Sequence[str]:
        """The columns found in the file; for JSON the dotted paths found in its first rows."""
        ...

    def has(self, connection: duckdb.DuckDBPyConnection, column: str) -> bool:
        """Whether any row of the file has this column."""
        ...

    def relation(self, wanted: Sequence[str], apart: bool = False) -> str:
        """A SELECT with `n` (the row's number from 1), `raw` (JSON), `problem` (why it can't be read, or null) and
        `v0`, `v1` … (the cells of the wanted columns, trimmed, null where empty).

        Where `apart`, `raw` may be the cells that the text is made of; `whole` makes it."""
        ...

    def whole(self, raw: Any) -> Any:
        """The texts of a column `raw`, which may have come apart."""
        ...

    def line(self, n: int) -> int:
        """The line on which row `n` of the relation begins; asked in rising order."""
        ...

    def rejects(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Reject]:
        """Once all rows were read: the lines that could not be cut into cells."""
        ...

    def close(self) -> None:
        """Remove what was needed for reading."""
        ...
