"""Conditions checked before any store sees them, so that every store refuses the same questions."""

from collections.abc import Sequence
from typing import Any

from spine.domain.graph import ColumnType, Table
from spine.errors import BadCursor, QueryError
from spine.ports import Where
from spine.stores.shape import known_columns

_PYTHON: dict[ColumnType, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "text": (str,),
    "json": (str,),
    "bool": (bool,),
    "bytes": (bytes,),
    "ints": (int,),
    "texts": (str,),
}
_LISTS = ("ints", "texts")
_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "prefix")


def checked(table: Table, where: Sequence[Where]) -> None:
    """QueryError for a column that is not there, an operator that does not fit it, or a value of another type."""
    for condition in where:
        known_columns(table, [condition.column])
        kind = table.column(condition.column).type
        place = f"Condition {condition.op} on {table.name}.{condition.column}"
        if condition.op not in _OPERATORS:
            raise QueryError(f"{place}: no such operator.", remedy=f"Use one of {', '.join(_OPERATORS)}.")
        if (kind in _LISTS) != (condition.op == "contains"):
            raise QueryError(f"{place}: the column is of type {kind}.", remedy="Lists, and only they, take contains.")
        if condition.op == "prefix" and kind not in ("text", "json"):
            raise QueryError(f"{place}: the column is of type {kind}.", remedy="Only texts take prefix.")
        if condition.op == "in" and isinstance(condition.value, (str, bytes)):
            raise QueryError(f"{place}: the value is no list.")
        for value in condition.value if condition.op == "in" else [condition.value]:
            if value is not None and not _fits(value, kind):
                raise QueryError(f"{place}: {value!r} is not of type {kind}.")


def never(where: Sequence[Where]) -> bool:
    """True where a condition compares with null, which nothing fulfils."""
    return any(condition.op != "in" and condition.value is None for condition in where)


def checked_page(table: Table, order: str, after: tuple[Any, Any] | None, limit: int) -> None:
    """QueryError where a page of the table can't be asked for like this; BadCursor for a place that can't be in it."""
    if table.is_edge:
        raise QueryError(f"{table.name} is an edge table.", remedy="Use get, count or scan for edges.")
    known_columns(table, [order])
    kind = table.column(order).type
    if kind in _LISTS or kind == "bytes":
        raise QueryError(f"{table.name}.{order} is of type {kind}, which has no order.")
    if limit < 0:
        raise QueryError(f"The limit {limit} is negative.")
    if after is not None:
        value, identity = after
        fits = value is None or _fits(value, kind)
        if not fits or not _fits(identity, table.column("id").type) or (order == "id" and value != identity):
            raise BadCursor(f"The cursor is not a place in {table.name} by {order}.")


def _fits(value: Any, kind: ColumnType) -> bool:
    # True and False are ints to Python, but not to a reader of the graph.
    return isinstance(value, _PYTHON[kind]) and (kind == "bool") == isinstance(value, bool)
