"""Identities confirmed by a login or a code, as answers: what is proved, what only shares it, and what that changes."""

from enum import Enum

import strawberry

from spine.api.asking import Info, number_named
from spine.api.fields import changing, resolved
from spine.api.judging import EntityMove, EntitySnapshot, moves, snapshots
from spine.api.records import node_id
from spine.stewardship.confirming import Confirmed, confirm_identity, withdraw_confirmation

_PROVERS = ("record", "person", "organisation")


@strawberry.enum(description="How an identifier was proved: by a login, or by a code that was sent to it.")
class ConfirmationMethod(Enum):
    LOGIN = "login"
    CODE = "code"


@strawberry.input(
    description="Who proved which identifier, how, when (default: now), and what refers to the proof. The subject is "
    "named by an id, `source/record_id` or `namespace:value`; an id of a person or organisation means its earliest "
    "record."
)
class ConfirmationInput:
    subject: strawberry.ID
    namespace: str
    value: str
    method: ConfirmationMethod = ConfirmationMethod.LOGIN
    at: str | None = None
    proof: str = ""
    client_mutation_id: str | None = None


@strawberry.type(description="A record that carries the identifier and is not proved to be of the subject.")
class NotProven:
    record: strawberry.ID
    why: str


@strawberry.type(description="What a proof changed, or would change.")
class ConfirmationPayload:
    subject: strawberry.ID
    record: strawberry.ID = strawberry.field(description="The record that keeps the proof, of source `confirmation`.")
    namespace: str
    method: ConfirmationMethod
    at: str
    proven: list[strawberry.ID] = strawberry.field(description="The records that are one with the subject by it.")
    not_proven: list[NotProven]
    refused: list[strawberry.ID] = strawberry.field(
        description="Those of the proven that something stronger keeps apart."
    )
    preview: bool = strawberry.field(description="True where nothing was written.")
    pending: bool = strawberry.field(
        description="True where it reaches too many records for an answer at once: the next resolve does it."
    )
    before: list[EntitySnapshot]
    after: list[EntitySnapshot]
    moves: list[EntityMove]
    position: str = strawberry.field(description="The position in the change log that it has, or would have.")
    client_mutation_id: str | None


@strawberry.type(description="Identities confirmed, and that taken back.")
class ConfirmationMutations:
    @changing("A login, or a code that came back, proves an identifier: what it proves is certain, survives rebuilds.")
    async def confirm_identity(self, info: Info, input: ConfirmationInput) -> ConfirmationPayload:
        return await _confirmed(info, input, preview=False)

    @changing("Take back that the subject proved this identifier, with all that followed from it.")
    async def withdraw_confirmation(self, info: Info, input: ConfirmationInput) -> ConfirmationPayload:
        subject, confidence = await number_named(info, input.subject, *_PROVERS), info.context.settings.confidence
        found = await info.context.change(
            lambda store, context: withdraw_confirmation(
                store, context, subject, input.namespace, input.value, confidence=confidence
            ),
            preview=False,
        )
        return _payload(found, input)


@strawberry.type(description="What a proof would change.")
class ConfirmationQueries:
    @resolved("What the proof of an identifier would change, without writing it.")
    async def preview_confirmation(self, info: Info, input: ConfirmationInput) -> ConfirmationPayload:
        return await _confirmed(info, input, preview=True)


async def _confirmed(info: Info, asked: ConfirmationInput, preview: bool) -> ConfirmationPayload:
    subject, confidence = await number_named(info, asked.subject, *_PROVERS), info.context.settings.confidence
    found = await info.context.change(
        lambda store, context: confirm_identity(
            store, context, subject, asked.namespace, asked.value, asked.method.value, at=asked.at, proof=asked.proof,
            preview=preview, confidence=confidence,
        ),
        preview=preview,
    )  # fmt: skip
    return _payload(found, asked)


def _payload(found: Confirmed, asked: ConfirmationInput) -> ConfirmationPayload:
    return ConfirmationPayload(
        subject=node_id("record", found.subject),
        record=node_id("record", found.record),
        namespace=found.namespace,
        method=ConfirmationMethod(found.method),
        at=found.at,
        proven=[node_id("record", one) for one in found.proven],
        not_proven=[NotProven(record=node_id("record", one), why=why) for one, why in sorted(found.apart.items())],
        refused=[node_id("record", one) for one in found.refused],
        preview=found.preview,
        pending=found.pending,
        before=snapshots(found.outcome.before),
        after=snapshots(found.outcome.after),
        moves=moves(found.outcome),
        position=str(found.position),
        client_mutation_id=asked.client_mutation_id,
    )
