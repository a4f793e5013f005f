"""Phones: E.164, and that the short way answers what the library answers."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise.phones import library_phone, normalise_phone, phone_text

REGIONS = ["US", "GB", "DE", "FR", "IT", "CA", "RU", "BR", "ES", "CH", "NL", "AU", "JP", "GG", "AR", "FI", "AT"]


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("(217) 555-0123", "US", "+12175550123"),
        ("217.555.0123 x12", "US", "+12175550123"),
        ("1-217-555-0123", "US", "+12175550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("0044 20 7946 0958", "GB", "+442079460958"),
        ("030/123456", "DE", "+4930123456"),
        ("555-0123", "US", None),
        ("n/a", "US", None),
        ("000-000-0000", "US", None),
        ("+1 555 555 5555", "US", None),
        ("020 7946 0958", "??", None),
    ],
)
def test_numbers(text: str, region: str, expected: str | None) -> None:
    assert normalise_phone(text, region) == expected


def test_digits_of_what_is_no_number_remain_comparable() -> None:
    assert phone_text("555-0123") == "5550123"
    assert phone_text("x12") is None


@given(
    st.from_regex(r"\+?[0-9]{1,3}[ -]?[0-9]{5,13}", fullmatch=True) | st.from_regex(r"0[0-9]{6,12}", fullmatch=True),
    st.sampled_from(REGIONS),
)
def test_the_short_way_answers_what_the_library_answers(text: str, region: str) -> None:
    assert normalise_phone(text, region) == library_phone(text, region)


def test_the_short_way_agrees_on_an_example_of_every_country() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        assert example is not None
        for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.NATIONAL):
            text = phonenumbers.format_number(example, form)
            assert normalise_phone(text, region) == library_phone(text, region), (region, text)


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.from_regex(r"[+0-9() .-]{5,18}", fullmatch=True))
def test_a_normalised_number_is_settled(text: str) -> None:
    for region in ("US", "GB", "IT"):
        number = normalise_phone(text, region)
        assert number is None or normalise_phone(number, "US") == number
