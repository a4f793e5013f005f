"""A change carried through the key index: which pairs become candidates, which are no longer.

A key that more records hold than crowd it brings nobody together; its finer keys do, as in a batch. So a record more
or less can change what pairs of *other* records are: a key that gets crowded may part its holders (only those that
match need be looked at), one that is crowded no more brings them together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.matching.model import Breadth
from spine.matching.stored import breadths_of
from spine.pipeline.asking_ahead import ask_about_keys
from spine.pipeline.differing import as_rows
from spine.pipeline.gather import Gathered
from spine.pipeline.key_index import keys_of
from spine.pipeline.key_rows import (
    KEPT,
    Held,
    Holders,
    Key,
    finer_of,
    held_of,
    keyed_rows,
    read_held,
    read_holders,
    searched,
    write_holders,
)
from spine.pipeline.target_numbers import most_named
from spine.ports import Row, Writer

Pair = tuple[int, int]


@dataclass
class Candidates:
    """`fresh` pairs to score, smaller number first: those of the changed records, and those of keys that are crowded
    no more. `lost` are pairs that matched and are candidates no more. `left` are the numbers of targets and homes that
    changed records held before, `moved` those of them that somebody took on or gave up, and who did."""

    fresh: set[Pair] = field(default_factory=set)
    lost: set[Pair] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    moved: dict[int, set[int]] = field(default_factory=dict)


class Rekeying:
    """One change of some records carried through the index, inside a writer's transaction."""

    def __init__(self, writer: Writer, changed: set[int], gathered: Gathered, secret: bytes) -> None:
        self._writer = writer
        self._changed = changed
        self._old = read_held(writer, changed)
        self._rows = _rows(gathered, breadths_of(writer), secret)
        self._new = {row["id"]: held_of(row) for row in self._rows}
        ask_about_keys(writer, (*self._old.values(), *self._new.values()), changed, secret)
        self._known = dict(self._old)
        self._before: dict[int, int] = {}
        self._holders: dict[int, Holders] = {}
        self._most: dict[int, int] = {}
        self._limits: dict[int, int] = {}
        self._touched: set[int] = set()

    def run(self) -> Candidates:
        """Bring the index up to date; the pairs that this changes."""
        self._move_primary()
        self._move_finer()
        out = Candidates()
        self._pairs_of_changed(out)
        self._pairs_of_crossed(out)
        self._move_targets(out)
        self._write()
        out.left |= {key for held in self._old.values() for key in _targets(held)}
        return out

    # ------------------------------------------------------------------------------------------------ the index moved

    def _move_primary(self) -> None:
        """Every changed record out of its old keys and into its new ones."""
        old = {number: {key for key, _, _ in held.primary} for number, held in self._old.items()}
        new = {number: {key for key, _, _ in held.primary} for number, held in self._new.items()}
        for held in (*self._old.values(), *self._new.values()):
            self._most.update([one[:2] for one in held.primary])
        moved = (_targets(self._old.get(number)) ^ _targets(self._new.get(number)) for number in self._changed)
        # All at once: the targets are moved later, and a look-up may be a round trip.
        self._load({*self._most, *(key for keys in moved for key in keys)})
        for number in sorted(self._changed):
            for key in sorted(old.get(number, set()) - new.get(number, set())):
                self._shift(key, number, -1)
            for key in sorted(new.get(number, set()) - old.get(number, set())):
                self._shift(key, number, 1)

    def _move_finer(self) -> None:
        """The finer keys of crowded ones follow: those of changed records, and of all holders where a key crosses."""
        crossed = self._crossed(self._most)
        self._learn(record for key in crossed for record in self._others(key))
        leaving = self._finer_of(self._old, before=True)
        joining = self._finer_of(self._new, before=False)
        for finer, crowds in ((joining, True), (leaving, False)):
            asked = [
                (number, one)
                for key in crossed
                if self._is_crowded(key) is crowds
                for number in self._others(key)
                for one in self._known[number].primary
                if one[0] == key
            ]
            self._add_finer(finer, self._known, asked)
        self._load(leaving.keys() | joining.keys())
        for key in sorted(leaving.keys() | joining.keys()):
            for number in sorted(leaving.get(key, set()) - joining.get(key, set())):
                self._shift(key, number, -1)
            for number in sorted(joining.get(key, set()) - leaving.get(key, set())):
                self._shift(key, number, 1)

    def _finer_of(self, side: dict[int, Held], *, before: bool) -> dict[int, set[int]]:
        """The finer keys that changed records hold, before or after, each with its holders."""
        found: dict[int, set[int]] = {}
        many = self._before if before else {key: one.held for key, one in self._holders.items()}
        asked = [(number, one) for number, held in side.items() for one in held.primary if many[one[0]] > one[1]]
        self._add_finer(found, side, asked)
        return found

    def _add_finer(self, found: dict[int, set[int]], held: dict[int, Held], asked: list[tuple[int, Key]]) -> None:
        finer = finer_of([(held[number], one) for number, one in asked])
        for (number, (_, most, _)), keys in zip(asked, finer, strict=True):
            for key in keys:
                found.setdefault(key, set()).add(number)
                self._most[key] = most

    def _move_targets(self, out: Candidates) -> None:
        """Who names what, answers to it, and lives where."""
        named = {number: (_targets(self._old.get(number)), _targets(self._new.get(number))) for number in self._changed}
        for number, (before, after) in named.items():
            for key in before ^ after:
                out.moved.setdefault(key, set()).add(number)
        keys = np.array(sorted(out.moved), np.int64)
        self._limits |= dict(zip(keys.tolist(), most_named(keys).tolist(), strict=True))
        self._load(out.moved)
        for number, (before, after) in named.items():
            for key in before - after:
                self._shift(key, number, -1)
            for key in after - before:
                self._shift(key, number, 1)
        for key in out.moved:
            held = self._holders[key]
            if held.records is None and held.held <= self._limits[key]:
                own = {number for number, one in self._new.items() if key in _targets(one)}
                held.records = searched(self._writer, key) - self._changed | own

    def _shift(self, key: int, number: int, by: int) -> None:
        held = self._holders[key]
        held.held += by
        self._touched.add(key)
        if held.records is None:
            return
        (held.records.add if by > 0 else held.records.discard)(number)
        if held.held > (self._limits.get(key) or KEPT * self._most[key]):
            held.records = None

    def _load(self, keys: Iterable[int]) -> None:
        wanted = {key for key in keys if key not in self._holders}
        if not wanted:
            return
        found = read_holders(self._writer, wanted)
        self._before |= {key: one.held for key, one in found.items()}
        self._holders |= found

    def _write(self) -> None:
        """The keys first, then what each record holds."""
        write_holders(self._writer, {key: self._holders[key] for key in sorted(self._touched)})
        gone = sorted(self._old.keys() - self._new.keys())
        if gone:
            self._writer.delete("keyed", pa.table({"id": pa.array(gone, pa.int64())}))
        if self._rows:
            self._writer.put("keyed", as_rows("keyed", self._rows))

    # ------------------------------------------------------------------------------------------------ what is crowded

    def _is_crowded(self, key: int) -> bool:
        return self._holders[key].held > self._most[key]

    def _crossed(self, keys: Iterable[int]) -> list[int]:
        """Those of these keys that got crowded, or are so no more; in order."""
        before, holders, limits = self._before, self._holders, self._most
        return sorted(key for key in keys if (before[key] > limits[key]) != (holders[key].held > limits[key]))

    def _named(self, key: int) -> set[int]:
        """The holders of a key after the change; found among all records where they were too many to be named."""
        held = self._holders[key]
        if not held.held:
            return set()
        if held.records is None:
            held.records = self._searched(key)
            self._touched.add(key)
        return held.records

    def _others(self, key: int) -> set[int]:
        """The holders of a key that did not change."""
        return self._named(key) - self._changed

    def _learn(self, numbers: Iterable[int]) -> None:
        """Read what records hold that is not known yet."""
        wanted = {one for one in numbers if one not in self._known and one not in self._changed}
        self._known |= read_held(self._writer, wanted)

    def _searched(self, key: int) -> set[int]:
        """The holders of a key, looked for in every record's row: rare, for a key that lost most of its holders."""
        found = set()
        for row in self._writer.scan("keyed").to_pylist():
            held = self._new.get(row["id"]) if row["id"] in self._changed else held_of(row)
            if held is None:
                continue
            primary = held.primary
            finer = finer_of([(held, one) for one in primary])
            if any(one[0] == key for one in primary) or any(key in keys for keys in finer):
                found.add(int(row["id"]))
        found |= {number for number, held in self._new.items() if key in _primary(held)}
        return found

    # -------------------------------------------------------------------------------------------------------- the pairs

    def _pairs_of_changed(self, out: Candidates) -> None:
        """All that the keys of changed records now bring them together with."""
        for number, keys in self._effective(self._new).items():
            others: set[int] = set().union(*map(self._named, keys))
            others.discard(number)
            out.fresh.update([_pair(number, other) for other in others])

    def _effective(self, held: Mapping[int, Held], among: Mapping[int, set[int]] | None = None) -> dict[int, list[int]]:
        """The keys of records that bring records together: those not crowded, or finer ones of those that are; where
        `among` is given, only those that follow from these keys of each."""
        primary = {number: one.primary for number, one in held.items()}
        if among is not None:
            primary = {number: [one for one in keys if one[0] in among[number]] for number, keys in primary.items()}
        limits = {key: most for keys in primary.values() for key, most, _ in keys}
        crowds = self._crowds(limits)
        out = {number: [key for key, _, _ in keys if key not in crowds] for number, keys in primary.items()}
        crowded = [(number, one) for number, keys in primary.items() for one in keys if one[0] in crowds]
        finer = finer_of([(held[number], one) for number, one in crowded])
        limits = {key: most for (_, (_, most, _)), keys in zip(crowded, finer, strict=True) for key in keys}
        crowds = self._crowds(limits)
        for (number, _), keys in zip(crowded, finer, strict=True):
            out[number] += [key for key in keys if key not in crowds]
        return out

    def _crowds(self, limits: Mapping[int, int]) -> set[int]:
        """The crowded ones of these keys, each given with the number that crowds it."""
        self._most |= limits
        self._load(limits)
        holders = self._holders
        return {key for key, most in limits.items() if holders[key].held > most}

    def _pairs_of_crossed(self, out: Candidates) -> None:
        """What keys that got crowded part, and what those that are crowded no more bring together."""
        crossed = self._crossed(key for key in self._touched if key in self._before)
        risen = [self._others(key) for key in crossed if self._is_crowded(key)]
        fallen = [self._others(key) for key in crossed if not self._is_crowded(key)]
        for members in fallen:
            out.fresh |= {_pair(a, b) for a, b in combinations(sorted(members), 2)}
        asked = sorted({number for members in risen for number in members})
        matched = self._writer.get("match", "start", asked) if asked else []
        parted: dict[int, set[int]] = {}
        for at, members in enumerate(risen):
            for number in members:
                parted.setdefault(number, set()).add(at)
        nowhere: set[int] = set()
        doubtful = {
            (row["start"], row["end"])
            for row in matched
            if not parted[row["start"]].isdisjoint(parted.get(row["end"], nowhere))
        } - out.fresh
        asked = sorted({number for pair in doubtful for number in pair})
        self._learn(asked)
        own = {number: _primary(self._known[number]) for number in asked}
        common: dict[int, set[int]] = {number: set() for number in asked}
        for a, b in doubtful:
            # What else keeps the two together follows from a key of both.
            both = own[a] & own[b]
            common[a] |= both
            common[b] |= both
        found = self._effective({number: self._known[number] for number in asked}, common)
        effective = {number: set(keys) for number, keys in found.items()}
        out.lost |= {(a, b) for a, b in doubtful if effective[a].isdisjoint(effective[b])}


def _rows(gathered: Gathered, breadths: Mapping[Kind, Breadth], secret: bytes) -> list[Row]:
    rows: list[Row] = []
    for kind in Kind:
        if len(gathered.rows_of(kind)):
            rows += keyed_rows(*keys_of(gathered, kind, breadths[kind], secret))
    return rows


def _targets(held: Held | None) -> set[int]:
    return set() if held is None else set(held.targets.tolist())


def _primary(held: Held) -> set[int]:
    return {key for key, _, _ in held.primary}


def _pair(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
