"""Names: what is folded, dropped and split, and that doing it twice changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise import names

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.lists(
    st.sampled_from(
        ["Dr.", "Mr", "John", "Mary-Ann", "Q.", "van", "der", "Berg", "O'Brien", "Jr.", "III", "PhD", ",", "王"]
    )
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. John Q. Public Jr.", ("john", "q", "public", "jr")),
        ("Public, John Quincy", ("john", "quincy", "public", None)),
        ("Berg, Ludwig van der", ("ludwig", None, "van der berg", None)),
        ("Ludwig van der Berg", ("ludwig", None, "van der berg", None)),
        ("María José de la Cruz", ("maria", "jose", "de la cruz", None)),
        ("Smith, Jr., John", ("john", None, "smith", "jr")),
        ("John Smith, M.D., PhD", ("john", None, "smith", None)),
        ("Mrs. Smith", (None, None, "smith", None)),
        ("Madonna", ("madonna", None, None, None)),
        ("Jill St. John", ("jill", None, "st john", None)),
        ("Anne-Marie O\u2019Brien-Smith", ("anne marie", None, "obrien smith", None)),
        ("王小明", ("xiaoming", None, "wang", None)),
        ("Иван Петров", ("ivan", None, "petrov", None)),
        ("unknown", (None, None, None, None)),
        (" - ", (None, None, None, None)),
    ],
)
def test_whole_names(text: str, expected: tuple[str | None, ...]) -> None:
    assert tuple(names.split_full_name(text)) == expected


@pytest.mark.parametrize("text", ["unknown", "N/A", "none", "test", "-", "", "  ", "NULL"])
def test_placeholders_are_no_names(text: str) -> None:
    assert names.normalise_name(text) is None
    assert names.split_given(text)[0] is None
    assert names.split_surname(text)[0] is None


def test_parts_of_own_columns() -> None:
    assert names.split_given("Dr. John Q.") == ("john", "q", None)
    assert names.split_given("J. R.") == ("j", "r", None)
    assert names.split_given("Nan") == ("nan", None, None)
    assert names.split_surname("Smith-Jones III") == ("smith jones", "iii")
    assert names.split_surname("Smith, Ph.D.") == ("smith", None)
    assert names.split_surname("S") == ("s", None)
    assert names.split_surname("Junior") == ("junior", None)
    assert names.normalise_suffix("Senior") == "sr"


def test_marks_that_scanners_leave_inside_a_name_are_letters() -> None:
    assert names.normalise_name("Gabr:el") == "gabriel"
    assert names.normalise_name("Danie|") == "daniel"


def test_nicknames_go_both_ways() -> None:
    assert "bill" in names.nicknames_of("william")
    assert "william" in names.nicknames_of("bill")
    assert "bill" not in names.nicknames_of("bill")
    assert names.nicknames_of("qwertz") == frozenset()


@given(TEXT | NAMES)
def test_the_parts_of_a_name_are_settled(text: str) -> None:
    whole = names.split_full_name(text)
    for middle in (names.normalise_name(text), whole.middle):
        assert middle is None or names.normalise_name(middle) == middle
    for given_name in (names.split_given(text)[0], whole.given):
        assert given_name is None or names.split_given(given_name) == (given_name, None, None)
    for surname in (names.split_surname(text)[0], whole.surname):
        assert surname is None or names.split_surname(surname) == (surname, None)
    assert all(part is None or (part.isascii() and part) for part in whole)
