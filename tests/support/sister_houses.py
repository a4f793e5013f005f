"""Companies of one house that no source calls one: told apart by a number, a letter or a word of their names alone.

Houses have one address, telephone and website. Every company is written by one to three systems, each in its own
manner: numerals Roman, Arabic or spelled, a number with zeros or a sign in front, a form in full, short or left out,
slips. Beside them stand single companies, some of which carry a number or a numeral that other systems leave out.
"""

import random
from itertools import product
from typing import Any, NamedTuple

ROMAN = ("I", "II", "III", "IV", "V", "VI")
SPELLED = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
ROLES = ("Verwaltungs", "Beteiligungs", "Immobilien", "Logistik", "Vertriebs")
TRADES = ("Real Estate", "Logistics", "Insurance", "Consulting", "Energy")
STARTS = ("Nor", "Val", "Ber", "Kal", "Mon", "Tre", "Sol", "Har", "Gel", "Pom", "Dar", "Wes", "Lin", "Fal", "Ost")
MIDDLES = ("di", "ka", "ve", "lo", "ri", "ma", "tu", "se", "bo", "ne")
ENDS = ("um", "ford", "mann", "ell", "ric", "stone", "berg", "ton", "well", "dal", "via", "nis")
STREETS = [
    f"{name} {kind}"
    for name in ("Harbour", "Mill", "King", "Park", "Station", "Bridge")
    for kind in ("Street", "Lane", "Road", "Way")
]
CITIES = (("Hull", "HU1 1AA"), ("Leeds", "LS1 4DY"), ("York", "YO1 7HH"), ("Bath", "BA1 1LZ"), ("Derby", "DE1 2QD"))
SOURCES = ("crm", "erp", "shop")


class Written(NamedTuple):
    """A record of a company of the world: its row without the source's key, and whose it is."""

    source: str
    fields: dict[str, str]
    company: str


def houses(count: int, seed: int = 0) -> list[Written]:
    """So many houses of sisters of every manner in turn, and as many single companies."""
    draw = random.Random(seed)
    brands = ["".join(parts) for parts in product(STARTS, MIDDLES, ENDS)]
    draw.shuffle(brands)
    out: list[Written] = []
    for number in range(count):
        seat = _seat(draw, number)
        manner = _MANNERS[number % len(_MANNERS)]
        for at, (names, form) in enumerate(manner(draw, brands.pop())):
            out += _records(draw, names, form, seat, f"house {number} {at}")
        names, form = _SINGLE[number % len(_SINGLE)](brands.pop())
        out += _records(draw, names, form, _seat(draw, count + number), f"single {number}")
    draw.shuffle(out)
    return out


def _seat(draw: random.Random, number: int) -> dict[str, str]:
    city, postcode = draw.choice(CITIES)
    return {
        "street": draw.choice(STREETS), "house_number": str(draw.randint(1, 2000)), "city": city, "postcode": postcode,
        "phone": f"+44113{2_000_000 + number * 37}", "website": f"house{number * 7919}.example",
    }  # fmt: skip


def _funds(draw: random.Random, brand: str) -> Any:
    return [
        ((f"{brand} Fund {ROMAN[at]}", f"{brand} Fund {at + 1}", f"{brand.upper()} FUND {ROMAN[at]}"), "LP")
        for at in range(draw.randint(2, 5))
    ]


def _stores(draw: random.Random, brand: str) -> Any:
    first = draw.randint(2, 90)
    return [
        ((f"{brand} Store #{number}", f"{brand} Store Nr. {number:03}", f"{brand} Store {number}"), "Inc")
        for number in range(first, first + 6, 2)
    ]


def _roles(draw: random.Random, brand: str) -> Any:
    return [((f"{brand} {role}", f"{brand} {role.lower()}"), "GmbH") for role in draw.sample(ROLES, 3)]


def _trades(draw: random.Random, brand: str) -> Any:
    return [((f"{brand} {trade}", f"{brand} {trade.upper()}"), "Ltd") for trade in draw.sample(TRADES, 3)]


def _series(draw: random.Random, brand: str) -> Any:
    return [((f"{brand} Notes Series {letter}", f"{brand} notes series {letter}"), "LLC") for letter in "ABC"]


def _vintages(draw: random.Random, brand: str) -> Any:
    year = draw.randint(2005, 2020)
    return [((f"{brand} Capital {at}", f"{brand} Capital ({at})"), "LP") for at in range(year, year + 3)]


def _banks(draw: random.Random, brand: str) -> Any:
    return [
        ((f"{word} {brand} Savings", f"{at + 1}{'st' if at == 0 else 'nd'} {brand} Savings"), "Corp")
        for at, word in enumerate(SPELLED[:2])
    ]


_MANNERS = (_funds, _stores, _roles, _trades, _series, _vintages, _banks)
_SINGLE = (
    lambda brand: ((f"{brand} 2000", brand, f"{brand} 2000"), "GmbH"),
    lambda brand: ((f"7-{brand}", f"7 {brand}"), "Inc"),
    lambda brand: ((f"XX {brand} Century", f"{brand} XX Century"), "LLC"),
    lambda brand: ((f"{brand} Holding", f"{brand} Holding", brand), "SA de CV"),
    lambda brand: ((f"{brand} & Sons", f"{brand} and Sons"), "Ltd"),
    lambda brand: ((f"3M {brand}", f"3 M {brand}"), "AG"),
)
_FORMS = {"GmbH": ("GmbH", "gmbh", ""), "LP": ("LP", "L.P.", ""), "Inc": ("Inc.", "Incorporated", "")}


def _records(
    draw: random.Random, names: tuple[str, ...], form: str, seat: dict[str, str], company: str
) -> list[Written]:
    number = str(draw.randint(100_000_000, 999_999_999))
    out = []
    for source in draw.sample(SOURCES, draw.choice((1, 2, 2, 3))):
        name = _slipped(draw, draw.choice(names))
        fields = {"organisation_name": f"{name} {draw.choice(_FORMS.get(form, (form, form, '')))}".strip()}
        fields |= {key: value for key, value in seat.items() if key != "website"}
        if draw.random() < 0.25:
            fields.pop("phone")
        if draw.random() < 0.6:
            fields["website"] = seat["website"]
        if source != "shop" and draw.random() < 0.5:
            fields["tax_id"] = f"GB{number}"
        out.append(Written(source, fields, company))
    return out


def _slipped(draw: random.Random, name: str) -> str:
    """The name, one in ten with two letters of its first long word exchanged."""
    if draw.random() >= 0.1:
        return name
    words = name.split()
    at = next((place for place, word in enumerate(words) if len(word) > 4), None)
    if at is None:
        return name
    place = draw.randint(1, len(words[at]) - 2)
    word = words[at]
    words[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)
