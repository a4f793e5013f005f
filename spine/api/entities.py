"""What persons and organisations have in common: linked identities, records, golden record, events, consents."""

import strawberry

from spine.api.asking import Info, beliefs_at, consents_at, names_at, portraits_at, rows_at, timelines_at
from spine.api.events import EventConnection, event_filter, timeline_page
from spine.api.evidence import BondConnection, BondEdge, WeakLink, bond_of
from spine.api.facts import Fact, declared_at, told
from spine.api.fields import resolved
from spine.api.records import (
    Consent,
    Identifier,
    Node,
    Record,
    consent_of,
    identifier_of,
    node_id,
    record_of,
)
from spine.api.relay import Connection, paged
from spine.api.staleness import Staleness, staleness_of, staleness_of_field
from spine.explore import cuts, membership
from spine.explore.explain import weakest_link
from spine.explore.golden import Attribute
from spine.explore.next_question import next_question
from spine.explore.persons import Held, Link, Portrait
from spine.ports import Row


@strawberry.type(description="A value that was not believed, and how many records say it.")
class Rival:
    value: str
    records: int
    sources: list[str]


@strawberry.type(description="What to believe of one attribute: the value, where it came from, the rule that decided.")
class GoldenAttribute:
    name: str
    value: str
    source: str
    record: strawberry.ID
    observed_at: str | None
    rule: str = strawberry.field(description="What decided: a rule, `only value`, or `first record`.")
    order: list[str] = strawberry.field(description="The rules of this attribute, in the order in which they decide.")
    rivals: list[Rival]

    @resolved("How stale an e-mail address, telephone number or postal address is today; null for other attributes.")
    def staleness(self) -> Staleness | None:
        return staleness_of_field(self.name, self.observed_at)


@strawberry.type(
    description="An identity linked to a person: how sure (against the record asked for, or the strongest core), why, "
    "from which sources, since when."
)
class IdentityEdge:
    node: Identifier
    cursor: str
    confidence: float
    kind: str = strawberry.field(description="The namespace of the identifier.")
    reason: str
    sources: list[str]
    records: list[strawberry.ID]
    since: str | None
    last_seen: str | None
    verified: bool
    current: bool = strawberry.field(description="False where every record that carried it has given it up.")

    @resolved("How stale it is today; null where it is unknown when it was last seen.")
    def staleness(self) -> Staleness | None:
        return staleness_of(self.kind, self.last_seen)


@strawberry.type
class IdentityConnection(Connection[IdentityEdge]):
    pass


@strawberry.type(description="A record of an entity: how sure it is that it belongs, and why.")
class RecordEdge:
    node: Record
    cursor: str
    confidence: float
    reason: str
    source: str
    since: str | None


@strawberry.type
class RecordConnection(Connection[RecordEdge]):
    pass


@strawberry.type(description="Up to `probability`, `size` records hold together with its earliest; above it fewer.")
class Step:
    probability: float
    size: int


@strawberry.type(description="Who is apart at this confidence and one with it at a lower: how sure that join is.")
class Other:
    entity: "Entity"
    probability: float


@strawberry.type(description="Ask whether this identifier is theirs: what the answer would settle.")
class NextQuestion:
    identifier: Identifier
    links: int = strawberry.field(description="How many doubtful joins it bears on.")
    gain: float = strawberry.field(description="How much doubt it takes away, in bits.")


@strawberry.interface(description="A person or an organisation, resolved at a confidence.")
class Entity(Node):
    entity: strawberry.Private[membership.Entity]
    anchor: strawberry.Private[int | None]
    confidence: float = strawberry.field(description="The confidence that it was resolved at.")
    size: int = strawberry.field(description="How many records it holds.")
    cohesion: float = strawberry.field(description="How sure its weakest join is.")
    next_join: float | None = strawberry.field(description="How sure the join would be that comes next, if any.")

    async def portrait(self, info: Info) -> Portrait:
        """What the entity's own records say; asked once however many fields want it."""
        return await info.context.gather(portraits_at, (self.entity, self.anchor), self.confidence)

    async def believed(self, info: Info) -> tuple[Attribute, ...]:
        """The golden record alone, which costs less than the portrait."""
        return await info.context.gather(beliefs_at, self.entity, self.confidence)

    async def stored(self, info: Info) -> Row | None:
        """The row that the last resolve wrote for it, if it stands at the default confidence."""
        return await info.context.gather(rows_at, self.entity.id, self.entity.kind)

    @resolved("The name to use, out of the golden record.")
    async def name(self, info: Info) -> str | None:
        return await info.context.gather(names_at, self.entity, self.confidence)

    @resolved("Per attribute the value to believe, its origin and its rivals.")
    async def golden(self, info: Info) -> list[GoldenAttribute]:
        return [
            GoldenAttribute(
                name=one.name,
                value=one.value,
                source=one.source,
                record=node_id("record", one.record),
                observed_at=one.observed_at,
                rule=one.rule,
                order=list(one.order),
                rivals=[
                    Rival(value=rival.value, records=len(rival.records), sources=list(rival.sources))
                    for rival in one.rivals
                ],
            )
            for one in await self.believed(info)
        ]

    @resolved("All linked identities, surest first; `kinds` keeps some namespaces.")
    async def identities(
        self, info: Info, kinds: list[str] | None = None, first: int | None = None, after: str | None = None
    ) -> IdentityConnection:
        found = (await self.portrait(info)).links
        links = [link for link in found if kinds is None or link.identifier["namespace"] in kinds]
        return paged(
            IdentityConnection, "identities", links, lambda link: link.identifier["id"], self._identity, first, after
        )

    @resolved("The records it is made of, surest first.")
    async def records(self, info: Info, first: int | None = None, after: str | None = None) -> RecordConnection:
        held = (await self.portrait(info)).records
        return paged(RecordConnection, "records", held, lambda one: one.record["id"], self._record, first, after)

    @resolved("What happened to its identifiers, newest first; `since` and `until` are beginnings of ISO 8601 times.")
    async def events(
        self,
        info: Info,
        kinds: list[str] | None = None,
        channels: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> EventConnection:
        timeline = await info.context.gather(timelines_at, self.entity, self.confidence)
        return timeline_page(timeline, event_filter(kinds, channels, since, until), first, after, last, before)

    @resolved("Derived facts as of a day (else today), all or those named.")
    async def facts(self, info: Info, names: list[str] | None = None, as_of: str | None = None) -> list[Fact]:
        timeline, believed, declared = await info.context.at_once(
            info.context.gather(timelines_at, self.entity, self.confidence),
            self.believed(info),
            info.context.gather(declared_at, ""),
        )
        return told(declared, timeline, {one.name: one.value for one in believed}, names, as_of)

    @resolved("The last word per purpose, of those that are its own: see docs/audiences.md.")
    async def consents(self, info: Info, purpose: str | None = None) -> list[Consent]:
        said = await info.context.gather(consents_at, self.entity, self.confidence)
        return [consent_of(one.row) for one in said if purpose is None or one.row["purpose"] == purpose]

    @resolved("The join that holds it together least; null for a single record.")
    async def weakest_link(self, info: Info) -> WeakLink | None:
        portrait = await self.portrait(info)
        found = weakest_link(self.entity, portrait.bonds)
        if found is None:
            return None
        left, right, probability, bond = found
        return WeakLink(
            left=[node_id("record", record) for record in left],
            right=[node_id("record", record) for record in right],
            probability=probability,
            strongest=bond_of(bond) if bond is not None else None,
        )

    @resolved("The matches and judgements between its records, strongest first.")
    async def bonds(self, info: Info, first: int | None = None, after: str | None = None) -> BondConnection:
        found = sorted((await self.portrait(info)).bonds.all, key=lambda one: (-one.strength, one.left, one.right))
        return paged(
            BondConnection, "bonds", found, lambda one: f"{one.left}-{one.right}-{one.at}",
            lambda one, cursor: BondEdge(node=bond_of(one), cursor=cursor), first, after,
        )  # fmt: skip

    @resolved("The identifier whose verification would settle most doubt; null where nothing is in doubt.")
    async def next_best_question(self, info: Info) -> NextQuestion | None:
        found = await info.context.ask(next_question, self.entity, self.entity.id)
        if found is None:
            return None
        asked = identifier_of(found.identifier, self.confidence)
        return NextQuestion(identifier=asked, links=found.links, gain=found.gain)

    @resolved("The confidences at which it grows or splits, surest first.")
    def steps(self) -> list[Step]:
        return [Step(probability=one.probability, size=one.size) for one in cuts.steps(self.entity, self.entity.id)]

    @resolved("Who would be one with it at this lower confidence, surest first.")
    async def others(self, info: Info, confidence: float = 0.5) -> list[Other]:
        from spine.api.answers import entity_of

        found = await info.context.ask(cuts.others, self.entity, confidence)
        return [Other(entity=entity_of(one.entity), probability=one.probability) for one in found]

    def _identity(self, link: Link, cursor: str) -> IdentityEdge:
        return IdentityEdge(
            node=identifier_of(link.identifier, self.confidence),
            cursor=cursor,
            confidence=link.confidence,
            kind=link.identifier["namespace"],
            reason=link.reason,
            sources=list(link.sources),
            records=[node_id("record", record) for record in link.records],
            since=link.since,
            last_seen=link.last_seen,
            verified=link.verified,
            current=link.current,
        )

    def _record(self, held: Held, cursor: str) -> RecordEdge:
        return RecordEdge(
            node=record_of(held.record, self.confidence),
            cursor=cursor,
            confidence=held.confidence,
            reason=held.reason,
            source=held.record["source"],
            since=held.record["observed_at"],
        )
