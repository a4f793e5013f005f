"""Organisations in corporate groups, with their numbers, and who works for them."""

from dataclasses import dataclass

import numpy as np
from anyascii import anyascii

from seed.chance import Chance, Flags, Floats, Ints, Texts, either, nothing, texts
from seed.check_digits import british_vat, german_vat, lei
from seed.contacts import plain, unique
from seed.dates import NEVER, START, TODAY, YEAR
from seed.places import Places, places
from seed.pools import LOCALES, names
from seed.population import People

_FORMS = (
    ("Inc.", "LLC", "Corp.", "Co.", "L.P."), ("Ltd", "PLC", "LLP", "Limited"), ("GmbH", "AG", "GmbH & Co. KG", "UG"),
)  # fmt: skip
_TRADES = (
    ("Logistics", "transport"), ("Foods", "food"), ("Systems", "software"), ("Software", "software"),
    ("Insurance", "insurance"), ("Medical", "health"), ("Energy", "energy"), ("Construction", "construction"),
    ("Consulting", "services"), ("Retail", "retail"), ("Motors", "vehicles"), ("Textiles", "textiles"),
    ("Pharma", "health"), ("Media", "media"), ("Capital", "finance"), ("Robotics", "machinery"),
)  # fmt: skip
_PLACES = ("Northern", "Pacific", "Atlantic", "Global", "United", "Continental", "Alpine", "Central", "Summit", "Blue")
_JOBS = texts(["clerk", "engineer", "driver", "accountant", "nurse", "manager", "technician", "seller", "analyst"])


@dataclass(frozen=True)
class Companies:
    """One row per organisation; `parent`, `second` and `ultimate` are rows, -1 where there is none."""

    name: Texts
    form: Texts
    country: Ints
    industry: Texts
    founded: Ints
    register: Texts
    lei: Texts
    tax_id: Texts
    domain: Texts
    phone: Texts
    parent: Ints
    share: Floats
    second: Ints
    second_share: Floats
    since: Ints
    branch: Flags
    ultimate: Ints
    places: Places

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True)
class Jobs:
    """One row per employment, at most one at a time per person."""

    person: Ints
    company: Ints
    hired: Ints
    left: Ints
    title: Texts
    email: Texts


def companies(persons: int, seed: int) -> Companies:
    """The organisations of a world of this many persons, about one for every 14."""
    chance = Chance(seed, "companies")
    size = max(persons // 14, 24)
    group = chance.below(size, max(size * 2 // 5, 1))
    order = np.argsort(group, kind="stable")
    group = group[order]
    first = np.searchsorted(group, group)
    at = np.arange(size) - first
    # A member of a group hangs on an earlier one, mostly on the top: trees of up to five levels.
    parent = np.where(at == 0, -1, first + np.where(chance.flags(size, 0.55), 0, chance.below(size, np.maximum(at, 1))))
    country = np.where(chance.flags(size, 0.7), chance.weighted(size, (0.8, 0.12, 0.08))[first],
                       chance.weighted(size, (0.5, 0.25, 0.25)))  # fmt: skip
    share = np.where(chance.flags(size, 0.6), 100.0, 51.0 + chance.below(size, 49))
    joint = (at > 0) & chance.flags(size, 0.04) & (first > 0) & ~np.isin(np.arange(size), parent)
    second = np.where(joint, first[np.maximum(first - 1, 0)], -1)
    share = np.where(joint, 50.0, share)
    branch = (at > 0) & ~joint & chance.flags(size, 0.06) & ~np.isin(np.arange(size), parent)
    ultimate = np.arange(size)
    for row in range(size):
        if parent[row] >= 0 and not joint[row]:
            ultimate[row] = ultimate[parent[row]]
    name, form, industry = _names(size, first, at, parent, branch, country, chance)
    founded = np.where(
        at == 0, TODAY - (15 + chance.below(size, 80)) * YEAR, TODAY - (2 + chance.below(size, 20)) * YEAR
    )
    return Companies(
        name=name, form=form, country=country, industry=industry, founded=founded,
        register=texts([_register(land, row) for row, land in enumerate(country.tolist())]),
        lei=either(chance.flags(size, 0.8), texts([_lei(row) for row in range(size)]), None),
        tax_id=texts([_tax(land, row) for row, land in enumerate(country.tolist())]),
        domain=_domains(name, first, country, chance),
        phone=texts([_PHONES[land].format(2_100_000 + row * 37) for row, land in enumerate(country.tolist())]),
        parent=parent, share=np.where(parent >= 0, np.where(branch, 100.0, share), 0.0), second=second,
        second_share=np.where(joint, 50.0, 0.0), since=founded + chance.below(size, 600), branch=branch,
        ultimate=ultimate, places=places(seed, "offices", country, 30),
    )  # fmt: skip


_PHONES = ("+1312{}", "+44207{}", "+4930{}")


def _names(
    size: int, first: Ints, at: Ints, parent: Ints, branch: Flags, country: Ints, chance: Chance
) -> tuple[Texts, Texts, Texts]:
    surnames = [names(locale).surnames for locale in LOCALES[:3]]
    draws = [chance.below(size, 10**6).tolist() for _ in range(4)]
    form, name, trade = nothing(size), nothing(size), nothing(size)
    for row in range(size):
        land, top = int(country[row]), int(first[row])
        pool = surnames[int(country[top])]
        word, industry = _TRADES[draws[0][row] % len(_TRADES)]
        family = pool[draws[1][top] % len(pool)]
        stem = (
            family,
            f"{_PLACES[draws[1][top] % len(_PLACES)]} {family}",
            f"{family} & {pool[draws[2][top] % len(pool)]}",
        )
        brand = stem[draws[2][top] % 3]
        form[row] = _FORMS[land][draws[3][row] % len(_FORMS[land])]
        name[row] = f"{brand} {word}" if at[row] else f"{brand} {('Group', 'Holding', word)[draws[0][top] % 3]}"
        trade[row] = industry
        if branch[row]:
            name[row], form[row] = f"{name[parent[row]]} {('US', 'UK', 'Deutschland')[land]} Branch", form[parent[row]]
    return _distinct(name, country), form, trade


def _distinct(name: Texts, country: Ints) -> Texts:
    """The same names, with a region or a number where an earlier organisation has the same."""
    seen: dict[str, int] = {}
    out = name.copy()
    for row, value in enumerate(name.tolist()):
        seen[value] = seen.get(value, 0) + 1
        if seen[value] > 1:
            out[row] = f"{value} {('America', 'Britain', 'Europa')[int(country[row])]} {seen[value] - 1}"
    return out


def _register(land: int, row: int) -> str:
    number = (row * 7_919 + 1_009) % 9_000_000
    return (f"US-DE-{number + 1_000_000}", f"GB-{number:08}", f"DE-HRB-{number + 1_000}")[land]


def _lei(row: int) -> str:
    return lei(f"5299{'00'}{row * 2_654_435_761 % 36**6:012X}")


def _tax(land: int, row: int) -> str:
    if land == 0:
        return f"{(10, 20, 26, 30, 36, 45)[row % 6]}-{(row * 7_919 + 13) % 10**7:07}"
    return (
        british_vat(1_000_000 + row * 7_919 % 8_000_000)
        if land == 1
        else german_vat(10_000_000 + row * 7_919 % 89_999_999)
    )


def _domains(name: Texts, first: Ints, country: Ints, chance: Chance) -> Texts:
    """Internet domains: two in five members of a group use the one of its top."""
    own: list[str] = []
    seen: set[str] = set()
    for row, value in enumerate(name.tolist()):
        stem = "".join(sign for sign in anyascii(value).lower() if sign.isalnum())[:22]
        domain = f"{stem}.{('com', 'co.uk', 'de')[int(country[row])]}"
        own.append(domain if domain not in seen else f"{stem}{row}.com")
        seen.add(own[-1])
    shared = chance.flags(len(name), 0.4)
    return texts([own[int(first[row])] if shared[row] else own[row] for row in range(len(name))])


def jobs(people: People, firms: Companies, seed: int) -> Jobs:
    """Three in five adults of working age have a job, a quarter of them had another one before."""
    chance = Chance(seed, "jobs")
    size = len(people)
    age = (TODAY - people.birth) / YEAR
    working = np.flatnonzero((age > 19) & (age < 66) & (people.death == NEVER) & chance.flags(size, 0.62))
    count = len(working)
    firm = np.minimum(np.floor(chance.unit(count) ** 2 * len(firms)), len(firms) - 1).astype(np.int64)
    # A multiplicative step spreads the large employers over groups instead of giving them all to the first.
    firm = firm * 1_000_003 % len(firms)
    hired = np.maximum(people.birth[working] + 18 * YEAR, START - YEAR)
    hired = chance.between(count, hired, np.maximum(hired + 1, np.full(count, TODAY - 100)))
    earlier = np.flatnonzero(chance.flags(count, 0.25) & (hired > START + YEAR))
    person = np.concatenate([working, working[earlier]])
    company = np.concatenate([firm, (firm[earlier] + 1 + chance.below(len(earlier), len(firms) - 1)) % len(firms)])
    began = np.concatenate([hired, np.maximum(hired[earlier] - 3 * YEAR, START - 2 * YEAR)])
    left = np.concatenate([np.full(count, NEVER), hired[earlier] - 10])
    return Jobs(
        person, company, began, left, chance.pick(len(person), _JOBS), _work_emails(people, person, company, firms)
    )


def _work_emails(people: People, person: Ints, company: Ints, firms: Companies) -> Texts:
    return texts(unique([
        f"{plain(people.given[who])}.{plain(people.birth_surname[who])}@{firms.domain[firm]}"
        for who, firm in zip(person.tolist(), company.tolist(), strict=True)
    ]))  # fmt: skip
