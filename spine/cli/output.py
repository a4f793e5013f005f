"""What the terminal shows: tables, one JSON document, errors with their remedy. Values never steer the terminal."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from spine.errors import SpineError

PIPE_WIDTH = 160


def console(stderr: bool = False) -> Console:
    """The terminal; wide where it is a pipe or file, so that nothing is cut for want of room."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, markup=False)


def say(message: str = "", style: str | None = None) -> None:
    """One line on standard output."""
    console().print(Text(clean(message), style=style or ""), soft_wrap=True)


def note(message: str) -> None:
    """One line on standard error: beside the answer, never part of it."""
    console(stderr=True).print(Text(clean(message)), soft_wrap=True)


def error(problem: SpineError) -> None:
    """What went wrong and what to do about it, on standard error."""
    terminal = console(stderr=True)
    terminal.print(Text.assemble(("Error: ", "bold red"), clean(problem.message)), soft_wrap=True)
    if problem.remedy:
        terminal.print(Text(clean(problem.remedy)), soft_wrap=True)


def as_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False) + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Rows under a heading; columns whose name starts with `#` are numbers and stand to the right."""
    grid = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        grid.add_column(
            column.removeprefix("#"), justify="right" if column.startswith("#") else "left", overflow="fold"
        )
    for row in rows:
        grid.add_row(*(Text(clean(_shown(cell))) for cell in row))
    console().print(grid)


def brief(value: Any) -> Any:
    """What stands in one cell: documents as JSON on one line."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def clean(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.4f}"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, list | tuple):
        return ", ".join(_shown(part) for part in cell)
    return str(cell)
