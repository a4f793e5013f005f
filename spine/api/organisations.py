"""Organisations as answers: owners, subsidiaries, the ultimate parent, the whole tree, employees, filtered lists."""

from collections.abc import Sequence
from dataclasses import replace

import strawberry

from spine.api.asking import (
    Info,
    chosen,
    entities_at,
    exceptions_at,
    owners_at,
    stored_organisations_at,
    subsidiaries_at,
    timelines_at,
)
from spine.api.entities import Entity
from spine.api.facts import Fact, declared_at, told
from spine.api.fields import resolved
from spine.api.filters import FactCondition, document
from spine.api.people import Person, person_of
from spine.api.records import node_id
from spine.api.relay import Connection, asked_page, listed, paged
from spine.api.roll_ups import RollUp, roll_up_of
from spine.audiences import listing
from spine.audiences.filters import read_facts
from spine.audiences.selection import as_day
from spine.errors import QueryError
from spine.explore import membership
from spine.explore import organisations as explore
from spine.explore.control import ultimate
from spine.explore.events import merged
from spine.explore.fact_values import checked_day
from spine.explore.groups import group_of, roll_ups
from spine.explore.moments import moment

TREE_NODES = 200
TREE_NODES_MAX = 2000


@strawberry.type(description="An employee: how sure, in which role, from when to when, and why.")
class EmployeeEdge:
    node: Person
    cursor: str
    confidence: float
    kind: str | None = strawberry.field(description="The role at the employer.")
    declared: bool
    since: str | None
    until: str | None
    reason: str


@strawberry.type
class EmployeeConnection(Connection[EmployeeEdge]):
    pass


@strawberry.type(description="An organisation, resolved at a confidence.")
class Organisation(Entity):
    @resolved("The country it is in.")
    async def country(self, info: Info) -> str | None:
        row = await self.stored(info)
        return row["country"] if row is not None else None

    @resolved("The region it is in.")
    async def region(self, info: Info) -> str | None:
        row = await self.stored(info)
        return row["region_name"] or row["region"] if row is not None else None

    @resolved("Those that own it, controlling ones and greater shares first; `asOf` keeps those of that time.")
    async def parents(
        self, info: Info, as_of: str | None = None, first: int | None = None, after: str | None = None
    ) -> "OwnershipConnection":
        found = await info.context.gather(owners_at, self.entity, self.confidence)
        return await _ownerships(info, self, found, "parent", moment(as_of), first, after)

    @resolved("Those that it owns; `asOf` keeps those of that time.")
    async def children(
        self, info: Info, as_of: str | None = None, first: int | None = None, after: str | None = None
    ) -> "OwnershipConnection":
        found = await info.context.gather(subsidiaries_at, self.entity, self.confidence)
        return await _ownerships(info, self, found, "child", moment(as_of), first, after)

    @resolved("The top of its group by control, now or at a time; itself where nobody controls it.")
    async def ultimate_parent(self, info: Info, as_of: str | None = None) -> "Organisation":
        number, _ = await info.context.ask(ultimate, await self._stored(info), moment(as_of))
        found = await info.context.gather(entities_at, number, self.confidence)
        return organisation_of(found) if found is not None else self

    @resolved("True where its ownership runs in a circle.")
    async def cycle(self, info: Info) -> bool:
        _, cycle = await info.context.ask(ultimate, await self._stored(info))
        return cycle

    @resolved("What it adds up to, alone and with all that it controls; as resolved at the default confidence.")
    async def roll_up(self, info: Info) -> RollUp:
        return roll_up_of(await info.context.gather(roll_ups, await self._stored(info)))

    @resolved("Why sources name no parent of it, such as GLEIF's reporting exceptions.")
    async def parent_exceptions(self, info: Info) -> list["ParentException"]:
        found = await info.context.gather(exceptions_at, self.entity, self.confidence)
        return [
            ParentException(
                level=one.level,
                reason=one.reason,
                source=one.source,
                record=node_id("record", one.record),
                observed_at=one.observed_at,
            )
            for one in found
        ]

    @resolved("Derived facts of its whole corporate group as of a day (else today), each event once.")
    async def group_facts(self, info: Info, names: list[str] | None = None, as_of: str | None = None) -> list[Fact]:
        numbers = await info.context.ask(group_of, await self._stored(info))
        held = await info.context.gather_many(entities_at, numbers, self.confidence)
        known = [entity for entity in held.values() if entity is not None]
        timelines = await info.context.gather_many(timelines_at, known, self.confidence)
        declared = await info.context.gather(declared_at, "")
        return told(declared, merged(list(timelines.values())), {}, names, as_of)

    async def _stored(self, info: Info) -> int:
        """The stored organisation of its earliest record: itself, at the default confidence."""
        number = self.entity.id
        return (await info.context.gather(stored_organisations_at, number)).get(number, number)

    @resolved("All below it, now or at a time, level by level, with caps that say what they hid.")
    async def tree(
        self, info: Info, levels: int = 10, nodes: int = TREE_NODES, as_of: str | None = None
    ) -> "CorporateTree":
        if not 1 <= nodes <= TREE_NODES_MAX or not 1 <= levels <= explore.LEVELS_CAP:
            raise QueryError(
                "levels or nodes is out of bounds.",
                remedy=f"Ask for 1 to {explore.LEVELS_CAP} levels and 1 to {TREE_NODES_MAX} nodes.",
            )
        found = await info.context.ask(explore.corporate_tree, self.entity.members, levels, nodes, moment(as_of))
        numbers = [node.organisation for node in found.nodes]
        held = await info.context.gather_many(entities_at, numbers, self.confidence)
        shown = [
            TreeNode(
                organisation=organisation_of(entity),
                level=node.level,
                parent=_parent(node, held),
                share=node.ownership.share if node.ownership is not None else None,
                more=node.hidden,
            )
            for node in found.nodes
            if (entity := held[node.organisation]) is not None
        ]
        return CorporateTree(nodes=shown, truncated=found.truncated, cycle=found.cycle)

    @resolved("Who works there, present employees first.")
    async def employees(self, info: Info, first: int | None = None, after: str | None = None) -> EmployeeConnection:
        jobs = await info.context.gather(explore.employees, self.entity.id)
        held = await info.context.gather_many(entities_at, [job.person for job in jobs], self.confidence)
        known = [job for job in jobs if held[job.person] is not None]

        def edge(job: explore.Employment, cursor: str) -> EmployeeEdge:
            entity = held[job.person]
            assert entity is not None  # `known` has only those
            return EmployeeEdge(
                node=person_of(entity),
                cursor=cursor,
                confidence=job.confidence,
                kind=job.role,
                declared=job.declared,
                since=job.since,
                until=job.until,
                reason=job.reason,
            )

        return paged(
            EmployeeConnection, "employees", known, lambda job: job.person, edge, first, after,
            truncated=len(jobs) >= explore.EDGES_CAP,
        )  # fmt: skip


@strawberry.type(description="Ownership: share in percent, whether it controls, whether declared, over which period.")
class OwnershipEdge:
    node: Organisation
    cursor: str
    kind: str = strawberry.field(description="controlling or minority")
    role: str | None = strawberry.field(description="As what the source declares it, such as branch or direct parent.")
    current: bool = strawberry.field(description="False where it had ended when it was declared.")
    share: float | None
    declared: bool
    since: str | None
    until: str | None
    reason: str


@strawberry.type
class OwnershipConnection(Connection[OwnershipEdge]):
    pass


@strawberry.type(description="Why a source names no parent; `level` is direct or ultimate.")
class ParentException:
    level: str
    reason: str | None
    source: str
    record: strawberry.ID
    observed_at: str | None


@strawberry.type(description="An organisation in a corporate tree; `more` subsidiaries of it are not shown.")
class TreeNode:
    organisation: Organisation
    level: int
    parent: strawberry.ID | None
    share: float | None
    more: int


@strawberry.type(description="A group from its top down; `truncated` where a cap hid something.")
class CorporateTree:
    nodes: list[TreeNode]
    truncated: bool
    cycle: bool


@strawberry.type(description="An organisation of a list.")
class OrganisationEdge:
    node: Organisation
    cursor: str


@strawberry.type
class OrganisationConnection(Connection[OrganisationEdge]):
    pass


@strawberry.input(description="What organisations must fulfil; everything that is given must hold.")
class OrganisationFilter:
    name_prefix: str | None = None
    region: str | None = None
    country: str | None = None
    has_parent: bool | None = None
    has_children: bool | None = None
    namespaces: list[str] | None = None
    sources: list[str] | None = None
    facts: list[FactCondition] | None = strawberry.field(default=None, description="Of the organisation itself.")
    group_facts: list[FactCondition] | None = strawberry.field(
        default=None, description="Of the whole corporate group that it belongs to, each event once."
    )

    def asked(self) -> explore.OrganisationFilter:
        """The filter as the question takes it."""
        return explore.OrganisationFilter(
            self.name_prefix,
            self.region,
            self.country,
            self.has_parent,
            self.has_children,
            tuple(self.namespaces or ()),
            tuple(self.sources or ()),
        )


@strawberry.type(description="Organisations by filter.")
class OrganisationQueries:
    @resolved("Organisations that fulfil a filter, in a stable order.")
    async def organisations(
        self,
        info: Info,
        filter: OrganisationFilter | None = None,
        confidence: float | None = None,
        as_of: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> OrganisationConnection:
        asked = (filter or OrganisationFilter()).asked()
        if filter is not None and (filter.facts or filter.group_facts):
            asked = replace(asked, numbers=await _by_facts(info, filter, as_of))
        sure, (size, position) = chosen(info, confidence), asked_page("organisations", first, after)
        numbers, more = await info.context.ask(explore.list_organisations, asked, size, position)
        held = await info.context.gather_many(entities_at, numbers, sure)

        async def count() -> int:
            return await info.context.ask(explore.count_organisations, asked)

        known = [(number, organisation_of(one)) for number in numbers if (one := held[number]) is not None]
        return listed(OrganisationConnection, OrganisationEdge, "organisations", known, more, position, count)


async def _by_facts(info: Info, asked: OrganisationFilter, as_of: str | None) -> tuple[int, ...]:
    """The stored organisations whose facts fulfil the filter, as of a day (else today)."""
    own, group = (read_facts(document(found or [])) for found in (asked.facts, asked.group_facts))
    day = checked_day(as_of) if as_of is not None else as_day(None)
    session = info.context
    found = await session.ask(listing.organisations, session.projections, own, group, session.settings.confidence, day)
    return tuple(found)


def organisation_of(entity: membership.Entity, anchor: int | None = None) -> Organisation:
    """An organisation as an answer, with the record it was asked through."""
    return Organisation(
        id=node_id("organisation", entity.id),
        entity=entity,
        anchor=anchor,
        confidence=entity.confidence,
        size=len(entity.members),
        cohesion=entity.cohesion,
        next_join=entity.next_join,
    )


async def _ownerships(
    info: Info,
    asked: Organisation,
    found: Sequence[explore.Ownership],
    side: str,
    as_of: str | None,
    first: int | None,
    after: str | None,
) -> OwnershipConnection:
    """The organisations at the far side of these edges; edges inside the asked one itself are left out."""
    numbers = [getattr(one, side) for one in found]
    held = await info.context.gather_many(entities_at, numbers, asked.confidence)
    known = [
        one
        for one in found
        if held[getattr(one, side)] not in (None, asked.entity) and (as_of is None or one.holds(as_of))
    ]

    def edge(one: explore.Ownership, cursor: str) -> OwnershipEdge:
        entity = held[getattr(one, side)]
        assert entity is not None  # `known` has only those
        return OwnershipEdge(
            node=organisation_of(entity),
            cursor=cursor,
            kind="controlling" if one.controlling else "minority",
            role=one.role,
            current=one.current,
            share=one.share,
            declared=one.declared,
            since=one.since,
            until=one.until,
            reason=one.reason,
        )

    return paged(
        OwnershipConnection, side, known, lambda one: f"{one.child}-{one.parent}", edge, first, after,
        truncated=len(found) >= explore.EDGES_CAP,
    )  # fmt: skip


def _parent(node: explore.TreeNode, held: dict[int, membership.Entity | None]) -> strawberry.ID | None:
    entity = held.get(node.ownership.parent) if node.ownership is not None else None
    return node_id("organisation", entity.id) if entity is not None else None
