"""Corporate hierarchies: who is owned by whom, and the ultimate parent of every organisation at once.

Edges are declared by records (registers, GLEIF level 2, ERP, MDM). All declared parents are kept; the ultimate parent
follows one controlling parent per organisation, by pointer jumping (Wyllie 1979): log2(n) rounds over whole columns.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.ports import arrow_schema
from spine.resolution.components import Ints, connected
from spine.resolution.grouping import Coded, coded, equal, groups_of, rows_where, whole_numbers
from spine.resolution.links import entity_of_targets
from spine.resolution.resolved import Resolved

CONTROL = 50.0
"""A share above this, in per cent, controls; a parent declared without a share is taken to control."""


@dataclass(frozen=True)
class Hierarchy:
    """The table `subsidiary_of`, ordered by key, and per organisation (`id`, sorted) what follows from it.

    `ultimate` is the label at the top of the controlling parents, the organisation itself where it has none; for
    members of a cycle (`cycle` true) and whatever leads into it, the smallest label of the cycle. `parents` and
    `children` count the current edges. `cycles` lists each cycle's members, sorted; `unresolved` counts declared
    parents that no record answers to, by namespace; `itself` those that mean the organisation itself.
    """

    subsidiary_of: pa.Table
    id: Ints
    ultimate: Ints
    parents: Ints
    children: Ints
    cycle: NDArray[np.bool_]
    cycles: list[list[int]] = field(default_factory=list)
    unresolved: dict[str, int] = field(default_factory=dict)
    itself: int = 0


def hierarchy(resolved: Resolved, as_of: str | None = None) -> Hierarchy:
    """The hierarchy that live records declare; edges not valid at `as_of` (ISO 8601) are kept, but not followed."""
    ids = np.unique(resolved.organisation[resolved.organisation >= 0])
    declared = rows_where(resolved.relations, equal(resolved.relations["kind"], "subsidiary_of"))
    rows = whole_numbers(declared, "row")
    child = resolved.organisation[rows]
    parent = entity_of_targets(resolved, declared, resolved.organisation)
    missing = coded(rows_where(declared, (child >= 0) & (parent < 0))["namespace"])
    counts = np.bincount(missing.codes[missing.codes >= 0], minlength=len(missing.texts)).tolist()
    known = (child >= 0) & (parent >= 0) & (child != parent)
    edges = _edges(resolved, rows_where(declared, known), child[known], parent[known])
    stands = standing(ids, edges, as_of)
    return Hierarchy(
        subsidiary_of=edges,
        id=ids,
        ultimate=stands.ultimate,
        parents=stands.parents,
        children=stands.children,
        cycle=stands.cycle,
        cycles=_members(stands.ultimate, ids, stands.cycle),
        unresolved=dict(zip(missing.texts.tolist(), counts, strict=True)),
        itself=int(((child >= 0) & (child == parent)).sum()),
    )


class Standing(NamedTuple):
    """Per organisation its ultimate parent, how many current parents and children it has, whether it is in a cycle."""

    ultimate: Ints
    parents: Ints
    children: Ints
    cycle: NDArray[np.bool_]


def standing(ids: Ints, edges: pa.Table, as_of: str | None = None) -> Standing:
    """What rows of `subsidiary_of` between the organisations `ids` (sorted) make of each of them."""
    at = [np.searchsorted(ids, whole_numbers(edges, name)) for name in ("start", "end")]
    current = _current(edges, as_of)
    target = followed(len(ids), at[0], at[1], current & _flags(edges, "controlling"), _strength(edges))
    top, cycle = ultimate(target)
    parents, children = (np.bincount(end[current], minlength=len(ids)) for end in at)
    return Standing(ids[top], parents, children, cycle)


def shares(column: "pa.ChunkedArray[Any]") -> NDArray[np.float64]:
    """Shares in per cent, NaN where there is none or it can't be read; `0.51` without a per-cent sign is 51."""
    texts = coded(column)
    return np.append([_share(text) for text in texts.texts.tolist()], np.nan)[texts.codes]


def _share(text: str) -> float:
    number = text.replace("%", "").replace(",", ".").strip()
    try:
        value = float(number)
    except ValueError:
        return float("nan")
    if "%" not in text and 0 < value <= 1:
        value *= 100
    return value if 0 <= value <= 100 else float("nan")


def _edges(resolved: Resolved, declared: pa.Table, child: Ints, parent: Ints) -> pa.Table:
    """One edge per (child, parent): of several declarations the one that holds longest, then the greatest share."""
    share = shares(declared["share"])
    since, until = coded(declared["valid_from"]), coded(declared["valid_to"])
    open_end = np.where(until.codes < 0, len(until.texts), until.codes)
    order = np.lexsort((since.codes, np.nan_to_num(share, nan=-1.0), open_end, parent, child))
    child, parent = child[order], parent[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (child[1:] != child[:-1]) | (parent[1:] != parent[:-1])
    kept = order[last]
    share = share[kept]
    source, role = coded(resolved.records["source"]), coded(declared["role"])
    where = source.codes[whole_numbers(declared, "row")[kept]]
    said, first = groups_of([where, role.codes[kept]])
    words = [
        json.dumps([{"kind": "declared", "source": name, "role": what}])
        for name, what in zip(source.take(where[first]), role.take(role.codes[kept][first]), strict=True)
    ]
    columns: dict[str, Any] = {
        "start": child[last],
        "end": parent[last],
        "share": pa.array(share, mask=np.isnan(share)),
        "controlling": np.isnan(share) | (share > CONTROL),
        "declared": np.ones(len(kept), dtype=bool),
        "valid_from": since.arrow(since.codes[kept]),
        "valid_to": until.arrow(until.codes[kept]),
        "evidence": Coded(said, np.array(words, dtype=object)).arrow(said),
    }
    return pa.table(columns, schema=arrow_schema("subsidiary_of"))


def _flags(edges: pa.Table, name: str) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = edges[name].to_numpy().astype(bool)
    return flags


def _current(edges: pa.Table, as_of: str | None) -> NDArray[np.bool_]:
    if as_of is None:
        return np.ones(edges.num_rows, dtype=bool)
    until, since = coded(edges["valid_to"]), coded(edges["valid_from"])
    # Times of different precision are compared by what both of them say.
    ended = [text[: len(as_of)] < as_of[: len(text)] for text in until.texts.tolist()]
    ahead = [text[: len(as_of)] > as_of[: len(text)] for text in since.texts.tolist()]
    out: NDArray[np.bool_] = ~(np.array([*ended, False])[until.codes] | np.array([*ahead, False])[since.codes])
    return out


def _strength(edges: pa.Table) -> NDArray[np.float64]:
    """What decides between controlling parents: the share; one without a share comes after those that have one.

    A parent declared as the ultimate one (as GLEIF does beside the direct one) comes last: the direct one leads there.
    """
    share: NDArray[np.float64] = edges["share"].to_numpy().astype(np.float64)
    said = coded(edges["evidence"])
    furthest = np.array(["ultimate" in text.lower() for text in said.texts.tolist()], dtype=bool)
    return np.nan_to_num(share, nan=CONTROL) - 1000.0 * np.append(furthest, False)[said.codes]


def followed(size: int, child: Ints, parent: Ints, usable: NDArray[np.bool_], strength: NDArray[np.float64]) -> Ints:
    """The parent that each of `size` organisations follows, itself where none: the strongest, then the smallest."""
    target = np.arange(size, dtype=np.int64)
    at = np.flatnonzero(usable)
    order = at[np.lexsort((-parent[at], strength[at]))]
    target[child[order]] = parent[order]
    return target


def ultimate(target: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """For each place the end of its path along `target`, and whether it lies on a cycle of two or more.

    After 2^k >= n steps every path has ended at a root or goes round a cycle, so what is reached then are exactly
    the roots and the members of cycles; a path into a cycle ends at the cycle's smallest member.
    """
    size = len(target)
    reached, steps = target, 1
    while steps < size:
        reached, steps = reached[reached], steps * 2
    own = np.arange(size, dtype=np.int64)
    on_end = np.zeros(size, dtype=bool)
    on_end[reached] = True
    cycle = on_end & (target != own)
    least = connected(size, own[cycle], target[cycle])
    return least[reached], cycle


def _members(top: Ints, ids: Ints, cycle: NDArray[np.bool_]) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for place in np.flatnonzero(cycle).tolist():
        found.setdefault(int(top[place]), []).append(int(ids[place]))
    return [found[first] for first in sorted(found)]
