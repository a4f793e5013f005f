"""Every comparison on pairs made by hand: the label one would give by eye."""

from dataclasses import replace

import pytest
from compared import encoded, said, said_by

from spine.domain.vocabulary import Kind
from spine.matching.frequencies import frequencies_of
from spine.matching.training import untrained

FAR, NEAR, KIN, NAMESAKES = "elsewhere", "at one address", "relatives", "namesakes"
GIVEN_NAME = "one given name"
HOME = {"street": "oak street", "house_number": "12", "postcode": "62701", "city": "springfield"}
ANNA = {"given": "anna", "surname": "berglund", "birth_date": "1980-05-21"}


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("anna", "anna", "same"),
        ("william", "bill", "nickname"),
        ("anna", "anna maria", "a part in common"),
        ("jonathan", "jonathon", "nickname"),
        ("zelmira", "zelmire", "close"),
        ("anna", "anan", "close"),
        ("christina", "christopher", "resembles"),
        ("a", "anna", "same initial"),
        ("anna", "peter", "differs"),
        ("al", "el", "differs"),
    ],
)
def test_given_names(one: str, other: str, label: str) -> None:
    assert said({"given": one}, {"given": other})["given"] == (label, "")


def test_a_middle_name_used_as_given_name_is_a_part_in_common() -> None:
    assert said({"given": "mary", "middle": "anna"}, {"given": "anna"})["given"][0] == "a part in common"


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("marie", "marie", "same"),
        ("marie", "maria", "same"),
        ("m", "marie", "same initial"),
        ("m", "m", "same initial"),
        ("m", "j", "differs"),
        ("marie", "johanna", "differs"),
    ],
)
def test_middle_names(one: str, other: str, label: str) -> None:
    assert said({"middle": one}, {"middle": other})["middle"][0] == label


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("berglund", "berglund", "same"),
        ("berglund", "berlgund", "close"),
        ("garcia", "garcia lopez", "a part in common"),
        ("hanson", "hansson", "close"),
        ("martin", "marten", "close"),
        ("johnson", "johnston", "close"),
        ("muller", "mueller", "same"),
        ("boehm", "bohm", "same"),
        ("gross schafer", "gross schaefer", "same"),
        ("bauer", "baur", "close"),
        ("paez", "paz", "resembles"),
        ("muller", "meuller", "close"),
        ("peters", "peterman", "resembles"),
        ("berg", "smith", "differs"),
        ("li", "lu", "differs"),
    ],
)
@pytest.mark.parametrize("group", [FAR, NEAR])
def test_surnames_here_and_elsewhere(one: str, other: str, label: str, group: str) -> None:
    home = HOME if group == NEAR else {}
    assert said({"surname": one, **home}, {"surname": other, **home})["surname"] == (label, group)


def test_exchanged_names_are_put_right_before_they_are_compared() -> None:
    found = said({"given": "anna", "surname": "berglund"}, {"given": "berglund", "surname": "anna"})
    assert (found["order"][0], found["given"][0], found["surname"][0]) == ("exchanged", "same", "same")


def test_one_name_in_the_others_place_where_the_other_was_replaced() -> None:
    found = said({"given": "olivia", "surname": "king"}, {"given": "kings", "surname": "oliver"})
    assert (found["order"][0], found["given"][0], found["surname"][0]) == ("exchanged", "close", "resembles")


def test_the_very_same_name_in_the_others_place_is_enough() -> None:
    found = said({"given": "wztkin", "surname": "raquel"}, {"given": "raquel", "surname": "beadle"})
    assert (found["order"][0], found["given"][0], found["surname"][0]) == ("exchanged", "same", "differs")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("berg", "berg smith"), ("william", "berg")),
        (("anna", "berg"), ("berg", "anna")),
        (("olivia", "king"), ("kings", "oliver")),
    ],
)
def test_exchanged_names_read_the_same_from_both_sides(one: tuple[str, str], other: tuple[str, str]) -> None:
    here, there = ({"given": given, "surname": surname} for given, surname in (one, other))
    found = said(here, there)
    assert found["order"][0] == "exchanged"
    assert said(there, here) == found


def test_usual_order_is_left_alone() -> None:
    found = said({"given": "anna", "surname": "berglund"}, {"given": "anna", "surname": "smith"})
    assert (found["order"][0], found["surname"][0]) == ("as usual", "differs")
    assert "order" not in said({"given": "anna"}, {"given": "anna", "surname": "smith"})


@pytest.mark.parametrize(
    ("one", "other", "label", "group"),
    [
        ("1980-05-21", "1980-05-21", "same", FAR),
        ("1980-05-21", "1980-05-27", "slip", FAR),
        ("1980-05-21", "1980-05-12", "slip", FAR),
        ("1980-05-21", "1908-05-21", "slip", FAR),
        ("1980-05-11", "1980-11-05", "slip", FAR),
        ("1980-05-21", "1980-05-30", "two parts agree", FAR),
        ("1980-05-21", "1962-05-21", "two parts agree", FAR),
        ("1980-05-21", "1981-11-02", "near year", FAR),
        ("1980-05-21", "1955-11-02", "differs", FAR),
        ("1980", "1980-05-21", "partial agrees", "partial"),
        ("1980-05", "1980-05-21", "partial agrees", "partial"),
        ("1980-05", "1980-06", "partial disagrees", "partial"),
        ("1980", "1981-05-21", "partial disagrees", "partial"),
    ],
)
def test_birth_dates(one: str, other: str, label: str, group: str) -> None:
    assert said({"birth_date": one}, {"birth_date": other})["birth_date"] == (label, group)
    near = "partial" if group == "partial" else NEAR
    assert said({"birth_date": one, **HOME}, {"birth_date": other, **HOME})["birth_date"] == (label, near)


@pytest.mark.parametrize(
    ("dates", "ages", "label", "group"),
    [
        ((None, None), ("40", "40"), "same", "birth date missing"),
        ((None, None), ("40", "42"), "within two years", "birth date missing"),
        ((None, None), ("40", "60"), "differs", "birth date missing"),
        (("1980-05-21", "1980-05-21"), ("40", "40"), "same", "birth dates agree"),
        (("1980-05-21", "1980-05-12"), ("40", "41"), "within two years", "birth dates agree"),
        (("1980", "1980-05-12"), ("40", "50"), "differs", "birth dates agree"),
        (("1980-05-21", "1955-11-02"), ("40", "40"), "same", "birth dates differ"),
        (("1980-05-21", "1955-11-02"), ("40", "65"), "differs", "birth dates differ"),
    ],
)
def test_ages_beside_dates(dates: tuple[str | None, str | None], ages: tuple[str, str], label: str, group: str) -> None:
    one, other = ({"birth_date": date, "age": age} for date, age in zip(dates, ages, strict=True))
    assert said(one, other)["age"] == (label, group)


def test_ages_say_nothing_where_dates_are_near_each_other() -> None:
    one, other = {"birth_date": "1980-05-21", "age": "40"}, {"birth_date": "1980-05-30", "age": "40"}
    assert "age" not in said(one, other)


def test_sex_among_equal_and_among_different_names() -> None:
    assert said({"given": "anna", "sex": "f"}, {"given": "peter", "sex": "m"})["sex"] == ("differs", "names differ")
    assert said({"given": "kim", "sex": "f"}, {"given": "kim", "sex": "m"})["sex"] == ("differs", "names agree")
    assert said({"given": "bill", "sex": "m"}, {"given": "william", "sex": "m"})["sex"] == ("same", "names agree")
    assert said({"sex": "f"}, {"sex": "f"})["sex"] == ("same", "names differ")


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("anna.berg@mail.example", "anna.berg@mail.example", "same"),
        ("anna.berg@mail.example", "anna.berg@post.example", "same name at another provider"),
        ("anna.berg@mail.example", "ana.berg@mail.example", "close"),
        ("info@acme.example", "zoe@else.example", "differs"),
        ("ab@mail.example", "ab@elsewhere.org", "differs"),
    ],
)
def test_emails_by_what_else_the_two_have_in_common(one: str, other: str, label: str) -> None:
    def among(here: dict[str, str], there: dict[str, str]) -> str:
        told, group = said({"email": one, **here}, {"email": other, **there})["email"]
        assert told == label
        return group

    anna, berg, zoe = {"given": "anna"}, {"surname": "berg"}, {"given": "zoe", "surname": "dahl"}
    assert among({}, {}) == among({}, anna | berg) == among(anna | berg, zoe) == ""
    assert among(anna, anna) == among(anna, {"given": "ana", "surname": "dahl"}) == GIVEN_NAME
    assert among(berg, berg) == among(anna | berg, {"given": "otto", "surname": "berg"}) == KIN
    assert among(HOME, HOME) == among(anna | HOME, anna | HOME) == among(berg | HOME, berg | HOME) == NEAR
    assert among(anna | berg, anna | berg) == among(anna | berg | HOME, anna | berg | HOME) == NAMESAKES


def test_any_of_several_emails_and_phones_may_agree() -> None:
    one, other = (
        {"email": "anna@first.example", "phone": "+14155550100"},
        {"email": "zoe@second.example", "phone": "+493012345678"},
    )
    held = [{"email": [1, 7], "phone": [11, 12]}, {"email": [3, 7], "phone": [12, 13]}]
    assert said(one, other)["email"][0] == said(one, other)["phone"][0] == "differs"
    assert said(one, other, held)["email"][0] == said(one, other, held)["phone"][0] == "same"


def test_phones() -> None:
    one = {"phone": "+14155550100"}
    assert said(one, one)["phone"] == ("same", FAR)
    assert said(one, {"phone": "+14155550101"})["phone"] == ("slip", FAR)
    assert said(one, {"phone": "+493012345678"})["phone"] == ("differs", FAR)
    assert said({**one, **HOME}, {**one, **HOME})["phone"] == ("same", NEAR)
    assert said({**one, **HOME}, {"phone": "+14155550101", **HOME})["phone"] == ("differs", NEAR)


@pytest.mark.parametrize(
    ("other", "label"),
    [("078051120", "same"), ("078051121", "slip"), ("078051211", "two slips"), ("219099999", "differs")],
)
def test_national_ids_among_strangers_namesakes_and_neighbours(other: str, label: str) -> None:
    one = {"national_id": "078051120"}
    assert said(one, {"national_id": other})["national_id"] == (label, "")
    kin = {"surname": "berglund"}
    assert said({**one, **kin}, {"national_id": other, **kin})["national_id"] == (label, "namesakes")
    assert said({**one, **HOME}, {"national_id": other, **HOME})["national_id"] == (label, NEAR)


def test_twins_are_told_apart_by_given_name_alone() -> None:
    found = said({**ANNA, **HOME, "sex": "f"}, {**ANNA, "given": "britta", **HOME, "sex": "f"})
    assert found["given"] == ("differs", "")
    assert found["surname"] == found["birth_date"] == ("same", NEAR)
    assert found["address"][0] == "same dwelling"


def _address(**other: str | None) -> tuple[str, str]:
    return said({**HOME, "unit": "3"}, {**HOME, "unit": "3", **other})["address"]


def test_addresses_with_a_street() -> None:
    assert _address() == ("same dwelling", "street")
    assert _address(unit="4") == ("same building", "street")
    assert _address(unit=None) == ("same building", "street")
    assert _address(house_number="13") == ("address alike", "street")
    assert _address(street="oka street") == ("address alike", "street")
    assert _address(street="oakley st") == ("address loosely alike", "street")
    assert _address(house_number=None) == ("same street, number missing", "street")
    assert _address(house_number="988") == ("same street", "street")
    assert _address(street="oka street", house_number="988") == ("street alike", "street")
    assert _address(street="river road", house_number="988") == ("street differs", "street")


def test_the_postcode_counts_where_the_street_differs() -> None:
    moved = {**HOME, "street": "river road", "house_number": "988"}
    assert said(HOME, moved)["area"] == ("same postcode", "")
    assert said(HOME, {**moved, "postcode": "10001"})["area"] == ("another postcode", "")
    assert "area" not in said(HOME, HOME)
    assert "area" not in said(HOME, {**moved, "postcode": None})


def test_post_office_boxes() -> None:
    assert said({"po_box": "77"}, {"po_box": "77"})["address"] == ("same dwelling", "street")
    assert said({"po_box": "77"}, {"po_box": "78"})["address"] == ("street differs", "street")
    assert said({"po_box": "77", "city": "springfield"}, {"city": "springfield"})["address"][1] == "place"


def test_house_numbers_without_streets_and_places() -> None:
    assert said({"house_number": "12"}, {"house_number": "12"})["address"] == ("same number", "number")
    assert said({"house_number": "12"}, {"house_number": "9"})["address"] == ("another number", "number")
    place = {"city": "springfield", "region": "il", "postcode": "62701"}
    assert said(place, place)["address"] == ("same postcode", "place")
    assert said(place, {**place, "postcode": "62702"})["address"] == ("same city", "place")
    assert said(place, {"city": "sprngfield", "postcode": "1"})["address"] == ("city alike", "place")
    assert said(place, {"city": "chicago", "region": "il"})["address"] == ("same region", "place")
    assert said(place, {"city": "boston", "region": "ma"})["address"] == ("place differs", "place")
    assert "address" not in said({"region": "il"}, {"region": "il"})


def test_suffixes() -> None:
    assert said({"suffix": "jr"}, {"suffix": "sr"})["suffix"][0] == "differs"
    assert said({"suffix": "jr"}, {"suffix": "jr"})["suffix"][0] == "same"


def test_shared_identifiers() -> None:
    assert said({}, {}, [{"login": [5]}, {"login": [5]}]) == {"shared_login": ("same login", "")}
    assert said({}, {}, [{"login": [5]}, {"login": [6]}]) == {"shared_login": ("another login", "")}
    assert said({}, {}, [{"login": [5]}, {"cookie": [6]}]) == {}
    assert said({}, {}, [{"other": [5, 9]}, {"other": [9]}]) == {"shared_other": ("same other", "")}


def test_what_households_share_is_apart_for_relatives_and_at_one_address() -> None:
    anna, otto = {"given": "anna", "surname": "berg"}, {"given": "otto", "surname": "berg"}
    held = [{"account": [5], "login": [5]}, {"account": [5], "login": [5]}]
    assert said(anna, otto, held)["shared_account"] == ("same account", "relatives")
    assert said(anna, anna, held)["shared_account"] == ("same account", "")
    assert said({**anna, **HOME}, {**otto, **HOME}, held)["shared_account"] == ("same account", "at one address")
    assert said({**anna, **HOME}, {**anna, **HOME}, held)["shared_account"] == ("same account", "at one address")
    assert said(anna, otto, held)["shared_login"] == ("same login", "")
    phones = said({**anna, "phone": "+14155550100"}, {**otto, "phone": "+14155550100"})
    assert phones["phone"] == ("same", "relatives")


def test_what_many_records_carry_is_a_level_of_its_own() -> None:
    callers = [{"given": f"g{n}", "phone": "+18005550100", "email": "info@hub.example"} for n in range(20)]
    records = encoded([*callers, {"phone": "+14155550199"}, {"phone": "+14155550199"}], [{"device": [8]}] * 20)
    trained = replace(untrained(Kind.PERSON), frequencies=frequencies_of(Kind.PERSON, records))
    found = said_by(trained, records)
    assert found["phone"][0] == "same, of many"
    assert found["email"][0] == "same, of many"
    assert found["shared_device"][0] == "same device, of many"
    assert said_by(trained, records, 20, 21)["phone"][0] == "same"


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("acme tools", "acme tools", "same"),
        ("acme tools", "acme tool", "slip"),
        ("acme tools", "tools acme", "alike"),
        ("acme tools and parts", "acme tools parts", "close"),
        ("northern lights bakery", "northern lite bakery", "close"),
        ("sunny day child care", "sunny days care", "alike"),
        ("acme tools", "acme trucks", "loosely alike"),
        ("acme tools", "zebra bank", "differs"),
    ],
)
def test_organisation_names(one: str, other: str, label: str) -> None:
    found = said({"organisation": one}, {"organisation": other}, kind=Kind.ORGANISATION)
    assert found["organisation"][0] == label


@pytest.mark.parametrize("field", ["tax_id", "register", "lei", "domain"])
def test_numbers_of_registers(field: str) -> None:
    def label(other: str) -> str:
        return said({field: "hrb 12345"}, {field: other}, kind=Kind.ORGANISATION)[field][0]

    assert (label("hrb 12345"), label("hrb 12354"), label("hrb 99999")) == ("same", "slip", "differs")


def test_legal_forms() -> None:
    found = said({"legal_form": "gmbh"}, {"legal_form": "ag"}, kind=Kind.ORGANISATION)
    assert found == {"legal_form": ("differs", "")}


def test_nothing_to_compare() -> None:
    for kind in Kind:
        assert said({}, {}, kind=kind) == {}
        assert said({"given": "anna", "organisation": "acme"}, {}, kind=kind) == {}
