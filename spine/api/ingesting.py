"""Records, events and deletions as mutations: linked at once, with what that changes in the answer."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.scalars import JSON

from spine.access.context import Context
from spine.api.asking import Info
from spine.api.fields import changing
from spine.api.judging import EntityMove, EntitySnapshot, moves, snapshots
from spine.api.records import node_id
from spine.errors import InputError
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import IngestReport, delete_record
from spine.ports import GraphStore, SourceBatch

MOST = 1000
"""So many records or events come in one request."""


@strawberry.input(description="An identifier that a record carries; verified where a login or code has proved it.")
class IdentifierInput:
    namespace: str
    value: str
    verified: bool = False
    first_seen: str | None = None
    last_seen: str | None = None


@strawberry.input(description="What a record declares of another, by an identifier that the other carries.")
class RelationInput:
    kind: str
    namespace: str
    value: str
    share: str | None = None
    role: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@strawberry.input(description="A row of a source; `attributes` is an object of the attributes that mappings know.")
class RecordInput:
    source: str
    record_id: str
    kind: str = "person"
    attributes: JSON | None = None
    identifiers: list[IdentifierInput] | None = None
    relations: list[RelationInput] | None = None
    observed_at: str | None = None


@strawberry.input(description="Something that happened to an identifier.")
class EventInput:
    source: str
    kind: str
    reference: str | None = None
    at: str | None = None
    namespace: str | None = None
    value: str | None = None
    amount: str | None = None
    currency: str | None = None
    channel: str | None = None
    status: str | None = None
    attributes: JSON | None = None


@strawberry.type(description="What became of a record: linked, unchanged, late (an older version), or pending.")
class IngestedRecord:
    source: str
    record_id: str
    record: strawberry.ID
    status: str
    entity: EntitySnapshot | None


@strawberry.type(
    description="A value that could not be read and is left out of matching; the record keeps it as it came."
)
class UnreadValue:
    of: str = strawberry.field(description="The record, event or consent: source/record_id or source/reference.")
    column: str
    reason: str


@strawberry.type(description="What was changed: the records, the entities before and after, old id to new id.")
class IngestPayload:
    records: list[IngestedRecord]
    events: int = strawberry.field(description="How many events were new.")
    problems: list[UnreadValue]
    before: list[EntitySnapshot]
    after: list[EntitySnapshot]
    moves: list[EntityMove]
    position: str | None = strawberry.field(description="The position in the change log; null where nothing changed.")
    client_mutation_id: str | None


@strawberry.type(description="Records and events taken in, records deleted.")
class IngestMutations:
    @changing("Take in one record and link it at once; the same version again changes nothing.")
    async def ingest_record(
        self, info: Info, input: RecordInput, client_mutation_id: str | None = None
    ) -> IngestPayload:
        said = {name: value for name, value in strawberry.asdict(input).items() if value is not None}
        return await _ingested(info, read_batch([said]), client_mutation_id)

    @changing("Take in events; the same event again changes nothing.")
    async def ingest_events(
        self, info: Info, input: list[EventInput], client_mutation_id: str | None = None
    ) -> IngestPayload:
        if len(input) > MOST:
            raise InputError(f"{len(input)} events at once.", remedy=f"Send up to {MOST} in one request.")
        said = [{name: value for name, value in strawberry.asdict(one).items() if value is not None} for one in input]
        return await _ingested(info, read_batch(events=said), client_mutation_id)

    @changing("Delete a record; its number stays its own, and who it was linked with is parted or joined anew.")
    async def delete_record(
        self, info: Info, source: str, record_id: str, client_mutation_id: str | None = None
    ) -> IngestPayload:
        confidence = info.context.settings.confidence
        deed: Callable[[GraphStore, Context], IngestReport] = lambda store, context: delete_record(  # noqa: E731 - typed
            store, context, source, record_id, confidence=confidence
        )
        return _payload(await info.context.change(deed), client_mutation_id)


async def _ingested(info: Info, batch: SourceBatch, client_mutation_id: str | None) -> IngestPayload:
    if batch.rejects:
        first = batch.rejects[0]
        raise InputError(f"Number {first.line}: {first.reason}", remedy="Nothing was taken in: correct it.")
    return _payload(await info.context.take_in(batch, "graphql"), client_mutation_id)


def _payload(found: IngestReport, client_mutation_id: str | None) -> IngestPayload:
    return IngestPayload(
        records=[
            IngestedRecord(
                source=one.source,
                record_id=one.record_id,
                record=node_id("record", one.record),
                status=one.status,
                entity=snapshots((one.entity,))[0] if one.entity else None,
            )
            for one in found.taken
        ],
        events=found.events,
        problems=[UnreadValue(of=key, column=column, reason=reason) for key, column, reason in found.problems],
        before=snapshots(found.outcome.before),
        after=snapshots(found.outcome.after),
        moves=moves(found.outcome),
        position=None if found.position is None else str(found.position),
        client_mutation_id=client_mutation_id,
    )


def as_json(found: IngestReport) -> dict[str, Any]:
    """A report as the JSON that `POST /ingest` answers, with the names of its input."""

    def state(one: EntitySnapshot) -> dict[str, Any]:
        return {"id": one.id, "kind": one.kind, "records": one.records}

    told = _payload(found, None)
    return {
        "position": told.position,
        "records": [
            {
                "source": one.source, "record_id": one.record_id, "record": one.record, "status": one.status,
                "entity": state(one.entity) if one.entity else None,
            }
            for one in told.records
        ],
        "before": [state(one) for one in told.before],
        "after": [state(one) for one in told.after],
        "moves": [{"kind": one.kind, "from": one.from_, "to": one.to, "records": one.records} for one in told.moves],
        "events": found.events,
        "consents": found.consents,
        "problems": [{"of": one.of, "column": one.column, "reason": one.reason} for one in told.problems],
        "rejects": [{"line": one.line, "column": one.column, "reason": one.reason} for one in found.rejects],
    }  # fmt: skip
