"""A pair scored alone is what the scorer of many makes of it: weight, weight in a tree, evidence to the letter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from compared import all_pairs, encoded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.errors import ModelError
from spine.matching.carried import FADING
from spine.matching.encoded import Encoded
from spine.matching.few_pairs import score_few
from spine.matching.frequencies import CROWD, frequencies_of
from spine.matching.levels import FUNCTIONS
from spine.matching.model import Frequencies, Model
from spine.matching.one_pair import LEVEL_OF
from spine.matching.outcomes import OTHER, SHARED_NAMESPACES
from spine.matching.scorer import score
from spine.matching.training import untrained

NAMES = [
    "anna", "ann", "a", "m", "maria", "berg", "bergh", "william", "bill", "will", "anna maria", "berg smith", "smith",
    "smyth", "jones", "thomas", "james", "martha", "marhta", "ab", "ba", "abc", "acb", "jo", "joe", "lopez garcia",
    "garcia", "de la cruz", "cruz", "elizabeth", "beth", "dixon", "dicksonx", "josé", "jose", "müller", " x", "",
    "muller", "mueller", "bohm", "boehm", "paz", "paez", "bauer", "baur",
]  # fmt: skip
WORDS: Mapping[str, list[str]] = {
    **dict.fromkeys(("given", "middle", "surname"), NAMES),
    "suffix": ["jr", "sr"],
    "birth_date": [
        "1980-05-21", "1980-05-12", "1980-12-05", "1980-05-12 ", "1981-05-21", "1981-01-01", "1980", "1980-05", "1908",
        "1950-07-07", "1950-07-70", "1980-50-21", "1890-05-21", "unknown", "",
    ],
    "sex": ["f", "m"],
    "age": ["40", "41", "43", "70", "old", "٤٠"],
    "organisation": [
        "acme tools", "acme tool", "tools acme", "zebra bank", "acme", "acme tool works", "works acme tools", "zebra",
        "acme tools and dies", "acme bank", "acme fund i", "acme fund ii", "acme fund 2", "acme fund", "acme store 12",
        "acme store nr 012", "amce store 14", "acme verwaltungs", "acme beteiligungs", "amce real estate",
        "12", "acme b",
    ],
    "legal_form": ["gmbh", "ag"],
    "email": ["anna.berg@a.example", "anna.berg@b.example", "ana.berg@a.example", "x@c.example", "x@d.example", "@e"],
    "phone": ["+14155550100", "+14155550101", "+493012345678"],
    "national_id": ["078051120", "078051121", "078051211", "219099999"],
    **{name: ["123456789", "123456780", "999"] for name in ("tax_id", "register", "lei", "domain")},
    "house_number": ["12", "13", "12a", "988"],
    "street": ["oak street", "oka street", "river road", "oakley st", "oak str", "oak", "oaks treet road", "riverside"],
    "unit": ["1", "2"],
    "po_box": ["77", "78"],
    "city": ["springfield", "sprngfield", "boston"],
    "region": ["il", "ma"],
    "postcode": ["62701", "10001"],
}  # fmt: skip
LETTERS = st.text("abcdeë ", max_size=7)
FIELD = {name: st.one_of(st.sampled_from(words), LETTERS) for name, words in WORDS.items()}
NAMESPACES = ("email", "phone", *SHARED_NAMESPACES, OTHER)
HELD = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True) for name in NAMESPACES}
)
ROW = st.one_of(
    st.fixed_dictionaries({}, optional=FIELD),
    # As records of persons are: nearly all of it is there.
    st.fixed_dictionaries({name: FIELD[name] for name in ("given", "surname", "birth_date", "street", "house_number")}),
)
ROWS = st.lists(st.tuples(ROW, HELD), min_size=2, max_size=6)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def _model(kind: Kind, records: Encoded, crowded: bool) -> Model:
    """The declared weights with the frequencies of these records, and every dwelling or none crowded."""
    found = frequencies_of(kind, records)
    if crowded:
        found[CROWD] = Frequencies(dict.fromkeys(records.texts["dwelling"], 0), 0)
    return replace(untrained(kind), frequencies=found)


def _same(model: Model, records: Encoded) -> None:
    left, right = all_pairs(records.size)
    many = score(model, records, left, right)
    few = score_few(model, records, zip(left.tolist(), right.tolist(), strict=True))
    assert [one.text for one in few] == many.texts(np.arange(len(left))).to_pylist()
    assert [one.weight for one in few] == many.weight.tolist()
    assert [one.in_tree for one in few] == many.in_tree.tolist()


@QUICK
@given(ROWS, st.sampled_from(Kind), st.booleans())
def test_a_pair_alone_weighs_what_it_weighs_among_many(rows: list[Any], kind: Kind, crowded: bool) -> None:
    records = encoded([fields for fields, _ in rows], [held for _, held in rows])
    _same(_model(kind, records, crowded), records)


@QUICK
@given(
    st.lists(
        st.tuples(st.sampled_from(["12", "13"]), st.integers(1, 2), st.integers(0, 12_000)), min_size=2, max_size=5
    ),
    st.sampled_from(Kind),
)
def test_what_fades_fades_as_much(rows: list[tuple[str, int, int]], kind: Kind) -> None:
    fields = [
        {"given": "anna", "surname": "berg", "street": "oak street", "house_number": number, "phone": f"+1415555010{n}"}
        for number, n, _ in rows
    ]
    namespaces = sorted(FADING)
    days = {name: [day for _, _, day in rows] for name in namespaces}
    held = [{name: [n] for name in namespaces if name not in ("address", "domain")} for _, n, _ in rows]
    _same(_model(kind, encoded(fields, held, days), False), encoded(fields, held, days))


def test_each_comparing_function_has_its_own_for_two() -> None:
    assert LEVEL_OF.keys() == FUNCTIONS.keys()


def test_a_model_of_another_release_is_refused() -> None:
    model = untrained(Kind.PERSON)
    first, *others = model.comparisons
    other = replace(model, comparisons=(replace(first, levels=first.levels[:-1]), *others))
    with pytest.raises(ModelError):
        score_few(other, encoded([{"given": "anna"}] * 2), [(0, 1)])
