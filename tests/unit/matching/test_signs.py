"""What texts show at a glance never rules out what they are: bounds against rapidfuzz, on any texts."""

from typing import Any

import numpy as np
import pytest
from compared import encoded
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from spine.matching.dates import _dates, _whole_dates, compare_dates
from spine.matching.outcomes import OUTCOMES
from spine.matching.pairs import PairView
from spine.matching.signs import Glance, signs_of
from spine.matching.text_pairs import SLACK, TextPairs

QUICK = settings(deadline=None, max_examples=60)
ALIKE = st.text("abz -\u00e9\u4e2d", max_size=12)
ANY = st.lists(st.one_of(ALIKE, st.text(max_size=12)), min_size=2, max_size=2)


@QUICK
@given(ANY)
def test_bounds_hold(texts: list[str]) -> None:
    one, other = texts
    glance = Glance.at(signs_of(texts), np.array([0]), np.array([1]))
    assert glance.most_jaro_winkler()[0] >= JaroWinkler.similarity(one, other) - SLACK or one == other
    assert glance.least_edits()[0] <= OSA.distance(one, other)
    assert glance.most_ratio()[0] >= fuzz.ratio(one, other) / 100 - SLACK or one == other


@pytest.mark.parametrize("texts", [["johnson", "jonson"], ["maria lopez", "maria lopes"], ["", "a"]])
def test_bounds_tell_apart_what_is_nothing_alike(texts: list[str]) -> None:
    signs = signs_of([*texts, "xquwk"])
    assert Glance.at(signs, np.array([0]), np.array([1])).least_edits()[0] <= 1
    assert Glance.at(signs, np.array([0]), np.array([2])).most_jaro_winkler()[0] < 0.7


WORDS = st.text("abc ", min_size=1, max_size=9).filter(str.strip)


@QUICK
@given(st.lists(WORDS, min_size=2, max_size=6))
def test_a_bounded_measure_is_exact_where_it_counts(texts: list[str]) -> None:
    records = encoded([{"organisation": text} for text in texts])
    left, right = np.triu_indices(len(texts), 1)
    codes = records.codes["organisation"]
    view = TextPairs(records, "organisation", codes[left], codes[right])
    pairs = [(texts[a], texts[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    plain: dict[str, list[Any]] = {
        "jaro_winkler": [JaroWinkler.similarity(*pair) for pair in pairs],
        "ratio": [fuzz.ratio(*pair) / 100 for pair in pairs],
        "word_ratio": [fuzz.token_sort_ratio(*pair) / 100 for pair in pairs],
    }
    for name, expected in plain.items():
        for least in (0.92, 0.8, 0.0):
            found = getattr(view, name)(least)
            sure = np.array(expected, np.float32) >= np.float32(least)
            assert found[sure] == pytest.approx(np.array(expected)[sure], abs=1e-6), name
            assert (found[~sure] < least).all() or least == 0
    edits = [OSA.distance(*pair) for pair in pairs]
    for most in (1, 3):
        assert ((view.edits(most) <= most) == (np.array(edits) <= most)).all()


DATES = st.dates().map(str)
NEAR = st.tuples(st.sampled_from(["1980", "1981", "1890"]), st.sampled_from(["01-02", "02-01", "01-20", "11-02"]))


@QUICK
@given(st.lists(st.one_of(DATES, NEAR.map("-".join)), min_size=2, max_size=6))
def test_dates_compared_by_parts_first_are_compared_in_full(texts: list[str]) -> None:
    records = encoded([{"birth_date": text} for text in texts])
    left, right = np.triu_indices(len(texts), 1)
    found = compare_dates(PairView(records, left, right), "birth_date", OUTCOMES["birth_date"])
    grid = _dates(texts).grid
    assert found.tolist() == _whole_dates(grid[left], grid[right], OUTCOMES["birth_date"]).tolist()
