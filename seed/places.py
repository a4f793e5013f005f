"""Dwellings and offices: one row per address, about a third of them flats that share a building."""

from dataclasses import dataclass

import numpy as np

from seed.chance import Chance, Ints, Texts, nothing, texts
from seed.pools import COUNTRIES, cities, streets

FLATS = 0.35
_FLATS_PER_BUILDING = 8
_UNITS = ("Apt", "Flat", "Whg.")
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Places:
    """Addresses in their parts, and the dialling code of their city."""

    number: Texts
    street: Texts
    unit: Texts
    city: Texts
    region: Texts
    postcode: Texts
    country: Texts
    dialling: Texts

    def __len__(self) -> int:
        return len(self.number)


def places(seed: int, topic: str, country: Ints, city_count: int) -> Places:
    """One address per row, in the row's country (a position in COUNTRIES)."""
    chance = Chance(seed, topic)
    size = len(country)
    flat = chance.flags(size, FLATS)
    building = chance.below(size, max(int(size * FLATS) // _FLATS_PER_BUILDING, 1))
    # Flats of one building take street, number and city from the building's first dwelling in the same country.
    site = np.where(flat, building * len(COUNTRIES) + country, -1 - np.arange(size))
    _, first, back = np.unique(site, return_index=True, return_inverse=True)
    root = first[back.reshape(-1)]
    columns = {name: nothing(size) for name in ("street", "city", "region", "postcode", "dialling", "unit")}
    towns = cities(seed, city_count)
    city_draw, street_draw, post_draw = chance.unit(size), chance.unit(size), chance.below(size, 100_000)
    for code in range(len(COUNTRIES)):
        rows = np.flatnonzero(country == code)
        source = root[rows]
        town = towns[code]
        at = np.floor(city_draw[source] * len(town.name)).astype(np.int64)
        pool = streets(code)
        # Each city knows only a part of the street names, so that neighbours share streets.
        street = (at * 37 + np.floor(street_draw[source] * 150).astype(np.int64) * 11) % len(pool)
        columns["street"][rows] = pool[street]
        columns["city"][rows] = town.name[at]
        columns["region"][rows] = town.region[at]
        columns["dialling"][rows] = town.dialling[at]
        columns["postcode"][rows] = _postcodes(code, town.postcode[at], post_draw[source])
    rank = _rank(site)
    for row in np.flatnonzero(flat).tolist():
        columns["unit"][row] = f"{_UNITS[country[row]]} {rank[row] // 4 + 1}{'ABCD'[rank[row] % 4]}"
    number = chance.between(size, 1, 400)[root]
    return Places(
        number=texts([str(value) for value in number.tolist()]),
        country=texts([COUNTRIES[code] for code in country.tolist()]),
        **columns,
    )


def _rank(site: Ints) -> Ints:
    """For each row how many earlier rows stand on the same site."""
    order = np.argsort(site, kind="stable")
    ordered = site[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(site)])
    out = np.empty(len(site), dtype=np.int64)
    out[order] = np.arange(len(site)) - np.repeat(starts, lengths)
    return out


def _postcodes(code: int, start: Texts, draw: Ints) -> Texts:
    if code == 0:
        return texts([f"{head}{tail % 5}" for head, tail in zip(start, draw.tolist(), strict=True)])
    if code == 2:
        return texts([f"{head}{tail % 1000:03}" for head, tail in zip(start, draw.tolist(), strict=True)])
    return texts(
        [
            f"{head}{tail % 17 + 1} {tail % 9 + 1}{_LETTERS[tail // 20 % 20]}{_LETTERS[tail // 400 % 20]}"
            for head, tail in zip(start, draw.tolist(), strict=True)
        ]
    )
