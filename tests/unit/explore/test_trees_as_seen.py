"""Merge trees as questions see them, held against the resolution's own cuts."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spine.explore.trees import Tree, from_joins, read_tree
from spine.resolution import cutting, merge_tree, trees
from spine.resolution.packing import pack


@st.composite
def components(draw: st.DrawFn) -> tuple[list[int], trees.Tree]:
    size = draw(st.integers(2, 7))
    pairs = list(itertools.combinations(range(size), 2))
    weights = draw(st.lists(st.integers(-12, 25), min_size=len(pairs), max_size=len(pairs)))
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    built = merge_tree.build(np.arange(size), np.zeros(size, int), left, right, np.array(weights) * 1000)
    records = draw(st.lists(st.integers(1, 10_000), min_size=size, max_size=size, unique=True))
    return [records[at] for at in built.members(0).tolist()], built.tree(0)


@given(components(), st.integers(-13_000, 26_000))
def test_who_is_together_is_what_the_cut_says(component: tuple[list[int], trees.Tree], height: int) -> None:
    members, tree = component
    labels = cutting.cut(tree, height)
    seen = from_joins(members, tree)
    for at, record in enumerate(members):
        together = sorted(other for place, other in enumerate(members) if labels[place] == labels[at])
        assert seen.holding(record, height) == tuple(together)


@given(components())
def test_how_sure_two_are_one_is_the_cophenetic_height(component: tuple[list[int], trees.Tree]) -> None:
    members, tree = component
    heights = cutting.cophenetic(tree)
    seen = from_joins(members, tree)
    for a, b in itertools.combinations(range(len(members)), 2):
        expected = int(heights[a, b])
        found = seen.cophenetic(members[a], members[b])
        assert found == expected if expected != trees.NEVER else found < min(join.height for join in seen.joins)


@given(components(), st.integers(-13_000, 26_000))
def test_cuts_nest_and_the_weakest_and_the_next_join_bracket_the_height(
    component: tuple[list[int], trees.Tree], height: int
) -> None:
    members, tree = component
    seen = from_joins(members, tree)
    for record in members:
        group = seen.holding(record, height)
        assert set(seen.holding(record, height + 1)) <= set(group)
        weakest, following = seen.weakest(group), seen.following(group)
        assert (weakest is None) == (len(group) == 1)
        assert weakest is None or weakest.height >= height
        assert following is None or following.height < height
        assert seen.core(group) in group


def test_a_component_row_is_read_back_and_one_without_a_tree_is_alone() -> None:
    built = merge_tree.build(np.arange(2), np.zeros(2, int), np.array([0]), np.array([1]), np.array([9000]))
    seen = read_tree([40, 7], pack(built.tree(0)))
    assert seen.members == (7, 40)
    assert seen.cophenetic(7, 40) == 9000
    assert read_tree([5], None) == Tree((5,), ())
