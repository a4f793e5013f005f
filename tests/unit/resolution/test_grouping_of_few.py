"""A few rows are grouped and paired as many are, in the same order."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.resolution import grouping
from spine.resolution.grouping import groups_of, pairs_within

NUMBERS = st.integers(-2, 4) | st.integers(-(1 << 60), 1 << 60)


def _as_many(function: Any, *arguments: Any) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "_SMALL", -1)
        return [np.asarray(one).tolist() for one in function(*arguments)]


@given(st.lists(st.tuples(NUMBERS, st.integers(-1, 2), st.booleans()), max_size=12))
def test_groups(rows: list[tuple[int, int, bool]]) -> None:
    columns = [np.array([row[at] for row in rows], kind) for at, kind in enumerate((np.int64, np.int64, bool))]
    assert [one.tolist() for one in groups_of(columns)] == _as_many(groups_of, columns)


@given(st.lists(st.integers(-1, 3), max_size=12), st.integers(0, 5), st.randoms(use_true_random=False), st.booleans())
def test_pairs(group: list[int], cap: int, chance: Any, named: bool) -> None:
    number = np.array(group, np.int64)
    members = np.array(chance.sample(range(100), len(group)), np.int64) if named else None
    found = [np.asarray(one).tolist() for one in pairs_within(number, cap, members)]
    assert found == _as_many(pairs_within, number, cap, members)
