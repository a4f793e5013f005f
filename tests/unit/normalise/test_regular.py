"""A value that is normalised as part of a column is what it is on its own."""

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import NAMESPACES
from spine.normalise.folding import PLACEHOLDERS
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.regular import OWN_RULES, regular

LOCAL = st.text("aZ09_.+%'-", min_size=1, max_size=70)
HOST = st.text("aZ09-.", min_size=1, max_size=12)
EMAILS = st.builds("{}@{}.{}".format, LOCAL, HOST, st.sampled_from(["com", "Co.uk", "x", "museum", "c0m"]))
MARKED = st.text("aZ019.-_:/+@{} \t|\u212a\u00e9\x00", max_size=12)
NUMBERS = st.text("GRDEaz019 ./-|'", max_size=14) | st.from_regex(r"\A[A-Z0-9]{18}[0-9]{2}\Z").map(lambda text: text)
LEIS = st.sampled_from(["5493001KJTIIGC8Y1R12", "5493001kjtiigc8y1r12", "HWUPKR0MPOU8FGXBT394", "HWUPKR0MPOU8FGXBT395"])
PHONES = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["", "+", "00", "0", "1", "+1", "+1 0", "+44", "+44 (0)", "+49", "+33 ", "+39 0", "+34", "+31-", "+7 ", "+12"]
    ),
    st.text("0123456789", max_size=9),
    st.text("0123456789 -().", max_size=9) | st.sampled_from(["5555555", "0000000", "0123456"]),
)
VALUES = PHONES | MARKED | NUMBERS | LEIS | EMAILS | st.text(max_size=8) | st.sampled_from(sorted(PLACEHOLDERS))


@pytest.mark.parametrize("namespace", [*sorted(set(NAMESPACES) - set(OWN_RULES)), "x_own"])
@given(values=st.lists(st.none() | VALUES, max_size=12))
@example(
    values=["a.b@x.com", "a..b@x.com", ".a@x.com", "a.@x.com", "A@B.Com", "a" * 63 + "@x.com", "a" * 64 + "@x.com"]
)
@example(values=["usr-03c8b6ff5e9a", "7043384231", "70 433", "ck.4442f05", "00000000-0000-0000-0000-000000000000"])
@settings(max_examples=150, deadline=None)
def test_columns_and_single_values_agree(namespace: str, values: list[str | None]) -> None:
    found = regular(namespace, pa.array(values, pa.string()))
    assert found is not None
    for value, quick in zip(values, found.to_pylist(), strict=True):
        assert quick is None or (value is not None and quick == normalise_identifier(namespace, value))


@given(values=st.lists(PHONES, max_size=12), region=st.sampled_from(["US", "CA", "GB", "DE", "FR", "IT", "JP"]))
@example(values=["(212) 555-0123", "+12125550123", "1 212 555 0123", "+1 112 555 0123", "2125555555"], region="CA")
@settings(max_examples=300, deadline=None)
def test_telephone_numbers_of_columns_and_single_ones_agree(values: list[str], region: str) -> None:
    found = regular("phone", pa.array(values, pa.string()), region)
    assert found is not None
    for value, quick in zip(values, found.to_pylist(), strict=True):
        assert quick is None or quick == normalise_identifier("phone", value, region)


def test_usual_values_are_settled_as_columns() -> None:
    usual = {
        "email": "John.Smith7@Example.co.uk",
        "phone": "(212) 555-0123",
        "login": "usr-03c8b6ff5e9a",
        "cookie": "ck.4442f0528673c306",
        "loyalty": "7043-3842-31",
        "device": "A0B1C2D3-1111-4222-a333-444455556666",
        "customer": "C0001234",
        "lei": "5493001KJTIIGC8Y1R12",
        "register": "DE-RA000242-HRB 12345",
        "tax_id": "DE 123.456.789",
    }
    for namespace, value in usual.items():
        found = regular(namespace, pa.array([value]))
        assert found is not None
        assert found.to_pylist() == [normalise_identifier(namespace, value)]


def test_no_word_for_an_absent_value_has_a_digit_from_one_to_nine() -> None:
    assert not any(set(word) & set("123456789") for word in PLACEHOLDERS)
