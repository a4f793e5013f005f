"""The records around some persons on which their homes depend, read from the store ring by ring.

Whoever writes the same or nearly the same address, has the surname in the street, carries an identifier, or is
declared family: all of it is looked up under keys of single records, so that what is read does not grow with the store.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from struct import unpack

import numpy as np

from spine.pipeline.gather_some import gather_some
from spine.pipeline.home_numbers import BY_SORT, numbers_of
from spine.pipeline.keying import SORTS, sort_of
from spine.pipeline.meeting import NEAR, carried
from spine.pipeline.meeting import crowds as crowded
from spine.pipeline.rebuild import Delta, Labels, labels_of, persons_of
from spine.pipeline.surroundings import resolved_as
from spine.pipeline.target_numbers import target_numbers
from spine.ports import Reader, Row
from spine.resolution import household_weights
from spine.resolution.components import Ints
from spine.resolution.home_keys import FORM, KEYS, LOOKALIKES, RESIDENTS
from spine.resolution.household_weights import SHARED
from spine.resolution.past_homes import with_past
from spine.resolution.resolved import Resolved

_LOOKALIKES = {key.name for key in LOOKALIKES}
_RESIDENTS = {key.name for key in RESIDENTS}


@dataclass
class Neighbours:
    """What is known so far: `labels` of records, `complete` persons whose whole neighbourhood is loaded.

    `changed` are the labels of the records that were rebuilt (they go before what the store says), `gone` those of them
    that are no more. `secret` is the store's key, empty where it keeps no index: then only addresses that are written
    alike are found.
    """

    reader: Reader
    changed: Labels
    gone: frozenset[int]
    secret: bytes
    labels: dict[int, int] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    keys: dict[int, tuple[int, ...]] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    named: dict[int, bytes] = field(default_factory=dict)
    crowds: set[int] = field(default_factory=set)

    def read(self, persons: Iterable[int]) -> None:
        """Make these persons complete."""
        new = set(persons) - self.complete
        own = self._whole(new)
        self._load(own | self._around(own))
        self.complete |= new

    def touched(self, records: Iterable[int], delta: Delta, before: Labels) -> set[int]:
        """The records, these among them, whose homes a change of these may have changed directly; `before` are the
        labels of `changed` before it.

        A number of the index can have crossed its limit by those only who took it on or gave it up with this change, or
        waited since they did.
        """
        asked = set(records)
        count = len(asked)
        self._learn_keys(asked)
        now = {key for record in asked for key in self.keys.get(record, ())}
        given_up = {key for key in delta.left if sort_of(key) in BY_SORT} - now
        self._learn_holders(now | given_up)
        out = set(asked)
        for key in now | given_up:
            kind = BY_SORT.get(sort_of(key))
            if kind is None:
                continue
            many = self.held[key]
            by = len(delta.moved.get(key, frozenset()) | (delta.anew & self._holders(key)))
            crosses = kind.most - by < many <= kind.most + by
            if kind is FORM or kind.name in _RESIDENTS:
                reaches = many <= kind.most + by
            elif kind.name in _LOOKALIKES:
                reaches = key in given_up or crosses
            else:
                reaches = crosses
            if reaches:
                out |= self._holders(key)
        edges = self.reader.get("carries", "start", sorted(asked)) if asked else []
        # What so many others carry related nobody before the change, nor after it.
        met, _ = self._meeting(self._passed_on(edges, delta, before), self.changed.keys() | self.gone, count)
        out |= self._at_written({edge["end"] for edge in edges if edge["namespace"] == "address"})
        # Where these live may be said by others of their persons' records.
        met |= self._family(asked, edges)[0]
        out |= met | self._records_of(set(self.persons(met).values())).keys()
        return out | self._fellow_residents(out)

    def _passed_on(self, edges: list[Row], delta: Delta, before: Labels) -> set[int]:
        """The identifiers that bring persons together and that one of them came to carry, or carries no more.

        What a person's other records carried and carry says of it what it said, unless so many records carry it that
        one more may make it tell nothing. Records that wait have said nothing yet.
        """
        records = sorted({edge["start"] for edge in edges})
        new = {row["id"] for row in (self.reader.get("touched", "id", records) if records else [])} | delta.anew
        kept: set[tuple[int, tuple[str, int] | None]] = set()
        moved: list[tuple[int, int]] = []
        for edge in edges:
            record, end = edge["start"], edge["end"]
            if edge["namespace"] not in SHARED:
                continue
            label = self.changed.get(record)
            if record in new or label is None or before.get(record) != label:
                moved.append((record, end))
            elif edge["valid_to"] is None:
                kept.add((end, label))
        found = set()
        for record, end in moved:
            labels = {before.get(record), self.changed.get(record)} - {None}
            if any((end, label) not in kept for label in labels):
                found.add(end)
        others = {end for _, end in moved} - found
        return found | carried(self.reader, others, min(NEAR, household_weights.SHARED_RECORDS)).cut

    def resolved(self) -> Resolved:
        """Everything that was loaded, as columns."""
        labels: Labels = {record: ("person", person) for record, person in self.labels.items()}
        gathered = gather_some(self.reader, self.labels)
        resolved = replace(with_past(resolved_as(gathered, labels), gathered.past), crowds=frozenset(self.crowds))
        return replace(resolved, held=self._held_by(resolved)) if self.secret else resolved

    def _held_by(self, resolved: Resolved) -> dict[str, Ints]:
        """How many records hold the keys of each row."""
        held = {key.name: np.zeros(resolved.size, np.int64) for key in KEYS}
        if resolved.before:
            rows, keys = numbers_of(resolved, self.secret)
            # Records that wait to be linked have keys of their own by now that the index does not know them by.
            self._learn_holders(keys.tolist())
        else:
            known = [self.keys[record] for record in resolved.ids.tolist()]
            rows = np.repeat(np.arange(len(known)), [len(some) for some in known])
            keys = np.array([key for some in known for key in some], np.int64)
        many = np.array([self.held[key] for key in keys.tolist()], np.int64)
        for sort, kind in BY_SORT.items():
            here = (keys & SORTS) == sort
            held[kind.name][rows[here]] = many[here]
        return held

    # -------------------------------------------------------------------------------------------------- who is around

    def _around(self, own: set[int]) -> set[int]:
        """Whoever meets these records in a key, an identifier or a declaration."""
        self._learn_keys(own)
        keys = {key for record in own for key in self.keys.get(record, ())}
        self._learn_holders(keys)
        found: set[int] = set()
        for key in keys:
            kind = BY_SORT.get(sort_of(key))
            if kind is not None and self.held[key] <= kind.most:
                found |= self._holders(key)
        edges = [edge for edge in self._carried(own) if edge["valid_to"] is None]
        met, crowds = self._meeting({edge["end"] for edge in edges if edge["namespace"] in SHARED})
        self.crowds |= crowds
        met |= self._at_written({edge["end"] for edge in edges if edge["namespace"] == "address"})
        declared, targets = self._family(own, edges)
        return found | met | declared | targets

    def _meeting(
        self, identifiers: set[int], but: AbstractSet[int] = frozenset(), more: int = 0
    ) -> tuple[set[int], set[int]]:
        """Who carries one of these identifiers that brings persons together, and which of them bring nobody together,
        these records (`but`) not counted."""

        def persons(records: set[int]) -> dict[int, int]:
            return self.persons(records - but)

        near = carried(self.reader, identifiers, NEAR)
        crowds = crowded(near.by, household_weights.SHARED_CROWD, persons)
        further = carried(self.reader, near.cut - crowds, 2 * household_weights.SHARED_RECORDS + more).by
        met = {one: records for one, records in {**near.by, **further}.items() if one not in crowds}
        crowds |= crowded(met, household_weights.SHARED_CROWD, persons)
        crowds |= {one for one, records in met.items() if self._too_many(records - but)}
        return {record for one, records in met.items() if one not in crowds for record in records}, crowds

    def _too_many(self, records: set[int]) -> bool:
        """Whether more records of persons carry an identifier than bring anybody together."""
        most = household_weights.SHARED_RECORDS
        return len(records) > most and len(self.persons(records)) > most

    def _at_written(self, addresses: set[int]) -> set[int]:
        """Who carries these addresses, where no index tells who lives at what is written nearly so."""
        return set() if self.secret else self._carriers(addresses)

    def _carried(self, records: set[int]) -> list[Row]:
        return self.reader.get("carries", "start", sorted(records)) if records else []

    def _carriers(self, identifiers: Iterable[int]) -> set[int]:
        """The records that carry these identifiers; more than bring anybody together, where there are as many."""
        return set().union(*carried(self.reader, identifiers, 2 * household_weights.SHARED_RECORDS).by.values())

    def _family(self, own: set[int], edges: list[Row]) -> tuple[set[int], set[int]]:
        """Who declares these records (`edges` are what they carry) to be family, with all who answer to the same, and
        whom they declare themselves."""
        rows = [row for row in (self.reader.get("record", "id", sorted(own)) if own else []) if row["live"]]
        wanted = self._declared([row["id"] for row in rows if row["relations"]])
        if not self.secret:
            return set(), self._answering(wanted)
        ends = sorted({edge["end"] for edge in edges})
        value = {row["id"]: row["value"] for row in (self.reader.get("identifier", "id", ends) if ends else [])}
        own_names = {(edge["namespace"], value[edge["end"]]): edge["end"] for edge in edges}
        own_names |= {("record", row["key"]): -1 for row in rows}
        targets = sorted(own_names)
        numbers = target_numbers(targets, self.secret).tolist()
        self._learn_holders(numbers)
        naming = {number for number in numbers if self._holders(number)}
        answering = {own_names[name] for name, number in zip(targets, numbers, strict=True) if number in naming} - {-1}
        declared = {record for number in naming for record in self._holders(number)}
        return declared | (self._carriers(answering) if answering else set()), self._answering(wanted)

    def _declared(self, records: list[int]) -> set[tuple[str, str]]:
        """Whom these records declare to be family."""
        if not records:
            return set()
        relations = gather_some(self.reader, records).relations
        kinds, names, values = (relations[name].to_pylist() for name in ("kind", "namespace", "value"))
        return {(a, b) for kind, a, b in zip(kinds, names, values, strict=True) if kind == "family" and a and b}

    def _answering(self, wanted: set[tuple[str, str]]) -> set[int]:
        """The records that answer to these names."""
        keys = sorted(value for namespace, value in wanted if namespace == "record")
        out = {row["id"] for row in self.reader.get("record", "key", keys)} if keys else set()
        values = sorted({value for namespace, value in wanted if namespace != "record"})
        found = self.reader.get("identifier", "value", values) if values else []
        return out | self._carriers({row["id"] for row in found if (row["namespace"], row["value"]) in wanted})

    def _fellow_residents(self, records: set[int]) -> set[int]:
        """The residents of institutions that those among these records may belong to."""
        self._learn_keys(records)
        keys = {
            key for record in records for key in self.keys.get(record, ())
            if (kind := BY_SORT.get(sort_of(key))) is not None and kind.name in _RESIDENTS
        }  # fmt: skip
        self._learn_holders(keys)
        return {record for key in keys for record in self._holders(key)}

    # ------------------------------------------------------------------------------------------------- what is loaded

    def _load(self, records: set[int]) -> None:
        """Load the persons of these records, whole, with the keys of all their records."""
        new = records - self.labels.keys()
        persons = {one for record, one in self.persons(new).items() if record not in self.labels}
        whole = self._whole(persons)
        self._learn_keys(whole)
        self._learn_holders(key for record in whole for key in self.keys.get(record, ()) if key not in self.held)

    def persons(self, records: Iterable[int]) -> dict[int, int]:
        """The person of each of these records."""
        asked = set(records)
        stored = labels_of(self.reader, asked - self.changed.keys() - self.gone)
        return persons_of({record: self.changed[record] for record in asked & self.changed.keys()} | stored)

    def _whole(self, persons: Iterable[int]) -> set[int]:
        """All records of these persons, which are then labelled."""
        found = self._records_of(persons)
        self.labels |= found
        return set(found)

    def _records_of(self, persons: Iterable[int]) -> dict[int, int]:
        """All records of these persons, and whose each is."""
        asked = set(persons)
        rows = self.reader.get("resolves_to_person", "end", sorted(asked)) if asked else []
        found = {row["start"]: row["end"] for row in rows if row["start"] not in self.changed}
        found = {record: person for record, person in found.items() if record not in self.gone}
        for record, (kind, person) in self.changed.items():
            if kind == "person" and person in asked:
                found[record] = person
        return found

    def _learn_keys(self, records: Iterable[int]) -> None:
        new = sorted(set(records) - self.keys.keys())
        rows = self.reader.get("keyed", "id", new) if new and self.secret else []
        self.keys |= dict.fromkeys(new, ())
        for row in rows:
            held = np.frombuffer(row["targets"] or b"", dtype="<i8").tolist()
            self.keys[row["id"]] = tuple(number for number in held if number & SORTS in BY_SORT)

    def _learn_holders(self, keys: Iterable[int]) -> None:
        new = sorted(set(keys) - self.held.keys())
        rows = self.reader.get("key", "id", new) if new else []
        self.held |= dict.fromkeys(new, 0)
        self.held |= {row["id"]: row["held"] for row in rows}
        self.named |= {row["id"]: row["records"] or b"" for row in rows}

    def _holders(self, key: int) -> frozenset[int]:
        """The holders of a key, where they are few enough to be named."""
        packed = self.named.get(key, b"")
        return frozenset(unpack(f"<{len(packed) // 8}q", packed))
