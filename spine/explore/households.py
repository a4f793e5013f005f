"""Households: which one, who lives there and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from spine.domain.ids import encode_id
from spine.errors import NotFound
from spine.explore.membership import Entity, checked, distinct, held_in, holding, members_of
from spine.explore.questions import Asking, Found, Question
from spine.explore.reasons import Reason, in_words, reasons_of
from spine.ports import Row, Step

RESIDENCIES_CAP = 500
"""How many residencies or memberships of one household, or one record, are looked at."""


@dataclass(frozen=True, slots=True)
class Household:
    """A household row with its size and adults at a confidence of the persons in it.

    `inside` are its members and former members, where they were found with it.
    """

    row: Row
    confidence: float
    size: int
    adults: int
    inside: "tuple[Membership, ...] | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a household: how sure, in which role, seen there from `since` `until`, and why.

    `left`: all that told of it has moved on; such a member is one of days gone by only. `current`: it is at home there
    at the time asked for, or now; else it was before.
    """

    household: int
    person: Entity
    confidence: float
    role: str | None
    since: str | None
    until: str | None
    reasons: tuple[Reason, ...]
    reason: str
    left: bool = False
    current: bool = True
    row: Row | None = field(default=None, compare=False, repr=False)
    """The household, where it was asked for with the membership."""

    @property
    def takes_out(self) -> tuple[str, ...]:
        """The kinds of evidence that would all have to fall away for it to live with none of the others there.

        One of the fewest that do, the strongest first. Empty for who lives there alone, and where it is not known: in
        very large households, and until the next resolve in a store of an older version.
        """
        said = sorted((one for one in self.reasons if one.takes_out), key=lambda one: -(one.bits or 0.0))
        return tuple(dict.fromkeys(one.kind for one in said))


@Question
def household(number: int, confidence: float, default: float, as_of: str | None = None) -> Asking[Household]:
    """The household of that number with its members, at a confidence of the persons and as of a time.

    NotFound where there is none. One round trip.
    """
    rows = yield {"household": Step("household", "id", (number,)), **_residing([number])}
    if not rows["household"]:
        raise _missing(number)
    return _with_members(rows["household"][0], rows, confidence, default, as_of)


@Question
def home(person: Entity, confidence: float, default: float, as_of: str | None = None) -> Asking[Household | None]:
    """The household where a person was seen last, as `household` gives it; None for who belongs to none."""
    rows = yield {**_homes_of([person]), **_residing(after=[("household", "id")])}
    found = _homes_in(rows, [person])[person.id]
    row = found[0].row if found else None
    return _with_members(row, rows, confidence, default, as_of) if row is not None else None


def _with_members(row: Row, rows: Found, confidence: float, default: float, as_of: str | None) -> Household:
    inside = tuple(_members_in(rows, [row["id"]], confidence, as_of)[row["id"]])
    if as_of is None and holds_at(row, confidence, default):
        return Household(row, confidence, row["size"] or 0, row["adults"] or 0, inside)
    return Household(row, confidence, *_counted(inside), inside)


def _counted(inside: Sequence[Membership]) -> tuple[int, int]:
    """How many are at home, and how many of them are adults."""
    present = [one for one in inside if one.current]
    return len(present), sum(one.role != "child" for one in present)


def _missing(number: int) -> NotFound:
    return NotFound(
        f"There is no household {encode_id('household', number)}.",
        remedy="Open it from one of its members: `person { households }`.",
    )


@Question
def households(numbers: Sequence[int], confidence: float, default: float) -> Asking[list[Household]]:
    """The households of these numbers; NotFound names the first that is missing."""
    found = yield {"household": Step("household", "id", tuple(sorted(set(numbers))))}
    rows = {row["id"]: row for row in found["household"]}
    for number in numbers:
        if number not in rows:
            raise _missing(number)
    return (yield from at_confidence.of([rows[number] for number in numbers], confidence, default))


@Question
def members(numbers: Sequence[int], confidence: float, as_of: str | None = None) -> Asking[dict[int, list[Membership]]]:
    """The persons of each household at this confidence, surest first: who is at home there now, or as of a time.

    Who was there before follows, not `current`.

    A person is an entity that holds a record residing there; what was derived for the stored person (role, dates,
    evidence) goes to the entity that holds its earliest record.
    """
    wanted = sorted(set(numbers))
    return _members_in((yield _residing(wanted)), wanted, confidence, as_of)


def _residing(numbers: Sequence[int] = (), after: Sequence[tuple[str, str]] = ()) -> dict[str, Step]:
    """The steps that find who resides in households, and where else: those of these numbers, and those that earlier
    steps found."""
    wanted, found = tuple(numbers), tuple(after)
    they = ("residing", "start"), ("belonging", "start")
    records = (*they, ("component", "members"))
    return {
        "residing": Step("resides_in", "end", wanted, found, limit=RESIDENCIES_CAP),
        "belonging": Step("member_of", "end", wanted, found, limit=RESIDENCIES_CAP),
        **holding(after=they),
        "stays": Step("resides_in", "start", after=records, limit=RESIDENCIES_CAP),
        "belong": Step("member_of", "start", after=records, limit=RESIDENCIES_CAP),
    }


def _members_in(
    rows: Found, numbers: Sequence[int], confidence: float, as_of: str | None
) -> dict[int, list[Membership]]:
    """The members out of what the steps of `_residing` found, those at home there at a time first."""
    residing, belonging = rows["residing"], rows["belonging"]
    held = held_in(rows, [row["start"] for row in (*residing, *belonging)], checked(confidence))
    found = _memberships(residing, belonging, held)
    everywhere = _stays_of(distinct(one.person for one in found), rows["stays"], rows["belong"])
    out: dict[int, list[Membership]] = {number: [] for number in numbers}
    for one in found:
        if one.household in out and not _begins_after(one, as_of):
            out[one.household].append(replace(one, current=at_home(one, everywhere[one.person.id], as_of)))
    return {number: sorted(inside, key=lambda one: not one.current) for number, inside in out.items()}


def _begins_after(one: Membership, as_of: str | None) -> bool:
    return as_of is not None and one.since is not None and one.since[: len(as_of)] > as_of[: len(one.since)]


def at_home(one: Membership, everywhere: Sequence[Membership], as_of: str | None) -> bool:
    """True where a person was at home in this household at a time, or without one is there now.

    Homes are known by sightings: a person is at home from the first one until the last, and after it for as long as
    no other household of that person begins. So two homes at once are both homes, and who moved has left. Now is after
    all sightings, whatever the day; who has `left` is at home there no more.
    """
    if _begins_after(one, as_of) or (as_of is None and one.left):
        return False
    if one.until is None or (as_of is not None and one.until[: len(as_of)] >= as_of[: len(one.until)]):
        return True
    return not any(
        other.since is not None
        and other.household != one.household
        and other.since > one.until
        and (as_of is None or other.since[: len(as_of)] <= as_of[: len(other.since)])
        for other in everywhere
    )


@Question
def homes(entities: Sequence[Entity]) -> Asking[dict[int, list[Membership]]]:
    """For each person (by id) the memberships in households, where it was seen last first, with the households."""
    return _homes_in((yield _homes_of(entities)), entities)


def _homes_of(entities: Sequence[Entity]) -> dict[str, Step]:
    """The steps that find in which households persons are."""
    records = tuple(members_of(entities))
    return {
        "lived": Step("resides_in", "start", records, limit=RESIDENCIES_CAP),
        "belongs": Step("member_of", "start", records, limit=RESIDENCIES_CAP),
        "household": Step("household", "id", after=(("lived", "end"), ("belongs", "end"))),
    }


def _homes_in(rows: Found, entities: Sequence[Entity]) -> dict[int, list[Membership]]:
    """The memberships out of what the steps of `_homes_of` found."""
    stored = {row["id"]: row for row in rows["household"]}
    out: dict[int, list[Membership]] = {}
    for person, everywhere in _stays_of(entities, rows["lived"], rows["belongs"]).items():
        found = [
            replace(one, row=stored[one.household], current=at_home(one, everywhere, None))
            for one in everywhere
            if one.household in stored
        ]
        out[person] = sorted(found, key=lambda one: (one.until or "", one.confidence, -one.household), reverse=True)
    return out


def _stays_of(people: Sequence[Entity], lived: Sequence[Row], belongs: Sequence[Row]) -> dict[int, list[Membership]]:
    """For each person (by id) its memberships in all households, out of the edges of all its records."""
    held = {record: entity for entity in people for record in entity.members}
    out: dict[int, list[Membership]] = {entity.id: [] for entity in people}
    for one in _memberships(lived, belongs, held):
        out[one.person.id].append(one)
    return out


@Question
def at_confidence(rows: Sequence[Row], confidence: float, default: float) -> Asking[list[Household]]:
    """Household rows with their size and adults: as stored where nothing can differ, cut again otherwise."""
    stored = {row["id"]: Household(row, confidence, row["size"] or 0, row["adults"] or 0) for row in rows}
    again = [row["id"] for row in rows if not holds_at(row, confidence, default)]
    if again:
        for number, found in (yield from members.of(again, confidence)).items():
            size, adults = _counted(found)
            stored[number] = replace(stored[number], size=size, adults=adults)
    return [stored[row["id"]] for row in rows]


def holds_at(row: Row, confidence: float, default: float) -> bool:
    """True where the stored household is the answer at this confidence of its persons too."""
    return confidence == default


def _memberships(lived: Sequence[Row], belongs: Sequence[Row], held: Mapping[int, Entity]) -> list[Membership]:
    """Every membership of a person that these edges tell of, surest first in each household."""
    facts: dict[tuple[int, int], Row] = {}
    residencies: dict[tuple[int, int], list[Row]] = {}
    people: dict[int, Entity] = {}
    for row in (*belongs, *lived):
        entity = held.get(row["start"])
        if entity is not None and entity.kind == "person":
            people[entity.id] = entity
            residencies.setdefault((row["end"], entity.id), [])
    for row in belongs:
        if row["start"] in held:
            facts.setdefault((row["end"], held[row["start"]].id), row)
    for row in lived:
        if row["start"] in held and held[row["start"]].id in people:
            residencies[row["end"], held[row["start"]].id].append(row)
    found = [
        _membership(number, people[person], facts.get((number, person)), rows)
        for (number, person), rows in residencies.items()
    ]
    return sorted(found, key=lambda one: (one.household, -one.confidence, one.person.id))


def _membership(number: int, entity: Entity, fact: Row | None, residencies: Sequence[Row]) -> Membership:
    weights = [row["weight"] for row in ([fact] if fact and fact["weight"] is not None else residencies)]
    dated = [*residencies, *([fact] if fact else [])]
    reasons = reasons_of(fact["evidence"]) if fact else ()
    return Membership(
        number,
        entity,
        max((weight for weight in weights if weight is not None), default=1.0),
        fact["role"] if fact else None,
        min((row["valid_from"] for row in dated if row["valid_from"]), default=None),
        max((row["valid_to"] for row in dated if row["valid_to"]), default=None),
        reasons,
        in_words(reasons) or f"{len(residencies)} of the person's records reside here",
        not any(row["weight"] is not None for row in dated),
    )
