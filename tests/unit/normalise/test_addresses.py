"""Postal addresses: street lines, whole lines, and one canonical line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise import addresses, streets
from spine.normalise.countries import normalise_country, normalise_region
from spine.normalise.street_words import STREET_WORDS

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
LINES = st.lists(
    st.sampled_from(
        ["12", "12a", "3-5", "Main", "N", "Street", "Hauptstraße", "Apt", "#", "4B", "PO Box 7", ",", "\n", "London",
         "IL", "62704", "SW1A 1AA", "UK", "DE", "10115", "Flat", "unit", "highway", "floor", "il", "fl", "b",
         "ul.", "os.", "14/5", "m", "lok.", "bis", "3 ter"]
    ), max_size=12,
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 North Main Street Apt. 4 B", ("12", "n main st", "4b", None)),
        ("12-14 Main St, Suite 200", ("12 14", "main st", "200", None)),
        ("Hauptstraße 12a", ("12a", "hauptstr", None, None)),
        ("Hauptstr. 12 a", ("12a", "hauptstr", None, None)),
        ("Flat 4, 12 High Street", ("12", "high st", "4", None)),
        ("12 rue de la Paix", ("12", "rue de la paix", None, None)),
        ("P.O. Box 1026", (None, None, None, "1026")),
        ("Postfach 12", (None, None, None, "12")),
        ("Highway 12", (None, "hwy 12", None, None)),
        ("500 Highway 12", ("500", "hwy 12", None, None)),
        ("ul. Długa 14/5", ("14", "dluga", "5", None)),
        ("ulica Długa 14 m. 5", ("14", "dluga", "5", None)),
        ("Długa 14A lok. 5", ("14a", "dluga", "5", None)),
        ("ul. Długa, 14/5", ("14", "dluga", "5", None)),
        ("ul. 3 Maja 5/7", ("5", "3 maja", "7", None)),
        ("Aleje Jerozolimskie 54", ("54", "al jerozolimskie", None, None)),
        ("os. 1000-lecia 5 m 3", ("5", "os 1000 lecia", "3", None)),
        ("Hauptstraße 12/3/5", ("12", "hauptstr", "3 5", None)),
        ("Berliner Straße 12", ("12", "berliner st", None, None)),
        ("Berliner Str. 12-14", ("12 14", "berliner st", None, None)),
        ("Lange Strasse 7 a", ("7a", "lange st", None, None)),
        ("Straße 12", (None, "st 12", None, None)),
        ("Hauptstr. 12-14", ("12 14", "hauptstr", None, None)),
        ("12/5 Main St", ("12 5", "main st", None, None)),
        ("3 bis rue de la Paix", ("3bis", "rue de la paix", None, None)),
        ("3bis, rue de la Paix", ("3bis", "rue de la paix", None, None)),
        ("rue de la Paix 3 ter", ("3ter", "rue de la paix", None, None)),
        ("12 Main St #7", ("12", "main st", "7", None)),
        ("", (None, None, None, None)),
    ],
)
def test_street_lines(text: str, expected: tuple[str | None, ...]) -> None:
    assert tuple(streets.split_street(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apt number 5", "5"), ("unit # 47", "47"), ("#4", "4"), ("no 473 r", "473r"), ("upstairs", "upstairs"),
        ("third floor apt 57", "third fl 57"), ("unit", "unit"), ("n/a", None),
    ],
)  # fmt: skip
def test_units_lose_their_designators(text: str, expected: str | None) -> None:
    assert streets.normalise_unit(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "12 Main St Apt 4, Springfield, IL 62704, USA",
        "12 Main Street, Unit 4, Springfield, Illinois, 62704-1234, United States",
        "12 MAIN STREET #4\nSPRINGFIELD IL 62704\nUS",
    ],
)
def test_one_place_has_one_line(text: str) -> None:
    assert addresses.normalise_address(text) == "12 main st unit 4, springfield, il, 62704, us"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 Main Street Apt 4B Springfield IL 62704", "12 main st unit 4b, springfield, il, 62704"),
        ("Flat 4, 12 High Street, London SW1A 1AA, UK", "12 high st unit 4, london, sw1a1aa, gb"),
        ("Hauptstraße 12a, 10115 Berlin, Germany", "12a hauptstr, berlin, 10115, de"),
        ("PO Box 123, Anytown, WA 00000", "po box 123, anytown, wa, 00000"),
        ("12 rue de la Paix, 75002 Paris, France", "12 rue de la paix, paris, 75002, fr"),
        ("ul. Długa 14/5, 00-238 Warszawa", "14 dluga unit 5, warszawa, 00238"),
        ("ul. Długa 14 m. 5, 00-238 Warszawa", "14 dluga unit 5, warszawa, 00238"),
        ("3 bis rue de la Paix, 75002 Paris", "3bis rue de la paix, paris, 75002"),
        ("Springfield", None),
        ("", None),
    ],
)
def test_whole_lines(text: str, expected: str | None) -> None:
    assert addresses.normalise_address(text) == expected


def test_postcodes() -> None:
    assert addresses.normalise_postcode("62704-1234") == "62704"
    assert addresses.normalise_postcode("SW1A 1AA") == "sw1a1aa"
    assert addresses.normalise_postcode("0Oo00") == "00000"
    assert addresses.normalise_postcode("|0115") == "10115"


def test_countries_and_regions() -> None:
    assert {normalise_country(text) for text in ("USA", "United States", "us", "840", "U.S.A.")} == {"us"}
    assert {normalise_country(text) for text in ("UK", "England", "GBR", "Great Britain")} == {"gb"}
    assert {normalise_country(text) for text in ("D", "Deutschland", "Niemcy", "Allemagne")} == {"de"}
    assert addresses.split_address("12 Main St, Springfield, IL, 62704, D").country is None
    assert normalise_country("Ruritania") == "ruritania"
    assert {normalise_region(text) for text in ("Washington", "WA", "US-WA")} == {"wa"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14/5", ("14", "5")), ("14A / 5", ("14a", "5")), ("14 m. 5", ("14", "5")), ("12/3/5", ("12", "3 5")),
        ("3 bis", ("3bis", None)), ("12-14", ("12 14", None)), ("14 1/2", ("14 1 2", None)), ("n/a", (None, None)),
    ],
)  # fmt: skip
def test_house_numbers_with_a_flat_behind(text: str, expected: tuple[str | None, str | None]) -> None:
    assert streets.split_house_number(text) == expected


def test_every_short_form_is_settled() -> None:
    assert all(STREET_WORDS[short] == short for short in STREET_WORDS.values())


@given(TEXT | LINES)
def test_normalised_parts_are_settled(text: str) -> None:
    functions = (
        streets.normalise_house_number, streets.normalise_street, streets.normalise_unit, streets.normalise_po_box,
        addresses.normalise_city, addresses.normalise_postcode, normalise_country, normalise_region,
    )  # fmt: skip
    for function in functions:
        once = function(text)
        assert once is None or function(once) == once, function.__name__
    for part, function in zip(streets.split_street(text), functions, strict=False):
        assert part is None or function(part) == part, function.__name__


@given(TEXT | LINES)
def test_a_canonical_line_is_settled(text: str) -> None:
    line = addresses.normalise_address(text)
    assert line is None or addresses.normalise_address(line) == line


WORD = st.from_regex(r"[a-z]{1,6}", fullmatch=True) | st.sampled_from(["il", "de", "st", "floor", "la", "washington"])
PHRASE = st.lists(WORD, min_size=1, max_size=3).map(" ".join)


@given(
    st.from_regex(r"[0-9]{1,4}[a-z]?", fullmatch=True),
    PHRASE.map(streets.normalise_street),
    st.none() | st.from_regex(r"[0-9]{1,3}[a-z]?", fullmatch=True),
    PHRASE.map(addresses.normalise_city),
    st.none() | st.sampled_from(["il", "de", "ca", "zz"]),
    st.sampled_from(["62704", "sw1a1aa", "b11ss"]),
    st.none() | st.sampled_from(["us", "de", "gb", "il", "ca"]),
)
def test_a_regular_line_is_settled(
    number: str, street: str, unit: str | None, city: str, region: str | None, postcode: str, country: str | None
) -> None:
    line = addresses.one_line(addresses.Address(number, street, unit, None, city, region, postcode, country))
    assert line is not None
    if re.search(addresses.REGULAR_LINE, line) and not re.search(addresses.IRREGULAR_WORD, line):
        assert addresses.normalise_address(line) == line
