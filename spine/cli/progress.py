"""How far a long stage is: a bar on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from spine.cli.output import clean, console
from spine.pipeline.progress import Stopwatch

SAMPLE = 1 << 20


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """The mean since the stage began."""
        seconds = task.elapsed or 0.0
        return Text(f"{task.completed / seconds:,.0f}/s" if seconds > 0 and task.completed else "")


class Bars:
    """One bar, for the stage that runs."""

    def __init__(self, display: Progress) -> None:
        self._display = display
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin the bar of a stage, in place of the one before."""
        if self._task is not None:
            self._display.remove_task(self._task)
        self._task = self._display.add_task(clean(name), total=total)

    def advance(self, done: int) -> None:
        """Move the bar on."""
        if self._task is not None:
            self._display.advance(self._task, done)


@contextmanager
def watched() -> Iterator[Stopwatch]:
    """A stopwatch whose stages are shown on standard error while they run, if that is a terminal."""
    terminal = console(stderr=True)
    if not terminal.is_terminal:
        yield Stopwatch()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
               Rate(), TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=terminal, transient=True) as display:
        yield Stopwatch(Bars(display))


def rows_in(path: Path) -> int | None:
    """About how many rows a file or all files of a directory have; None where reading all would tell."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    counts = [about_rows(file) for file in files]
    return None if None in counts else sum(count for count in counts if count is not None)


def about_rows(file: Path) -> int | None:
    """How many rows a file has: exact for Parquet, by the lines at its beginning for text, None for what is packed."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            sample = stream.read(SAMPLE)
        if sample[:4] == b"PAR1":
            return int(parquet.read_metadata(file).num_rows)
    except (OSError, pa.ArrowException):
        return None
    lines = sample.count(b"\n")
    packed = sample[:2] == b"\x1f\x8b" or sample[:4] == b"\x28\xb5\x2f\xfd"
    return None if packed or lines < 2 else round(size * lines / len(sample))
