"""Corporate hierarchies: who is owned by whom, and the ultimate parent of every organisation at once.

Edges are declared by records (registers, GLEIF level 2, ownership tables, ERP, MDM). All declared parents are kept,
with shares and dates; which one is followed upwards is decided in `control`.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.ports import arrow_schema
from spine.resolution.components import Ints
from spine.resolution.control import CONTROL, Flags, Stakes, controllers
from spine.resolution.grouping import Coded, coded, equal, groups_of, rows_where, whole_numbers
from spine.resolution.links import entity_of_targets
from spine.resolution.resolved import Resolved

SAYS_CONTROL = ("control", "consolidat", "direct parent", "ultimate parent", "branch", "head office", "wholly")
"""Words of a role by which a source says that the parent controls, whatever its share."""
SAYS_NONE = (
    "minority", "not control", "non-control", "noncontrol", "joint venture", "associate", "fund manage", "umbrella",
    "feeder", "portfolio",
)  # fmt: skip
"""Words of a role by which it says that it does not; then only a share above half controls."""


@dataclass(frozen=True)
class Hierarchy:
    """The table `subsidiary_of`, ordered by key, and per organisation (`id`, sorted) what follows from it.

    `controller` is the label of the parent that is followed upwards, -1 where nobody controls. `ultimate` is the label
    at the top, the organisation itself where nobody controls it; for members of a cycle (`cycle` true) and whatever
    leads into it, the smallest label of the cycle. `parents` and `children` count the current edges. `cycles` lists
    each cycle's members, sorted; `unresolved` counts declared parents that no record answers to, by namespace;
    `itself` those that mean the organisation itself.
    """

    subsidiary_of: pa.Table
    id: Ints
    controller: Ints
    ultimate: Ints
    parents: Ints
    children: Ints
    cycle: Flags
    cycles: list[list[int]] = field(default_factory=list)
    unresolved: dict[str, int] = field(default_factory=dict)
    itself: int = 0

    @property
    def groups(self) -> int:
        """How many organisations that nobody controls have somebody below them."""
        tops = np.unique(self.ultimate[self.controller >= 0])
        return int((self.controller[np.searchsorted(self.id, tops)] < 0).sum())


def hierarchy(resolved: Resolved, as_of: str | None = None) -> Hierarchy:
    """The hierarchy that live records declare; edges not valid at `as_of` (ISO 8601) are kept, but not followed.

    Without a time those are followed that had not ended when the record that declares them was observed.
    """
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
        controller=stands.controller,
        ultimate=stands.ultimate,
        parents=stands.parents,
        children=stands.children,
        cycle=stands.cycle,
        cycles=_members(stands.ultimate, ids, stands.cycle),
        unresolved=dict(zip(missing.texts.tolist(), counts, strict=True)),
        itself=int(((child >= 0) & (child == parent)).sum()),
    )


class Standing(NamedTuple):
    """Per organisation who controls it (-1: nobody), its ultimate parent, how many current parents and children it has,
    and whether it is in a cycle."""

    controller: Ints
    ultimate: Ints
    parents: Ints
    children: Ints
    cycle: Flags


def standing(ids: Ints, edges: pa.Table, as_of: str | None = None) -> Standing:
    """What rows of `subsidiary_of` between the organisations `ids` (sorted) make of each of them."""
    at = [np.searchsorted(ids, whole_numbers(edges, name)) for name in ("start", "end")]
    current = _flags(edges, "current") if as_of is None else valid_at(edges, as_of)
    target, top, cycle = controllers(len(ids), stakes_of(edges, at[0], at[1], current))
    parents, children = (np.bincount(end[current], minlength=len(ids)) for end in at)
    controller = np.where(target == np.arange(len(ids)), -1, ids[target])
    return Standing(controller, ids[top], parents, children, cycle)


def stakes_of(edges: pa.Table, child: Ints, parent: Ints, usable: Flags) -> Stakes:
    """The usable rows of a table `subsidiary_of` as stakes, `child` and `parent` being places of their ends.

    What decides between controlling parents is the share; one without a share comes after those that have one. A
    parent declared as the ultimate one (as GLEIF does beside the direct one) comes last: the direct one leads there.
    """
    share: NDArray[np.float64] = edges["share"].to_numpy(zero_copy_only=False).astype(np.float64)
    role = coded(edges["role"])
    furthest = np.append([bool("ultimate" in text.lower()) for text in role.texts.tolist()], False).astype(bool)
    strength = np.nan_to_num(share, nan=CONTROL) - 1000.0 * furthest[role.codes]
    kept = np.flatnonzero(usable)
    # What is held through the ultimate parent is not held a second time.
    held = np.where(furthest[role.codes], np.nan, share)
    return Stakes(child[kept], parent[kept], held[kept], _flags(edges, "controlling")[kept], strength[kept])


def valid_at(edges: pa.Table, as_of: str) -> Flags:
    """Which rows of a table with `valid_from` and `valid_to` hold at a time.

    Times of different precision are compared by what both of them say.
    """
    until, since = coded(edges["valid_to"]), coded(edges["valid_from"])
    ended = [text[: len(as_of)] < as_of[: len(text)] for text in until.texts.tolist()]
    ahead = [text[: len(as_of)] > as_of[: len(text)] for text in since.texts.tolist()]
    out: Flags = ~(np.array([*ended, False])[until.codes] | np.array([*ahead, False])[since.codes])
    return out


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


def _controlling(share: NDArray[np.float64], role: Coded) -> Flags:
    """Which declarations control by themselves: more than half, or the source says so; without either, a parent does.

    A source that names a parent and no share means the parent of its hierarchy.
    """
    words = [text.lower() for text in role.texts.tolist()]
    none = np.append([any(word in text for word in SAYS_NONE) for text in words], False).astype(bool)
    says = np.append([any(word in text for word in SAYS_CONTROL) for text in words], False).astype(bool) & ~none
    found: Flags = (share > CONTROL) | says[role.codes] | (np.isnan(share) & ~none[role.codes])
    return found


def _edges(resolved: Resolved, declared: pa.Table, child: Ints, parent: Ints) -> pa.Table:
    """One edge per (child, parent).

    Of several declarations one that has not ended, then the one that holds longest, then not that of the ultimate
    parent, then the greatest share.
    """
    share = shares(declared["share"])
    since, until, role = (coded(declared[name]) for name in ("valid_from", "valid_to", "role"))
    where = whole_numbers(declared, "row")
    current = _unended(until, resolved.records["observed_at"], where)
    furthest = np.append([bool("ultimate" in text.lower()) for text in role.texts.tolist()], False).astype(bool)
    open_end = np.where(until.codes < 0, len(until.texts), until.codes)
    strength = np.nan_to_num(share, nan=-1.0)
    order = np.lexsort((since.codes, strength, ~furthest[role.codes], open_end, current, parent, child))
    child, parent = child[order], parent[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (child[1:] != child[:-1]) | (parent[1:] != parent[:-1])
    kept = order[last]
    share = share[kept]
    source = resolved.coded_of_records("source")
    said = source.codes[where[kept]]
    pair, first = groups_of([said, role.codes[kept]])
    words = [
        json.dumps([{"kind": "declared", "source": name, "role": what}])
        for name, what in zip(source.take(said[first]), role.take(role.codes[kept][first]), strict=True)
    ]
    columns: dict[str, Any] = {
        "start": child[last],
        "end": parent[last],
        "share": pa.array(share, mask=np.isnan(share)),
        "controlling": _controlling(share, Coded(role.codes[kept], role.texts)),
        "declared": np.ones(len(kept), dtype=bool),
        "role": role.arrow(role.codes[kept]),
        "current": current[kept],
        "valid_from": since.arrow(since.codes[kept]),
        "valid_to": until.arrow(until.codes[kept]),
        "evidence": Coded(pair, np.array(words, dtype=object)).arrow(pair),
    }
    return pa.table(columns, schema=arrow_schema("subsidiary_of"))


def _unended(until: Coded, observed: "pa.ChunkedArray[Any]", rows: Ints) -> Flags:
    """Which declarations had not ended when their record was observed: a function of that record alone."""
    seen = coded(observed.take(pa.array(rows, pa.int64())))
    both = coded(pa.chunked_array([pa.array([*until.texts.tolist(), *seen.texts.tolist()], pa.string())]))
    end = np.append(both.codes[: len(until.texts)], -1)[until.codes]
    then = np.append(both.codes[len(until.texts) :], -1)[seen.codes]
    found: Flags = (end < 0) | ((then >= 0) & (end > then))
    return found


def _flags(edges: pa.Table, name: str) -> Flags:
    flags: Flags = edges[name].to_numpy(zero_copy_only=False).astype(bool)
    return flags


def _members(top: Ints, ids: Ints, cycle: Flags) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for place in np.flatnonzero(cycle).tolist():
        found.setdefault(int(top[place]), []).append(int(ids[place]))
    return [found[first] for first in sorted(found)]
