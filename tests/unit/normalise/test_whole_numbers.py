"""Sorting and numbering whole numbers, against numpy's own."""

import numpy as np
import pytest

from spine.normalise import whole_numbers


@pytest.mark.parametrize("spread", [1, 1 << 20, 1 << 59])
def test_equal_numbers_get_one_number_in_their_order(spread: int) -> None:
    values = np.random.default_rng(1).integers(-9, 9, 200) * spread
    number, count = whole_numbers.numbered(values)
    distinct, expected = np.unique(values, return_inverse=True)
    assert count == len(distinct)
    assert number.tolist() == expected.tolist()
    assert whole_numbers.numbered(values[:0])[1] == 0
    order, fresh = whole_numbers.in_order(values)
    assert order.tolist() == np.argsort(values, kind="stable").tolist()
    assert values[order[fresh]].tolist() == distinct.tolist() == whole_numbers.distinct_numbers(values).tolist()


@pytest.mark.parametrize("most", [3, 1 << 60])
def test_places_are_those_of_numpy(most: int) -> None:
    chance = np.random.default_rng(2)
    ordered, values = np.sort(chance.integers(0, most, 50)), chance.integers(0, most, 300)
    values[:50] = ordered
    assert whole_numbers.places_of(values, ordered).tolist() == np.searchsorted(ordered, values).tolist()
    assert whole_numbers.places_of(values[:0], ordered).tolist() == []
