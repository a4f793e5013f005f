"""How resolvers ask: batch forms of the questions, ids and confidences checked, the session as strawberry's context."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import strawberry

from spine.access.context import Context
from spine.api.batching import Session
from spine.domain.graph import GRAPH
from spine.domain.ids import PREFIXES, decode_id
from spine.errors import BadId
from spine.explore import events, explain, households, organisations
from spine.explore.consents import consents
from spine.explore.control import stored_at
from spine.explore.explain import is_name
from spine.explore.golden import Attribute
from spine.explore.membership import Entity, checked, held_in, holders, holding, members_of, resolve
from spine.explore.persons import Portrait, beliefs, names, portraits
from spine.explore.questions import Asking, Question, both
from spine.ports import Reader, Row, Step

Info: TypeAlias = strawberry.Info[Session, None]

EntityKey = tuple[Entity, int | None]
Home = tuple[households.Membership, households.Household]
EdgeRow = tuple[Row, Row]
"""An edge, and the node at its other end."""


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


async def number_named(info: Info, text: str, *tables: str) -> int:
    """The number behind a public id of one of these tables, or of the record that a name stands for."""
    if not is_name(text):
        return number_of(text, *tables)
    (record,) = await info.context.ask(explain.records_named, [text])
    return record


@Question
def entities_at(records: Sequence[int], confidence: float) -> Asking[dict[int, Entity | None]]:
    """For each record the entity that holds it, None where it is gone."""
    found = yield from resolve.of(records, confidence)
    return {record: found.get(record) for record in records}


@Question
def named_at(texts: Sequence[str], kind: str, confidence: float) -> Asking[dict[str, Entity | None]]:
    """For each id of a kind, or name of a record, the entity of that kind that it stands for.

    Of a deleted record the first that its companions went to, None where there is none. BadId and NotFound as for ids.
    """
    found = yield from both(*(_named(text, kind, confidence) for text in texts))
    return dict(zip(texts, found, strict=True))


@Question
def records_at(texts: Sequence[str]) -> Asking[dict[str, Row]]:
    """For each id or name of a record its row. BadId and NotFound as for ids."""
    found = yield from both(*(_record(text) for text in texts))
    return dict(zip(texts, found, strict=True))


def _record(text: str) -> Asking[Row]:
    name = text if is_name(text) else number_of(text, "record")
    found = yield (yield from explain.naming(name, columns=()))
    number = explain.named_in(found, name)
    return next(row for row in found["named"] if row["id"] == number)


def _named(text: str, kind: str, confidence: float) -> Asking[Entity | None]:
    if is_name(text):
        found = yield {**(yield from explain.naming(text)), **holding(after=[("named", "id")])}
        number = explain.named_in(found, text)
    else:
        number = number_of(text, kind)
        found = yield holding([number])
    entity = held_in(found, [number], confidence).get(number)
    if entity is None or entity.kind != kind:
        others = yield from holders.of(kind, number, confidence)
        entity = others[0] if others else None
    return entity


@Question
def portraits_at(keys: Sequence[EntityKey], confidence: float) -> Asking[dict[EntityKey, Portrait]]:
    """The portraits of entities of one confidence, each with the record it was asked through."""
    turns: list[dict[int, EntityKey]] = []
    for key in keys:
        turn = next((turn for turn in turns if key[0].id not in turn), None)
        if turn is None:
            turn = {}
            turns.append(turn)
        turn[key[0].id] = key
    found = yield from both(*(_portraits(list(turn.values())) for turn in turns))
    return {key: drawn[number] for turn, drawn in zip(turns, found, strict=True) for number, key in turn.items()}


def _portraits(keys: Sequence[EntityKey]) -> Asking[dict[int, Portrait]]:
    anchors = {entity.id: anchor for entity, anchor in keys if anchor is not None}
    return (yield from portraits.of([entity for entity, _ in keys], anchors))


@Question
def beliefs_at(entities: Sequence[Entity], confidence: float) -> Asking[dict[Entity, tuple[Attribute, ...]]]:
    """The golden records of entities of one confidence."""
    found = yield from beliefs.of(entities)
    return {entity: found[entity.id] for entity in entities}


@Question
def names_at(entities: Sequence[Entity], confidence: float) -> Asking[dict[Entity, str | None]]:
    """The names of entities of one confidence."""
    found = yield from names.of(entities)
    return {entity: found[entity.id] for entity in entities}


@Question
def timelines_at(entities: Sequence[Entity], confidence: float) -> Asking[dict[Entity, events.Timeline]]:
    """The events of entities of one confidence."""
    found = yield from events.timelines.of(entities)
    return {entity: found[entity.id] for entity in entities}


@Question
def consents_at(entities: Sequence[Entity], confidence: float) -> Asking[dict[Entity, list[events.Happening]]]:
    """The last words per purpose of entities of one confidence."""
    found = yield from consents.of(entities, confidence)
    return {entity: found[entity.id] for entity in entities}


@Question
def homes_at(entities: Sequence[Entity], confidence: float, default: float) -> Asking[dict[Entity, list[Home]]]:
    """The memberships in households of persons of one confidence, each with its household."""
    found = yield from households.homes.of(entities)
    stored = {one.household: one.row for several in found.values() for one in several if one.row is not None}
    there = yield from households.at_confidence.of(list(stored.values()), confidence, default)
    by_number = dict(zip(stored, there, strict=True))
    return {
        entity: [(one, by_number[one.household]) for one in found[entity.id] if one.household in by_number]
        for entity in entities
    }


@Question
def members_at(
    numbers: Sequence[int], confidence: float, as_of: str | None
) -> Asking[dict[int, list[households.Membership]]]:
    """The members of households at one confidence of the persons, as of a time."""
    return (yield from households.members.of(numbers, confidence, as_of))


@Question
def employers_at(entities: Sequence[Entity], confidence: float) -> Asking[dict[Entity, list[organisations.Employment]]]:
    """The employers of persons of one confidence."""
    found = yield from organisations.employers.of(entities, confidence)
    return {entity: found[entity.id] for entity in entities}


@Question
def households_at(numbers: Sequence[int], confidence: float, default: float) -> Asking[dict[int, households.Household]]:
    """Households by number."""
    found = yield from households.households.of(numbers, confidence, default)
    return dict(zip(numbers, found, strict=True))


@Question
def rows_at(ids: Sequence[int], table: str) -> Asking[dict[int, Row | None]]:
    """Node rows by id, None where there is none."""
    rows = yield {table: Step(table, "id", tuple(ids))}
    found = {row["id"]: row for row in rows[table]}
    return {number: found.get(number) for number in ids}


@Question
def edges_at(ids: Sequence[int], table: str, column: str, limit: int) -> Asking[dict[int, list[EdgeRow]]]:
    """The edges at each node, at most `limit` of them, each with the node at its other end."""
    other = "end" if column == "start" else "start"
    rows = yield {
        "edge": Step(table, column, tuple(ids), limit=limit),
        "node": Step(getattr(GRAPH[table], other), "id", after=(("edge", other),)),
    }
    nodes = {row["id"]: row for row in rows["node"]}
    out: dict[int, list[EdgeRow]] = {number: [] for number in ids}
    for row in rows["edge"]:
        if row[other] in nodes:
            out[row[column]].append((row, nodes[row[other]]))
    return out


@Question
def carriers_at(identifiers: Sequence[int]) -> Asking[dict[int, int]]:
    """How many records carry each identifier, or carried it."""
    rows = yield {"carriers": Step("carries", "end", tuple(identifiers), counted=True)}
    found = {row["end"]: row["count"] for row in rows["carriers"]}
    return {number: found.get(number, 0) for number in identifiers}


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
