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


@pytest.mark.parametrize("rows", [0, 7, 3000])
@pytest.mark.parametrize("spreads", [[3, 5, 1], [1, 1], [3, 1 << 40, 1 << 40, 2], [2, 1 << 62, 3], [1 << 63, 4]])
def test_rows_stand_in_the_order_of_several_columns(rows: int, spreads: list[int]) -> None:
    chance = np.random.default_rng(3)
    ends = [(-(spread // 2), (spread - 1) // 2) for spread in spreads]
    columns = [chance.choice([low, (low + high) // 2, high], rows) for low, high in ends]
    assert whole_numbers.order_by(*columns).tolist() == np.lexsort(columns[::-1]).tolist()
    flags = chance.random(rows) < 0.5
    assert whole_numbers.order_by(flags, *columns).tolist() == np.lexsort([*columns[::-1], flags]).tolist()
