"""Households: which one, who lives there and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from spine.domain.ids import encode_id
from spine.errors import NotFound
from spine.explore.membership import Entity, checked, distinct, held_in, holding, members_of
from spine.explore.questions import Asking, Found, Question
from spine.explore.reasons import Reason, in_words, reasons_of
from spine.ports import Row, Step
from spine.resolution.households import DEFAULT_HEIGHT

RESIDENCIES_CAP = 500
"""How many residencies or memberships of one household, or one record, are looked at."""


@dataclass(frozen=True, slots=True)
class Household:
    """A household row with its size and adults at a confidence of the persons in it.

    `inside` are its members, where they were found with it.
    """

    row: Row
    confidence: float
    size: int
    adults: int
    inside: "tuple[Membership, ...] | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a household: how sure, in which role, seen there from `since` `until`, and why.

    `left`: all that told of it has moved on; such a member is one of days gone by only.
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
    row: Row | None = field(default=None, compare=False, repr=False)
    """The household, where it was asked for with the membership."""

    @property
    def takes_out(self) -> tuple[str, ...]:
        """The evidence that would have to be wrong for the strongest link to somebody else there to fall away.

        The strongest first, until what is left no longer makes a household; empty for who lives there alone.
        """
        said = [one for one in self.reasons if one.bits is not None and one.shared_with is not None]
        left, out = sum(one.bits or 0.0 for one in said), []
        for one in sorted(said, key=lambda one: -(one.bits or 0.0)):
            if left < DEFAULT_HEIGHT / 1000:
                break
            out.append(one.kind)
            left -= one.bits or 0.0
        return tuple(out)


@Question
def household(number: int, confidence: float, default: float, as_of: str | None = None) -> Asking[Household]:
    """The household of that number with its members, at a confidence of the persons and as of a time.

    NotFound where there is none. One round trip, or two as of a time.
    """
    rows = yield {"household": Step("household", "id", (number,)), **_residing([number])}
    if not rows["household"]:
        raise _missing(number)
    return (yield from _with_members(rows["household"][0], rows, confidence, default, as_of))


@Question
def home(person: Entity, confidence: float, default: float, as_of: str | None = None) -> Asking[Household | None]:
    """The household where a person was seen last, as `household` gives it; None for who belongs to none."""
    rows = yield {**_homes_of([person]), **_residing(after=[("household", "id")])}
    found = _homes_in(rows, [person])[person.id]
    row = found[0].row if found else None
    return (yield from _with_members(row, rows, confidence, default, as_of)) if row is not None else None


def _with_members(row: Row, rows: Found, confidence: float, default: float, as_of: str | None) -> Asking[Household]:
    there = yield from _members_in(rows, [row["id"]], confidence, as_of)
    inside = tuple(there[row["id"]])
    if as_of is None and holds_at(row, confidence, default):
        return Household(row, confidence, row["size"] or 0, row["adults"] or 0, inside)
    return Household(row, confidence, len(inside), sum(one.role != "child" for one in inside), inside)


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
    """The persons of each household at this confidence, surest first; with `as_of` those at home there then.

    Without it, who has `left` is not among them.

    A person is an entity that holds a record residing there; what was derived for the stored person (role, dates,
    evidence) goes to the entity that holds its earliest record.
    """
    wanted = sorted(set(numbers))
    return (yield from _members_in((yield _residing(wanted)), wanted, confidence, as_of))


def _residing(numbers: Sequence[int] = (), after: Sequence[tuple[str, str]] = ()) -> dict[str, Step]:
    """The steps that find who resides in households: those of these numbers, and those that earlier steps found."""
    wanted, found = tuple(numbers), tuple(after)
    return {
        "residing": Step("resides_in", "end", wanted, found, limit=RESIDENCIES_CAP),
        "belonging": Step("member_of", "end", wanted, found, limit=RESIDENCIES_CAP),
        **holding(after=[("residing", "start"), ("belonging", "start")]),
    }


def _members_in(
    rows: Found, numbers: Sequence[int], confidence: float, as_of: str | None
) -> Asking[dict[int, list[Membership]]]:
    """The members out of what the steps of `_residing` found."""
    residing, belonging = rows["residing"], rows["belonging"]
    held = held_in(rows, [row["start"] for row in (*residing, *belonging)], checked(confidence))
    found = {number: _members(number, residing, belonging, held) for number in numbers}
    if as_of is None:
        return {number: [one for one in inside if not one.left] for number, inside in found.items()}
    people = distinct(one.person for inside in found.values() for one in inside)
    everywhere = yield from homes.of(people)
    return {
        number: [one for one in inside if at_home(one, everywhere[one.person.id], as_of)]
        for number, inside in found.items()
    }


def at_home(one: Membership, everywhere: Sequence[Membership], as_of: str | None) -> bool:
    """True where a person was at home in this household at a time, or without one is there now.

    Homes are known by sightings: a person is at home from the first one until the last, and after it for as long as
    no other household of that person begins. So two homes at once are both homes, and who moved has left.
    """
    if as_of is not None and one.since is not None and one.since[: len(as_of)] > as_of[: len(one.since)]:
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
    held = {record: entity for entity in entities for record in entity.members}
    out: dict[int, list[Membership]] = {entity.id: [] for entity in entities}
    for number in sorted(stored):
        for membership in _members(number, rows["lived"], rows["belongs"], held):
            out[membership.person.id].append(replace(membership, row=stored[number]))
    for found in out.values():
        found.sort(key=lambda one: (one.until or "", one.confidence, -one.household), reverse=True)
    return out


@Question
def at_confidence(rows: Sequence[Row], confidence: float, default: float) -> Asking[list[Household]]:
    """Household rows with their size and adults: as stored where nothing can differ, cut again otherwise."""
    stored = {row["id"]: Household(row, confidence, row["size"] or 0, row["adults"] or 0) for row in rows}
    again = [row["id"] for row in rows if not holds_at(row, confidence, default)]
    if again:
        for number, found in (yield from members.of(again, confidence)).items():
            adults = sum(one.role != "child" for one in found)
            stored[number] = replace(stored[number], size=len(found), adults=adults)
    return [stored[row["id"]] for row in rows]


def holds_at(row: Row, confidence: float, default: float) -> bool:
    """True where the stored household is the answer at this confidence of its persons too."""
    return confidence == default


def _members(number: int, lived: Sequence[Row], belongs: Sequence[Row], held: Mapping[int, Entity]) -> list[Membership]:
    facts: dict[int, Row] = {}
    for row in belongs:
        if row["end"] == number and row["start"] in held:
            facts.setdefault(held[row["start"]].id, row)
    residencies: dict[int, list[Row]] = {}
    for row in lived:
        if row["end"] == number and row["start"] in held:
            residencies.setdefault(held[row["start"]].id, []).append(row)
    entities = {entity.id: entity for entity in distinct(held.values()) if entity.kind == "person"}
    found = [
        _membership(number, entity, facts.get(entity.id), residencies.get(entity.id, []))
        for entity in entities.values()
        if entity.id in facts or entity.id in residencies
    ]
    return sorted(found, key=lambda one: (-one.confidence, one.person.id))


def _membership(number: int, entity: Entity, fact: Row | None, residencies: Sequence[Row]) -> Membership:
    weights = [row["weight"] for row in ([fact] if fact else residencies) if row["weight"] is not None]
    dated = [*residencies, *([fact] if fact else [])]
    reasons = reasons_of(fact["evidence"]) if fact else ()
    return Membership(
        number,
        entity,
        max(weights, default=1.0),
        fact["role"] if fact else None,
        min((row["valid_from"] for row in dated if row["valid_from"]), default=None),
        max((row["valid_to"] for row in dated if row["valid_to"]), default=None),
        reasons,
        in_words(reasons) or f"{len(residencies)} of the person's records reside here",
        not any(row["weight"] is not None for row in dated),
    )
