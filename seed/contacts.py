"""By what persons can be reached and recognised: e-mails, phones, ids, accounts, devices and cookies."""

from dataclasses import dataclass

import numpy as np
from anyascii import anyascii

from seed.chance import Chance, Flags, Ints, Texts, either, nothing, texts
from seed.dates import START, TODAY, YEAR, day
from seed.population import Population

_FREEMAIL = texts(["gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "aol.com", "icloud.com", "web.de", "gmx.de"])
_FREEMAIL_WEIGHTS = np.asarray([40.0, 18, 14, 10, 5, 7, 3, 3])
_EXCHANGES = 8_000_000
_SPREAD = 7_368_787
"""Coprime to the number of subscriber numbers, so that each index gets a number of its own."""


@dataclass(frozen=True)
class Contacts:
    """One row per person; None where the person has no such thing. Old values hold until `…_since`."""

    email: Texts
    email_old: Texts
    email_since: Ints
    email_family: Texts
    mobile: Texts
    mobile_old: Texts
    mobile_since: Ints
    landline: Texts
    """One row per household, not per person."""
    national_id: Texts
    loyalty: Texts
    login: Texts
    account: Texts
    device: Texts
    device_home: Texts
    token: Texts
    cookie: Texts
    cookie_second: Texts
    cookie_home: Texts


def contacts(population: Population, seed: int) -> Contacts:
    """The contacts of everybody in the population."""
    chance = Chance(seed, "contacts")
    people = population.people
    size = len(people)
    adult = TODAY - people.birth > 15 * YEAR
    head = people.head
    local = _locals(population, chance)
    email = unique([f"{name}@{domain}" for name, domain in zip(local[0], _domains(chance, size), strict=True)])
    old = unique([f"{name}@{domain}" for name, domain in zip(local[1], _domains(chance, size), strict=True)], email)
    family = unique([f"the{plain(name)}s@{domain}" for name, domain in
                      zip(people.birth_surname, _domains(chance, size), strict=True)], [*email, *old])  # fmt: skip
    mobile, mobile_old, mobile_since = _mobiles(population, adult, chance)
    hexes = {kind: _hexes(kind, size) for kind in ("login", "device", "token", "cookie", "second", "home")}
    has = {name: chance.flags(size, share) & adult for name, share in _HAVING.items()}
    # Who has a login has an e-mail: it was asked for at the registration.
    has["login"] &= has["email"]

    def held(values: Texts, name: str) -> Texts:
        return either(has[name], values, None)

    return Contacts(
        email=held(texts(email), "email"),
        email_old=held(texts(old), "email_old"),
        email_since=START + chance.below(size, 8 * YEAR),
        email_family=either(chance.flags(size, 0.1)[head], texts(family)[head], None),
        mobile=held(mobile, "mobile"), mobile_old=mobile_old, mobile_since=mobile_since,
        landline=_landlines(population, chance),
        national_id=_national_ids(people.country),
        loyalty=held(texts([f"70{row * 61_803_397 % 10**8:08}" for row in range(size)]), "loyalty"),
        login=held(texts([f"usr-{value[:12]}" for value in hexes["login"]]), "login"),
        account=texts([f"{row * 2654435761 % 2**32:08x}{row:08x}" for row in range(size)]),
        device=held(texts([_uuid(value) for value in hexes["device"]]), "device"),
        device_home=either(chance.flags(size, 0.4)[head], texts([_uuid(v) for v in hexes["home"]])[head], None),
        token=held(texts([f"apns:{value}" for value in hexes["token"]]), "device"),
        cookie=held(texts([f"ck.{value[:16]}" for value in hexes["cookie"]]), "cookie"),
        cookie_second=held(texts([f"ck.{value[:16]}" for value in hexes["second"]]), "cookie_second"),
        cookie_home=either(chance.flags(size, 0.15)[head], texts([f"ck.{v[:16]}" for v in hexes["home"]])[head], None),
    )  # fmt: skip


_HAVING = {
    "email": 0.94, "email_old": 0.35, "mobile": 0.92, "loyalty": 0.55, "login": 0.7, "device": 0.65, "cookie": 0.8,
    "cookie_second": 0.35,
}  # fmt: skip


def plain(name: str) -> str:
    return "".join(sign for sign in anyascii(name).lower() if sign.isalnum() or sign == "-")


def _locals(population: Population, chance: Chance) -> tuple[list[str], list[str]]:
    """What stands before the @ of each person's two private e-mails."""
    people = population.people
    years = (people.birth // YEAR + 1970).tolist()
    style, other = chance.below(len(people), 6).tolist(), chance.below(len(people), 6).tolist()
    digits = chance.below(len(people), 1000).tolist()
    folded = {name: plain(name) for name in dict.fromkeys([*people.given.tolist(), *people.birth_surname.tolist()])}
    out: tuple[list[str], list[str]] = ([], [])
    rows = zip(people.given.tolist(), people.birth_surname.tolist(), years, digits, style, other, strict=True)
    for first, last, year, number, *styles in rows:
        given, surname = folded[first], folded[last]
        forms = (
            f"{given}.{surname}", f"{given[0]}{surname}{number}", f"{given}{year % 100:02}", f"{given}_{surname}",
            f"{surname}.{given}{number % 100}", f"{given}{surname}{year}",
        )  # fmt: skip
        for turn, which in enumerate(styles):
            out[turn].append(forms[which])
    return out


def _domains(chance: Chance, size: int) -> list[str]:
    return list(chance.pick(size, _FREEMAIL, _FREEMAIL_WEIGHTS).tolist())


def unique(values: list[str], taken: list[str] | None = None) -> list[str]:
    """The same e-mails, with a number where an earlier row has the same."""
    seen: dict[str, int] = dict.fromkeys(taken or [], 1)
    out = []
    for value in values:
        if value in seen:
            local, _, domain = value.partition("@")
            while value in seen:
                seen[f"{local}@{domain}"] += 1
                value = f"{local}.{seen[f'{local}@{domain}']}@{domain}"
        seen[value] = 1
        out.append(value)
    return out


def _mobiles(population: Population, adult: Flags, chance: Chance) -> tuple[Texts, Texts, Ints]:
    """The present number, the one before, and the day of the change. Some old numbers were given to others later."""
    people = population.people
    size = len(people)
    homes = population.residencies
    first_place = homes.place[np.searchsorted(homes.person, np.arange(size)).clip(max=len(homes.place) - 1)]
    codes = population.places.dialling[first_place]
    now = _phones(np.arange(size), codes, people.country, mobile=True)
    since = np.where(chance.flags(size, 0.3), START + 2 * YEAR + chance.below(size, 11 * YEAR), START - YEAR)
    old = either(chance.flags(size, 0.9), _phones(np.arange(size) + 2 * size, codes, people.country, mobile=True), None)
    # A recycled number: its first holder gave it up by 2017, its second has held it since 2021 or later.
    first = np.flatnonzero(adult & (since > day("2014-06-01")) & (since < day("2018-01-01")))
    second = np.flatnonzero(adult & (since > day("2021-01-01")))
    count = min(len(first), len(second), max(size // 100, 1))
    old[first[:count]] = now[second[chance.order(len(second))[:count]]]
    return now, old, since


def _landlines(population: Population, chance: Chance) -> Texts:
    """A number for every third household; it keeps it when it moves."""
    homes, count = population.residencies, population.households
    known, first = np.unique(homes.household, return_index=True)
    place, country = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    place[known], country[known] = homes.place[first], population.people.country[homes.person[first]]
    index = np.arange(count) + 4 * len(population.people)
    numbers = _phones(index, population.places.dialling[place], country, mobile=False)
    return either(chance.flags(count, 0.35), numbers, None)


def _phones(index: Ints, codes: Texts, country: Ints, *, mobile: bool) -> Texts:
    """International numbers, one per index and never the same for two."""
    out = nothing(len(index))
    numbers = (index * _SPREAD + 1_234_567) % _EXCHANGES
    for row, (number, code, land) in enumerate(zip(numbers.tolist(), codes.tolist(), country.tolist(), strict=True)):
        if land == 0:
            out[row] = f"+1{code}{number + 2_000_000:07}"
        elif land == 1:
            out[row] = f"+447{4_00_000_000 + number * 7:09}" if mobile else f"+44{code}{number:0{10 - len(code)}}"
        else:
            out[row] = f"+49151{10_000_000 + number}" if mobile else f"+49{code}{1_000_000 + number}"
    return out


def _national_ids(country: Ints) -> Texts:
    """Numbers shaped like those of the country; none where there is no such number in daily use."""
    out = nothing(len(country))
    for row, land in enumerate(country.tolist()):
        mixed = (row * 48_271 + 9_973) % 58_000_000
        if land == 0:
            serial = (row * 179_424_673 + 99_991) % (640 * 97 * 9_999)
            out[row] = f"{serial // 969_903 + 1:03}-{serial // 9_999 % 97 + 1:02}-{serial % 9_999 + 1:04}"
        elif land == 1:
            out[row] = f"{'ABCEHJKLMN'[mixed % 10]}{'ABCEGHJKLM'[mixed // 10 % 10]}{row % 10**6:06}{'ABCD'[mixed % 4]}"
    return out


def _hexes(kind: str, size: int) -> list[str]:
    """32 hexadecimal digits per person, mixed from kind and row so that none repeats."""
    tag = sum(ord(sign) * 131**at for at, sign in enumerate(kind)) % 2**32
    return [
        f"{(row * 2654435761 + tag) % 2**32:08x}{(row + tag) * 0x9E3779B97F4A7C15 % 2**96:024x}" for row in range(size)
    ]


def _uuid(value: str) -> str:
    return f"{value[:8]}-{value[8:12]}-4{value[13:16]}-a{value[17:20]}-{value[20:32]}"
