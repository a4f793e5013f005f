"""Raw material: names, streets and cities of several countries, drawn once from faker's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from faker import Faker

from seed.chance import Chance, Floats, Texts, texts

COUNTRIES = ("US", "GB", "DE")
LOCALES = ("en_US", "en_GB", "de_DE", "es_MX")
"""Where names come from; the last is a second tradition of names inside the United States."""

_STATES = ("CA", "CO", "IL", "MA", "MI", "MN", "NY", "OH", "OR", "PA", "TX", "WA")
_ZIP = (900, 800, 600, 10, 480, 550, 100, 430, 970, 150, 750, 980)
_AREA_CODES = ("213", "303", "312", "617", "313", "612", "212", "216", "503", "215", "214", "206")
_BRITISH = (
    ("Leeds", "LS", "113"), ("Sheffield", "S", "114"), ("Nottingham", "NG", "115"), ("Leicester", "LE", "116"),
    ("Bristol", "BS", "117"), ("Reading", "RG", "118"), ("Birmingham", "B", "121"), ("Edinburgh", "EH", "131"),
    ("Glasgow", "G", "141"), ("Liverpool", "L", "151"), ("Manchester", "M", "161"), ("London", "SE", "20"),
)  # fmt: skip
_GERMAN = (
    ("Berlin", "BE", "10", "30"), ("Hamburg", "HH", "20", "40"), ("München", "BY", "80", "89"),
    ("Köln", "NW", "50", "221"), ("Düsseldorf", "NW", "40", "211"), ("Nürnberg", "BY", "90", "911"),
    ("Dresden", "SN", "01", "351"), ("Stuttgart", "BW", "70", "711"), ("Münster", "NW", "48", "251"),
)  # fmt: skip
_US_STREETS = ("Street", "Avenue", "Road", "Lane", "Drive", "Court", "Boulevard", "Way", "Place", "Terrace")
_GB_STREETS = ("Road", "Street", "Lane", "Close", "Gardens", "Avenue", "Crescent", "Grove")
_DE_STREETS = ("straße", "weg", "allee", "gasse", "ring")
_NATURE = (
    "Oak", "Maple", "Cedar", "Pine", "Elm", "Willow", "Birch", "Walnut", "Chestnut", "Spruce", "Lake", "Hill", "River",
    "Meadow", "Park", "Church", "Mill", "Station", "Spring", "Highland", "Sunset", "Valley", "Forest", "Garden",
)  # fmt: skip


@dataclass(frozen=True)
class Names:
    """The names of one tradition, with how common each is."""

    female: Texts
    female_weights: Floats
    male: Texts
    male_weights: Floats
    surnames: Texts
    surname_weights: Floats


@dataclass(frozen=True)
class Cities:
    """Cities of one country: name, region, start of the postcode and the dialling code."""

    name: Texts
    region: Texts
    postcode: Texts
    dialling: Texts


def _pool(values: Mapping[str, float] | Sequence[str]) -> tuple[Texts, Floats]:
    if isinstance(values, Mapping):
        return texts(list(values)), np.asarray(list(values.values()), dtype=np.float64)
    return texts(list(values)), np.ones(len(values))


@cache
def names(locale: str) -> Names:
    """faker's names of a locale."""
    for provider in Faker(locale).factories[0].providers:
        if hasattr(provider, "first_names_female"):
            female = _pool(provider.first_names_female)
            male = _pool(provider.first_names_male)
            return Names(*female, *male, *_pool(provider.last_names))
    raise LookupError(f"faker has no names for {locale}")


def cities(seed: int, count: int) -> tuple[Cities, ...]:
    """`count` cities of the United States, and a few of each other country, in the order of COUNTRIES."""
    chance = Chance(seed, "cities")
    fake = Faker("en_US")
    fake.seed_instance(seed)
    state = chance.below(count, len(_STATES)).tolist()
    zips = chance.below(count, 90).tolist()
    american = Cities(
        texts([fake.city() for _ in range(count)]),
        texts([_STATES[row] for row in state]),
        texts([f"{_ZIP[row] + zips[at] // 10:03}{zips[at] % 10}" for at, row in enumerate(state)]),
        texts([_AREA_CODES[row] for row in state]),
    )
    british = Cities(
        texts([city[0] for city in _BRITISH]),
        texts([None] * len(_BRITISH)),
        texts([city[1] for city in _BRITISH]),
        texts([city[2] for city in _BRITISH]),
    )
    german = Cities(
        texts([city[0] for city in _GERMAN]),
        texts([city[1] for city in _GERMAN]),
        texts([city[2] for city in _GERMAN]),
        texts([city[3] for city in _GERMAN]),
    )
    return american, british, german


def streets(country: int) -> Texts:
    """Street names of a country, by its position in COUNTRIES."""
    surnames = [str(name) for name in names(LOCALES[country]).surnames[:150].tolist()]
    if country == 2:
        return texts([f"{name}{kind}" for kind in _DE_STREETS for name in (*_NATURE_DE, *surnames)])
    kinds = _US_STREETS if country == 0 else _GB_STREETS
    return texts([f"{name} {kind}" for kind in kinds for name in (*_NATURE, *surnames)])


_NATURE_DE = ("Linden", "Garten", "Bahnhof", "Berg", "Wald", "Mühlen", "Kirch", "Schul", "Rosen", "Eichen")
