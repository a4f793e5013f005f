"""Whatever has an id, as an answer of the right type."""

import strawberry

from spine.api.asking import Info, chosen, households_at, named_at, rows_at
from spine.api.entities import Entity
from spine.api.households import household_of
from spine.api.organisations import organisation_of
from spine.api.people import person_of
from spine.api.records import Node, consent_of, event_of, identifier_of, record_of
from spine.domain.ids import decode_id, encode_id
from spine.errors import BadId, NotFound
from spine.explore import membership

REMEDY = "Search for it by an identifier."


def entity_of(entity: membership.Entity, anchor: int | None = None) -> Entity:
    """An entity as an answer: a Person or an Organisation, with the record it was asked through."""
    return organisation_of(entity, anchor) if entity.kind == "organisation" else person_of(entity, anchor)


async def entity_named(info: Info, kind: str, text: str, confidence: float) -> Entity | None:
    """The entity of a kind that an id or the name of a record stands for; null where its companions are gone too."""
    found = await info.context.gather(named_at, text, kind, confidence)
    return entity_of(found) if found is not None else None


async def node_by_id(info: Info, id: strawberry.ID, confidence: float | None) -> Node | None:
    """The node with that id; NotFound where there is none, BadId where it is no id of ours."""
    sure = chosen(info, confidence)
    table, number = decode_id(id)
    if table in ("person", "organisation"):
        return await entity_named(info, table, id, sure)
    if table == "household":
        default = info.context.settings.confidence
        return household_of(await info.context.gather(households_at, number, sure, default))
    if table == "component":
        raise BadId(f"{id[:80]!r} is the id of a component, which has no node.", remedy="Ask for one of its records.")
    row = await info.context.gather(rows_at, number, table)
    if row is None:
        raise NotFound(f"There is no {table} {encode_id(table, number)}.", remedy=REMEDY)
    if table == "record":
        return record_of(row, sure)
    if table == "identifier":
        return identifier_of(row, sure)
    return event_of(row) if table == "event" else consent_of(row)
