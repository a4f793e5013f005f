"""Calibration relearned from labelled joins: little from few, all from many, never falling."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.matching.calibration import SHIPPED, Points, relearn, through
from spine.matching.training import untrained

START = SHIPPED[Kind.PERSON]


def _logits(points: Points) -> list[float]:
    return [math.log(probability / (1 - probability)) for _, probability in points]


def test_no_labels_change_nothing() -> None:
    assert relearn([], [], START) == pytest.approx(np.array(START))


@given(st.lists(st.tuples(st.integers(-20_000, 30_000), st.booleans()), max_size=60))
def test_probability_never_falls_with_height(labelled: list[tuple[int, bool]]) -> None:
    found = relearn([height for height, _ in labelled], [right for _, right in labelled], START)
    assert [height for height, _ in found] == [height for height, _ in START]
    probabilities = [probability for _, probability in found]
    assert probabilities == sorted(probabilities)
    assert 0 < probabilities[0] <= probabilities[-1] < 1


def test_few_labels_change_little() -> None:
    found = relearn([4000, 4500, 5000], [False, True, True], START)
    changes = [abs(new - old) for new, old in zip(_logits(found), _logits(START), strict=True)]
    assert 0 < max(changes[1:3]) < 1.2


def test_many_labels_are_believed() -> None:
    draw = np.random.default_rng(1)
    heights = draw.integers(-4000, 14_000, 40_000)
    wanted = [0.6 * logit - 1 for logit in _logits(START)]
    truth = 1 / (1 + np.exp(-np.interp(heights, [height for height, _ in START], wanted)))
    found = relearn(heights, draw.random(len(heights)) < truth, START)
    assert _logits(found) == pytest.approx(wanted, abs=0.25)


def test_more_wrong_joins_make_all_joins_less_sure() -> None:
    heights = [3000, 4000, 5000, 6000, 8000] * 10
    sure, unsure = relearn(heights, [True] * 50, START), relearn(heights, [False] * 50, START)
    assert all(one[1] >= other[1] for one, other in zip(sure[1:4], unsure[1:4], strict=True))
    assert unsure[2][1] < START[2][1] < sure[2][1]


@given(st.floats(0, 6), st.floats(1, 6), st.floats(0.5, 3))
def test_points_go_through_what_they_are_named_by(likely: float, further: float, slope: float) -> None:
    model = replace(untrained(Kind.PERSON), calibration=through(likely, likely + further, slope))
    assert model.probability(round(likely * 1000)) == pytest.approx(0.95, abs=1e-3)
    assert model.probability(round((likely + further) * 1000)) == pytest.approx(0.99, abs=1e-3)
    odds = [1 / (1 / model.probability(height) - 1) for height in (-6000, -5000, -4000)]
    assert odds[1] / odds[0] == pytest.approx(2**slope, rel=1e-3)
    assert odds[2] / odds[1] == pytest.approx(2**slope, rel=1e-3)
