"""Check digits hold, identifiers do not collide, and slips touch only what they should."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from stdnum import lei as standard_lei
from stdnum.de import vat as german
from stdnum.gb import vat as british

from seed.chance import Chance, present, texts
from seed.check_digits import british_vat, german_vat, lei
from seed.contacts import unique
from seed.dates import NEVER, START, TODAY, day, stamped, written
from seed.facts import town
from seed.slips import folded, initial, misread, mistyped, nicknamed


@given(st.integers(0, 16**12 - 1))
def test_leis_are_valid(number: int) -> None:
    assert standard_lei.is_valid(lei(f"529900{number:012X}"))


@given(st.integers(10_000_000, 99_999_999))
def test_german_vat_numbers_are_valid(stem: int) -> None:
    assert german.is_valid(german_vat(stem))


@given(st.integers(1_000_000, 9_999_999))
def test_british_vat_numbers_are_valid(stem: int) -> None:
    assert british.checksum(british_vat(stem)[2:]) in {0, 42, 55}


@given(st.lists(st.sampled_from(["a@x.com", "b@x.com", "a.2@x.com", "a.3@x.com"]), max_size=12))
def test_unique_gives_no_e_mail_twice(values: list[str]) -> None:
    found = unique(values)
    assert len(set(found)) == len(found) == len(values)
    assert set(values) <= set(found)


@given(st.lists(st.text(alphabet="abcdefghijklmnop", min_size=3, max_size=12), min_size=1, max_size=30))
def test_mistyping_is_one_edit(values: list[str]) -> None:
    column = texts(values)
    changed = mistyped(column, Chance(1, "typing"), 1.0)
    for before, after in zip(values, changed.tolist(), strict=True):
        assert OSA.distance(before, after) <= 1
    assert column.tolist() == values


def test_slips_keep_missing_values_missing() -> None:
    column = texts([None, "Müller", "José", "Robert"])
    chance = Chance(0, "slips")
    for changed in (mistyped(column, chance, 1.0), misread(column, chance, 1.0), folded(column, chance, 1.0)):
        assert changed[0] is None
        assert all(changed[1:])
    assert folded(column, chance, 1.0)[1] in {"Muller", "Mueller"}
    assert nicknamed(column, chance, 1.0).tolist() == [None, "Müller", "Pepe", "Bob"]
    assert initial(column).tolist() == [None, "M", "J", "R"]


def test_dates_are_written_as_asked() -> None:
    days = np.asarray([day("2024-02-29"), NEVER])
    assert written(days, "{d:02}.{m:02}.{y:04}").tolist() == ["29.02.2024", None]
    assert stamped(days, np.asarray([3_661, 0])).tolist() == ["2024-02-29T01:01:01Z", None]


def test_nobody_shares_an_identifier_by_accident() -> None:
    contacts = town(3000, 5).contacts
    for name in ("email", "email_old", "mobile", "national_id", "loyalty", "login", "device", "cookie", "token"):
        values = [value for value in getattr(contacts, name).tolist() if value]
        assert len(values) == len(set(values)) > 1000, name


def test_a_recycled_number_rested_for_years() -> None:
    contacts = town(3000, 5).contacts
    holder = {number: row for row, number in enumerate(contacts.mobile.tolist()) if number}
    recycled = [(row, holder[old]) for row, old in enumerate(contacts.mobile_old.tolist()) if old in holder]
    assert len(recycled) >= 10
    for first, second in recycled:
        assert first != second
        assert contacts.mobile_since[second] - contacts.mobile_since[first] > 3 * 365


def test_residencies_follow_births_deaths_and_the_calendar() -> None:
    population = town(3000, 5).population
    people, homes = population.people, population.residencies
    assert (homes.start < homes.end).all()
    assert (homes.start >= people.birth[homes.person]).all()
    died = people.death[homes.person] != NEVER
    assert (homes.end[died] <= people.death[homes.person][died]).all()
    assert homes.end.max() <= TODAY + 1
    assert (np.diff(homes.person * 10**6 + homes.start) >= 0).all()
    moved = np.bincount(homes.person) > 1
    assert 0.2 < moved.mean() < 0.9


def test_the_address_shown_is_one_that_was_lived_at() -> None:
    population = town(2000, 5).population
    homes = population.residencies
    who = np.unique(homes.person)
    first = np.searchsorted(homes.person, who)
    when = np.maximum(homes.start[first], START)
    none = np.zeros(len(who), dtype=np.bool_)
    row = homes.shown(who, when, none, none)
    assert (homes.person[row] == who).all()
    assert (homes.start[row] <= when).all()
    back = homes.shown(who, np.full(len(who), TODAY), ~none, none)
    assert (homes.person[back] == who).all()


def test_everyday_shares_of_the_world() -> None:
    """Marriages with a new surname, households of several, shared landlines: all there, none the rule."""
    where = town(3000, 5)
    people = where.population.people
    assert 0.05 < (people.surname != people.birth_surname).mean() < 0.4
    assert 0.2 < present(where.contacts.landline).mean() < 0.6
    assert len(people) == 3000
    firms = where.companies
    assert (firms.second >= 0).any()
    assert firms.branch.any()
    assert (firms.ultimate[firms.ultimate] == firms.ultimate).all()
