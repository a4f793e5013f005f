"""Which new records leave all homes as they stand, told without a look at the neighbourhood.

Half of what comes (logins, visits, tickets, newsletters) says nothing of where anybody lives. Such a record takes no
part in a residency where its person lives somewhere: homes depend on it by what it shares with others alone. And a
person who lives nowhere, and shares nothing with anybody, is in no household before and after.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from spine.pipeline.key_rows import read_holders
from spine.pipeline.meeting import NEAR
from spine.pipeline.rebuild import Labels, Rebuilt
from spine.pipeline.target_numbers import target_numbers
from spine.ports import Reader, Row
from spine.resolution import household_weights
from spine.resolution.address_forms import PARTS
from spine.resolution.household_weights import LINES, SHARED

_LIVES = ("house_number", "street")
"""With either of these an address names a building, whatever it is completed to (`address_forms.Forms.homes`)."""
_SHARED = frozenset(LINES.get(name, name) for name in SHARED)
"""Namespaces of which sharing an identifier tells of one home."""
_AGES = ("age", "birth_date")
_TOLD = ("household_role", "dwelling_type")
_LISTS = ("namespaces", "sources")


def moved(rebuilt: Rebuilt) -> set[int]:
    """The records of all persons of whom a record is new, changed, gone, or another person's now.

    The other persons of the region have the records that they had, and these say what they said.
    """
    before, after, delta = rebuilt.before, rebuilt.after, rebuilt.built.delta
    changed = {record for record in before.keys() | after.keys() if before.get(record) != after.get(record)}
    changed |= delta.anew | delta.seeds
    labels = {held for record in changed for held in (before.get(record), after.get(record)) if held is not None}
    persons = {held for held in labels if held[0] == "person"}
    return {record for side in (before, after) for record, held in side.items() if held in persons}


class Standing:
    """Persons who are new, or have new records beside unchanged ones, and whose homes are as they were.

    `records` are all records of these persons, `households` the rows of households whose lists they make longer.
    """

    def __init__(self, reader: Reader, rebuilt: Rebuilt, secret: bytes) -> None:
        self.records: set[int] = set()
        self.households: dict[int, Row] = {}
        self._reader, self._secret = reader, secret
        before, after, delta = rebuilt.before, rebuilt.after, rebuilt.built.delta
        if not secret or delta.seeds or delta.left:
            return
        members: dict[int, set[int]] = {}
        for record, (kind, number) in after.items():
            if kind == "person":
                members.setdefault(number, set()).add(record)
        self._ask_ahead(members, before)
        labels = {held for record, held in before.items() if held != after.get(record)}
        for person, records in members.items():
            own = {record for record in records if record not in before}
            # One that others leave or are taken into, or whose records change, is not as it was.
            same = ("person", person) not in labels and all(
                before[record] == ("person", person) for record in records - own
            )
            if own and same and delta.anew & records <= own and self._stands(person, own, records - own):
                self.records |= records

    def _ask_ahead(self, members: dict[int, set[int]], before: Labels) -> None:
        """What is asked of each person, asked of all at once, where the reader remembers it."""
        persons = {person for person, records in members.items() if not records <= before.keys()}
        records = {record for person in persons for record in members[person]}
        self._get("record", "id", records)
        edges = self._get("carries", "start", records)
        self._get("carries", "end", {edge["end"] for edge in edges if edge["namespace"] in _SHARED}, NEAR)
        self._get("identifier", "id", {edge["end"] for edge in edges})
        self._get("member_of", "start", persons)

    def _stands(self, person: int, own: set[int], kept: set[int]) -> bool:
        rows = self._get("record", "id", own | kept)
        said = {row["id"]: _parsed(row["fields"]) for row in rows}
        fresh = [row for row in rows if row["id"] in own]
        if any(_placed(said[row["id"]]) or row["relations"] or _tells(row, said[row["id"]]) for row in fresh):
            return False
        lives = any(_known(said[record], _LIVES) for record in kept)
        # Whose age a record tells may be a child of the household no more.
        if lives and any(_known(said[row["id"]], _AGES) for row in fresh):
            return False
        if not lives and any(_placed(said[row["id"]]) or row["relations"] for row in rows):
            return False
        edges = self._get("carries", "start", own | kept)
        # An address that was carried before is a home, too.
        if any(edge["namespace"] == "address" and (not lives or edge["start"] in own) for edge in edges):
            return False
        carried = [edge for edge in edges if edge["valid_to"] is None]
        asked = [edge for edge in carried if edge["start"] in own] if lives else carried
        if not self._shares_nothing_new(asked, own, kept, lives) or self._named(fresh if lives else rows, asked):
            return False
        if lives:
            self._list(person, fresh, asked)
        return True

    def _shares_nothing_new(self, edges: list[Row], own: set[int], kept: set[int], lives: bool) -> bool:
        """Whoever lives somewhere may share what they shared before; who lives nowhere shares with nobody."""
        ends = {edge["end"] for edge in edges if edge["namespace"] in _SHARED}
        carriers: dict[int, set[int]] = {}
        rows = self._get("carries", "end", ends, NEAR)
        for row in rows:
            carriers.setdefault(row["end"], set()).add(row["start"])
        if any(len(some) >= min(NEAR, household_weights.SHARED_RECORDS) for some in carriers.values()):
            return False
        open_: dict[int, set[int]] = {}
        for row in rows:
            if row["valid_to"] is None:
                open_.setdefault(row["end"], set()).add(row["start"])
        others = [some - own for some in open_.values()]
        if lives:
            return all(not some or not kept.isdisjoint(some) for some in others)
        return all(some <= kept for some in others)

    def _named(self, rows: Iterable[Row], edges: Iterable[Row]) -> bool:
        """Whether somebody declares a relation to one of these records, or to what they carry."""
        ends = {edge["end"] for edge in edges}
        targets = {(row["namespace"], row["value"]) for row in self._get("identifier", "id", ends)}
        targets |= {("record", row["key"]) for row in rows}
        numbers = target_numbers(sorted(targets), self._secret).tolist()
        return any(one.held for one in read_holders(self._reader, numbers).values())

    def _list(self, person: int, fresh: list[Row], edges: list[Row]) -> None:
        """Put namespaces and sources of new records into the lists of the households where the person stays."""
        staying = {row["end"] for row in self._get("member_of", "start", {person}) if row["weight"] is not None}
        more = {"namespaces": {edge["namespace"] for edge in edges}, "sources": {row["source"] for row in fresh}}
        for row in self._get("household", "id", staying - self.households.keys()):
            self.households[row["id"]] = row
        for home in staying & self.households.keys():
            row = self.households[home]
            self.households[home] = {**row, **{name: sorted({*(row[name] or ()), *more[name]}) for name in _LISTS}}

    def _get(self, table: str, column: str, values: Iterable[int], limit: int | None = None) -> list[Row]:
        asked = sorted(values)
        return self._reader.get(table, column, asked, limit) if asked else []


def _parsed(text: str | None) -> Mapping[str, Any]:
    return json.loads(text) if text else {}


def _known(said: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(said.get(name) for name in names)


def _placed(said: Mapping[str, Any]) -> bool:
    return _known(said, PARTS)


def _tells(row: Row, said: Mapping[str, Any]) -> bool:
    """Whether a record says what part its person plays in a household, in whatever column."""
    return _known(said, _TOLD) or _known(_parsed(row["attributes"]), _TOLD)
