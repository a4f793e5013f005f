"""Names, street lines and postcodes normalised as columns are what they are one by one."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.normalise import addresses, mostly, names, streets
from spine.normalise.street_words import NUMBERED_ROADS, STREET_WORDS, UNIT_STARTS, UNIT_WORDS

NAME_WORDS = st.sampled_from(
    sorted(
        {word for text in names.NO_NAMES for word in text.split()}
        | names.TITLES | names.POSTNOMINALS | names.SUFFIXES.keys() | names.PARTICLES
        | {"anna", "Berg", "O'Neil", "Müller", "Anne-Marie", "J", "李", "x", "Nan", "ph", "d", "iv."}
    )
)  # fmt: skip
STREET_PARTS = st.sampled_from(
    sorted(
        STREET_WORDS.keys() | UNIT_STARTS | UNIT_WORDS | NUMBERED_ROADS
        | {"12", "12b", "12 b", "1st", "12-14", "p", "o", "box", "po box", "Postfach", "boite", "boitepostale",
           "Hauptstraße",           "mainstr", "#", "4", "n/a", "test", "unknown", "xbox", "7th",
           "ul", "bis", "ter", "m", "m 5", "14/5", "14 / 5"}
    )
)  # fmt: skip
CODES = st.sampled_from(
    ["12345", "SW1A", "1AA", "1234S", "O2345", "12345-6789", "n a", "test", "None", "D", "1|345", "1 2 3 4 5", "\uff11"]
)
MARKS = st.sampled_from([" ", " ", " ", ", ", ",", "  ", "-", "\n", "\t", ". "])
SOUP = st.text(st.sampled_from("aZ b,.-'|:#1é\x00\u00a0ß"), max_size=8)


@st.composite
def _lines(draw: st.DrawFn, words: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(words | SOUP, max_size=4))
    text = "".join(part + draw(MARKS) for part in parts)
    return draw(st.sampled_from([text, text.strip(), text.strip().title(), text.strip().upper()]))


WAYS: list[tuple[Any, Any, Any]] = [
    (mostly.split_givens, names.split_given, NAME_WORDS),
    (mostly.split_surnames, names.split_surname, NAME_WORDS),
    (mostly.split_full_names, names.split_full_name, NAME_WORDS),
    (mostly.split_streets, streets.split_street, STREET_PARTS),
    (lambda column: [mostly.normalise_postcodes(column)], lambda text: (addresses.normalise_postcode(text),), CODES),
]


@pytest.mark.parametrize(("columns", "one", "words"), WAYS)
@given(st.data())
@settings(max_examples=300)
def test_columns_are_parted_as_single_texts_are(
    columns: Callable[[Any], list[Any]],
    one: Callable[[str], Sequence[str | None]],
    words: st.SearchStrategy[str],
    data: st.DataObject,
) -> None:
    texts = data.draw(st.lists(st.none() | _lines(words) | st.text(max_size=10).filter(_is_text), max_size=12))
    found = columns(pa.array(texts, pa.string()))
    width = len(found)
    expected = [tuple(one(text)) if text is not None else (None,) * width for text in texts]
    assert list(zip(*(part.to_pylist() for part in found), strict=True)) == expected


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def test_what_is_written_as_mostly_needs_no_care_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> Sequence[str | None]:
        raise AssertionError(text)

    for module, name in ((names, "split_given"), (names, "split_surname"), (names, "split_full_name")):
        monkeypatch.setattr(module, name, refuse)
    monkeypatch.setattr(streets, "split_street", refuse)
    monkeypatch.setattr(addresses, "normalise_postcode", refuse)
    assert mostly.split_givens(pa.array(["Anna", "BERTA"]))[0].to_pylist() == ["anna", "berta"]
    assert mostly.split_surnames(pa.array(["Berg"]))[0].to_pylist() == ["berg"]
    parted = mostly.split_full_names(pa.array(["Anna Berg", "BERG, ANNA", None]))
    assert [part.to_pylist() for part in parted] == [
        ["anna", "anna", None], [None] * 3, ["berg", "berg", None], [None] * 3,
    ]  # fmt: skip
    assert mostly.normalise_postcodes(pa.array(["12345", "SW1A 1AA"])).to_pylist() == ["12345", "sw1a1aa"]
    lines = mostly.split_streets(pa.array(["150 Simpson Way", "7b North Main Street"]))
    assert [part.to_pylist() for part in lines[:2]] == [["150", "7b"], ["simpson way", "n main st"]]
