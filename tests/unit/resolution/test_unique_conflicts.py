"""Verified values of unique namespaces, against a plain comparison of every two records."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.resolution import constraints
from spine.resolution.constraints import may_be_one, sole_values, unique_conflicts

claim = st.tuples(
    st.integers(0, 6), st.sampled_from(["login", "national_id", "email"]), st.sampled_from("abc"), st.booleans()
)


def found(labels, claims, unique=("login", "national_id")):
    record, namespace, value, verified = zip(*claims, strict=True) if claims else ((), (), (), ())
    left, right = unique_conflicts(
        np.array(labels),
        np.array(record, np.int64),
        np.array(namespace, object),
        np.array(value, object),
        np.array(verified, bool),
        unique,
    )
    return list(zip(left.tolist(), right.tolist(), strict=True))


@given(st.lists(claim, max_size=20), st.sampled_from([[0] * 7, [0, 0, 0, 3, 3, 3, 6], list(range(7))]))
def test_records_conflict_that_share_no_verified_value_of_a_unique_namespace(claims, labels):
    expected = set()
    for a, b in combinations(range(7), 2):
        for namespace in ("login", "national_id"):
            one, other = ({v for r, n, v, sure in claims if r == row and n == namespace and sure} for row in (a, b))
            if labels[a] == labels[b] and one and other and not one & other:
                expected.add((a, b))
    assert found(labels, claims) == sorted(expected)


def test_unverified_values_and_shared_ones_are_no_conflict():
    assert found([0, 0], [(0, "login", "a", True), (1, "login", "b", False)]) == []
    assert found([0, 0], [(0, "login", "a", True), (0, "login", "b", True), (1, "login", "b", True)]) == []
    assert found([0, 0], [(1, "login", "a", True), (0, "login", "b", True)]) == [(0, 1)]


def test_a_pair_that_conflicts_in_two_namespaces_comes_once():
    claims = [(row, namespace, str(row), True) for row in (1, 0) for namespace in ("login", "national_id")]
    assert found([0, 0], claims) == [(0, 1)]


@pytest.mark.parametrize("claims", [[], [(0, "email", "a", True), (1, "email", "b", True)]])
def test_nothing_to_compare_gives_no_conflicts(claims):
    assert found([0, 0], claims) == []


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1), st.integers(1, 3)), unique=True, max_size=20))
def test_pairs_that_are_not_compared_conflict_and_all_others_with_one_value_each_may_be_one(claims):
    record, namespace, value = (np.array(column, np.int64) for column in zip(*claims, strict=True)) if claims else (
        np.empty(0, np.int64),) * 3  # fmt: skip
    left, right = np.triu_indices(7, 1)
    worth = may_be_one(sole_values(7, record, namespace, value), left, right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constraints, "_AT_ONCE", 4)
        assert (may_be_one(sole_values(7, record, namespace, value), left, right) == worth).all()
    one, other = unique_conflicts(np.zeros(7, np.int64), record, namespace, value, np.ones(len(record), bool), (0, 1))
    apart = set(zip(one.tolist(), other.tolist(), strict=True))
    several = {row for row in range(7) for kind in (0, 1) if sum(r == row and n == kind for r, n, _ in claims) > 1}
    for a, b, may in zip(left.tolist(), right.tolist(), worth.tolist(), strict=True):
        assert may or (a, b) in apart
        assert not may or (a, b) not in apart or {a, b} & several
