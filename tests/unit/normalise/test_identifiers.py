"""Identifiers: one value per namespace, the same for loading and look-up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import lei
from stdnum.iso7064 import mod_97_10

from spine.domain.vocabulary import NAMESPACES
from spine.normalise.identifiers import lookup_values, normalise_identifier, weak_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
MARKED = st.from_regex(r"[A-Za-z0-9 ./:@{}+-]{0,30}", fullmatch=True)
ANY_NAMESPACE = st.sampled_from([*NAMESPACES, "x_partner_key"])


@pytest.mark.parametrize(
    ("namespace", "text", "expected"),
    [
        ("email", "Foo@Bar.com ", "foo@bar.com"),
        ("phone", "(217) 555-0123", "+12175550123"),
        ("national_id", "031-64-6602", "031646602"),
        ("national_id", "O31-64-66O2", "031646602"),
        ("national_id", "AB 12 34 56 C", "AB123456C"),
        ("national_id", "000-00-0000", None),
        ("tax_id", "de 123.456.789", "DE123456789"),
        ("tax_id", "GR123456789", "EL123456789"),
        ("tax_id", "12-3456789", "123456789"),
        ("register", "GB-01234567", "GB01234567"),
        ("register", "HRB 12345 B", "HRB12345B"),
        ("register", "111", "111"),
        ("register", "000", None),
        ("register", "1111", None),
        ("register", "7", None),
        ("lei", "529900t8bm49aursdo55", "529900T8BM49AURSDO55"),
        ("lei", "529900T8BM49AURSDO56", None),
        ("ip", "::ffff:192.0.2.1", "192.0.2.1"),
        ("ip", "2001:DB8:0:0::1", "2001:db8::1"),
        ("ip", "300.1.1.1", None),
        ("loyalty", "1234-5678 9012", "123456789012"),
        ("device", "{6D92078A-8246-4BA4-AE5B-76104861E7DC}", "6d92078a82464ba4ae5b76104861e7dc"),
        ("device", "00000000-0000-0000-0000-000000000000", None),
        ("cookie", " aB3=xYz ", "aB3=xYz"),
        ("login", "Jane.Doe ", "jane.doe"),
        ("customer", "C-000123", "c-000123"),
        ("x_partner_key", "Key  7", "key 7"),
        ("x_partner_key", "n/a", None),
        ("order", "王-7", "王-7"),
    ],
)
def test_values(namespace: str, text: str, expected: str | None) -> None:
    assert normalise_identifier(namespace, text) == expected


def test_what_is_no_identifier_may_still_be_compared() -> None:
    assert weak_text("lei", "529900T8BM49AURSDO56") == "529900t8bm49aursdo56"
    assert weak_text("cookie", "x") is None


def test_every_namespace_is_answered() -> None:
    for namespace in NAMESPACES:
        assert normalise_identifier(namespace, "") is None
        assert normalise_identifier(namespace, "unknown") is None


@given(ANY_NAMESPACE, TEXT | MARKED, st.sampled_from(["US", "GB", "IT"]))
def test_a_normalised_value_is_settled_whatever_the_region(namespace: str, text: str, region: str) -> None:
    value = normalise_identifier(namespace, text, region)
    assert value is None or (value and normalise_identifier(namespace, value) == value)


def test_a_local_phone_number_is_looked_up_as_one_of_each_region() -> None:
    values = lookup_values("phone", "020 7946 0958")
    assert "+442079460958" in values
    assert lookup_values("phone", "+442079460958") == ("+442079460958",)
    assert lookup_values("email", " A@b.com") == ("a@b.com",)
    assert lookup_values("email", "nobody") == ()


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZé ", min_size=15, max_size=22), st.booleans())
def test_an_lei_has_the_check_digits_of_the_standard(text: str, repaired: bool) -> None:
    number = "".join(character for character in text if character.isascii() and character.isalnum())
    if repaired and len(number) >= 18:
        number = number[:18] + mod_97_10.calc_check_digits(number[:18])
    assert (normalise_identifier("lei", number) is not None) == (len(number) == 20 and lei.is_valid(number))
