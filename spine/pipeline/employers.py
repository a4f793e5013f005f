"""Who works for whom after a change: every person whose employment it may have changed, worked out whole.

A row of `employed_by` follows from what a person's records name (declared employers, e-mail domains, employers' names)
and from which organisations answer to that. Both are in the key index under numbers of single records, so that one
leads to the other whoever came first, and no record of an organisation has to be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.pipeline.differing import Differing
from spine.pipeline.gather_some import gather_some
from spine.pipeline.index_state import read_state
from spine.pipeline.key_rows import read_held, read_holders, searched
from spine.pipeline.keying import sort_of
from spine.pipeline.numbering import stored_key
from spine.pipeline.rebuild import Labels, Rebuilt, labels_of
from spine.pipeline.surroundings import employed_around
from spine.pipeline.target_numbers import ANSWERS, NAMES, WORKS_AT, WORKS_FOR, as_sort, target_numbers
from spine.pipeline.waiting import wait
from spine.ports import Writer, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.employment import (
    MOST_CARRYING,
    MOST_EMPLOYERS,
    declared_employment,
    told_by_domain,
    told_by_name,
)
from spine.resolution.grouping import equal, rows_where, whole_numbers
from spine.resolution.statements import Said, rows_of_statements

MOST_STAFF = 500
"""Where an organisation's change bears on more records of persons, these wait and are worked off."""
_Asking = tuple[int, int]
"""A person, and the number of what it asks for."""


def write_employment(writer: Writer, rebuilt: Rebuilt, out: Differing, *, limited: bool = True) -> None:
    """Write the rows of `employed_by` that a rebuild may have changed.

    Whoever changed is done at once; others, whose employers changed, wait where it is `limited` and they are too many.
    """
    was = {number for kind, number in rebuilt.before.values() if kind == Kind.PERSON.value}
    now = {number for kind, number in rebuilt.after.values() if kind == Kind.PERSON.value}
    if read_state(writer) is None:
        made = employed_around(writer, rebuilt.built.region.records, rebuilt.before, rebuilt.after)
    else:
        known = _Known(writer, rebuilt, stored_key(writer))
        moved = known.labelled(known.others(MOST_STAFF if limited else None))
        now |= {number for kind, number in moved.values() if kind == Kind.PERSON.value}
        made = known.employed(now)
    asked = sorted(was | now | set(whole_numbers(made, "start").tolist()))
    before = writer.get("employed_by", "start", asked) if asked else []
    out.replace("employed_by", before, made)


@dataclass
class _Known:
    """What was read of the index: what records hold, who holds it, and what entities those are, before and after."""

    writer: Writer
    rebuilt: Rebuilt
    secret: bytes
    held: dict[int, int] = field(default_factory=dict)
    named: dict[int, set[int] | None] = field(default_factory=dict)
    stored: dict[int, tuple[str, int] | None] = field(default_factory=dict)

    def others(self, most: int | None) -> set[int]:
        """The records of persons outside the region that name, or ask for, what now answers otherwise."""
        answers = self._answers()
        asked = {number: [as_sort(number, sort) for sort in (NAMES, WORKS_AT, WORKS_FOR)] for number in answers}
        self._learn(one for some in asked.values() for one in some)
        wanted = {number for number, some in asked.items() if any(self.held[one] for one in some)}
        self._learn(wanted)
        found: set[int] = set()
        for number in wanted:
            names, *asks = asked[number]
            if self._crowded_anyway(number) and not self.held[names]:
                continue
            was, now = self._organisations(number, before=True), self._organisations(number)
            if min(was, default=None) != min(now, default=None):
                found |= self._holders(names)
            if self._told(number, was, before=True) != self._told(number, now):
                found |= {one for ask in asks for one in self._holders(ask)}
        found -= self.rebuilt.built.region.records
        if most is None or len(found) <= most:
            return found
        wait(self.writer, found, f"employers of more than {most} records")
        return set()

    def employed(self, persons: set[int]) -> pa.Table:
        """All rows of `employed_by` that begin at these persons."""
        person_of = self._records(persons)
        held = {record: one.targets.tolist() for record, one in read_held(self.writer, person_of).items()}
        asking: dict[int, list[_Asking]] = {NAMES: [], WORKS_AT: [], WORKS_FOR: []}
        for record, numbers in held.items():
            for number in numbers:
                if sort_of(number) in asking:
                    asking[sort_of(number)].append((person_of[record], number))
        if not any(asking.values()):
            # Most people's e-mail address is no company's.
            return arrow_schema("employed_by").empty_table()
        declaring = sorted(record for record, numbers in held.items() if any(sort_of(one) == NAMES for one in numbers))
        answers = {as_sort(number, ANSWERS) for some in asking.values() for _, number in some}
        self._learn(answers)
        self.labelled({record for number in answers for record in self.named[number] or ()})
        statements = [self._declared(declaring, person_of)]
        for sort, told in ((WORKS_AT, told_by_domain), (WORKS_FOR, told_by_name)):
            person, code = _columns((one, as_sort(number, ANSWERS)) for one, number in asking[sort])
            asked = set(code.tolist())
            carried, organisation = _columns(
                (number, label)
                for number in sorted(asked)
                if self.held[number] <= MOST_CARRYING
                for label in self._organisations(number)
            )
            statements.append(told(person, code, organisation, carried))
        return rows_of_statements("employed_by", statements)

    def labelled(self, records: Iterable[int]) -> Labels:
        """The entities of records as they now are."""
        asked = set(records)
        missing = asked - self.stored.keys() - self.rebuilt.built.region.records
        found = labels_of(self.writer, missing)
        self.stored |= {record: found.get(record) for record in missing}
        labels = ((record, self._label(record)) for record in asked)
        return {record: label for record, label in labels if label is not None}

    def _answers(self) -> set[int]:
        """What organisations of the region answered to, or answer to, that may now lead elsewhere."""
        before, after = self.rebuilt.before, self.rebuilt.after
        found = {number for number in self.rebuilt.built.delta.moved if sort_of(number) == ANSWERS}
        moved = [record for record in self.rebuilt.built.region.records if before.get(record) != after.get(record)]
        if any(kind == Kind.ORGANISATION.value for kind, _ in (*before.values(), *after.values())):
            held = read_held(self.writer, moved).values()
            found |= {number for one in held for number in one.targets.tolist() if sort_of(number) == ANSWERS}
        return found

    def _organisations(self, number: int, *, before: bool = False) -> set[int]:
        """The organisations that answer to a number, or did before this change."""
        records = self._answering(number, before=before)
        self.labelled(records)
        labels = (self._label(record, before=before) for record in records)
        return {label[1] for label in labels if label is not None and label[0] == Kind.ORGANISATION.value}

    def _answering(self, number: int, *, before: bool) -> set[int]:
        """The records that hold a number, or held it before this change."""
        now = self._holders(number)
        return now ^ self.rebuilt.built.delta.moved.get(number, frozenset()) if before else now

    def _crowded_anyway(self, number: int) -> bool:
        """Whether a domain or name is one of too many records, before the change and after it."""
        return self.held[number] > MOST_CARRYING + len(self.rebuilt.built.delta.moved.get(number, ()))

    def _told(self, number: int, organisations: set[int], *, before: bool = False) -> set[int]:
        """Of the organisations that answer to a number those that a domain or name tells of."""
        crowded = len(organisations) > MOST_EMPLOYERS or len(self._answering(number, before=before)) > MOST_CARRYING
        return set() if crowded else organisations

    def _label(self, record: int, *, before: bool = False) -> tuple[str, int] | None:
        if record in self.rebuilt.built.region.records:
            return (self.rebuilt.before if before else self.rebuilt.after).get(record)
        return self.stored.get(record)

    def _learn(self, numbers: Iterable[int]) -> None:
        for number, one in read_holders(self.writer, set(numbers) - self.held.keys()).items():
            self.held[number], self.named[number] = one.held, one.records

    def _holders(self, number: int) -> set[int]:
        """The records that hold a number; looked for among all records where they are too many to be named."""
        named = self.named[number]
        if named is None:
            named = self.named[number] = searched(self.writer, number)
        return named

    def _records(self, persons: set[int]) -> dict[int, int]:
        """The records of persons as they now are, and whose each is."""
        region = self.rebuilt.built.region.records
        rows = self.writer.get("resolves_to_person", "end", sorted(persons)) if persons else []
        found = {row["start"]: row["end"] for row in rows if row["start"] not in region}
        for record, (kind, number) in self.rebuilt.after.items():
            if kind == Kind.PERSON.value and number in persons:
                found[record] = number
        return found

    def _declared(self, records: Sequence[int], person_of: Mapping[int, int]) -> Said:
        """What these records declare of their employers."""
        gathered = gather_some(self.writer, records)
        declared = rows_where(gathered.relations, equal(gathered.relations["kind"], "employed_by"))
        own = np.array([person_of[record] for record in gathered.ids.tolist()], np.int64)
        texts = (declared[name].to_pylist() for name in ("namespace", "value"))
        targets = [(str(namespace or ""), str(value or "")) for namespace, value in zip(*texts, strict=True)]
        numbers = target_numbers(targets, self.secret, ANSWERS).tolist()
        self._learn(numbers)
        employer = [min(self._organisations(number), default=-1) for number in numbers]
        return declared_employment(own[whole_numbers(declared, "row")], np.array(employer, np.int64), declared)


def _columns(pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Pairs of numbers as two columns."""
    both = np.array(list(pairs), np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
