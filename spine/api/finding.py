"""Look-ups as answers: identity by any identifier, search by words and attributes, nodes by id."""

import strawberry

from spine.api.answers import entity_named, entity_of, node_by_id
from spine.api.asking import Info, chosen, number_of, records_at
from spine.api.entities import Entity
from spine.api.fields import resolved
from spine.api.organisations import Organisation
from spine.api.people import Person
from spine.api.records import Identifier, Node, Record, identifier_of, node_id, record_of
from spine.api.staleness import Staleness, staleness_of
from spine.domain.ids import decode_id
from spine.domain.vocabulary import FIELDS, Kind
from spine.errors import QueryError
from spine.explore import membership
from spine.explore import search as words
from spine.explore.explain import is_identifier
from spine.explore.identities import identifier_named, identity

SEARCH_MAX = 50


@strawberry.type(description="An entity that holds the identifier: through which record, how sure, and why.")
class Candidate:
    entity: Entity
    identifier: Identifier | None = strawberry.field(
        description="The identifier that led here; null where the value is the number of the record at its source."
    )
    record: strawberry.ID
    confidence: float = strawberry.field(description="How sure it is that the record belongs to the entity.")
    verified: bool
    current: bool = strawberry.field(description="False where the record has given the identifier up.")
    since: str | None
    last_seen: str | None
    reason: str

    @resolved("How stale the identifier is today; null where it is unknown when it was last seen.")
    def staleness(self) -> Staleness | None:
        return staleness_of(self.identifier.namespace, self.last_seen) if self.identifier else None


@strawberry.type(description="Who holds an identifier, best first; several where it is shared.")
class Identity:
    says: str = strawberry.field(description="The outcome in one sentence.")
    shared: bool
    total_records: int = strawberry.field(
        description="How many records carry it; where none does, how many are called so."
    )
    truncated: bool = strawberry.field(description="True where not all of those records were looked at.")
    identifiers: list[Identifier] = strawberry.field(description="The identifiers that the value names.")
    candidates: list[Candidate]


@strawberry.type(description="A word of the question, and the field and value that it was found in.")
class FieldHit:
    word: str
    field: str
    value: str
    likeness: float


@strawberry.type(description="A search result: the entity, a score from 0 to 1, and which words and fields matched.")
class Hit:
    entity: Entity
    record: strawberry.ID
    score: float
    says: str
    matched: list[FieldHit]
    missing: list[str]


@strawberry.input(description="A value that a field must hold, or resemble; fields as in `Record.fields`.")
class AttributeInput:
    name: str
    value: str


@strawberry.type(description="Look-ups of one thing, by identifier, words or id.")
class FindingQueries:
    @resolved("Who holds an identifier: without a namespace, any identifier or record number of that value.")
    async def identity(
        self, info: Info, value: str, namespace: str | None = None, confidence: float | None = None, first: int = 20
    ) -> Identity:
        sure = chosen(info, confidence)
        found = await info.context.ask(identity, namespace, value, sure)
        return Identity(
            says=found.says,
            shared=found.shared,
            total_records=found.total,
            truncated=found.truncated or len(found.candidates) > first,
            identifiers=[identifier_of(row, sure) for row in found.identifiers],
            candidates=[
                Candidate(
                    entity=entity_of(one.entity, one.record),
                    identifier=None if one.identifier is None else identifier_of(one.identifier, one.entity.confidence),
                    record=node_id("record", one.record),
                    confidence=one.confidence,
                    verified=one.verified,
                    current=one.current,
                    since=one.since,
                    last_seen=one.last_seen,
                    reason=one.reason,
                )
                for one in found.candidates[: max(0, first)]
            ],
        )

    @resolved("Persons and organisations by words of a text and by attributes, best first.")
    async def search(
        self,
        info: Info,
        text: str = "",
        attributes: list[AttributeInput] | None = None,
        kind: str | None = None,
        confidence: float | None = None,
        first: int = 10,
    ) -> list[Hit]:
        if not 1 <= first <= SEARCH_MAX:
            raise QueryError(f"first is {first}.", remedy=f"Ask for 1 to {SEARCH_MAX} candidates.")
        if kind is not None and kind not in tuple(Kind):
            raise QueryError(f"There is no kind {kind[:40]!r}.", remedy=f"Choose from {', '.join(Kind)}.")
        asked = {one.name: one.value for one in attributes or ()}
        for name in asked:
            if name not in FIELDS:
                raise QueryError(f"There is no field {name[:40]!r}.", remedy=f"Choose from {', '.join(FIELDS)}.")
        hits = await info.context.ask(words.search, text, asked, kind, chosen(info, confidence), first)
        return [
            Hit(
                entity=entity_of(hit.entity, hit.record),
                record=node_id("record", hit.record),
                score=hit.score,
                says=hit.says,
                matched=[
                    FieldHit(word=one.word, field=one.field, value=one.value, likeness=one.likeness)
                    for one in hit.matched
                ],
                missing=list(hit.missing),
            )
            for hit in hits
        ]

    @resolved("The person that holds the record behind an id, `source/record_id` or `namespace:value`.")
    async def person(self, info: Info, id: strawberry.ID, confidence: float | None = None) -> Person | None:
        found = await entity_named(info, "person", id, chosen(info, confidence))
        return found if isinstance(found, Person) else None

    @resolved("The organisation that holds the record behind an id, `source/record_id` or `namespace:value`.")
    async def organisation(self, info: Info, id: strawberry.ID, confidence: float | None = None) -> Organisation | None:
        found = await entity_named(info, "organisation", id, chosen(info, confidence))
        return found if isinstance(found, Organisation) else None

    @resolved("Who an id of a person or organisation stands for now: several where its record was deleted.")
    async def holders(self, info: Info, id: strawberry.ID, confidence: float | None = None) -> list[Entity]:
        kind, number = decode_id(id)
        number_of(id, "person", "organisation")
        found = await info.context.ask(membership.holders, kind, number, chosen(info, confidence))
        return [entity_of(one) for one in found]

    @resolved("A record by its id, `source/record_id` or `namespace:value`.")
    async def record(self, info: Info, id: strawberry.ID, confidence: float | None = None) -> Record | None:
        return record_of(await info.context.gather(records_at, str(id)), chosen(info, confidence))

    @resolved("An identifier by its id or by `namespace:value`; what it leads to is resolved at a confidence.")
    async def identifier(self, info: Info, id: strawberry.ID, confidence: float | None = None) -> Identifier | None:
        if is_identifier(id):
            row = await info.context.ask(identifier_named, id)
            return identifier_of(row, chosen(info, confidence))
        number_of(id, "identifier")
        found = await node_by_id(info, id, confidence)
        return found if isinstance(found, Identifier) else None

    @resolved("Anything that has an id.")
    async def node(self, info: Info, id: strawberry.ID, confidence: float | None = None) -> Node | None:
        return await node_by_id(info, id, confidence)
