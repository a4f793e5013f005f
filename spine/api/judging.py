"""Judgements as answers: links confirmed, rejected and taken back, and what that would change beforehand."""

from enum import Enum

import strawberry

from spine.api.asking import Info, number_named
from spine.api.fields import changing, resolved
from spine.api.records import node_id
from spine.domain.judgements import Verdict
from spine.pipeline.outcome import EntityState, Move, Outcome
from spine.stewardship.judging import Judged, judge, withdraw

_JUDGED = ("record", "person", "organisation")


@strawberry.enum(description="What a judgement says of two records; WITHDRAW takes back what was said.")
class JudgementVerdict(Enum):
    SAME = "same"
    DIFFERENT = "different"
    WITHDRAW = "withdraw"


@strawberry.enum(description="Who asserts, strongest first: a steward, a verified code, a login, a source.")
class JudgementAuthority(Enum):
    STEWARD = "steward"
    CODE = "code"
    LOGIN = "login"
    SOURCE = "source"


@strawberry.input(
    description="Two records to judge, by ids, `source/record_id` or `namespace:value`; an id of a person or "
    "organisation means its earliest record."
)
class JudgementInput:
    a: strawberry.ID
    b: strawberry.ID
    authority: JudgementAuthority = JudgementAuthority.STEWARD
    why: str = ""
    client_mutation_id: str | None = None


@strawberry.type(description="An entity as it stood before, or stands after, a change.")
class EntitySnapshot:
    id: strawberry.ID
    kind: str
    size: int = strawberry.field(description="How many records it holds.")
    records: list[strawberry.ID]


@strawberry.type(
    description="Records that went from one entity to another: `from` is null where they belonged to none before, "
    "`to` where they belong to none now."
)
class EntityMove:
    kind: str
    from_: strawberry.ID | None = strawberry.field(name="from")
    to: strawberry.ID | None
    records: list[strawberry.ID]


@strawberry.type(description="What a judgement changed, or would change: entities before and after, old id to new id.")
class JudgementPayload:
    a: strawberry.ID
    b: strawberry.ID
    verdict: JudgementVerdict
    authority: JudgementAuthority
    preview: bool = strawberry.field(description="True where nothing was written.")
    pending: bool = strawberry.field(
        description="True where the records belong to too many others for an answer at once: the next resolve does it."
    )
    stands: bool = strawberry.field(description="False where a stronger judgement says the opposite.")
    against: list[strawberry.ID] | None = strawberry.field(
        description="The two records between which the stronger judgement stands."
    )
    before: list[EntitySnapshot]
    after: list[EntitySnapshot]
    moves: list[EntityMove]
    position: str = strawberry.field(description="The position in the change log that it has, or would have.")
    client_mutation_id: str | None


@strawberry.type(description="Links confirmed, rejected and taken back.")
class JudgementMutations:
    @changing("Assert that two records are one person or organisation; beats every match, survives every rebuild.")
    async def confirm_link(self, info: Info, input: JudgementInput) -> JudgementPayload:
        return await _judged(info, input, JudgementVerdict.SAME, preview=False)

    @changing("Assert that two records are not one person or organisation.")
    async def reject_link(self, info: Info, input: JudgementInput) -> JudgementPayload:
        return await _judged(info, input, JudgementVerdict.DIFFERENT, preview=False)

    @changing("Take back what an authority said of two records: the undo of the other two.")
    async def withdraw_judgement(self, info: Info, input: JudgementInput) -> JudgementPayload:
        return await _judged(info, input, JudgementVerdict.WITHDRAW, preview=False)


@strawberry.type(description="What judgements would change.")
class JudgementQueries:
    @resolved("What a judgement of two records would change, without writing it.")
    async def preview_judgement(
        self,
        info: Info,
        a: strawberry.ID,
        b: strawberry.ID,
        verdict: JudgementVerdict,
        authority: JudgementAuthority = JudgementAuthority.STEWARD,
    ) -> JudgementPayload:
        return await _judged(info, JudgementInput(a=a, b=b, authority=authority), verdict, preview=True)


async def _judged(info: Info, asked: JudgementInput, verdict: JudgementVerdict, preview: bool) -> JudgementPayload:
    authority = asked.authority.value
    a, b = await number_named(info, asked.a, *_JUDGED), await number_named(info, asked.b, *_JUDGED)
    confidence = info.context.settings.confidence
    if verdict is JudgementVerdict.WITHDRAW:
        found = await info.context.change(
            lambda store, context: withdraw(store, context, a, b, authority, preview=preview, confidence=confidence),
            preview=preview,
        )
    else:
        said = Verdict(verdict.value)
        found = await info.context.change(
            lambda store, context: judge(
                store, context, a, b, said, authority, asked.why, preview=preview, confidence=confidence
            ),
            preview=preview,
        )
    return _payload(found, verdict, asked)


def _payload(found: Judged, verdict: JudgementVerdict, asked: JudgementInput) -> JudgementPayload:
    return JudgementPayload(
        a=node_id("record", found.a),
        b=node_id("record", found.b),
        verdict=verdict,
        authority=asked.authority,
        preview=found.preview,
        pending=found.pending,
        stands=found.refused is None,
        against=None if found.refused is None else [node_id("record", one) for one in found.refused],
        before=snapshots(found.outcome.before),
        after=snapshots(found.outcome.after),
        moves=moves(found.outcome),
        position=str(found.position),
        client_mutation_id=asked.client_mutation_id,
    )


def snapshots(states: tuple[EntityState, ...]) -> list[EntitySnapshot]:
    """Entities as they stood."""
    return [
        EntitySnapshot(
            id=node_id(one.kind, one.id),
            kind=one.kind,
            size=len(one.records),
            records=[node_id("record", record) for record in one.records],
        )
        for one in states
    ]


def moves(found: Outcome) -> list[EntityMove]:
    """How records went from entity to entity."""

    def shown(move: Move, number: int | None) -> strawberry.ID | None:
        return None if number is None else node_id(move.kind, number)

    return [
        EntityMove(
            kind=move.kind,
            from_=shown(move, move.old),
            to=shown(move, move.new),
            records=[node_id("record", record) for record in move.records],
        )
        for move in found.moves
    ]
