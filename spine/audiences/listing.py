"""Persons and households that fulfil a filter, counted and listed by id, whatever they have consented to.

For looking; to contact somebody, ask an audience (`spine.audiences.selection`), which enforces consent.
"""

from collections.abc import Sequence
from typing import Any

from spine.access.context import Context
from spine.audiences.conditions import compiled
from spine.audiences.filters import Filter, PersonFilter
from spine.audiences.projection import Projections
from spine.ports import Reader


def numbers(
    reader: Reader,
    context: Context,
    projections: Projections,
    asked: Filter,
    confidence: float,
    day: str,
    first: int,
    after: int | None = None,
) -> tuple[list[int], bool]:
    """The numbers of the first that fulfil the filter after number `after`, and whether more follow."""
    with projections.frame(reader, confidence, day) as frame:
        used: dict[str, Any] = {"first": first + 1, "after": after if after is not None else -1}
        condition = compiled(frame, asked, used).sql
        found = frame.rows(
            f"""SELECT p.id FROM {frame.table(_table(asked))} p WHERE p.id > $after AND {condition}
            ORDER BY id LIMIT $first""",
            used,
        )
    return [number for (number,) in found[:first]], len(found) > first


def count(
    reader: Reader, context: Context, projections: Projections, asked: Filter, confidence: float, day: str
) -> int:
    """How many fulfil the filter."""
    with projections.frame(reader, confidence, day) as frame:
        used: dict[str, Any] = {}
        condition = compiled(frame, asked, used).sql
        rows = frame.rows(f"SELECT count(*) FROM {frame.table(_table(asked))} p WHERE {condition}", used)
    return int(rows[0][0])


def consents(
    reader: Reader, context: Context, projections: Projections, households: Sequence[int], confidence: float, day: str
) -> dict[int, list[str]]:
    """The purposes that a member of each of these households has consented to."""
    with projections.frame(reader, confidence, day) as frame:
        rows = frame.rows(
            f"SELECT id, consents FROM {frame.table('households')} WHERE list_contains($ids, id)",
            {"ids": list(households)},
        )
    return dict(rows)


def _table(asked: Filter) -> str:
    return "persons" if isinstance(asked, PersonFilter) else "households"
