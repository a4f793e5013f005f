"""Plans of several steps, checked before any store sees them, and followed step by step where that costs nothing."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import itemgetter
from typing import Any

from spine.domain.graph import Table
from spine.errors import QueryError
from spine.ports import Plan, Row, Step
from spine.stores.shape import indexed, known, known_columns

COUNT = "count"
"""What a counted step calls its numbers; no table has such a column."""

Fetch = Callable[[Table, Step, list[Any]], list[Row]]
"""The rows of a step for these values, none of them null, each once."""


def names_of(table: Table, step: Step) -> tuple[str, ...]:
    """The columns that the rows of a step have, in the order of the table: its key always."""
    if step.counted:
        return (step.column, COUNT)
    return _some_of(table.name, step.columns) if step.columns else table.names


@lru_cache(maxsize=1024)
def _some_of(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    shape = known(table)
    return tuple(name for name in shape.names if name in columns or name in shape.key)


def checked_plan(plan: Plan) -> dict[str, Table]:
    """The table of each step; QueryError for a step that can't be asked, or comes before what it follows."""
    tables: dict[str, Table] = {}
    for name, step in plan.items():
        if step.counted and (step.columns or step.limit is not None):
            raise QueryError(f"Step {name!r} is counted, so it has neither columns nor a limit.")
        for before, column in step.after:
            if before not in tables:
                raise QueryError(f"Step {name!r} follows {before!r}, which does not come before it.")
            if column == COUNT or column not in names_of(tables[before], plan[before]):
                raise QueryError(f"Step {name!r} follows {before}.{column}, which that step does not ask for.")
        tables[name] = _looked_up(step.table, step.column, step.columns)
    return tables


@lru_cache(maxsize=1024)
def _looked_up(table: str, column: str, columns: tuple[str, ...]) -> Table:
    """The table that a step looks into; QueryError where it can't."""
    shape = known(table)
    indexed(shape, column)
    known_columns(shape, columns)
    return shape


def followed(plan: Plan, fetch: Fetch) -> dict[str, list[Row]]:
    """What each step finds, by asking one after another."""
    tables = checked_plan(plan)
    found: dict[str, list[Row]] = {}
    for name, step in plan.items():
        values = list(step.values)
        for before, column in step.after:
            values += held(tables[before], column, found[before], step.short)
        found[name] = fetch(tables[name], step, present(values)) if values else []
    return found


def in_order(table: Table, step: Step, rows: list[Row]) -> list[Row]:
    """The rows by key, or by what they were asked by where they are counts."""
    if len(rows) < 2:
        return rows
    return sorted(rows, key=itemgetter(step.column) if step.counted else itemgetter(*table.key))


def present(values: Iterable[Any]) -> list[Any]:
    """Each value once, in order of appearance, without nulls."""
    return [value for value in dict.fromkeys(values) if value is not None]


def held(table: Table, column: str, rows: Iterable[Row], short: int | None) -> list[Any]:
    """What a step looks for that follows this column of rows of a table."""
    shape = table.column(column)
    if not shape.holds_many:
        return [value for row in rows if (value := row[column]) is not None]
    return [value for row in rows for value in shape.values(row[column], short)]
