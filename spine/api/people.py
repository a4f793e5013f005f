"""Persons: what they share with organisations, and their households, employers and stage."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from spine.api.asking import Home, Info, employers_at, homes_at
from spine.api.entities import Entity
from spine.api.fields import resolved
from spine.api.records import node_id
from spine.api.relay import Connection, paged
from spine.explore import membership
from spine.explore.households import at_home
from spine.explore.moments import moment
from spine.explore.organisations import Employment

if TYPE_CHECKING:
    from spine.api.households import Household
    from spine.api.organisations import Organisation

LazyHousehold = Annotated["Household", strawberry.lazy("spine.api.households")]
LazyOrganisation = Annotated["Organisation", strawberry.lazy("spine.api.organisations")]


@strawberry.type(description="A household of a person: how sure, in which role, seen there from when to when, and why.")
class HomeEdge:
    node: LazyHousehold
    cursor: str
    confidence: float
    kind: str | None = strawberry.field(description="The role in the household.")
    since: str | None
    last_seen: str | None = strawberry.field(description="When it was last seen there.")
    current: bool = strawberry.field(
        description="False where another home began after it was last seen there, or its records moved on."
    )
    reason: str


@strawberry.type
class HomeConnection(Connection[HomeEdge]):
    pass


@strawberry.type(description="An employer of a person: how sure, in which role, from when to when, and why.")
class EmployerEdge:
    node: LazyOrganisation
    cursor: str
    confidence: float
    kind: str | None = strawberry.field(description="The role at the employer.")
    declared: bool
    since: str | None
    until: str | None
    reason: str


@strawberry.type
class EmployerConnection(Connection[EmployerEdge]):
    pass


@strawberry.type(description="A person, resolved at a confidence.")
class Person(Entity):
    @resolved("Anonymous, pseudonymous, registered or verified; as of the last resolve.")
    async def stage(self, info: Info) -> str | None:
        row = await self.stored(info)
        return row["stage"] if row is not None else None

    @resolved("The households it is a member of, where it was seen last first; `asOf` keeps those of that time.")
    async def households(
        self, info: Info, as_of: str | None = None, first: int | None = None, after: str | None = None
    ) -> HomeConnection:
        from spine.api.households import household_of

        default = info.context.settings.confidence
        homes = await info.context.gather(homes_at, self.entity, self.confidence, default)
        everywhere, then = [one for one, _ in homes], moment(as_of)
        found = [home for home in homes if then is None or at_home(home[0], everywhere, then)]

        def edge(home: Home, cursor: str) -> HomeEdge:
            one, household = home
            return HomeEdge(
                node=household_of(household, as_of=then),
                cursor=cursor,
                confidence=one.confidence,
                kind=one.role,
                since=one.since,
                last_seen=one.until,
                current=one.current,
                reason=one.reason,
            )

        return paged(HomeConnection, "homes", found, lambda home: home[0].household, edge, first, after)

    @resolved("Where it works, or worked; present employers first.")
    async def employers(self, info: Info, first: int | None = None, after: str | None = None) -> EmployerConnection:
        from spine.api.organisations import organisation_of

        jobs = await info.context.gather(employers_at, self.entity, self.confidence)
        known = [job for job in jobs if job.employer is not None]

        def edge(job: Employment, cursor: str) -> EmployerEdge:
            assert job.employer is not None  # `known` has only those
            return EmployerEdge(
                node=organisation_of(job.employer),
                cursor=cursor,
                confidence=job.confidence,
                kind=job.role,
                declared=job.declared,
                since=job.since,
                until=job.until,
                reason=job.reason,
            )

        return paged(EmployerConnection, "employers", known, lambda job: job.organisation, edge, first, after)


def person_of(entity: membership.Entity, anchor: int | None = None) -> Person:
    """A person as an answer, with the record it was asked through."""
    return Person(
        id=node_id("person", entity.id),
        entity=entity,
        anchor=anchor,
        confidence=entity.confidence,
        size=len(entity.members),
        cohesion=entity.cohesion,
        next_join=entity.next_join,
    )
