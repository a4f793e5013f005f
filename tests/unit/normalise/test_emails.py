"""E-mail addresses and domains."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise.emails import company_domain, email_text, normalise_domain, normalise_email

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" John.Doe+Shop@Example.COM ", "john.doe+shop@example.com"),
        ("mailto:a@b.com", "a@b.com"),
        ("John Doe <john@doe.org>", "john@doe.org"),
        ("jörg@müller.de", "jörg@müller.de"),
        ("test@test.com", "test@test.com"),
        ("oliverjones82bond.biz", None),
        ("a..b@c.com", None),
        ("@c.com", None),
        ("unknown", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    assert normalise_email(text) == expected


def test_what_is_no_address_keeps_its_characters_for_comparison() -> None:
    assert email_text("OliverJones82bond.biz ") == "oliverjones82bond.biz"
    assert email_text("n/a") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.Foo.co.uk/about?x=1", "foo.co.uk"),
        ("foo.com:8080", "foo.com"),
        ("info@foo.com", "foo.com"),
        ("http://müller.de", "xn--mller-kva.de"),
        ("localhost", None),
        ("none", None),
    ],
)
def test_domains(text: str, expected: str | None) -> None:
    assert normalise_domain(text) == expected


def test_free_mail_and_shared_hosts_are_no_company_domains() -> None:
    assert company_domain("jane@gmail.com") is None
    assert company_domain("hans@gmx.de") is None
    assert company_domain("https://www.facebook.com/foo") is None
    assert company_domain("jane@foo-works.com") == "foo-works.com"


@given(TEXT | st.emails())
def test_a_normalised_address_is_settled(text: str) -> None:
    address = normalise_email(text)
    assert address is None or normalise_email(address) == address
    domain = normalise_domain(text)
    assert domain is None or normalise_domain(domain) == domain


@given(st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,20}@([a-z0-9]{1,10}\.){1,2}[a-z]{2,6}", fullmatch=True))
def test_the_short_way_accepts_only_what_the_validator_accepts(text: str) -> None:
    if normalise_email(text) is not None:
        local, _, domain = text.partition("@")
        # Names reserved for examples and tests are refused by the validator, and harmless here.
        assert validate_email(f"{local}@{domain}.com", check_deliverability=False).local_part == local
