"""Rejects as a CSV file that a person can read and repair."""

import csv
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TextIO

from spine.errors import FileError
from spine.ports import Reject

COLUMNS = ("file", "line", "column", "reason", "row")


class RejectsFile:
    """A CSV file of rejects, made when the first one comes; `count` says how many. A context manager."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.count = 0
        self._file: TextIO | None = None

    def write(self, rejects: Iterable[Reject]) -> int:
        """Add these rejects; how many they were. FileError where the file can't be written."""
        rows = [(reject.file, reject.line, reject.column, reject.reason, reject.row) for reject in rejects]
        if rows:
            csv.writer(self._opened()).writerows(rows)
        self.count += len(rows)
        return len(rows)

    def _opened(self) -> TextIO:
        if self._file is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("w", encoding="utf-8", errors="replace", newline="")
            except OSError as error:
                raise FileError(
                    f"{self.path}: can't be written: {error.strerror}.", remedy="Name another rejects file."
                ) from error
            csv.writer(self._file).writerow(COLUMNS)
        return self._file

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> "RejectsFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
