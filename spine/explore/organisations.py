"""Organisations: parents, children, the ultimate parent, the whole tree with caps, and who works there."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from spine.access.context import Context
from spine.explore.membership import Entity, held_in, holding, members_of
from spine.explore.moments import held
from spine.explore.questions import Asking, Question
from spine.explore.reasons import in_words, reasons_of
from spine.normalise.countries import normalise_country, normalise_region
from spine.ports import Reader, Row, Step, Where

EDGES_CAP = 500
"""How many owners, subsidiaries or employees of one organisation are looked at."""
LEVELS_CAP = 50


@dataclass(frozen=True, slots=True)
class Ownership:
    """`child` is owned by `parent`: share, whether it controls, whether it was declared, as what, over which period.

    `current` is False where it had ended when it was declared.
    """

    child: int
    parent: int
    share: float | None
    controlling: bool
    declared: bool
    role: str | None
    current: bool
    since: str | None
    until: str | None
    reason: str

    def holds(self, as_of: str | None) -> bool:
        """True where it held at a time (ISO 8601), or without one where it holds now."""
        return self.current if as_of is None else held(self.since, self.until, as_of)


@dataclass(frozen=True, slots=True)
class ParentException:
    """Why a source names no parent, such as GLEIF's reporting exceptions: `level` is direct or ultimate."""

    level: str
    reason: str | None
    source: str
    record: int
    observed_at: str | None


@dataclass(frozen=True, slots=True)
class Employment:
    """A person works for an organisation: how sure, in which role, from when to when, and why."""

    person: int
    organisation: int
    confidence: float
    declared: bool
    role: str | None
    since: str | None
    until: str | None
    reason: str
    employer: Entity | None = field(default=None, compare=False, repr=False)
    """What holds the organisation now, at the confidence asked for; None where nothing does."""


@dataclass(frozen=True, slots=True)
class TreeNode:
    """An organisation in a corporate tree: how deep, under whom, and how many subsidiaries are not shown."""

    organisation: int
    level: int
    ownership: Ownership | None
    hidden: int


@dataclass(frozen=True, slots=True)
class CorporateTree:
    """A group from its ultimate parent down, level by level; `cycle` where ownership runs in a circle."""

    root: int
    nodes: tuple[TreeNode, ...]
    truncated: bool
    cycle: bool


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """What a list of organisations must fulfil; None asks for nothing."""

    name_prefix: str | None = None
    region: str | None = None
    country: str | None = None
    has_parent: bool | None = None
    has_children: bool | None = None
    namespaces: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    numbers: tuple[int, ...] | None = None

    def conditions(self) -> list[Where]:
        """The filter as conditions on the stored organisations."""
        where = [Where("name", "prefix", self.name_prefix)] if self.name_prefix else []
        where.extend(
            Where(column, "eq", normalised(value) or "")
            for column, value, normalised in (
                ("region", self.region, normalise_region),
                ("country", self.country, normalise_country),
            )
            if value is not None
        )
        for column, wanted in (("parents", self.has_parent), ("children", self.has_children)):
            if wanted is not None:
                where.append(Where(column, "gt" if wanted else "eq", 0))
        for column in ("namespaces", "sources"):
            where.extend(Where(column, "contains", value) for value in getattr(self, column))
        if self.numbers is not None:
            where.append(Where("id", "in", self.numbers))
        return where


def owners(reader: Reader, context: Context, numbers: Sequence[int]) -> dict[int, list[Ownership]]:
    """For each organisation those that own it, controlling ones and greater shares first."""
    return _ownerships(reader, "start", numbers)


def subsidiaries(reader: Reader, context: Context, numbers: Sequence[int]) -> dict[int, list[Ownership]]:
    """For each organisation those that it owns."""
    return _ownerships(reader, "end", numbers)


def parent_exceptions(reader: Reader, context: Context, entities: Sequence[Entity]) -> dict[int, list[ParentException]]:
    """For each organisation (by id) the reasons that sources give for naming no parent."""
    rows = {row["id"]: row for row in reader.get("record", "id", members_of(entities))}
    out: dict[int, list[ParentException]] = {}
    for entity in entities:
        mine = [rows[record] for record in entity.members if record in rows]
        out[entity.id] = [
            ParentException(one["value"], one.get("role"), row["source"], row["id"], row["observed_at"])
            for row in mine
            for one in json.loads(row["relations"] or "[]")
            if one["kind"] == "parent_exception" and one.get("value")
        ]
    return out


def corporate_tree(
    reader: Reader, context: Context, roots: Sequence[int], levels: int, nodes: int, as_of: str | None = None
) -> CorporateTree:
    """The group below an organisation (its stored ids, first the one it is known by), breadth first.

    Along the edges that hold now, or held at `as_of`. At most `levels` deep and `nodes` large, one round trip a level.
    An organisation with several owners stands under the first that reaches it. What is left out is counted.
    """
    shown = set(roots)
    out = [TreeNode(roots[0], 0, None, 0)]
    level, cycle, hidden = list(roots), False, dict.fromkeys(roots[:1], 0)
    for depth in range(1, levels + 2):
        below = subsidiaries(reader, context, level)
        following: list[int] = []
        for edge in (edge for parent in level for edge in below[parent] if edge.holds(as_of)):
            if edge.child in roots:
                cycle = cycle or edge.parent not in roots
            elif edge.child not in shown and len(shown) < nodes and depth <= levels:
                shown.add(edge.child)
                following.append(edge.child)
                out.append(TreeNode(edge.child, depth, edge, 0))
            elif edge.child not in shown:
                at = roots[0] if edge.parent in roots else edge.parent
                hidden[at] = hidden.get(at, 0) + 1
        level = following
        if not level:
            break
    counted = tuple(replace(node, hidden=hidden.get(node.organisation, 0)) for node in out)
    return CorporateTree(roots[0], counted, any(hidden.values()), cycle)


def employees(reader: Reader, context: Context, numbers: Sequence[int]) -> dict[int, list[Employment]]:
    """For each organisation who works there, present ones first; persons are stored ids (the default confidence)."""
    edges = reader.get("employed_by", "end", sorted(set(numbers)), EDGES_CAP)
    return {number: _sorted(_employment(row) for row in edges if row["end"] == number) for number in numbers}


@Question
def employers(entities: Sequence[Entity], confidence: float) -> Asking[dict[int, list[Employment]]]:
    """For each person (by id) the employers, present ones first, each with what holds it at this confidence."""
    rows = yield {
        "job": Step("employed_by", "start", tuple(members_of(entities)), limit=EDGES_CAP),
        **holding(after=[("job", "end")]),
    }
    held = held_in(rows, {row["end"] for row in rows["job"]}, confidence)
    out = {}
    for entity in entities:
        inside = set(entity.members)
        jobs = _sorted(_employment(row) for row in rows["job"] if row["start"] in inside)
        out[entity.id] = [replace(job, employer=held.get(job.organisation)) for job in jobs]
    return out


def list_organisations(
    reader: Reader, context: Context, asked: OrganisationFilter, first: int, after: int | None
) -> tuple[list[int], bool]:
    """The first stored organisations after id `after` that fulfil the filter, and whether more follow."""
    position = None if after is None else (after, after)
    rows = reader.select("organisation", asked.conditions(), after=position, limit=first + 1)
    return [row["id"] for row in rows[:first]], len(rows) > first


def count_organisations(reader: Reader, context: Context, asked: OrganisationFilter) -> int:
    """How many stored organisations fulfil the filter."""
    return reader.count("organisation", asked.conditions())


def _ownerships(reader: Reader, side: str, numbers: Sequence[int]) -> dict[int, list[Ownership]]:
    rows = reader.get("subsidiary_of", side, sorted(set(numbers)), EDGES_CAP) if numbers else []
    out: dict[int, list[Ownership]] = {number: [] for number in numbers}
    for row in rows:
        out[row[side]].append(_ownership(row))
    for found in out.values():
        found.sort(key=_precedence)
    return out


def _precedence(one: Ownership) -> tuple[object, ...]:
    return not one.current, not one.controlling, -(one.share or 0), one.parent, one.child


def _ownership(row: Row) -> Ownership:
    share = f" with {row['share']:g} %" if row["share"] is not None else ""
    how = "declared" if row["declared"] else "derived"
    why = in_words(reasons_of(row["evidence"])) or f"{how}{share}"
    return Ownership(
        row["start"], row["end"], row["share"], bool(row["controlling"]), bool(row["declared"]), row["role"],
        bool(row["current"]), row["valid_from"], row["valid_to"], why,
    )  # fmt: skip


def _employment(row: Row) -> Employment:
    why = in_words(reasons_of(row["evidence"])) or ("declared" if row["declared"] else "derived")
    weight = 1.0 if row["weight"] is None else row["weight"]
    return Employment(
        row["start"], row["end"], weight, bool(row["declared"]), row["role"], row["valid_from"], row["valid_to"], why
    )


def _sorted(found: Iterable[Employment]) -> list[Employment]:
    return sorted(found, key=lambda one: (one.until is not None, -one.confidence, one.person, one.organisation))
