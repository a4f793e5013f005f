"""What a resolve of everything did, told to whoever follows: entity by entity, or as one change where it is too much.

The columns that say who is whose are read before the resolve writes and compared with what it writes, in numpy; only
what differs is looked at one by one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow.compute import call_function

from spine.domain.vocabulary import Kind
from spine.pipeline.changes import Said, entities, moves_home, new_consents, new_parents, write_said
from spine.pipeline.rebuild import Labels
from spine.ports import Clock, Reader, Where, Writer, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.grouping import groups_of

BULK = 50_000
"""Where more records than that change their entity, followers are told to read the snapshot anew."""
COLUMNS = {
    "resolves_to_person": ("start", "end"), "resolves_to_organisation": ("start", "end"),
    "member_of": ("start", "end", "weight"), "organisation": ("id", "ultimate"), "person": ("id", "consents"),
}  # fmt: skip
_BATCHES = 20


class Ends(NamedTuple):
    """What one column says before and after for every id that either names, -1 where it says nothing."""

    ids: Ints
    before: Ints
    after: Ints

    @property
    def differing(self) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Where the two are not the same."""
        return np.asarray(self.before != self.after)


def standing(reader: Reader) -> dict[str, pa.Table] | None:
    """Who is whose, before a resolve writes; None where nothing was ever resolved."""
    if not any(reader.count(f"resolves_to_{kind.value}") for kind in Kind):
        return None
    return {name: reader.scan(name, columns) for name, columns in COLUMNS.items()}


def write_resolved(
    writer: Writer, before: Mapping[str, pa.Table] | None, tables: Mapping[str, Sequence[pa.Table]], clock: Clock
) -> int:
    """Write what differs between what stood and the `tables` that a resolve found; how many changes that were."""
    after = {
        name: pa.concat_tables(tables.get(name) or [arrow_schema(name).empty_table()]).select(list(columns))
        for name, columns in COLUMNS.items()
    }
    kinds = [f"resolves_to_{kind.value}" for kind in Kind]
    records = sum(after[name].num_rows for name in kinds)
    if before is None:
        return write_said(writer, [_bulk(writer, records)] if records else [], clock)
    ends = {name: ends_of(before[name], after[name]) for name in kinds}
    moved = sum(int(np.count_nonzero(one.differing)) for one in ends.values())
    facts = _Facts(before, after) if moved <= BULK else None
    if facts is None or moved + facts.count > BULK:
        return write_said(writer, [_bulk(writer, records)], clock)
    was, now = _labels(ends, "before"), _labels(ends, "after")
    return write_said(writer, [*entities(was, now), *facts.said()], clock)


def ends_of(before: pa.Table, after: pa.Table) -> Ends:
    """Two states of (id, number) rows in the order of their ids, side by side."""
    (start, end), (start_after, end_after) = (
        [column.to_numpy(zero_copy_only=False) for column in table.columns] for table in (before, after)
    )
    if np.array_equal(start, start_after):
        return Ends(start, end, end_after)
    ids = np.union1d(start, start_after).astype(np.int64)
    return Ends(ids, _at(ids, start, end), _at(ids, start_after, end_after))


def _at(ids: Ints, start: Ints, end: Ints) -> Ints:
    out = np.full(len(ids), -1, np.int64)
    out[np.searchsorted(ids, start)] = end
    return out


def _labels(ends: Mapping[str, Ends], side: str) -> Labels:
    """The entity of every record of an entity that anything happened to."""
    out: Labels = {}
    for kind in Kind:
        one = ends[f"resolves_to_{kind.value}"]
        asked = one.differing
        touched = np.unique(np.concatenate([one.before[asked], one.after[asked]]))
        touched = touched[touched >= 0]
        if not len(touched):
            continue
        label = getattr(one, side)
        chosen = (np.isin(one.before, touched) | np.isin(one.after, touched)) & (label >= 0)
        pairs = zip(one.ids[chosen].tolist(), label[chosen].tolist(), strict=True)
        out |= {record: (kind.value, number) for record, number in pairs}
    return out


class _Facts:
    """Whose households, ultimate parents and consents differ between two states, and how many they are."""

    def __init__(self, before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> None:
        self._homes = _lived_at(before["member_of"]), _lived_at(after["member_of"])
        self._moved = _moved(*self._homes)
        self._parents = ends_of(before["organisation"], after["organisation"])
        # An organisation that is gone has no parent any more; one that is new was its own.
        self._under = self._parents.differing & (self._parents.after >= 0)
        self._persons = after["person"]
        self._consented = _consented(before["person"], after["person"])
        self.count = len(self._moved) + int(np.count_nonzero(self._under)) + len(self._consented)

    def said(self) -> Iterator[Said]:
        """The changes, one by one."""
        yield from moves_home(homes_of(*self._homes, self._moved))
        parents, chosen = self._parents, self._under
        was = np.where(parents.before < 0, parents.ids, parents.before)
        told = zip(*(side[chosen].tolist() for side in (parents.ids, was, parents.after)), strict=True)
        yield from new_parents({one: (old, new) for one, old, new in told if old != new})
        rows = self._persons.take(pa.array(self._consented, pa.int64())).to_pylist()
        yield from new_consents({row["id"]: row["consents"] or [] for row in rows})


def _lived_at(members: pa.Table) -> pa.Table:
    """Who lives where now, as (person, household) rows."""
    return members.filter(members["weight"].is_valid()).select(["start", "end"])


def _moved(before: pa.Table, after: pa.Table) -> Ints:
    """The persons whose households differ between two states of (person, household) rows in the order of their keys."""
    if before.equals(after):
        return np.empty(0, np.int64)
    start, end = (np.concatenate([side[name].to_numpy() for side in (before, after)]) for name in ("start", "end"))
    group, _ = groups_of([start, end])
    return np.unique(start[np.bincount(group)[group] == 1]) if len(start) else start


def homes_of(before: pa.Table, after: pa.Table, persons: Ints) -> dict[int, tuple[frozenset[int], frozenset[int]]]:
    """The households of persons in two states of (person, household) rows."""
    sides: list[dict[int, set[int]]] = []
    for table in (before, after):
        start, end = table["start"].to_numpy(), table["end"].to_numpy()
        chosen = np.isin(start, persons)
        homes: dict[int, set[int]] = {}
        for person, home in zip(start[chosen].tolist(), end[chosen].tolist(), strict=True):
            homes.setdefault(person, set()).add(home)
        sides.append(homes)
    was, now = sides
    return {one: (frozenset(was.get(one, ())), frozenset(now.get(one, ()))) for one in persons.tolist()}


def _consented(before: pa.Table, after: pa.Table) -> Ints:
    """The rows of the persons whose consents differ; a new person had none."""
    if before.equals(after):
        return np.empty(0, np.int64)
    known, ids = before["id"].to_numpy(), after["id"].to_numpy()
    was, now = (_joined(table["consents"]) for table in (before, after))
    if not np.array_equal(known, ids):
        place = np.searchsorted(known, ids)
        there = place < len(known)
        there[there] = known[place[there]] == ids[there]
        was = was.take(pa.array(np.where(there, place, 0), pa.int64(), mask=~there)).fill_null("")
    return np.flatnonzero(call_function("not_equal", [was, now]).to_numpy(zero_copy_only=False))


def _joined(column: "pa.ChunkedArray[Any]") -> Any:
    lists = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return call_function("binary_join", [lists, "\x1f"]).fill_null("")


def _bulk(reader: Reader, records: int) -> Said:
    """The change that names the loads since the last resolve and sends followers to the snapshot."""
    last = reader.select("log", [Where("cause", "eq", "resolve")], "id", descending=True, limit=1)
    loads = [Where("cause", "eq", "record"), Where("id", "gt", last[0]["id"] if last else 0)]
    found = reader.select("log", loads, "id", descending=True, limit=1000)
    named = dict.fromkeys(json.loads(one["entry"]).get("batch", "") for one in found)
    return "resolved", None, {"records": records, "batches": [name for name in named if name][:_BATCHES]}
