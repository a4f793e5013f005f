"""Households as answers: a household with its members, and filtered lists with counts that are made when asked."""

from collections.abc import Sequence

import strawberry

from spine.api.asking import Info, chosen, consents_at, members_at, named_at, number_of, timelines_at
from spine.api.events import EventConnection, event_filter, timeline_page
from spine.api.facts import Fact, declared_at, told
from spine.api.fields import resolved
from spine.api.people import Person, person_of
from spine.api.records import Node, node_id
from spine.api.relay import Connection, paged
from spine.errors import NotFound
from spine.explore import households as explore
from spine.explore.events import merged
from spine.explore.explain import is_name
from spine.explore.membership import Entity
from spine.explore.moments import moment
from spine.ports import Row


@strawberry.type(description="A reason why a person belongs: what it shares, with whom, and what that weighs.")
class MembershipReason:
    kind: str
    bits: float | None
    shared_with: strawberry.ID | None
    takes_out: bool = strawberry.field(
        description="It would have to fall away, with all others so marked, for the person to be no member."
    )


@strawberry.type(description="A member of a household: how sure, in which role, seen there from when to when, and why.")
class MemberEdge:
    node: Person
    cursor: str
    confidence: float
    kind: str | None = strawberry.field(description="The role in the household.")
    since: str | None
    last_seen: str | None = strawberry.field(description="When it was last seen there.")
    reason: str
    evidence: list[MembershipReason]
    takes_out: list[str] = strawberry.field(
        description="The kinds of evidence that would all have to fall away for it to live with none of the others "
        "there; one of the fewest that do, strongest first."
    )


@strawberry.type
class MemberConnection(Connection[MemberEdge]):
    pass


@strawberry.type(description="Persons who live, or share accounts, together.")
class Household(Node):
    row: strawberry.Private[Row]
    as_of: strawberry.Private[str | None]
    agreed: strawberry.Private[list[str] | None]
    inside: strawberry.Private[tuple[explore.Membership, ...] | None]
    confidence: float = strawberry.field(
        description="The confidence at which its persons were resolved; the household itself stands as it was built."
    )
    size: int
    adults: int
    cohesion: float | None = strawberry.field(
        description="How sure it is that all of them live together: its weakest join, at least 0.95."
    )
    region: str | None
    postcode: str | None
    address: str | None
    namespaces: list[str] = strawberry.field(description="The kinds of identifiers that its members carry.")
    sources: list[str]
    since: str | None
    last_seen: str | None

    @resolved("Who is at home there now, or on the day asked for, surest first, and why.")
    async def members(self, info: Info, first: int | None = None, after: str | None = None) -> MemberConnection:
        found = [one for one in await self._members(info) if one.current]
        return paged(MemberConnection, "members", found, lambda one: one.person.id, _member, first, after)

    @resolved(
        "Who was at home there before: another home began since they were last seen there, or their records moved on."
    )
    async def former_members(self, info: Info, first: int | None = None, after: str | None = None) -> MemberConnection:
        found = [one for one in await self._members(info) if not one.current]
        return paged(MemberConnection, "former_members", found, lambda one: one.person.id, _member, first, after)

    @resolved("The purposes that a member has consented to.")
    async def consents(self, info: Info) -> list[str]:
        if self.agreed is not None:
            return self.agreed
        found = await info.context.gather_many(consents_at, await self._persons(info), self.confidence)
        return sorted({one.row["purpose"] for said in found.values() for one in said if one.row["status"] == "given"})

    @resolved("Derived facts of all that happened to its members, as of a day (else today), all or those named.")
    async def facts(self, info: Info, names: list[str] | None = None, as_of: str | None = None) -> list[Fact]:
        timelines = await info.context.gather_many(timelines_at, await self._persons(info), self.confidence)
        declared = await info.context.gather(declared_at, "")
        return told(declared, merged(list(timelines.values())), {}, names, as_of)

    @resolved("What happened to its members, newest first; `since` and `until` are (beginnings of) ISO 8601 times.")
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
        found = await info.context.gather_many(timelines_at, await self._persons(info), self.confidence)
        asked = event_filter(kinds, channels, since, until)
        return timeline_page(merged(list(found.values())), asked, first, after, last, before)

    async def _persons(self, info: Info) -> list[Entity]:
        return [one.person for one in await self._members(info) if one.current]

    async def _members(self, info: Info) -> Sequence[explore.Membership]:
        if self.inside is not None:
            return self.inside
        return await info.context.gather(members_at, self.row["id"], self.confidence, self.as_of)


@strawberry.type(description="A household of a list.")
class HouseholdEdge:
    node: Household
    cursor: str


@strawberry.type
class HouseholdConnection(Connection[HouseholdEdge]):
    pass


@strawberry.type(description="A household by its id.")
class HouseholdQueries:
    @resolved(
        "A household by its id, or that of a person by `namespace:value`; `asOf` with who was at home there then."
    )
    async def household(
        self, info: Info, id: strawberry.ID, confidence: float | None = None, as_of: str | None = None
    ) -> Household:
        sure, default, then = chosen(info, confidence), info.context.settings.confidence, moment(as_of)
        if not is_name(id):
            number = number_of(id, "household")
            return household_of(await info.context.ask(explore.household, number, sure, default, then), as_of=then)
        found = await home_named(info, str(id), sure, then)
        return household_of(found, as_of=then)


async def home_named(info: Info, named: str, confidence: float, as_of: str | None = None) -> explore.Household:
    """The household where the person that a name stands for was seen last; NotFound where there is none."""
    default = info.context.settings.confidence
    person = await info.context.gather(named_at, named, "person", confidence)
    found = await info.context.ask(explore.home, person, confidence, default, as_of) if person is not None else None
    if found is None:
        raise NotFound(f"{named[:80]} belongs to no household.", remedy="Open one from a list of households.")
    return found


def household_of(found: explore.Household, agreed: list[str] | None = None, as_of: str | None = None) -> Household:
    """A household as an answer, as of a time; `agreed` are its members' consents, where a list has found them."""
    row = found.row
    return Household(
        id=node_id("household", row["id"]),
        row=row,
        as_of=as_of,
        agreed=agreed,
        inside=found.inside,
        confidence=found.confidence,
        size=found.size,
        adults=found.adults,
        cohesion=row["cohesion"],
        region=row["region_name"] or row["region"],
        postcode=row["postcode_name"] or row["postcode"],
        address=row["address"],
        namespaces=row["namespaces"] or [],
        sources=row["sources"] or [],
        since=row["valid_from"],
        last_seen=row["valid_to"],
    )


def _member(one: explore.Membership, cursor: str) -> MemberEdge:
    return MemberEdge(
        node=person_of(one.person),
        cursor=cursor,
        confidence=one.confidence,
        kind=one.role,
        since=one.since,
        last_seen=one.until,
        reason=one.reason,
        evidence=[
            MembershipReason(
                kind=reason.kind,
                bits=reason.bits,
                shared_with=node_id("person", reason.shared_with) if reason.shared_with is not None else None,
                takes_out=reason.takes_out,
            )
            for reason in one.reasons
        ],
        takes_out=list(one.takes_out),
    )
