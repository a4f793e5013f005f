"""Who lives in the world: persons, the households they belong to, and where each was when."""

from dataclasses import dataclass

import numpy as np

from seed.chance import Chance, Flags, Ints, Texts, nothing, texts
from seed.dates import NEVER, START, TODAY, YEAR
from seed.places import Places, places
from seed.pools import LOCALES, names

SINGLE, COUPLE, FAMILY, LONE_PARENT, FLATMATES, GENERATIONS = range(6)
_SHARES = (0.22, 0.24, 0.33, 0.08, 0.08, 0.05)
_ADULTS = (1, 2, 2, 1, 3, 3)
_CITY_EVERY = 2_000


@dataclass(frozen=True)
class People:
    """One row per person; days are NEVER where the thing did not happen."""

    given: Texts
    middle: Texts
    sex: Texts
    birth_surname: Texts
    surname: Texts
    surname_since: Ints
    birth: Ints
    death: Ints
    country: Ints
    head: Ints
    """The person whose family this one belongs to: the adult that a child or spouse can name, else oneself."""
    role: Texts

    def __len__(self) -> int:
        return len(self.given)


@dataclass(frozen=True)
class Residencies:
    """Who lived with which household at which address, from `start` until before `end`; sorted by person and start."""

    person: Ints
    household: Ints
    place: Ints
    start: Ints
    end: Ints

    def shown(self, person: Ints, day: Ints, back: Flags, other: Flags) -> Ints:
        """The row that a record of this person on this day shows: the latest that had begun.

        `back` takes the one before it (an address never updated), `other` the second of two homes at that time."""
        width = 10**6
        first = np.searchsorted(self.person, person, side="left")
        found = np.searchsorted(self.person * width + self.start, person * width + day, side="right") - 1
        found = np.maximum(found, first)
        before = np.maximum(found - 1, first)
        return np.where(back | (other & (self.end[before] > day)), before, found)


class _Spells:
    """Membership of persons in households over periods, as it is written down; and the country of each household."""

    def __init__(self, country: Ints) -> None:
        self._rows: list[tuple[Ints, Ints, Ints, Ints]] = []
        self._countries = [country]
        self.households = len(country)

    def add(self, person: Ints, household: Ints, start: Ints, end: Ints) -> None:
        """These persons belong to these households over these periods."""
        self._rows.append((person, household, start, end))

    def alone(self, person: Ints, country: Ints, start: Ints, end: Ints) -> Ints:
        """Give each of these persons a new household of their own over a period; the households."""
        own = np.arange(self.households, self.households + len(person))
        self.households += len(person)
        self._countries.append(country)
        self.add(person, own, start, end)
        return own

    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Person, household, start and end of all memberships."""
        person, household, start, end = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        return person, household, start, end

    def country(self) -> Ints:
        """The country of each household."""
        return np.concatenate(self._countries)


@dataclass(frozen=True)
class Population:
    """The persons with their residencies, and the addresses that these point at."""

    people: People
    residencies: Residencies
    places: Places
    households: int
    formed: Ints
    """Per person the day on which the household of the head was formed."""


def populate(persons: int, seed: int) -> Population:
    """The population of a world of this many persons."""
    chance = Chance(seed, "population")
    people, household, formed, kind = _families(persons, chance)
    spells = _histories(people, household, formed, kind, chance)
    residencies, dwellings = _homes(spells, chance, seed, persons)
    return Population(people, residencies, dwellings, spells.households, formed)


def _families(persons: int, chance: Chance) -> tuple[People, Ints, Ints, Ints]:
    """Persons with their household, the day it was formed, and its kind."""
    count = persons // 2 + 8
    kind = chance.weighted(count, _SHARES)
    adults = np.asarray(_ADULTS)[kind] - (chance.flags(count, 0.5) & (kind == FLATMATES))
    children = np.where(np.isin(kind, (FAMILY, LONE_PARENT, GENERATIONS)), 1 + chance.below(count, 3), 0)
    household = np.repeat(np.arange(count), adults + children)
    at = np.arange(len(household)) - np.searchsorted(household, household)
    child = at >= adults[household]
    young = np.isin(kind, (FLATMATES,))
    head_age = np.where(young, 19 + chance.below(count, 12), 24 + chance.below(count, 56))
    head_birth = TODAY - head_age * YEAR - chance.below(count, YEAR)
    size = len(household)
    gap = chance.between(size, -6 * YEAR, 6 * YEAR)
    birth = head_birth[household] + np.where(at == 0, 0, gap)
    elder = (kind[household] == GENERATIONS) & (at == 2)
    birth = np.where(elder, head_birth[household] - (22 * YEAR + chance.below(size, 12 * YEAR)), birth)
    birth = np.where(child, head_birth[household] + 20 * YEAR + chance.below(size, 20 * YEAR), birth)
    born = birth < TODAY - 200
    keep = np.flatnonzero(born)[:persons]
    household, at, child, birth, elder = household[keep], at[keep], child[keep], birth[keep], elder[keep]
    formed = np.maximum(head_birth + 20 * YEAR + chance.below(count, 15 * YEAR), START - 3 * YEAR)
    formed = np.minimum(formed, TODAY - YEAR)
    people = _named(household, at, child, elder, birth, kind, formed, chance)
    return people, household, formed[household], kind


def _named(
    household: Ints, at: Ints, child: Flags, elder: Flags, birth: Ints, kind: Ints, formed: Ints, chance: Chance
) -> People:
    size, homes = len(household), len(kind)
    tradition = chance.weighted(homes, (0.72, 0.12, 0.08, 0.08))
    country = np.where(tradition == 3, 0, tradition)[household]
    female = chance.flags(size, 0.5)
    pair = np.isin(kind[household], (COUPLE, FAMILY, GENERATIONS))
    female = np.where(
        pair & (at == 1) & chance.flags(size, 0.97), ~female[np.searchsorted(household, household)], female
    )
    given, middle, own = nothing(size), nothing(size), nothing(size)
    family = nothing(homes)
    for locale, row in zip(LOCALES, range(len(LOCALES)), strict=True):
        pool = names(locale)
        homes_here = np.flatnonzero(tradition == row)
        family[homes_here] = chance.pick(len(homes_here), pool.surnames, pool.surname_weights)
        here = tradition[household] == row
        for sex, first, weights in ((True, pool.female, pool.female_weights), (False, pool.male, pool.male_weights)):
            rows = np.flatnonzero(here & (female == sex))
            given[rows] = chance.pick(len(rows), first, weights)
            middle[rows] = chance.pick(len(rows), first, weights)
        rows = np.flatnonzero(here)
        own[rows] = chance.pick(len(rows), pool.surnames, pool.surname_weights)
    middle[chance.flags(size, 0.35)] = None
    shared = (at == 0) | child | elder
    birth_surname = np.where(shared, family[household], own)
    took = chance.weighted(homes, (0.7, 0.08, 0.22))[household]
    surname = birth_surname.copy()
    married = pair & (at == 1)
    surname = np.where(married & (took == 0), family[household], surname)
    for row in np.flatnonzero(married & (took == 1)).tolist():
        surname[row] = f"{own[row]}-{family[household[row]]}"
    changed = surname != birth_surname
    head = np.searchsorted(household, household).astype(np.int64)
    head = np.where(kind[household] == FLATMATES, np.arange(size), head)
    role = np.where(at == 0, "head", np.where(child, "child", np.where(elder, "parent", "partner")))
    died = chance.flags(size, np.clip((TODAY - birth) / YEAR - 60, 0, 30) / 90)
    return People(
        given=given, middle=middle, sex=np.where(female, "F", "M").astype(object), birth_surname=birth_surname,
        surname=surname, surname_since=np.where(changed, formed[household], NEVER), birth=birth,
        death=np.where(died, TODAY - chance.below(size, 8 * YEAR), NEVER), country=country, head=head,
        role=texts(np.where(head == np.arange(size), "head", role).tolist()),
    )  # fmt: skip


def _histories(people: People, household: Ints, formed: Ints, kind: Ints, chance: Chance) -> _Spells:
    """The membership of every person over time."""
    last = np.where(people.death != NEVER, people.death, TODAY + 1)
    child = np.asarray(people.role == "child", dtype=np.bool_)
    elder = np.asarray(people.role == "parent", dtype=np.bool_)
    start = np.maximum(formed, people.birth)
    end = last.copy()
    country = np.zeros(len(kind), dtype=np.int64)
    country[household] = people.country
    spells = _Spells(country)

    grown = np.flatnonzero(child & (TODAY - people.birth > 19 * YEAR) & chance.flags(len(people), 0.8))
    leaves = np.maximum(people.birth[grown] + 18 * YEAR + chance.below(len(grown), 8 * YEAR), START)
    away = leaves < np.minimum(last[grown], TODAY - 60)
    grown, leaves = grown[away], leaves[away]
    spells.alone(grown, people.country[grown], leaves, last[grown])
    # Some keep their room with the parents: two homes.
    weekends = chance.flags(len(grown), 0.12)
    end[grown[~weekends]] = leaves[~weekends]

    before = np.flatnonzero(~child & ~elder & (formed > START) & (people.birth + 18 * YEAR < formed - 200))
    since = np.maximum(people.birth[before] + 18 * YEAR, START - YEAR)
    spells.alone(before, people.country[before], since, formed[before])

    partner = np.flatnonzero((people.role == "partner") & np.isin(kind[household], (COUPLE, FAMILY)))
    partner = partner[chance.flags(len(partner), 0.12)]
    parted = start[partner] + 2 * YEAR + chance.below(len(partner), 10 * YEAR)
    real = parted < np.minimum(end[partner], TODAY - 100)
    partner, parted = partner[real], parted[real]
    new = spells.alone(partner, people.country[partner], parted, last[partner])
    end[partner] = parted
    _both_parents(people, household, (start, end), (partner, parted, new), spells, chance)
    spells.add(np.arange(len(people)), household, start, end)
    return spells


def _both_parents(
    people: People, household: Ints, period: tuple[Ints, Ints], divorce: tuple[Ints, Ints, Ints], spells: _Spells,
    chance: Chance,
) -> None:  # fmt: skip
    """Most children of divorced parents live with both of them from then on."""
    partner, parted, new = divorce
    of_home = np.full(int(household.max()) + 1, -1)
    of_home[household[partner]] = np.arange(len(partner))
    child = np.flatnonzero((people.role == "child") & (of_home[household] >= 0))
    child = child[chance.flags(len(child), 0.7)]
    at = of_home[household[child]]
    begin, end = np.maximum(parted[at], people.birth[child]), period[1][child]
    both = (begin < end) & (people.birth[child] + 18 * YEAR > parted[at])
    spells.add(child[both], new[at[both]], begin[both], end[both])


def _homes(spells: _Spells, chance: Chance, seed: int, persons: int) -> tuple[Residencies, Places]:
    """Each household lives at one to three addresses in turn; members move with it."""
    households = spells.households
    person, household, joined, parted = spells.columns()
    first = np.full(households, TODAY)
    np.minimum.at(first, household, joined)
    moves = chance.weighted(households, (0.55, 0.33, 0.12))
    span = np.maximum(TODAY - first, 3)
    one = first + 1 + np.floor(chance.unit(households) * span * 0.6).astype(np.int64)
    two = one + 1 + np.floor(chance.unit(households) * (TODAY - one) * 0.9).astype(np.int64)
    one = np.where(moves >= 1, one, TODAY + 1)
    two = np.where(moves == 2, two, TODAY + 1)
    far = np.full(households, TODAY + 1)
    periods = ((np.full(households, -(10**5)), one), (one, np.where(moves == 2, two, far)), (two, far))
    rows, dwelling, begins, ends = [], [], [], []
    for turn, (since, until) in enumerate(periods):
        begin = np.maximum(joined, since[household])
        finish = np.minimum(parted, until[household])
        lived = np.flatnonzero(begin < finish)
        rows.append(lived)
        dwelling.append(household[lived] * 3 + turn)
        begins.append(begin[lived])
        ends.append(finish[lived])
    row, key = np.concatenate(rows), np.concatenate(dwelling)
    used, place = np.unique(key, return_inverse=True)
    start, end = np.concatenate(begins), np.concatenate(ends)
    resident, home = person[row], household[row]
    order = np.lexsort((place.reshape(-1), start, resident))
    found = Residencies(resident[order], home[order], place.reshape(-1)[order], start[order], end[order])
    city_count = min(30 + persons // _CITY_EVERY, 400)
    return found, places(seed, "dwellings", spells.country()[used // 3], city_count)
