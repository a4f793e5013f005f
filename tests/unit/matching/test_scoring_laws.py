"""Laws of the scorer: symmetry, no matter how pairs are cut up or rows are ordered, whole numbers only."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from compared import all_pairs, encoded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.domain.weights import SILENT
from spine.matching import scorer
from spine.matching.encoded import Encoded
from spine.matching.frequencies import frequencies_of
from spine.matching.levels import FUNCTIONS
from spine.matching.model import Model
from spine.matching.outcomes import OUTCOMES
from spine.matching.scorer import AGAINST, score
from spine.matching.training import untrained

WORDS = {
    "given": ["anna", "ann", "a", "maria", "berg", "william", "bill", "anna maria"],
    "middle": ["m", "maria", "anna", "j"],
    "surname": ["berg", "bergh", "berg smith", "smith", "anna", "jones"],
    "suffix": ["jr", "sr"],
    "birth_date": ["1980-05-21", "1980-05-12", "1980-12-05", "1981-01-01", "1980", "1980-05", "1950-07-07"],
    "sex": ["f", "m"],
    "age": ["40", "41", "43", "70"],
    "organisation": ["acme tools", "acme tool", "tools acme", "zebra bank", "acme"],
    "legal_form": ["gmbh", "ag"],
    "email": ["anna.berg@a.example", "anna.berg@b.example", "ana.berg@a.example", "x@c.example"],
    "phone": ["+14155550100", "+14155550101", "+493012345678"],
    "national_id": ["078051120", "078051121", "219099999"],
    "tax_id": ["123456789", "123456780", "999"],
    "house_number": ["12", "13", "988"],
    "street": ["oak street", "oka street", "river road", "oakley st"],
    "unit": ["1", "2"],
    "po_box": ["77", "78"],
    "city": ["springfield", "sprngfield", "boston"],
    "region": ["il", "ma"],
    "postcode": ["62701", "10001"],
}
ROW = st.fixed_dictionaries({}, optional={name: st.sampled_from(words) for name, words in WORDS.items()})
HELD = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.integers(1, 4), min_size=1, max_size=3) for name in ("email", "login", "device")}
)
ROWS = st.lists(st.tuples(ROW, HELD), min_size=2, max_size=7)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _encoded(rows: list[Any]) -> Encoded:
    return encoded([fields for fields, _ in rows], [held for _, held in rows])


def _model(kind: Kind, records: Encoded) -> Model:
    """The declared weights with the frequencies of these records, common from two on so that they take part."""
    return replace(untrained(kind), frequencies=frequencies_of(kind, records))


@QUICK
@given(ROWS, st.sampled_from(Kind))
def test_the_sides_of_a_pair_may_change_places(rows: list[Any], kind: Kind) -> None:
    records = _encoded(rows)
    model = _model(kind, records)
    left, right = all_pairs(len(rows))
    one, other = score(model, records, left, right), score(model, records, right, left)
    assert np.array_equal(one.levels, other.levels)
    assert np.array_equal(one.parts, other.parts)
    assert np.array_equal(one.in_tree, other.in_tree)


@QUICK
@given(ROWS, st.sampled_from(Kind), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows: list[Any], kind: Kind, chance: Any) -> None:
    records = _encoded(rows)
    model = _model(kind, records)
    order = list(range(len(rows)))
    chance.shuffle(order)
    shuffled = _encoded([rows[at] for at in order])
    assert _model(kind, shuffled) == model
    left, right = all_pairs(len(rows))
    place = np.argsort(order)
    found, again = score(model, records, left, right), score(model, shuffled, place[left], place[right])
    assert np.array_equal(found.weight, again.weight)
    assert np.array_equal(found.levels, again.levels)


@QUICK
@given(ROWS, st.sampled_from(Kind))
def test_a_pair_alone_scores_as_among_others(rows: list[Any], kind: Kind) -> None:
    records = _encoded(rows)
    model = _model(kind, records)
    left, right = all_pairs(len(rows))
    together = score(model, records, left, right)
    for at, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        pair = _encoded([rows[one], rows[other]])
        alone = score(model, pair, np.array([0]), np.array([1]))
        assert alone.weight[0] == together.weight[at]
        assert alone.in_tree[0] == together.in_tree[at]
        assert alone.texts(np.array([0])) == together.texts(np.array([at]))


@QUICK
@given(ROWS, st.sampled_from(Kind))
def test_weights_are_whole_numbers_that_add_up(rows: list[Any], kind: Kind) -> None:
    records = _encoded(rows)
    model = _model(kind, records)
    found = score(model, records, *all_pairs(len(rows)))
    for column in (found.weight, found.parts, found.in_tree):
        assert column.dtype == np.int32
    bare = model.bare_prior
    rest = found.weight - found.parts.sum(axis=1)
    assert set(rest.tolist()) <= {model.prior, bare}
    assert (found.parts[found.levels < 0] == 0).all()


@QUICK
@given(ROWS)
def test_every_function_yields_levels_it_declares(rows: list[Any]) -> None:
    records = _encoded(rows)
    left, right = all_pairs(len(rows))
    for name, function in FUNCTIONS.items():
        view = scorer.PairView(records, left, right)
        levels = function(view)
        assert levels.dtype == np.int8
        assert levels.min() >= -1
        assert levels.max() < len(OUTCOMES[name].all)


def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [({name: words[n % len(words)] for name, words in WORDS.items()}, {"login": [n % 3 + 1]}) for n in range(12)]
    records = _encoded(rows)
    model = _model(Kind.PERSON, records)
    whole = score(model, records, *all_pairs(12))
    monkeypatch.setattr(scorer, "CHUNK", 5)
    cut = score(model, records, *all_pairs(12))
    assert np.array_equal(whole.parts, cut.parts)
    assert np.array_equal(whole.in_tree, cut.in_tree)


def test_no_pairs_and_no_texts() -> None:
    records = encoded([{"given": "anna"}])
    none = np.zeros(0, dtype=np.int64)
    found = score(untrained(Kind.PERSON), records, none, none)
    assert len(found.weight) == 0
    assert found.texts(none).to_pylist() == []


def _in_tree(one: dict[str, str], other: dict[str, str]) -> tuple[int, int]:
    found = score(untrained(Kind.PERSON), encoded([one, other]), np.array([0]), np.array([1]))
    return int(found.weight[0]), int(found.in_tree[0])


def test_a_pair_with_too_little_to_compare_is_silent_in_a_tree() -> None:
    # Even equal sexes could not lift it to the floor: it says nothing about chance.
    weight, in_tree = _in_tree({"sex": "f"}, {"sex": "f"})
    assert weight < 0
    assert in_tree == SILENT
    assert _in_tree({}, {})[1] == SILENT


def test_a_contradiction_counts_even_where_little_can_be_compared() -> None:
    weight, in_tree = _in_tree({"sex": "f", "suffix": "jr"}, {"sex": "m", "suffix": "sr"})
    evidence = weight - untrained(Kind.PERSON).prior
    assert evidence <= -AGAINST
    assert in_tree == evidence


def test_a_pair_that_could_have_matched_counts_with_its_prior() -> None:
    one = {"given": "anna", "surname": "berg", "birth_date": "1980-05-21"}
    weight, in_tree = _in_tree(one, {**one, "given": "peter", "birth_date": "1955-11-02"})
    assert weight == in_tree < 0
