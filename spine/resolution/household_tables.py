"""Households as tables of the graph: the household with its facts, who is a member and why, which records reside."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.normalise.columns import compute, join_known, prefixed
from spine.ports import arrow_schema
from spine.resolution import household_weights as w
from spine.resolution.address_forms import PARTS, Flags
from spine.resolution.components import Ints
from spine.resolution.entities import entities
from spine.resolution.golden_columns import most_written
from spine.resolution.grouping import (
    Coded,
    commonest,
    distinct,
    groups_of,
    largest,
    smallest,
    spread,
    text_lists_of,
)
from spine.resolution.household_roles import ADULT, CHILD, HEAD, ROLES, roles
from spine.resolution.households import Floats, Households, probability
from spine.resolution.membership_evidence import reasons
from spine.resolution.resolved import Resolved
from spine.resolution.trees import NEVER
from spine.resolution.written import NUMBER_BEFORE


@dataclass(frozen=True)
class HouseholdTables:
    """Arrow tables `household`, `member_of` and `resides_in`, ordered by key."""

    household: pa.Table
    member_of: pa.Table
    resides_in: pa.Table


@dataclass(frozen=True)
class _Members:
    """One row per (household, person): `number` of the household, `label` of the person; its residencies point here.

    `stays`: a record tells of it as it is now, and no other home of the person begins after it was last seen there.
    """

    ids: Ints
    number: Ints
    label: Ints
    of_residency: Ints
    stays: Flags


def tables(resolved: Resolved, found: Households) -> HouseholdTables:
    """The tables of these households."""
    homes = found.residencies
    members = _members(found, _current(resolved, found))
    role = roles(resolved, found.day)
    weight = _weights(found)
    return HouseholdTables(
        _household(resolved, found, members, role),
        _member_of(resolved, found, members, role, weight),
        _resides_in(resolved, found, weight) if len(homes) else _table("resides_in", {}),
    )


def _table(name: str, columns: dict[str, Any]) -> pa.Table:
    schema = arrow_schema(name)
    return pa.table(columns, schema=schema) if columns else schema.empty_table()


def _current(resolved: Resolved, found: Households) -> Flags:
    """Which residencies a record tells of as it is now."""
    out = np.zeros(len(found.residencies), dtype=bool)
    of_row = found.residencies.of_row[: resolved.size - resolved.before]
    out[of_row[of_row >= 0]] = True
    return out


def _members(found: Households, current: Flags) -> _Members:
    homes, label = found.residencies, found.label
    kept = np.flatnonzero(label >= 0)
    ids, number = np.unique(label[kept], return_inverse=True)
    group, first = groups_of([number, homes.person[kept]])
    of_residency = np.full(len(homes), -1, np.int64)
    of_residency[kept] = group
    stays = np.zeros(len(first), dtype=bool)
    stays[of_residency[current & (of_residency >= 0)]] = True
    label = homes.person[kept][first]
    since, until = smallest(of_residency, homes.first, len(first)), largest(of_residency, homes.last, len(first))
    stays &= ~_followed(np.unique(label, return_inverse=True)[1].astype(np.int64), since, until)
    return _Members(ids, number[first].astype(np.int64), label, of_residency, stays)


def _followed(owner: Ints, since: Ints, until: Ints) -> Flags:
    """Which stays ended before another of their owner's (a number, -1 for nobody) began; dates are codes, -1: unknown.

    For one person `spine.explore.households.at_home` says the same, for everybody at any confidence
    `spine.audiences.population`.
    """
    latest = largest(owner, since, int(owner.max(initial=-1)) + 1)
    later: Flags = (np.append(latest, -1)[owner] > until) & (until >= 0)
    return later


def _weights(found: Households) -> Floats:
    """How sure each residency is in its household: the surest join that took it in, 1 where it stands alone."""
    trees, homes = found.trees, found.residencies
    best = np.full(len(homes), NEVER, np.int64)
    kept = trees.height >= found.height
    np.maximum.at(best, trees.rows[kept], trees.height[kept])
    np.maximum.at(best, trees.rows[trees.target[kept]], trees.height[kept])
    best[found.institutional] = w.COLLECTIVE.value
    return np.where(best == NEVER, 1.0, probability(best))


def _household(resolved: Resolved, found: Households, members: _Members, role: dict[int, Ints]) -> pa.Table:
    homes, size = found.residencies, len(members.ids)
    if not size:
        return _table("household", {})
    number = np.append(members.number, -1)[members.of_residency]
    claimed = resolved.person[resolved.claimed("row")]
    namespace, source = resolved.coded_of_claims("namespace"), resolved.coded_of_records("source")
    is_child = np.isin(members.label, role[CHILD]) & ~np.isin(members.label, role[HEAD])
    shown = _shown_at(found, members, number, _current(resolved, found))
    row_number, writes = (np.append(places, -1)[homes.of_row] for places in (shown, number))
    if resolved.before:
        row_number[resolved.size - resolved.before :] = writes[resolved.size - resolved.before :] = -1
    place = {part: commonest(row_number, resolved.coded_text(part).codes, size) for part in ("region", "postcode")}
    home = commonest(shown, homes.dwelling, size)
    return _table(
        "household",
        {
            "id": members.ids,
            "size": np.bincount(members.number[members.stays], minlength=size),
            "adults": np.bincount(members.number[members.stays & ~is_child], minlength=size),
            "cohesion": _cohesion(found, number, size),
            **{part: resolved.coded_text(part).arrow(code) for part, code in place.items()},
            **{f"{part}_name": _shown_as(resolved, writes, part, code) for part, code in place.items()},
            "address": _lines(resolved, found, writes, home),
            "namespaces": _lists(members, size, claimed, namespace.codes, namespace),
            "sources": _lists(members, size, resolved.person, source.codes, source),
            "valid_from": homes.dates.arrow(smallest(number, homes.first, size)),
            "valid_to": homes.dates.arrow(largest(number, homes.last, size)),
        },
    )


def _shown_at(found: Households, members: _Members, number: Ints, current: Flags) -> Ints:
    """The household of each residency by which it is told where that household is, -1 for the others.

    That are the homes where its members live now, the last of each; all of them where nobody lives any more.
    """
    homes, of_residency = found.residencies, members.of_residency
    here = current & np.append(members.stays, False)[of_residency]
    here &= ~_followed(of_residency, homes.first, homes.last)
    lived = np.bincount(number[here & (number >= 0)], minlength=len(members.ids)) > 0
    return np.where(here | ~np.append(lived, True)[number], number, -1)


def _lists(members: _Members, size: int, owner: Ints, code: Ints, column: Coded) -> "pa.Array[Any]":
    """Per household the distinct texts of all its persons."""
    owner, code = distinct(owner[(owner >= 0) & (code >= 0)], code[(owner >= 0) & (code >= 0)])
    place, value = spread(members.label[members.stays], owner, code)
    return text_lists_of(members.number[members.stays][place], value, column, size)


def _cohesion(found: Households, number: Ints, size: int) -> Floats:
    """Per household how sure its weakest join is, 1 where there is none."""
    homes = found.residencies
    cut = entities(found.trees, found.height, np.arange(len(homes)))
    cohesion = np.where(cut.cohesion == NEVER, 1.0, probability(cut.cohesion))[cut.entity]
    cohesion[found.institutional] = probability(np.array([w.COLLECTIVE.value]))[0]
    weakest = np.ones(size)
    kept = number >= 0
    np.minimum.at(weakest, number[kept], cohesion[kept])
    return weakest


def _shown_as(resolved: Resolved, number: Ints, part: str, code: Ints) -> Any:
    """A part of the address of each household, whose value is chosen (`code`), as its records write it best."""
    found: Any = most_written(resolved, number, len(code), part, code)
    return compute.utf8_upper(found) if part == "postcode" else found


def _lines(resolved: Resolved, found: Households, number: Ints, form: Ints) -> "pa.ChunkedArray[Any]":
    """The addresses of households in one line, best written by their records; null where a household has none.

    `number` is the household of each record, `form` the form of each household's address.
    """
    parts = found.residencies.dwellings.forms.parts
    code = {part: np.append(parts[part].codes, -1)[form] for part in PARTS}
    known = {part: _shown_as(resolved, number, part, code[part]) for part in PARTS}
    country = parts["country"].arrow(code["country"])
    before: Any = compute.or_(compute.is_null(country), compute.is_in(country, pa.array(NUMBER_BEFORE)))
    street: Any = compute.if_else(
        before,
        join_known(" ", known["house_number"], known["street"]),
        join_known(" ", known["street"], known["house_number"]),
    )
    first = join_known(" ", street, known["unit"], prefixed("PO Box ", known["po_box"]))
    return pa.chunked_array([join_known(", ", first, *(known[part] for part in PARTS[PARTS.index("po_box") + 1 :]))])


def _member_of(
    resolved: Resolved, found: Households, members: _Members, role: dict[int, Ints], weight: Floats
) -> pa.Table:
    homes, size = found.residencies, len(members.label)
    if not size:
        return _table("member_of", {})
    kept = members.of_residency >= 0
    surest = np.zeros(size)
    np.maximum.at(surest, members.of_residency[kept], weight[kept])
    what = np.full(size, -1, np.int64)
    for code in (CHILD, ADULT, HEAD):
        what[np.isin(members.label, role[code])] = code
    table = _table(
        "member_of",
        {
            "start": members.label,
            "end": members.ids[members.number],
            "weight": pa.array(surest, mask=~members.stays),
            "role": Coded(what, ROLES).arrow(what),
            "valid_from": homes.dates.arrow(smallest(members.of_residency, homes.first, size)),
            "valid_to": homes.dates.arrow(largest(members.of_residency, homes.last, size)),
            "evidence": reasons(resolved, found, members.of_residency, size),
        },
    )
    return _ordered(table)


def _resides_in(resolved: Resolved, found: Households, weight: Floats) -> pa.Table:
    household, homes = found.of_row, found.residencies
    rows: NDArray[np.int64] = np.flatnonzero(household >= 0)
    group, first = groups_of([resolved.ids[rows], household[rows]])
    now = rows < resolved.size - resolved.before
    sure, stays = np.zeros(len(first)), np.zeros(len(first), dtype=bool)
    np.maximum.at(sure, group, weight[homes.of_row[rows]])
    stays[group[now]] = True
    table = _table(
        "resides_in",
        {
            "start": resolved.ids[rows[first]],
            "end": household[rows[first]],
            "weight": pa.array(sure, mask=~stays),
            "valid_from": homes.dates.arrow(smallest(group, homes.since[rows], len(first))),
            "valid_to": homes.dates.arrow(largest(group, homes.until[rows], len(first))),
        },
    )
    return _ordered(table)


def _ordered(table: pa.Table) -> pa.Table:
    return table.sort_by([("start", "ascending"), ("end", "ascending")])
