"""What a question finds where some rows are still to be sent: the answer of the server with these rows in it.

A plan is asked so that the server also looks at whatever rows that it has not got lead to. What it finds too much is
left out again, since each step is followed once more here, over the rows as they will be.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from spine.domain.graph import GRAPH, Table
from spine.ports import Plan, Row
from spine.stores.following import held, present
from spine.stores.neo4j_bolt.pending import Pending


def widened(plan: Plan, pending: Pending) -> Plan | None:
    """The plan with the values that rows to be sent lead to; None where it has to wait until they were sent."""
    out = {}
    moved: set[str] = set()
    for name, step in plan.items():
        table = GRAPH[step.table]
        if pending.loses(table):
            return None
        if pending.holds((step.table,)) or any(before in moved for before, _ in step.after):
            # Rows and counts that do not tell what they were found by can't be left out again.
            if step.columns or step.counted:
                return None
            moved.add(name)
        more: list[Any] = []
        for before, column in step.after:
            above = GRAPH[plan[before].table]
            more += held(above, column, pending.rows(above), step.short)
        out[name] = replace(step, values=tuple(present([*step.values, *more]))) if more else step
    return out


def completed(plan: Plan, pending: Pending, found: Mapping[str, list[Row]]) -> dict[str, list[Row]] | None:
    """What the plan finds, out of the answers of the server to the widened one; None where they do not tell."""
    out: dict[str, list[Row]] = {}
    for name, step in plan.items():
        sought = set(present(step.values))
        if step.columns or step.counted:
            out[name] = list(found[name])
            continue
        for before, column in step.after:
            sought.update(held(GRAPH[plan[before].table], column, out[before], step.short))
        rows = with_unsent(GRAPH[step.table], step.column, sought, step.limit, found[name], pending)
        if rows is None:
            return None
        out[name] = rows
    return out


def with_unsent(
    table: Table, column: str, sought: set[Any], limit: int | None, found: Sequence[Row], pending: Pending
) -> list[Row] | None:
    """The rows that hold one of these values of a column, by key; None where a limit hides what follows one that goes.

    `found` are those that the server holds, for these values or more, at most `limit` for each.
    """
    if not pending.holds((table.name,)):
        return [row for row in found if row[column] in sought]
    key = itemgetter(*table.key)
    unsent = {key(row): row for row in pending.rows(table)}
    gone = {one if len(table.key) > 1 else one[0] for one in pending.gone(table)}
    lost = [row for row in found if key(row) in gone or unsent.get(key(row), row)[column] != row[column]]
    if limit is not None and lost:
        many = Counter(row[column] for row in found)
        if any(many[row[column]] >= limit for row in lost):
            return None
    kept = (row for row in found if row[column] in sought and key(row) not in gone and key(row) not in unsent)
    rows = sorted([*kept, *(row for row in unsent.values() if row[column] in sought)], key=key)
    if limit is None:
        return rows
    by_value: dict[Any, list[Row]] = {}
    for row in rows:
        by_value.setdefault(row[column], []).append(row)
    return sorted((row for some in by_value.values() for row in some[:limit]), key=key)
