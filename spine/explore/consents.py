"""Whose consent it is: the last word per purpose that a person said, not what others said at a shared address.

A consent is given for an identifier, and an identifier may be shared. It belongs

1. to the person of the record that it came with (same source, reference equal to the record id) where that record
   carries the identifier;
2. else to the one person who carries the identifier at the time of the consent;
3. else, where several do, to nobody if it was given, and to all of them if it was withdrawn: doubt never permits.
"""

from collections.abc import Mapping, Sequence

from spine.explore.events import Carriage, Happening, carriages, happening, happenings_in, newest_first
from spine.explore.membership import Entity, held_in, holding, members_of
from spine.explore.questions import Asking, Question
from spine.ports import Row, Step


@Question
def consents(entities: Sequence[Entity], confidence: float) -> Asking[dict[int, list[Happening]]]:
    """For each entity (by id) the last word per purpose, purposes in alphabetical order."""
    carried = Step("carries", "start", tuple(members_of(entities)))
    rows = yield {
        "carried": carried,
        **happening("consent", ("carried", "end")),
        **holding(after=[("carries", "start")]),
    }
    said, _ = happenings_in(rows)
    if not said:
        return {entity.id: [] for entity in entities}
    edges = rows["carries"]
    # Whoever spoke carries the identifier, so its record is among these.
    speakers = {row["key"]: row["id"] for row in rows["record"]}
    holders = held_in(rows, {edge["start"] for edge in edges}, confidence)
    everyone: dict[int, list[Carriage]] = {}
    for one in carriages(edges, edges):
        if one.edge["start"] in holders:
            everyone.setdefault(one.edge["end"], []).append(one)
    found: dict[int, dict[int, Happening]] = {entity.id: {} for entity in entities}
    for identifier, spoken in said.items():
        for row in spoken:
            for owner in _owners(row, everyone.get(identifier, []), speakers, holders):
                if owner in found:
                    namespace = everyone[identifier][0].edge["namespace"]
                    found[owner][row["id"]] = Happening(row, identifier, namespace)
    return {number: latest(list(told.values())) for number, told in found.items()}


def latest(said: Sequence[Happening]) -> list[Happening]:
    """The last word per purpose, purposes in alphabetical order; of two at one time, the withdrawal."""
    last: dict[str, Happening] = {}
    for one in newest_first(said):
        before = last.setdefault(one.row["purpose"], one)
        if before.row["at"] == one.row["at"] and one.row["status"] != "given":
            last[one.row["purpose"]] = one
    return [last[purpose] for purpose in sorted(last)]


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
