"""Audiences as answers: defined or saved, counted, listed, explained; and lists of persons and households."""

import json
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import strawberry
from strawberry.scalars import JSON

from spine.access.context import Context
from spine.api.asking import Info, chosen, entities_at, households_at, named_at, number_of
from spine.api.facts import FactDeclaration, declaration_of
from spine.api.fields import resolved
from spine.api.filters import HouseholdFilter, PersonFilter, document
from spine.api.households import Household, HouseholdConnection, HouseholdEdge, home_named, household_of
from spine.api.people import Person, person_of
from spine.api.records import node_id
from spine.api.relay import Connection, asked_page, listed
from spine.api.staleness import Staleness, staleness_of
from spine.audiences import filters, listing, saved, selection
from spine.audiences.definition import Definition, defined
from spine.audiences.selection import Explanation, Member, Selection, as_day, selected
from spine.errors import NotFound, QueryError
from spine.explore import facts
from spine.explore.explain import is_name
from spine.explore.fact_values import checked_day
from spine.ports import Reader, SystemClock

Answer = TypeVar("Answer")
ListType = TypeVar("ListType", bound=Connection[Any])
SAMPLE_MAX = 100


@strawberry.enum(description="Through what the members of an audience are reached.")
class Channel(Enum):
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


@strawberry.enum(description="Which member of a household is contacted: the first rule decides, then the next.")
class ContactRule(Enum):
    VERIFIED_EMAIL = "verified_email"
    MOST_RECENT = "most_recent"
    FRESHEST = "freshest"
    HEAD = "head"
    SUREST = "surest"


@strawberry.input(description="An audience: of persons or of households (exactly one is given), and what for.")
class AudienceInput:
    purpose: str = strawberry.field(description="Who has not consented to this purpose is counted and never listed.")
    persons: PersonFilter | None = None
    households: HouseholdFilter | None = None
    confidence: float | None = None
    as_of: str | None = strawberry.field(default=None, description="The day that facts are as of, else today.")
    channel: Channel | None = strawberry.field(default=None, description="Keep those who can be reached by it.")
    contact: list[ContactRule] | None = strawberry.field(
        default=None, description="The member to contact; else verified e-mail, then head, then most recent."
    )
    facts: list[str] | None = strawberry.field(default=None, description="Facts that are columns of an export.")

    def defined(self) -> Definition:
        """The definition; QueryError where it is none."""
        return defined(document(self))


@strawberry.type(description="How many fulfil the filter, who of them is left out, and how many remain.")
class AudienceCounts:
    matching: int
    without_consent: int
    unreachable: int = strawberry.field(description="With consent, but with nothing to reach them by.")
    size: int = strawberry.field(description="How many are listed and exported.")


@strawberry.type(description="A member: a person, or a household with the person to contact.")
class AudienceMember:
    id: strawberry.ID
    person: Person
    household: Household | None
    contact: str | None = strawberry.field(description="The address or number, where the audience names a channel.")
    staleness: Staleness | None = strawberry.field(description="How stale that is on the day of the audience.")


@strawberry.type(description="A member of an audience.")
class AudienceEdge:
    node: AudienceMember
    cursor: str


@strawberry.type
class AudienceConnection(Connection[AudienceEdge]):
    pass


@strawberry.type(description="One condition of an explanation: where it stands in the filter, and its value.")
class ConditionOutcome:
    path: str
    says: str
    holds: bool
    value: str | None


@strawberry.type(description="Why somebody is in an audience, or is not.")
class AudienceExplanation:
    inside: bool
    reason: str
    matching: bool
    consented: bool
    reachable: bool
    contact: strawberry.ID | None = strawberry.field(description="The person to contact.")
    conditions: list[ConditionOutcome]


@strawberry.type(description="What the last refresh found.")
class AudienceRefresh:
    at: str
    position: int
    as_of: str
    counts: AudienceCounts
    joined: int
    left: int


@strawberry.type(description="Where the files of a saved audience are fetched.")
class AudienceFiles:
    csv: str
    parquet: str
    manifest: str


@strawberry.type(description="An audience, evaluated when asked; consent to its purpose is always enforced.")
class Audience:
    definition_: strawberry.Private[Definition]
    name: str | None
    of: str = strawberry.field(description="person or household")
    purpose: str
    confidence: float
    as_of: str
    saved_at: str | None
    refreshed: AudienceRefresh | None

    @resolved("The definition as a document, as files and saved audiences hold it.")
    def definition(self) -> JSON:
        found: JSON = json.loads(self.definition_.document())
        return found

    @resolved("How many, and how many are left out.")
    async def counts(self, info: Info) -> AudienceCounts:
        return counts_of(await self._ask(info, Selection.counts, latest=False))

    @resolved("Some members, the same ones each time.")
    async def sample(self, info: Info, size: int = 10) -> list[AudienceMember]:
        if not 0 <= size <= SAMPLE_MAX:
            raise QueryError(f"size is {size}.", remedy=f"Ask for 0 to {SAMPLE_MAX}.")
        return await self._members(info, await self._ask(info, lambda found: found.sample(size)))

    @resolved("The members, in a stable order.")
    async def members(self, info: Info, first: int | None = None, after: str | None = None) -> AudienceConnection:
        size, place = asked_page("audience", first, after)
        found, more = await self._ask(info, lambda one: one.page(size, place))
        nodes = await self._members(info, found)

        async def count() -> int:
            counts = await self._ask(info, Selection.counts)
            return counts.size

        pairs = [(one.id, node) for one, node in zip(found, nodes, strict=True)]
        return listed(AudienceConnection, AudienceEdge, "audience", pairs, more, place, count)

    @resolved("Why a person or household is a member, or is not, by its id or `namespace:value`: each condition.")
    async def explain(self, info: Info, id: strawberry.ID) -> AudienceExplanation:
        number = await self._number(info, str(id))
        return _explained(await self._ask(info, lambda found: found.explain(number)))

    @resolved("Where its files are fetched; null while it is not saved.")
    def files(self) -> AudienceFiles | None:
        if self.name is None:
            return None
        place = f"/audiences/{quote(self.name)}"
        return AudienceFiles(csv=f"{place}.csv", parquet=f"{place}.parquet", manifest=f"{place}.json")

    async def _number(self, info: Info, named: str) -> int:
        if not is_name(named):
            return number_of(named, self.of)
        if self.of == "household":
            return int((await home_named(info, named, self.confidence)).row["id"])
        person = await info.context.gather(named_at, named, "person", self.confidence)
        if person is None:
            raise NotFound(f"{named[:80]} is no person.", remedy="Name somebody by an identifier, or give an id.")
        return person.id

    async def _ask(self, info: Info, question: Callable[[Selection], Answer], *, latest: bool = True) -> Answer:
        session = info.context

        def asked(reader: Reader, context: Context) -> Answer:
            default = session.settings.confidence
            projections, asked_day = session.projections, self.as_of
            with selected(projections, reader, context, self.definition_, default, asked_day, latest=latest) as found:
                return question(found)

        return await session.ask(asked)

    async def _members(self, info: Info, found: list[Member]) -> list[AudienceMember]:
        persons = await info.context.gather_many(entities_at, [one.person for one in found], self.confidence)
        homes: dict[int, Any] = {}
        if self.of == "household":
            default = info.context.settings.confidence
            homes = await info.context.gather_many(households_at, [one.id for one in found], self.confidence, default)
        out = []
        channel = self.definition_.channel
        for one in found:
            person = persons[one.person]
            assert person is not None  # the projection and the reader see the same graph
            home = household_of(homes[one.id]) if one.id in homes else None
            out.append(
                AudienceMember(
                    id=node_id(self.of, one.id),
                    person=person_of(person),
                    household=home,
                    contact=one.reached_by,
                    staleness=staleness_of(channel, one.last_seen, self.as_of) if channel is not None else None,
                )
            )
        return out


@strawberry.type(description="A person of a list.")
class PersonEdge:
    node: Person
    cursor: str


@strawberry.type
class PersonConnection(Connection[PersonEdge]):
    pass


@strawberry.type(description="Persons, households and audiences, for marketers.")
class AudienceQueries:
    @resolved("Persons that fulfil a filter, in a stable order. To contact them, ask an audience.")
    async def persons(
        self,
        info: Info,
        filter: PersonFilter | None = None,
        confidence: float | None = None,
        as_of: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> PersonConnection:
        asked = filters.read_filter(filters.PersonFilter, document(filter or PersonFilter()))
        return await _list(info, asked, confidence, as_of, first, after, PersonConnection, PersonEdge)

    @resolved("Households that fulfil a filter, in a stable order. To contact them, ask an audience.")
    async def households(
        self,
        info: Info,
        filter: HouseholdFilter | None = None,
        confidence: float | None = None,
        as_of: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> HouseholdConnection:
        asked = filters.read_filter(filters.HouseholdFilter, document(filter or HouseholdFilter()))
        return await _list(info, asked, confidence, as_of, first, after, HouseholdConnection, HouseholdEdge)

    @resolved("An audience, by its definition or by the name that it is saved under.")
    async def audience(self, info: Info, definition: AudienceInput | None = None, name: str | None = None) -> Audience:
        if (definition is None) == (name is None):
            raise QueryError("An audience is asked for by its definition or its name.", remedy="Give one of the two.")
        if definition is not None:
            return audience_of(info, definition.defined())
        found = await info.context.ask(saved.saved_audience, name)
        return audience_of(info, found.definition, found)

    @resolved("All saved audiences, by name.")
    async def audiences(self, info: Info) -> list[Audience]:
        found = await info.context.ask(saved.saved_audiences)
        return [audience_of(info, one.definition, one) for one in found]

    @resolved("The derived facts that are declared: shipped ones and the store's own.")
    async def fact_declarations(self, info: Info) -> list[FactDeclaration]:
        found = await info.context.ask(lambda reader, context: facts.declared(reader))
        return [declaration_of(fact) for fact in found.facts]


@strawberry.type(description="Audiences kept, refreshed and forgotten.")
class AudienceMutations:
    @resolved("Keep an audience under a name, in the place of what had it before.")
    async def save_audience(self, info: Info, name: str, definition: AudienceInput) -> Audience:
        asked = definition.defined()
        found = await info.context.change(partial(saved.save_in, name=name, definition=asked, clock=SystemClock()))
        return audience_of(info, found.definition, found)

    @resolved("Evaluate a saved audience now, and say who joined and left since the last time.")
    async def refresh_audience(self, info: Info, name: str) -> Audience:
        session = info.context
        found = await session.change(
            partial(
                saved.refresh_in,
                projections=session.projections,
                name=name,
                confidence=session.settings.confidence,
                clock=SystemClock(),
            )
        )
        return audience_of(info, found.definition, found)

    @resolved("Forget a saved audience; gives its name.")
    async def remove_audience(self, info: Info, name: str) -> str:
        await info.context.change(partial(saved.remove_in, name=name))
        return name


def audience_of(info: Info, definition: Definition, found: saved.Saved | None = None) -> Audience:
    """An audience as an answer; as of today where it names no day."""
    last = found.refreshed if found is not None else None
    refresh = None
    if last is not None:
        refresh = AudienceRefresh(
            at=last.at, position=last.position, as_of=last.as_of, counts=counts_of(last.counts), joined=last.joined,
            left=last.left,
        )  # fmt: skip
    return Audience(
        definition_=definition,
        name=found.name if found is not None else None,
        of=definition.of,
        purpose=definition.purpose,
        confidence=chosen(info, definition.confidence),
        as_of=as_day(definition.as_of),
        saved_at=found.saved_at if found is not None else None,
        refreshed=refresh,
    )


def counts_of(found: selection.Counts) -> AudienceCounts:
    """Counts as an answer."""
    return AudienceCounts(
        matching=found.matching, without_consent=found.without_consent, unreachable=found.unreachable, size=found.size
    )


def _explained(found: Explanation) -> AudienceExplanation:
    return AudienceExplanation(
        inside=found.inside,
        reason=found.reason,
        matching=found.matching,
        consented=found.consented,
        reachable=found.reachable,
        contact=node_id("person", found.contact) if found.contact is not None else None,
        conditions=[
            ConditionOutcome(path=one.path, says=one.says, holds=one.holds, value=one.value) for one in found.conditions
        ],
    )


async def _list(
    info: Info,
    asked: filters.Filter,
    confidence: float | None,
    as_of: str | None,
    first: int | None,
    after: str | None,
    kind: Callable[..., ListType],
    edge: Callable[..., Any],
) -> ListType:
    """A page of the persons or households that fulfil a filter."""
    session, sure = info.context, chosen(info, confidence)
    tag = "persons" if isinstance(asked, filters.PersonFilter) else "households"
    size, place = asked_page(tag, first, after)
    day = checked_day(as_of) if as_of is not None else as_day(None)
    question = (session.projections, asked, sure, day)
    found, more = await session.ask(listing.numbers, *question, size, place)
    nodes: list[tuple[int, Any]] = []
    if tag == "persons":
        held = await session.gather_many(entities_at, found, sure)
        nodes = [(number, person_of(one)) for number in found if (one := held[number]) is not None]
    else:
        homes = await session.gather_many(households_at, found, sure, session.settings.confidence)
        agreed = await session.ask(listing.consents, session.projections, found, sure, day)
        nodes = [(number, household_of(homes[number], agreed.get(number, []))) for number in found]

    async def count() -> int:
        return await session.ask(listing.count, *question)

    return listed(kind, edge, tag, nodes, more, place, count)
