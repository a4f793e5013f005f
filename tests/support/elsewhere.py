"""Work that is done in another process; what it yields tells in which."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from spine.errors import MappingError


def numbered(upto: int) -> Iterator[tuple[int, int, Any]]:
    """The process, a number, and a table and a cut of it whose columns hold as many rows."""
    for number in range(upto):
        table = pa.table({"n": range(number), "text": [f"t{n}" if n % 3 else None for n in range(number)]})
        yield os.getpid(), number, (table, table.slice(2, 5))
    sys.stdout.write("a source may print")


def begun(folder: Path) -> Iterator[int]:
    """The process, which notes in files that it has begun, and that it has ended."""
    (folder / "begun").write_text(str(os.getpid()))
    try:
        yield os.getpid()
        while True:
            time.sleep(0.01)
    finally:
        (folder / "ended").touch()


def noted(folder: Path, pause: float) -> Iterator[int]:
    """The process again and again; its end is noted in a file."""
    try:
        while True:
            time.sleep(pause)
            yield os.getpid()
    finally:
        (folder / "ended").touch()


def refused() -> Iterator[int]:
    """One item, then a mapping that is wrong."""
    yield 1
    raise MappingError("t.csv: has no column 'mail'.", remedy="Name another.")


def broken() -> Iterator[int]:
    """One item, then an error that nobody foresaw."""
    yield 1
    raise ZeroDivisionError("by nought")


def unspeakable() -> Iterator[int]:
    """An error that can't be sent."""

    class Held(Exception):
        pass

    yield 1
    raise Held("here", threading.Lock())


def killed() -> Iterator[int]:
    """One item, then an end without a word."""
    yield 1
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    time.sleep(60)
