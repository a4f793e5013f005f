"""Which steps of a plan a server is asked together: it takes about as long to plan one look-up as to plan another.

Steps that look into the same column of the same table are one look-up, whatever they follow, and so are all edges of a
record or of a person: they have few. A step waits for others of its look-up where they do not follow it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spine.domain.graph import GRAPH, Table
from spine.ports import Plan, Step

FEW_EDGES = ("record", "person")
"""Nodes of these tables have few edges, of whatever kind, so that one look at all of them costs little."""


@dataclass(frozen=True)
class Lookup:
    """Steps that are asked together, by name, and as they are; `mixed` where they look at edges of several kinds."""

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    mixed: bool

    @property
    def first(self) -> Step:
        """The first step: like all of them in what they look at, where they are not mixed."""
        return self.steps[0]

    @property
    def table(self) -> Table:
        """The table of the first step."""
        return GRAPH[self.first.table]

    @property
    def edges(self) -> bool:
        """Whether rows are edges, and no counts."""
        return self.table.is_edge and not self.first.counted


def lookups(plan: Plan) -> list[Lookup]:
    """The look-ups of a plan, each after those that its steps follow."""
    before: dict[str, set[str]] = {}
    for name, step in plan.items():
        before[name] = {above for one, _ in step.after for above in (one, *before[one])}
    left = {name: _kind(step) for name, step in plan.items()}
    out = []
    while left:
        ready: dict[Any, list[str]] = {}
        waiting: dict[Any, list[str]] = {}
        for name, kind in left.items():
            (ready if before[name].isdisjoint(left) else waiting).setdefault(kind, []).append(name)
        # A step that follows one of those that are ready can't be asked with it; whoever else waits would be left out.
        kind = min(ready, key=lambda kind: _left_out(ready[kind], waiting.get(kind, ()), before))
        now = tuple(ready[kind])
        steps = tuple(plan[name] for name in now)
        out.append(Lookup(now, steps, len({(step.table, step.column) for step in steps}) > 1))
        for name in now:
            del left[name]
    return out


def _left_out(now: list[str], later: "list[str] | tuple[str, ...]", before: Mapping[str, set[str]]) -> tuple[int, ...]:
    return sum(before[name].isdisjoint(now) for name in later), bool(later), -len(now)


def _kind(step: Step) -> tuple[Any, ...]:
    """What steps have in common that are asked together."""
    table = GRAPH[step.table]
    whole = step.limit is None and not step.columns and not step.counted
    if table.is_edge and whole and getattr(table, step.column) in FEW_EDGES:
        return (getattr(table, step.column),)
    # A limit is a parameter of its own text, so that steps of different limits are two.
    return (step.table, step.column, step.limit, step.columns, step.counted)
