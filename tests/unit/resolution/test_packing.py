"""Packed trees come back as they were, and bytes that are none are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import SchemaMismatch, StoreError
from spine.resolution import merge_tree, packing


def random_trees(seed, sizes, copies):
    """Trees over components of the given sizes; with copies, about half of the rows repeat another."""
    rng = np.random.default_rng(seed)
    start = np.concatenate(([0], np.cumsum(sizes)))
    labels = np.repeat(start[:-1], sizes)
    left, right = np.triu_indices(len(labels), 1)
    inside = labels[left] == labels[right]
    left, right = left[inside], right[inside]
    group = rng.integers(0, 2, len(labels)) if copies else np.arange(len(labels))
    weight = np.where(group[left] == group[right], 30_000, rng.integers(-40_000, 20_000, len(left)))
    barred = (rng.random(len(left)) < 0.05) & (group[left] != group[right])
    return merge_tree.build(
        rng.permutation(len(labels)), labels, left, right, weight, group=group, forbidden=(left[barred], right[barred]),
        policy=merge_tree.Policy(cap=len(labels)),
    )  # fmt: skip


def same_tree(one, other):
    names = ("into", "height", "step", "leaf", "weights")
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) and getattr(other, name).dtype == np.int32
        for name in names
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 9), max_size=8), st.booleans())
def test_trees_come_back_and_columns_pack_as_single_ones(seed, sizes, copies):
    trees = random_trees(seed, sizes, copies)
    start, data = packing.pack_all(trees)
    assert len(start) == len(trees) + 1
    assert start[-1] == len(data)
    for component in range(len(trees)):
        value = data[start[component] : start[component + 1]].tobytes()
        assert value == packing.pack(trees.tree(component))
        assert same_tree(trees.tree(component), packing.unpack(value))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 9) | st.sampled_from([256, 257]), max_size=8), st.booleans())
def test_the_joins_of_all_are_those_of_each(seed, sizes, copies):
    trees = random_trees(seed, sizes, copies)
    found = packing.joins_of_all(*packing.pack_all(trees))
    assert found.start.tolist() == trees.start.tolist()
    for component in range(len(trees)):
        tree, here = trees.tree(component), slice(found.start[component], found.start[component + 1])
        assert (found.into[here] - found.start[component]).tolist() == tree.into.tolist()
        assert found.height[here].tolist() == tree.height.tolist()
        assert found.step[here].tolist() == tree.step.tolist()


def test_one_damaged_value_among_many_is_refused():
    good = packing.pack(random_trees(2, [5], False).tree(0))
    for bad in (good[:3], good[:9], good[:20], b"\2" + good[1:]):
        data = np.frombuffer(good + bad, np.uint8)
        with pytest.raises((StoreError, SchemaMismatch)):
            packing.joins_of_all(np.array([0, len(good), len(data)]), data)


@pytest.mark.parametrize(("size", "copies"), [(256, False), (257, False), (300, True)])
def test_wider_numbers_where_there_are_more_members(size, copies):
    tree = random_trees(1, [size], copies).tree(0)
    assert tree.leaves == (2 if copies else size)
    assert same_tree(tree, packing.unpack(packing.pack(tree)))


def test_two_records_take_sixteen_bytes():
    tree = merge_tree.build(np.arange(2), np.zeros(2), np.array([0]), np.array([1]), np.array([-70_000])).tree(0)
    assert len(packing.pack(tree)) == 16
    assert packing.pack(tree)[0] == packing.VERSION
    assert packing.unpack(packing.pack(tree)).weights.tolist() == [-70_000]


@pytest.mark.parametrize("copies", [False, True])
def test_damaged_values_are_refused(copies):
    value = packing.pack(random_trees(2, [5], copies).tree(0))
    for cut in range(len(value)):
        with pytest.raises(StoreError, match=r"(short|over).* Resolve again"):
            packing.unpack(value[:cut])
    with pytest.raises(StoreError, match="left over"):
        packing.unpack(value + b"\0")


def test_a_later_layout_is_refused():
    value = packing.pack(random_trees(2, [3], False).tree(0))
    with pytest.raises(SchemaMismatch, match="layout 2, this version reads 1"):
        packing.unpack(b"\2" + value[1:])
