"""However few components are worked on at a time, their trees are those of all at once."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spine.resolution import capping, forest, merge_tree
from spine.resolution.components import connected, inside_pairs
from spine.resolution.trees import Policy

Ints = NDArray[np.int64]


def _weigh(one: Ints, other: Ints) -> Ints:
    """A weight that follows from the two rows alone, whichever comes first."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    weight: Ints = (low * 7_919 + high * 104_729) % 41_000 - 15_000
    return weight


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 9, 60, 1 << 20]), st.integers(0, 60))
def test_trees_grown_block_by_block_are_those_grown_together(seed: int, at_once: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    links = draw.integers(0, max(size, 1), (2, size * 2 // 3)) if size else np.empty((2, 0), np.int64)
    labels = connected(size, links[0], links[1])
    policy = Policy(cap=12)
    labels = capping.split(labels, links[0], links[1], _weigh(links[0], links[1]), cap=policy.cap)
    order, group = draw.permutation(size), draw.integers(0, 3, size)
    one, other, _ = inside_pairs(labels)
    few = draw.permutation(len(one))[: len(one) // 10]
    same = one[few[::2]], other[few[::2]]
    forbidden = (
        np.append(one[few[1::2]], draw.integers(0, max(size, 1), min(size, 3))),
        np.append(other[few[1::2]], draw.integers(0, max(size, 1), min(size, 3))),
    )
    apart = forbidden[0] != forbidden[1]
    forbidden = forbidden[0][apart], forbidden[1][apart]
    whole = merge_tree.build(
        order, labels, one, other, _weigh(one, other), same=same, forbidden=forbidden, group=group, policy=policy
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forest, "AT_ONCE", at_once)
        grown = forest.grow(order, labels, _weigh, same=same, forbidden=forbidden, group=group, policy=policy)
    assert grown.size == whole.size
    for field in fields(whole):
        if field.name != "size":
            assert np.array_equal(getattr(grown, field.name), getattr(whole, field.name)), field.name


def test_a_pair_declared_the_same_lies_in_one_component() -> None:
    with pytest.raises(ValueError, match="two components"):
        forest.grow(np.arange(4), np.array([0, 0, 2, 2]), _weigh, same=(np.array([1]), np.array([2])))
