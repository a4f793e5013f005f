"""Telling how far a long stage is, and how long each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Something that shows how far a stage is; `spine.cli` has one for terminals."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins; `total` in the unit of `advance`, None where unknown."""
        ...

    def advance(self, done: int) -> None:
        """So much more of the stage is done."""
        ...


class Quiet:
    """Shows nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, done: int) -> None:
        """Say nothing."""


Total = int | Callable[[], int | None] | None
"""How much there is of a stage: a number, what counts it (asked only where somebody looks), or None where unknown."""


def unseen(done: int) -> None:
    """What takes note of so much more being done where nobody looks."""


@dataclass
class Stopwatch:
    """Seconds per stage, in the order in which stages first began."""

    progress: Progress = field(default_factory=Quiet)
    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: Total = None) -> Iterator[None]:
        """Time a stage and show it; the same name again adds up."""
        if callable(total):
            total = None if isinstance(self.progress, Quiet) else total()
        self.progress.stage(name, total)
        begun = self.clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.clock() - begun
