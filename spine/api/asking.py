"""How resolvers ask: batch forms of the questions, ids and confidences checked, the session as strawberry's context."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import strawberry

from spine.access.context import Context
from spine.api.batching import Session
from spine.domain.ids import PREFIXES, decode_id
from spine.errors import BadId
from spine.explore import events, explain, households, organisations
from spine.explore.consents import consents
from spine.explore.control import stored_at
from spine.explore.membership import Entity, checked, members_of, resolve
from spine.explore.persons import Portrait, portraits
from spine.ports import Reader, Row

Info: TypeAlias = strawberry.Info[Session, None]

EntityKey = tuple[Entity, int | None]


def chosen(info: Info, confidence: float | None) -> float:
    """The confidence asked for, or the default; QueryError where it is not between 0 and 1."""
    return checked(info.context.settings.confidence if confidence is None else confidence)


def number_of(text: str, *tables: str) -> int:
    """The number behind a public id of one of these tables; BadId where it is of another kind."""
    table, number = decode_id(text)
    if table not in tables:
        wanted = " or ".join(f"{PREFIXES[name]}_…" for name in tables)
        raise BadId(f"{text[:80]!r} is the id of a {table}.", remedy=f"Give an id that begins {wanted}.")
    return number


def is_name(text: str) -> bool:
    """True where a text names a record: `source/record_id`, or `namespace:value`."""
    return explain.is_identifier(text) or "/" in text


async def number_named(info: Info, text: str, *tables: str) -> int:
    """The number behind a public id of one of these tables, or of the record that a name stands for."""
    if not is_name(text):
        return number_of(text, *tables)
    (record,) = await info.context.ask(explain.records_named, [text])
    return record


def entities_at(
    reader: Reader, context: Context, records: Sequence[int], confidence: float
) -> dict[int, Entity | None]:
    """For each record the entity that holds it, None where it is gone."""
    found = resolve(reader, context, records, confidence)
    return {record: found.get(record) for record in records}


def portraits_at(
    reader: Reader, context: Context, keys: Sequence[EntityKey], confidence: float
) -> dict[EntityKey, Portrait]:
    """The portraits of entities of one confidence, each with the record it was asked through."""
    out: dict[EntityKey, Portrait] = {}
    left = list(keys)
    while left:
        now: dict[int, EntityKey] = {}
        for key in left:
            now.setdefault(key[0].id, key)
        anchors = {number: anchor for number, (_, anchor) in now.items() if anchor is not None}
        found = portraits(reader, context, [entity for entity, _ in now.values()], anchors)
        out.update({key: found[number] for number, key in now.items()})
        left = [key for key in left if key not in out]
    return out


def timelines_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, events.Timeline]:
    """The events of entities of one confidence."""
    found = events.timelines(reader, context, entities)
    return {entity: found[entity.id] for entity in entities}


def consents_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, list[events.Happening]]:
    """The last words per purpose of entities of one confidence."""
    found = consents(reader, context, entities, confidence)
    return {entity: found[entity.id] for entity in entities}


def homes_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, list[households.Membership]]:
    """The households of persons of one confidence."""
    found = households.homes(reader, context, entities)
    return {entity: found[entity.id] for entity in entities}


def employers_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, list[organisations.Employment]]:
    """The employers of persons of one confidence."""
    found = organisations.employers(reader, context, entities)
    return {entity: found[entity.id] for entity in entities}


def households_at(
    reader: Reader, context: Context, numbers: Sequence[int], confidence: float, default: float
) -> dict[int, households.Household]:
    """Households by number."""
    found = households.households(reader, context, numbers, confidence, default)
    return dict(zip(numbers, found, strict=True))


def rows_at(reader: Reader, context: Context, ids: Sequence[int], table: str) -> dict[int, Row | None]:
    """Node rows by id, None where there is none."""
    found = {row["id"]: row for row in reader.get(table, "id", list(ids))}
    return {number: found.get(number) for number in ids}


def edges_at(
    reader: Reader, context: Context, ids: Sequence[int], table: str, column: str, limit: int
) -> dict[int, list[Row]]:
    """The edges at each node, at most `limit` of them."""
    out: dict[int, list[Row]] = {number: [] for number in ids}
    for row in reader.get(table, column, list(ids), limit):
        out[row[column]].append(row)
    return out


def stored_organisations_at(reader: Reader, context: Context, records: Sequence[int]) -> dict[int, dict[int, int]]:
    """For each record the stored organisation that it resolves to, as {record: organisation}; empty where none."""
    found = stored_at(reader, context, records)
    return {record: {record: found[record]} if record in found else {} for record in records}


def exceptions_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, list[organisations.ParentException]]:
    """Why sources name no parent of organisations of one confidence."""
    found = organisations.parent_exceptions(reader, context, entities)
    return {entity: found[entity.id] for entity in entities}


def owners_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, list[organisations.Ownership]]:
    """Who owns organisations of one confidence."""
    return _ownerships(reader, context, entities, organisations.owners)


def subsidiaries_at(
    reader: Reader, context: Context, entities: Sequence[Entity], confidence: float
) -> dict[Entity, list[organisations.Ownership]]:
    """What organisations of one confidence own."""
    return _ownerships(reader, context, entities, organisations.subsidiaries)


def _ownerships(
    reader: Reader,
    context: Context,
    entities: Sequence[Entity],
    question: Callable[[Reader, Context, Sequence[int]], dict[int, list[organisations.Ownership]]],
) -> dict[Entity, list[organisations.Ownership]]:
    found = question(reader, context, members_of(entities))
    return {entity: [one for record in entity.members for one in found[record]] for entity in entities}
