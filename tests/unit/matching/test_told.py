"""What was said of two texts is said again: whatever is forgotten meanwhile, and whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from spine.matching import told
from spine.matching.told import Told

Codes = NDArray[np.int32]
WIDTH = 400


def _answer(low: Codes, high: Codes) -> NDArray[np.int8]:
    assert (low < high).all()
    answer: NDArray[np.int8] = ((low.astype(np.int64) * 7 + high) % 100).astype(np.int8)
    return answer


def _pairs(seed: int) -> tuple[Codes, Codes]:
    draw = np.random.default_rng(seed)
    here = draw.integers(0, WIDTH, 2_000).astype(np.int32)
    return here, ((here + draw.integers(1, WIDTH, 2_000)) % WIDTH).astype(np.int32)


@pytest.mark.parametrize("bits", [1, 6, 20])
def test_answers_are_those_asked_for_however_few_are_kept(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MANY", 10)
    monkeypatch.setattr(told, "BITS", bits)
    known = Told(WIDTH)
    for seed in (1, 2, 1):
        here, there = _pairs(seed)
        expected = _answer(np.minimum(here, there), np.maximum(here, there))
        assert np.array_equal(known.answers(here, there, _answer), expected)


def test_what_is_remembered_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MANY", 10)
    known = Told(WIDTH)
    here, there = _pairs(1)
    known.answers(here, there, _answer)

    def never(low: Codes, high: Codes) -> NDArray[np.int8]:
        raise AssertionError("asked again")

    last_of_place = Told(WIDTH).answers(here[-20:], there[-20:], _answer)
    assert np.array_equal(known.answers(there[-20:], here[-20:], never), last_of_place)


def test_threads_that_meet_do_not_mix_up_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MANY", 10)
    monkeypatch.setattr(told, "BITS", 3)
    known = Told(WIDTH)

    def right(seed: int) -> bool:
        here, there = _pairs(seed)
        expected = _answer(np.minimum(here, there), np.maximum(here, there))
        return bool(np.array_equal(known.answers(here, there, _answer), expected))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(right, range(60)))
