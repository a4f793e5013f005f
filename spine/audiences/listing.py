"""Persons and households that fulfil a filter, counted and listed by id, whatever they have consented to.

For looking; to contact somebody, ask an audience (`spine.audiences.selection`), which enforces consent.
"""

from collections.abc import Sequence
from typing import Any

from spine.access.context import Context
from spine.audiences.conditions import compiled, of_facts
from spine.audiences.filters import FactCondition, Filter, PersonFilter
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


def organisations(
    reader: Reader,
    context: Context,
    projections: Projections,
    own: Sequence[FactCondition],
    group: Sequence[FactCondition],
    confidence: float,
    day: str,
) -> list[int]:
    """The numbers of the organisations whose own facts, and whose corporate group's facts, fulfil all conditions."""
    with projections.frame(reader, confidence, day) as frame:
        used: dict[str, Any] = {}
        conditions = [of_facts(frame, own, used, "p", "facts").sql, of_facts(frame, group, used, "g", "groupFacts").sql]
        companies, groups = frame.table("organisations"), frame.table("groups")
        rows = frame.rows(
            f"""SELECT p.id FROM {companies} p LEFT JOIN {groups} g ON g.id = p.ultimate
            WHERE {" AND ".join(conditions)} ORDER BY p.id""",
            used,
        )
    return [number for (number,) in rows]


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
