"""Names of sister companies are told apart by what little of them differs; one name written two ways is not."""

import pytest
from compared import said
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.matching.outcomes import KIN
from spine.matching.sister_words import ROLES, ROMAN
from spine.matching.sisters import two_sisters
from spine.normalise.organisations import split_organisation

HOUSE = {"street": "harbour street", "house_number": "5", "city": "hull", "domain": "alpha.example"}


def told(one: str, other: str) -> str | None:
    """What two names as they are written say of sisters."""
    (here, _), (there, _) = split_organisation(one), split_organisation(other)
    assert here
    assert there
    assert two_sisters(here, there) == two_sisters(there, here)
    return two_sisters(here, there)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alpha Fund I LP", "Alpha Fund II LP"),
        ("Alpha Fund I L.P.", "Alpha Fund II L.P."),
        ("Alpha Fund 2 LP", "Alpha Fund III LP"),
        ("Alfa Fund 2 LP", "Alpha Fund III"),
        ("First Alpha Bank", "2nd Alpha Bank"),
        ("Erste Alpha Verwaltungs GmbH", "Zweite Alpha Verwaltungs GmbH"),
        ("Alpha Notes Series A LLC", "Alpha Notes Series B LLC"),
        ("Alpha Notes Series A LLC", "Alpha Notes Series V LLC"),
        ("Alpha Capital 2019 LP", "Alpha Capital (2020) LP"),
        ("Brand Store #12", "Brand Store Nr. 014"),
        ("XX Century Films", "XXI Century Films"),
    ],
)
def test_another_number(one: str, other: str) -> None:
    assert told(one, other) == "another number"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Meier Verwaltungs GmbH", "Meier Beteiligungs GmbH"),
        ("Meier Verwaltungsgesellschaft mbH", "Meyer Beteiligungs-GmbH"),
        ("Meier Verwaltungs GmbH", "Meier GmbH & Co. KG"),
        ("Alpha Real Estate Ltd", "Alpha Logistics Ltd"),
        ("Alpha Stiftung", "Alpha AG"),
    ],
)
def test_another_word(one: str, other: str) -> None:
    assert told(one, other) == "another word"


def test_a_numeral_that_counts_on() -> None:
    assert told("Alpha Fund LP", "Alpha Fund II LP") == "a numeral more"


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("Acme 2000 GmbH", "Acme GmbH", None),
        ("Acme Store", "Acme Store 12", None),
        ("3M Company", "3 M Company", None),
        ("7-Eleven Inc.", "Seven Eleven", None),
        ("Brand Store Nr. 012", "Brand Store 12", "same"),
        ("Alpha Fund II LP", "Alpha Fund 2", "same"),
        ("1st Alpha Bank", "First Alpha Bank", "same"),
        ("XX Century Films", "20th Century Films", "same"),
        ("Brand Store 12", "Brand Store 12, Hall 3", None),
        ("Acme S.A. de C.V.", "Acme LLC", None),
        ("MIX Studio", "MI Studio", None),
        ("Civic Dental", "Vivid Dental", None),
        ("V Ventures", "X Ventures", None),
        ("Meier Bau", "Meier Bau und Service", None),
        ("Meier Handels GmbH", "Meier Vertriebs GmbH", "same"),
        ("Bäckerei Müller", "Konditorei Müller", None),
        ("Alpha Fund I", "Zebra Fund II", None),
        ("Alpha", "Beta", None),
        ("1" * 5000, "2" * 5000 + " Alpha", None),
    ],
)
def test_one_company_written_two_ways(one: str, other: str, label: str | None) -> None:
    assert told(one, other) == label


def test_what_a_house_shares_tells_nothing_of_its_companies() -> None:
    numbers = ({"tax_id": "gb100000011"}, {"tax_id": "gb100000012"})
    one, other = (
        {"organisation": f"alpha fund {numeral}", **HOUSE, **number}
        for numeral, number in zip(("i", "ii"), numbers, strict=True)
    )
    found = said(one, other, kind=Kind.ORGANISATION)
    assert found["organisation"] == ("differs", "")
    assert found["series"] == ("another number", "")
    assert found["domain"] == ("same", KIN)
    assert found["tax_id"] == ("slip", KIN)
    assert said(one, {**other, "organisation": "alpha fund i"}, kind=Kind.ORGANISATION)["domain"] == ("same", "")


WORDS = st.lists(st.sampled_from(["alpha", "fund", "store", "no", "12", "012", *ROMAN, *ROLES, "a", "b"]), max_size=5)


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS)
def test_sides_may_change_places_and_a_name_is_no_sister_of_itself(one: list[str], other: list[str]) -> None:
    here, there = " ".join(one), " ".join(other)
    assert two_sisters(here, there) == two_sisters(there, here)
    assert two_sisters(here, here) in (None, "same")
