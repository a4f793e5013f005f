"""What a source has seen, in one form for all sources, before it is written in the source's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from seed.chance import Chance, Flags, Ints, Texts, either, nothing, present, texts
from seed.companies import Companies, Jobs, companies, jobs
from seed.contacts import Contacts, contacts
from seed.dates import NEVER, START, TODAY, YEAR, day
from seed.population import Population, populate
from seed.slips import folded, initial, lost, misread, mistyped, nicknamed

DAYS = ("birth", "death", "observed", "since", "hired", "left", "founded", "owned_since")


@dataclass(frozen=True)
class Facts:
    """Rows of one source: columns of texts and columns of days; an absent column is empty in every row."""

    size: int
    columns: Mapping[str, Texts]
    dates: Mapping[str, Ints]

    def text(self, name: str) -> Texts:
        """The texts of a column."""
        return self.columns[name] if name in self.columns else nothing(self.size)

    def day(self, name: str) -> Ints:
        """The days of a column."""
        return self.dates[name] if name in self.dates else np.full(self.size, NEVER)

    def also(self, **columns: Texts) -> "Facts":
        """The same rows with these columns."""
        return replace(self, columns={**self.columns, **columns})

    def dated(self, **dates: Ints) -> "Facts":
        """The same rows with these days."""
        return replace(self, dates={**self.dates, **dates})

    def take(self, rows: Ints) -> "Facts":
        """These rows, in this order."""
        return Facts(
            len(rows), {k: v[rows] for k, v in self.columns.items()}, {k: v[rows] for k, v in self.dates.items()}
        )

    def then(self, other: "Facts") -> "Facts":
        """These rows and after them the other's."""
        columns = dict.fromkeys([*self.columns, *other.columns])
        dates = dict.fromkeys([*self.dates, *other.dates])
        return Facts(
            self.size + other.size,
            {name: np.concatenate([self.text(name), other.text(name)]) for name in columns},
            {name: np.concatenate([self.day(name), other.day(name)]) for name in dates},
        )


def stated(rows: Sequence[Mapping[str, str]]) -> Facts:
    """The facts that are written down one by one; days as ISO 8601."""
    names = dict.fromkeys(name for row in rows for name in row)
    return Facts(
        len(rows),
        {name: texts([row.get(name) for row in rows]) for name in names if name not in DAYS},
        {
            name: np.asarray([day(row[name]) if name in row else NEVER for row in rows], dtype=np.int64)
            for name in names
            if name in DAYS
        },
    )


@dataclass(frozen=True)
class Town:
    """Everything that is true in a world."""

    seed: int
    population: Population
    contacts: Contacts
    companies: Companies
    jobs: Jobs

    def chance(self, topic: str) -> Chance:
        """A stream of draws of its own for a topic."""
        return Chance(self.seed, topic)


def town(persons: int, seed: int) -> Town:
    """The truth of a world of this many persons."""
    population = populate(persons, seed)
    firms = companies(persons, seed)
    return Town(seed, population, contacts(population, seed), firms, jobs(population.people, firms, seed))


@dataclass(frozen=True)
class Profile:
    """Shares of rows in which something goes wrong in a source."""

    stale: float = 0.08
    typed: float = 0.03
    scanned: float = 0.0
    swapped: float = 0.005
    nickname: float = 0.08
    folded: float = 0.3
    no_birth: float = 0.1
    no_middle: float = 0.7
    no_unit: float = 0.1
    no_address: float = 0.05
    no_phone: float = 0.15
    no_email: float = 0.1
    work_email: float = 0.05


def covered(where: Town, chance: Chance, share: float, youngest: int = 18, again: float = 0.0) -> tuple[Ints, Ints]:
    """The persons whom a source has seen and the day, some twice (`again`); the busy are seen by more sources."""
    people = where.population.people
    size = len(people)
    busy = np.asarray([0.4, 1.0, 1.5])[np.floor(Chance(where.seed, "busy").unit(size) * 3).astype(np.int64)]
    known = np.zeros(size, dtype=np.bool_)
    known[where.population.residencies.person] = True
    first = np.maximum(people.birth + youngest * YEAR, START)
    last = np.where(people.death != NEVER, people.death, TODAY)
    seen = np.flatnonzero(chance.flags(size, share * busy) & (first + 30 < last) & known)
    seen = np.concatenate([seen, seen[chance.flags(len(seen), again)]])
    # The later of two draws: more is known of recent years.
    late = np.maximum(chance.unit(len(seen)), chance.unit(len(seen)))
    return seen, first[seen] + np.floor(late * (last[seen] - first[seen])).astype(np.int64)


def sight(where: Town, chance: Chance, who: Ints, when: Ints, profile: Profile) -> Facts:
    """What these persons look like on these days to a source with this profile."""
    people, contact = where.population.people, where.contacts
    size = len(who)
    stale = chance.flags(size, profile.stale)
    married = (people.surname_since[who] <= when) & (people.surname_since[who] != NEVER)
    surname = np.where(married & ~stale, people.surname[who], people.birth_surname[who])
    given = folded(nicknamed(people.given[who], chance, profile.nickname), chance, profile.folded)
    surname = folded(surname, chance, profile.folded)
    given = misread(mistyped(given, chance, profile.typed), chance, profile.scanned)
    surname = misread(mistyped(surname, chance, profile.typed), chance, profile.scanned)
    swap = chance.flags(size, profile.swapped)
    given, surname = np.where(swap, surname, given), np.where(swap, given, surname)
    middle = lost(people.middle[who], chance, profile.no_middle)
    birth = _births(people.birth[who], chance, profile)
    mobile = np.where(when < contact.mobile_since[who], contact.mobile_old[who], contact.mobile[who])
    mobile = np.where(stale & (contact.mobile_since[who] < when), contact.mobile_old[who], mobile)
    return Facts(
        size,
        {
            "entity": named("P", who), "head": named("P", people.head[who]), "given": given,
            "middle": np.where(chance.flags(size, 0.5), middle, initial(middle)), "surname": surname,
            "sex": lost(people.sex[who], chance, 0.1),
            "phone": mistyped(lost(mobile, chance, profile.no_phone), chance, profile.typed / 4),
            "email": _emails(where, who, when, chance, profile),
            "role": people.role[who],
            **{name: getattr(contact, name)[who] for name in ("national_id", "loyalty", "login", "account")},
            **_address(where, who, when, stale, chance, profile),
        },
        {"birth": birth, "observed": when, "since": when - chance.below(size, 200)},
    )  # fmt: skip


def named(letter: str, rows: Ints) -> Texts:
    """The entity ids of these rows of the truth."""
    return texts([f"{letter}{row:07}" for row in rows.tolist()])


def _births(birth: Ints, chance: Chance, profile: Profile) -> Ints:
    """Birth dates with day and month swapped, a wrong year, the first of January, or none."""
    size = len(birth)
    date = birth.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    dom, moy = (date - month).astype(np.int64), month.astype(np.int64) % 12
    year = date.astype("datetime64[Y]")
    swapped = (year.astype("datetime64[M]") + np.minimum(dom, 11)).astype("datetime64[D]") + moy
    slip = chance.unit(size)
    out = birth.copy()
    out = np.where((slip < profile.typed / 3) & (dom < 12), swapped.astype(np.int64), out)
    wrong_year = (slip > 1 - profile.typed / 3) & (birth < TODAY - 2 * YEAR)
    out = np.where(wrong_year, out + np.where(slip * 1e6 % 2 < 1, 365, -365), out)
    first = (slip > 0.5) & (slip < 0.5 + profile.typed / 5)
    out = np.where(first, year.astype("datetime64[D]").astype(np.int64), out)
    return np.where(chance.flags(size, profile.no_birth), NEVER, out)


def _emails(where: Town, who: Ints, when: Ints, chance: Chance, profile: Profile) -> Texts:
    contact, size = where.contacts, len(who)
    older = (when < contact.email_since[who]) & present(contact.email_old[who])
    email = np.where(older, contact.email_old[who], contact.email[who])
    family = chance.flags(size, 0.4) & present(contact.email_family[who])
    email = np.where(family, contact.email_family[who], email)
    work = nothing(len(where.population.people))
    current = where.jobs.left == NEVER
    work[where.jobs.person[current]] = where.jobs.email[current]
    hired = np.full(len(work), TODAY + 1)
    hired[where.jobs.person[current]] = where.jobs.hired[current]
    office = chance.flags(size, profile.work_email) & (hired[who] <= when)
    email = np.where(office, work[who], email)
    return mistyped(lost(email, chance, profile.no_email), chance, profile.typed / 4)


def _address(
    where: Town,
    who: Ints,
    when: Ints,
    stale: Flags,
    chance: Chance,
    profile: Profile,
) -> dict[str, Texts]:
    """The parts of the address shown, and the household that lives or lived there with the person."""
    homes, spots = where.population.residencies, where.population.places
    size = len(who)
    row = homes.shown(who, when, stale, chance.flags(size, 0.5))
    place = homes.place[row]
    gone = chance.flags(size, profile.no_address)
    out = {
        name: getattr(spots, name)[place]
        for name in ("number", "street", "unit", "city", "region", "postcode", "country")
    }
    out["unit"] = lost(out["unit"], chance, profile.no_unit)
    out["street"] = misread(mistyped(out["street"], chance, profile.typed), chance, profile.scanned)
    out["city"] = mistyped(out["city"], chance, profile.typed / 2)
    out["household"] = named("H", homes.household[row])
    for name in out:
        out[name] = either(~gone, out[name], None)
    out["landline"] = lost(where.contacts.landline[homes.household[row]], chance, profile.no_phone)
    return out
