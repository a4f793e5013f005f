"""What happened to the identifiers that an entity carries: its events and consents, over merges and splits."""

from collections.abc import Sequence
from dataclasses import dataclass

from spine.access.context import Context
from spine.explore.membership import Entity, members_of
from spine.ports import Reader, Row

EVENTS_PER_IDENTIFIER = 500
"""An identifier with more events than this is cut off, and says so."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event or consent row, and the identifier through which it belongs to the entity."""

    row: Row
    identifier: int
    namespace: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Happenings of one entity, newest first; `truncated` where an identifier has more than is shown."""

    happenings: tuple[Happening, ...]
    truncated: bool = False


def timelines(reader: Reader, context: Context, entities: Sequence[Entity], table: str) -> dict[int, Timeline]:
    """For each entity (by id) its `event` or `consent` rows; three round trips however many entities there are.

    A happening outside the period in which the record carried the identifier is another owner's, and left out.
    """
    carried = reader.get("carries", "start", members_of(entities))
    identifiers = sorted({row["end"] for row in carried})
    edges = reader.get(f"{table}_of", "end", identifiers, EVENTS_PER_IDENTIFIER + 1) if identifiers else []
    nodes = {row["id"]: row for row in reader.get(table, "id", sorted({edge["start"] for edge in edges}))}
    of_identifier: dict[int, list[Row]] = {}
    for edge in edges:
        if edge["start"] in nodes:
            of_identifier.setdefault(edge["end"], []).append(nodes[edge["start"]])
    return {entity.id: _timeline(entity, carried, of_identifier) for entity in entities}


def latest_consents(timeline: Timeline) -> list[Happening]:
    """The last word per purpose, purposes in alphabetical order."""
    latest: dict[str, Happening] = {}
    for happening in timeline.happenings:
        latest.setdefault(happening.row["purpose"], happening)
    return [latest[purpose] for purpose in sorted(latest)]


def _timeline(entity: Entity, carried: Sequence[Row], of_identifier: dict[int, list[Row]]) -> Timeline:
    members = set(entity.members)
    found: dict[int, Happening] = {}
    truncated = False
    for edge in carried:
        if edge["start"] not in members:
            continue
        rows = of_identifier.get(edge["end"], [])
        truncated = truncated or len(rows) > EVENTS_PER_IDENTIFIER
        for row in rows[:EVENTS_PER_IDENTIFIER]:
            at = row["at"] or ""
            late = edge["valid_to"] and at > edge["valid_to"]
            if not late and not (edge["valid_from"] and at and at < edge["valid_from"]):
                found.setdefault(row["id"], Happening(row, edge["end"], edge["namespace"]))
    ordered = sorted(found.values(), key=lambda happening: (happening.row["at"] or "", happening.row["id"]))
    return Timeline(tuple(reversed(ordered)), truncated)
