"""Entities: their ids, members, weakest and next joins, against what cuts of the same trees show."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.resolution import merge_tree
from spine.resolution.entities import entities, entities_of
from spine.resolution.merge_tree import CERTAIN, NEVER


def forest(seed, sizes, singles):
    """Trees over components of the given sizes among rows that stand alone, rows shuffled."""
    rng = np.random.default_rng(seed)
    labels = np.arange(sum(sizes) + singles)
    row = rng.permutation(len(labels))
    base = 0
    for size in sizes:
        labels[row[base : base + size]] = row[base : base + size].min()
        base += size
    left, right = np.triu_indices(len(labels), 1)
    inside = labels[left] == labels[right]
    left, right = left[inside], right[inside]
    weight = rng.integers(-4, 8, len(left)) * 2_500
    barred, same = rng.random(len(left)) < 0.08, rng.random(len(left)) < 0.08
    return merge_tree.build(
        rng.permutation(len(labels)),
        labels,
        left,
        right,
        weight,
        forbidden=(left[barred], right[barred]),
        same=(left[same], right[same]),
    ), rng.permutation(len(labels)) * 10


forests = st.builds(forest, st.integers(0, 2**32), st.lists(st.integers(2, 7), max_size=5), st.integers(0, 3))


def members(trees, height):
    first = trees.cut(height)
    return {frozenset(np.flatnonzero(first == value).tolist()) for value in set(first.tolist())}


@settings(max_examples=100, deadline=None)
@given(forests, st.integers(-11_000, 21_000) | st.just(CERTAIN))
def test_entities_are_the_clusters_with_the_smallest_sequence_number_as_id(case, height):
    trees, sequence = case
    found = entities(trees, height, sequence)
    rows = [found.rows[found.start[e] : found.start[e + 1]].tolist() for e in range(len(found))]
    assert {frozenset(some) for some in rows} == members(trees, height)
    assert sum(map(len, rows)) == trees.size
    assert found.id.tolist() == sorted(min(sequence[row] for row in some) for some in rows)
    assert all(some == sorted(some, key=lambda row: sequence[row]) for some in rows)
    assert [sequence[some[0]] for some in rows] == found.id.tolist()
    assert all(found.entity[row] == e for e, some in enumerate(rows) for row in some)
    assert found.sizes.tolist() == [len(some) for some in rows]


@settings(max_examples=100, deadline=None)
@given(forests, st.integers(-11_000, 21_000) | st.just(CERTAIN))
def test_cohesion_is_the_height_up_to_which_an_entity_holds_and_next_join_where_it_grows(case, height):
    trees, sequence = case
    found = entities(trees, height, sequence)
    for e in range(len(found)):
        here = frozenset(found.rows[found.start[e] : found.start[e + 1]].tolist())
        cohesion, next_join = int(found.cohesion[e]), int(found.next_join[e])
        if len(here) == 1:
            assert cohesion == NEVER
        else:
            assert cohesion >= height
            assert here in members(trees, cohesion)
            assert here not in members(trees, cohesion + 1)
        if next_join == NEVER:
            assert here in members(trees, NEVER + 1)
        else:
            assert next_join < height
            assert here in members(trees, next_join + 1)
            assert here not in members(trees, next_join)


@settings(max_examples=50, deadline=None)
@given(forests, st.integers(-11_000, 21_000))
def test_one_component_from_a_store_gives_the_same_entities(case, height):
    trees, sequence = case
    whole = entities(trees, height, sequence)
    rows = {int(number): e for e, number in enumerate(whole.id)}
    for component in range(len(trees)):
        one = entities_of(trees.tree(component), height, sequence[trees.members(component)])
        assert len(one) == len({int(whole.entity[row]) for row in trees.members(component)})
        for e, number in enumerate(one.id.tolist()):
            same = rows[number]
            assert (one.cohesion[e], one.next_join[e]) == (whole.cohesion[same], whole.next_join[same])
            inside = trees.members(component)[one.rows[one.start[e] : one.start[e + 1]]]
            assert inside.tolist() == whole.rows[whole.start[same] : whole.start[same + 1]].tolist()
