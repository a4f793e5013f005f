"""Whose consent it is: the last word per purpose that a person said, not what others said at a shared address.

A consent is given for an identifier, and an identifier may be shared. It belongs

1. to the person of the record that it came with (same source, reference equal to the record id) where that record
   carries the identifier;
2. else to the one person who carries the identifier at the time of the consent;
3. else, where several do, to nobody if it was given, and to all of them if it was withdrawn: doubt never permits.
"""

from collections.abc import Mapping, Sequence

from spine.access.context import Context
from spine.explore.events import CARRIERS_CAP, Carriage, Happening, carriages, happenings_on, newest_first
from spine.explore.membership import Entity, members_of, resolve
from spine.ports import Reader, Row


def consents(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[int, list[Happening]]:
    """For each entity (by id) the last word per purpose, purposes in alphabetical order; at most ten round trips."""
    carried = reader.get("carries", "start", members_of(entities))
    said, _ = happenings_on(reader, "consent", sorted({row["end"] for row in carried}))
    if not said:
        return {entity.id: [] for entity in entities}
    edges = reader.get("carries", "end", sorted(said), CARRIERS_CAP)
    speakers = _speakers(reader, said)
    holders = resolve(reader, context, {edge["start"] for edge in edges}, confidence)
    everyone: dict[int, list[Carriage]] = {}
    for one in carriages(edges, edges):
        if one.edge["start"] in holders:
            everyone.setdefault(one.edge["end"], []).append(one)
    found: dict[int, dict[int, Happening]] = {entity.id: {} for entity in entities}
    for identifier, rows in said.items():
        for row in rows:
            for owner in _owners(row, everyone.get(identifier, []), speakers, holders):
                if owner in found:
                    namespace = everyone[identifier][0].edge["namespace"]
                    found[owner][row["id"]] = Happening(row, identifier, namespace)
    return {number: latest(list(rows.values())) for number, rows in found.items()}


def latest(said: Sequence[Happening]) -> list[Happening]:
    """The last word per purpose, purposes in alphabetical order; of two at one time, the withdrawal."""
    last: dict[str, Happening] = {}
    for one in newest_first(said):
        before = last.setdefault(one.row["purpose"], one)
        if before.row["at"] == one.row["at"] and one.row["status"] != "given":
            last[one.row["purpose"]] = one
    return [last[purpose] for purpose in sorted(last)]


def _speakers(reader: Reader, said: Mapping[int, Sequence[Row]]) -> dict[str, int]:
    """The records that consents came with, by key."""
    keys = sorted({_key(row) for rows in said.values() for row in rows if row["reference"]})
    return {row["key"]: row["id"] for row in reader.get("record", "key", keys)} if keys else {}


def _key(row: Row) -> str:
    return f"{row['source']}/{row['reference']}"


def _owners(
    row: Row, carriers: Sequence[Carriage], speakers: Mapping[str, int], holders: Mapping[int, Entity]
) -> set[int]:
    """The entities that the consent is of."""
    speaker = speakers.get(_key(row)) if row["reference"] else None
    if speaker is not None and any(one.edge["start"] == speaker for one in carriers):
        return {holders[speaker].id}
    owners = {holders[one.edge["start"]].id for one in carriers if one.holds(row["at"])}
    return owners if len(owners) == 1 or row["status"] != "given" else set()
