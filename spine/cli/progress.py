"""How far a long stage is: a bar on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
               Rate(), TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as display:
        yield Stopwatch(Bars(display))
