"""Calibration relearned from labelled joins: little from few, all from many, never falling."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.matching.calibration import FEWEST, SHIPPED, Labels, Points, learned, through
from spine.matching.encoded import Bools, Ints
from spine.matching.training import untrained

START = SHIPPED[Kind.PERSON]


def _logits(points: Points) -> list[float]:
    return [math.log(probability / (1 - probability)) for _, probability in points]


def _labels(heights: Sequence[int], right: Sequence[bool], proved: Sequence[bool] | None = None) -> Labels:
    known = proved if proved is not None else [False] * len(right)
    return Labels(np.array(heights, np.int64), np.array(right, bool), np.array(known, bool))


def _truth(heights: Ints, shift: float, stretch: float) -> Bools:
    """Whether joins are right where the shipped logits are off by so much; the same at every run."""
    wanted = [shift + stretch * logit for logit in _logits(START)]
    chance = 1 / (1 + np.exp(-np.interp(heights, [height for height, _ in START], wanted)))
    right: Bools = np.random.default_rng(1).random(len(heights)) < chance
    return right


def _relearned(labels: Labels) -> Points:
    change = learned(labels, START)
    assert change is not None
    return change.of(START)


@given(st.integers(0, FEWEST - 1), st.booleans())
def test_few_labels_say_nothing(count: int, proved: bool) -> None:
    assert learned(_labels([3000] * count, [False] * count, [proved] * count), START) is None


@given(st.lists(st.tuples(st.integers(-20_000, 30_000), st.booleans(), st.booleans()), min_size=40, max_size=90))
def test_probability_never_falls_with_height(labelled: list[tuple[int, bool, bool]]) -> None:
    change = learned(_labels(*zip(*labelled, strict=True)), START)
    if change is None:
        return
    found = change.of(START)
    assert [height for height, _ in found] == [height for height, _ in START]
    probabilities = [probability for _, probability in found]
    assert probabilities == sorted(probabilities)
    assert 0 < probabilities[0] <= probabilities[-1] <= 1


def test_some_labels_change_little() -> None:
    found = _relearned(_labels([4000, 4500, 5000, 5500] * 5, [False, *[True] * 19]))
    changes = [abs(new - old) for new, old in zip(_logits(found), _logits(START), strict=True)]
    assert 0 < max(changes[1:3]) < 0.5


def test_many_labels_are_believed() -> None:
    heights = np.random.default_rng(2).integers(-4000, 14_000, 40_000)
    found = _relearned(_labels(heights, _truth(heights, -1, 0.6)))
    assert _logits(found) == pytest.approx([0.6 * logit - 1 for logit in _logits(START)], abs=0.25)


@pytest.mark.parametrize(("low", "high"), [(-2000, 2000), (0, 4000), (3000, 9000), (-4000, 14_000)])
@pytest.mark.parametrize("count", [40, 400, 4000])
def test_labels_as_promised_change_little_wherever_somebody_looked(low: int, high: int, count: int) -> None:
    heights = np.random.default_rng(3).integers(low, high, count)
    found = _logits(_relearned(_labels(heights, _truth(heights, 0, 1))))
    assert found[1:3] == pytest.approx(_logits(START)[1:3], abs=0.75)


def test_proofs_that_never_spoke_against_a_join_say_nothing() -> None:
    heights = [1000, 2000, 3000] * 100
    assert learned(_labels(heights, [True] * 300, [True] * 300), START) is None
    looked = _labels([3000] * 30, [True, True, False] * 10)
    both = _labels([*heights, *[3000] * 30], [True] * 300 + looked.right.tolist(), [True] * 300 + [False] * 30)
    assert learned(both, START) == learned(looked, START)


@pytest.mark.parametrize("share", [0.05, 0.3, 1])
def test_wrong_joins_that_are_seldom_proved_do_not_make_all_surer(share: float) -> None:
    """Of the wrong joins only a share is told of: the slope is learned all the same, and nothing becomes surer."""
    draw = np.random.default_rng(4)
    heights = draw.integers(-4000, 8000, 20_000)
    right = _truth(heights, 0, 0.6)
    told = right | (draw.random(len(heights)) < share)
    found = learned(_labels(heights[told], right[told], np.ones(told.sum(), bool)), START)
    assert found is not None
    assert found.stretch == pytest.approx(0.6, abs=0.08)
    assert found.shift < 0.15


def test_more_wrong_joins_proved_than_promised_are_believed() -> None:
    heights = np.random.default_rng(5).integers(2000, 8000, 400)
    found = learned(_labels(heights, _truth(heights, -3, 1), [True] * 400), START)
    assert found is not None
    assert found.of(START)[1][1] < 0.75


def test_more_wrong_joins_make_all_joins_less_sure() -> None:
    heights = [3000, 4000, 5000, 6000, 8000] * 10
    sure, unsure = _relearned(_labels(heights, [True] * 50)), _relearned(_labels(heights, [False] * 50))
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
