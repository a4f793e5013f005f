"""Merge trees against a plain, slow, obviously right agglomeration, and the laws that every tree obeys."""

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spine.resolution import cutting, merge_tree
from spine.resolution.components import inside_pairs
from spine.resolution.linkage import agglomerate, agglomerate_one
from spine.resolution.merge_tree import CERTAIN, NEVER, SILENT, Policy

HIGH, LOW = 20_000, -10_000


@dataclass
class Case:
    """One component: records 0..n-1 in the order that breaks ties, and what is known of their pairs."""

    n: int
    weight: dict[tuple[int, int], int]
    group: list[int]
    same: list[tuple[int, int]]
    forbidden: list[tuple[int, int]]


# The last join of this one is surer than the one before.
RISING = Case(
    4,
    {(0, 1): 8_900, (0, 2): 19_000, (0, 3): -10_000, (1, 2): 8_000, (1, 3): 8_000, (2, 3): 20_000},
    [0, 1, 2, 3],
    [],
    [],
)


def columns(pairs):
    ordered = list(pairs)
    return np.array([a for a, _ in ordered], np.int64), np.array([b for _, b in ordered], np.int64)


@st.composite
def cases(draw, largest=7, judged=True, copies=True, least=1):
    n = draw(st.integers(least, largest))
    pairs = list(combinations(range(n), 2))
    # Few distinct weights make ties, uneven ones make roundings.
    weights = st.one_of(
        st.sampled_from([-12_000, -10_000, 0, 5_000, 20_000, 25_000, SILENT]), st.integers(-11_000, 21_001)
    )
    some = st.lists(st.sampled_from(pairs), unique=True, max_size=3) if pairs and judged else st.just([])
    return Case(
        n,
        {pair: draw(weights) for pair in pairs},
        draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)) if copies else list(range(n)),
        draw(some),
        draw(some),
    )


def graph(n, pairs):
    out = nx.Graph()
    out.add_nodes_from(range(n))
    out.add_edges_from(pairs)
    return out


def slow_clusters(case, stop, method="merge_tree"):
    """The clusters of an agglomeration that stops where no allowed join is at least `stop` sure."""
    copies = [p for p, w in case.weight.items() if w >= HIGH and case.group[p[0]] == case.group[p[1]]]
    for closure in nx.connected_components(graph(case.n, copies + case.same)):
        if any(a in closure and b in closure for a, b in case.forbidden):
            copies = [(a, b) for a, b in copies if a not in closure]
    leaf = {member: min(c) for c in nx.connected_components(graph(case.n, copies)) for member in c}

    def leaf_weight(one, other):
        between = max(w for (a, b), w in case.weight.items() if {leaf[a], leaf[b]} == {one, other})
        return None if between == SILENT else min(max(between, LOW), HIGH)

    def between(pairs, one, other):
        return any((a in one and b in other) or (b in one and a in other) for a, b in pairs)

    def sure(one, other):
        if between(case.forbidden, one, other):
            return None
        if between(case.same, one, other):
            return CERTAIN
        if between(copies, one, other):
            return HIGH
        weights = [leaf_weight(a, b) for a in {leaf[m] for m in one} for b in {leaf[m] for m in other}]
        weights = [weight for weight in weights if weight is not None]
        if not weights:
            return None
        if method == "components":
            return max(weights)
        mean = Fraction(sum(weights), len(weights))
        return math.floor(Fraction(3, 10) * max(weights) + Fraction(7, 10) * mean)

    def rank(one, other):
        """Judgements, then copies, then linkage; the pair of clusters with the smallest first members wins ties."""
        sureness = sure(one, other)
        stage = 2 if sureness == CERTAIN else 1 if between(copies, one, other) else 0
        return (stage, sureness, [-min(one), -min(other)])

    clusters = [frozenset([member]) for member in range(case.n)]
    while True:
        clusters.sort(key=min)
        allowed = [(rank(a, b), a, b) for a, b in combinations(clusters, 2) if sure(a, b) is not None]
        if not allowed:
            return set(clusters)
        best, one, other = max(allowed, key=lambda item: item[0])
        if best[1] < stop:
            return set(clusters)
        clusters = [c for c in clusters if c not in (one, other)] + [one | other]


def built(case, seed=0, policy=None, extra=0):
    """The tree of a case, its rows shuffled among `extra` other rows; and the records of the tree's members."""
    rng = np.random.default_rng(seed)
    row = rng.permutation(case.n + extra)[: case.n]
    order = np.zeros(case.n + extra, np.int64)
    order[row] = np.arange(case.n)
    labels = np.arange(case.n + extra)
    labels[row] = row.min()
    pairs = list(case.weight)
    turned = [(a, b) if rng.random() < 0.5 else (b, a) for a, b in pairs]
    shuffled = rng.permutation(len(pairs)) if pairs else []
    left, right = columns([turned[i] for i in shuffled])
    weight = np.array([case.weight[pairs[i]] for i in shuffled], np.int64)
    group = np.arange(case.n + extra) + 100
    group[row] = case.group
    same, forbidden = columns(case.same), columns(case.forbidden)
    trees = merge_tree.build(
        order,
        labels,
        row[left],
        row[right],
        weight,
        same=(row[same[0]], row[same[1]]),
        forbidden=(row[forbidden[1]], row[forbidden[0]]),
        group=group,
        policy=policy,
    )
    return trees, row


def clusters_of(trees, row, height):
    first = trees.cut(height)[row]
    return {frozenset(np.flatnonzero(first == value).tolist()) for value in set(first.tolist())}


def interesting(trees):
    heights = {int(h) for h in trees.height if h > NEVER}
    return sorted({h + d for h in heights for d in (-1, 0, 1)} | {CERTAIN, HIGH, HIGH + 1, 0, LOW})


@settings(max_examples=200, deadline=None)
@given(cases())
def test_every_cut_is_a_plain_agglomeration_stopped_there(case):
    trees, row = built(case, extra=3)
    for height in interesting(trees):
        assert clusters_of(trees, row, height) == slow_clusters(case, height)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_method_components_is_connected_components_at_every_height(case):
    trees, row = built(case, policy=Policy(method="components"))
    for height in interesting(trees):
        assert clusters_of(trees, row, height) == slow_clusters(case, height, "components")
    case = Case(case.n, case.weight, list(range(case.n)), [], [])
    trees, row = built(case, policy=Policy(method="components"))
    for height in (LOW + 1, 0, 5_000):
        near = graph(case.n, [pair for pair, weight in case.weight.items() if weight >= height])
        assert clusters_of(trees, row, height) == {frozenset(c) for c in nx.connected_components(near)}


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(0, 2**32), st.integers(0, 2**32))
def test_the_order_of_rows_and_pairs_changes_nothing(case, one, other):
    first, second = built(case, one), built(case, other, extra=5)
    for name in ("into", "height", "step", "leaf", "weights", "capped"):
        assert np.array_equal(getattr(first[0], name), getattr(second[0], name))
    assert [first[1].tolist().index(r) for r in first[0].rows] == [second[1].tolist().index(r) for r in second[0].rows]


@settings(max_examples=100, deadline=None)
@given(cases(least=2))
def test_heights_never_rise_and_cuts_nest(case):
    trees, row = built(case)
    tree = trees.tree(0)
    heights = [height for *_, height in tree.joins()]
    assert heights == sorted(heights, reverse=True)
    cuts = [clusters_of(trees, row, height) for height in interesting(trees)]
    for low, high in pairwise(cuts):
        assert all(any(fine <= coarse for coarse in low) for fine in high)


@settings(max_examples=100, deadline=None)
@given(cases(least=2))
def test_forbidden_pairs_are_never_together_and_same_pairs_always(case):
    trees, row = built(case)
    for height in interesting(trees):
        first = trees.cut(height)[row]
        assert all(first[a] != first[b] for a, b in case.forbidden)
        for closure in nx.connected_components(graph(case.n, case.same)):
            if height <= CERTAIN and not any(a in closure and b in closure for a, b in case.forbidden):
                assert len({int(first[member]) for member in closure}) == 1


@settings(max_examples=150, deadline=None)
@given(cases(least=2))
def test_every_join_takes_a_whole_cluster_into_one_that_starts_before_it(case):
    tree = built(case)[0].tree(0)
    clusters = {member: {member} for member in range(case.n)}
    for into, taken, _ in tree.joins():
        assert into < taken
        clusters[into] |= clusters.pop(taken)
    assert sorted(tree.step[tree.step >= 0].tolist()) == list(range(case.n - len(clusters)))
    number = cutting.cut(tree, NEVER + 1)
    assert {frozenset(cluster) for cluster in clusters.values()} == {
        frozenset(np.flatnonzero(number == value).tolist()) for value in set(number.tolist())
    }


def test_only_forbidden_joins_are_missing_from_a_whole_tree():
    weight = dict.fromkeys(combinations(range(4), 2), -9_000)
    trees, row = built(Case(4, weight, [0, 1, 2, 3], [], []))
    assert len(clusters_of(trees, row, LOW)) == 1
    trees, row = built(Case(4, weight, [0, 1, 2, 3], [], [(0, 3)]))
    assert len(clusters_of(trees, row, LOW)) == 2
    assert sum(height == NEVER for height in trees.height) == 2


def test_linkage_rounds_down_and_clips():
    weight = {(0, 1): 20_000, (0, 2): 99_000, (1, 2): -99_000, (0, 3): -1, (1, 3): -2, (2, 3): -2}
    trees, _ = built(Case(4, weight, [0, 1, 2, 3], [], []))
    # 0 and 1 at 20 bits; 2 by 0.3 · 20 + 0.7 · (20 - 10) / 2 = 9.5; 3 by 0.3 · -1 + 0.7 · -5/3 = -1.47 thousandths.
    assert trees.tree(0).height.tolist() == [NEVER, 20_000, 9_500, -2]
    assert trees.tree(0).weights.tolist() == [20_000, 99_000, -1, -99_000, -2, -2]


def test_a_pair_with_nothing_to_compare_counts_neither_for_nor_against():
    weight = {(0, 1): 9_000, (0, 2): SILENT, (1, 2): 8_000}
    trees, _ = built(Case(3, weight, [0, 1, 2], [], []))
    assert sorted(trees.tree(0).height.tolist()) == [NEVER, 8_000, 9_000]
    spoken = weight | {(0, 2): -10_000}
    trees, _ = built(Case(3, spoken, [0, 1, 2], [], []))
    assert sorted(trees.tree(0).height.tolist()) == [NEVER, 1_700, 9_000]


def test_a_join_that_raises_a_linkage_keeps_the_height_of_the_one_before():
    trees, _ = built(RISING)
    # Alone, 0 is 8.85 and 1 is 8 bits from the cluster of 2 and 3; joined at 8.9 they are 10.075 from it.
    assert [height for *_, height in trees.tree(0).joins()] == [20_000, 8_900, 8_900]


def test_copies_count_once():
    weight = {(0, 1): 25_000, (0, 2): 8_000, (1, 2): 8_000, (0, 3): 0, (1, 3): 0, (2, 3): 6_000}
    trees, _ = built(Case(4, weight, [7, 7, 8, 9], [], []))
    assert [height for *_, height in trees.tree(0).joins()] == [HIGH, 8_000, 300 * 6 + 700 * 3]
    assert trees.tree(0).leaf.tolist() == [0, 0, 1, 2]
    assert trees.tree(0).weight(0, 1) is None
    assert trees.tree(0).weight(3, 1) == 0
    apart, _ = built(Case(4, weight, [6, 7, 8, 9], [], []))
    assert [height for *_, height in apart.tree(0).joins()] == [HIGH, 8_000, 300 * 6 + 700 * 2]


def test_a_judgement_about_one_copy_makes_the_other_no_surer():
    weight = dict.fromkeys(combinations(range(3), 2), -5_000) | {(0, 1): 25_000}
    trees, row = built(Case(3, weight, [7, 7, 8], [(1, 2)], []))
    assert clusters_of(trees, row, CERTAIN) == {frozenset([0]), frozenset([1, 2])}
    assert clusters_of(trees, row, HIGH) == {frozenset([0, 1, 2])}


def test_copies_that_a_judgement_keeps_apart_stay_apart():
    weight = dict.fromkeys(combinations(range(3), 2), 25_000)
    trees, row = built(Case(3, weight, [7, 7, 7], [], [(0, 2)]))
    assert trees.tree(0).leaf.tolist() == [0, 1, 2]
    assert clusters_of(trees, row, 0) == {frozenset([0, 1]), frozenset([2])}


@settings(max_examples=40, deadline=None)
@given(st.lists(cases(largest=4), min_size=1, max_size=7), st.sampled_from([1, 20, 1 << 20]))
def test_many_components_at_once_are_each_what_they_are_alone(many, cells):
    start = np.concatenate(([0], np.cumsum([case.n for case in many])))
    labels = np.repeat(start[:-1], np.diff(start))
    pairs, same, forbidden, weight = [], [], [], []
    for base, case in zip(start.tolist(), many, strict=False):
        pairs += [(a + base, b + base) for a, b in case.weight]
        weight += case.weight.values()
        same += [(a + base, b + base) for a, b in case.same]
        forbidden += [(a + base, b + base) for a, b in case.forbidden]
    group = np.concatenate([case.group for case in many])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge_tree, "_CELLS", cells)
        trees = merge_tree.build(
            np.arange(len(labels)),
            labels,
            *columns(pairs),
            np.array(weight, np.int64),
            same=columns(same),
            forbidden=columns(forbidden),
            group=group,
        )
    several = [case for case in many if case.n > 1]
    assert len(trees) == len(several)
    for component, case in enumerate(several):
        alone = built(case)[0].tree(0)
        for name in ("into", "height", "step", "leaf", "weights"):
            assert np.array_equal(getattr(trees.tree(component), name), getattr(alone, name))


@settings(max_examples=150, deadline=None)
@example(RISING, "merge_tree")
@given(cases(largest=12, copies=False, least=2), st.sampled_from(["merge_tree", "components"]))
def test_one_large_component_joins_as_its_size_class_does(case, method):
    marks = []
    for pairs in (case.same, case.forbidden):
        square = np.zeros((1, case.n, case.n), bool)
        for a, b in pairs:
            square[0, a, b] = square[0, b, a] = True
        marks.append(square)
    weights = np.clip(np.array([list(case.weight.values())]), LOW, HIGH)
    policy = Policy(method=method)
    alone = agglomerate_one(weights, case.n, marks[0], marks[1], policy)
    batch = agglomerate(weights, case.n, marks[0].copy(), marks[1].copy(), policy)
    for one, other in zip(alone, batch, strict=True):
        assert np.array_equal(one, other)


def test_components_of_about_one_size_share_an_array_and_are_each_what_they_are_alone():
    rng = np.random.default_rng(6)
    sizes = rng.integers(merge_tree.EXACT, merge_tree.EXACT * 3, 12).tolist()
    labels = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    left, right, _ = inside_pairs(labels)
    weight = rng.integers(-9_000, 20_000, len(left)).astype(np.int64)
    trees = merge_tree.build(np.arange(len(labels)), labels, left, right, weight)
    for component, size in enumerate(sizes):
        one = agglomerate(trees.tree(component).weights[None].astype(np.int64), size, None, None, Policy())
        assert [list(join) for join in trees.tree(component).joins()] == np.stack(one)[:, 0, :].T.tolist()


@pytest.mark.parametrize("spread", [3, 4_000])
def test_beyond_the_batch_size_the_single_path_takes_over_and_agrees(spread):
    size = merge_tree.BATCHED + 6
    rng = np.random.default_rng(5)
    weight = (rng.integers(-spread, spread, size * (size - 1) // 2) * (20_000 // spread)).astype(np.int64)
    left, right = np.triu_indices(size, 1)
    policy = Policy(cap=size)
    tree = merge_tree.build(np.arange(size), np.zeros(size), left, right, weight, policy=policy).tree(0)
    batch = agglomerate(np.clip(weight, LOW, HIGH)[None], size, None, None, policy)
    assert [list(join) for join in tree.joins()] == np.stack(batch)[:, 0, :].T.tolist()


@settings(max_examples=60, deadline=None)
@given(cases(least=2))
def test_cophenetic_heights_say_when_two_members_meet(case):
    trees, row = built(case)
    tree = trees.tree(0)
    heights = cutting.cophenetic(tree)
    for member in range(case.n):
        assert np.array_equal(cutting.sureness(tree, member), heights[member])
    for height in interesting(trees):
        number = cutting.cut(tree, height)
        if height <= CERTAIN:
            assert np.array_equal(heights >= height, number[:, None] == number)
        assert sorted(set(number.tolist())) == list(range(len(set(number.tolist()))))
        assert len(clusters_of(trees, row, height)) == number.max() + 1


def test_no_components_and_no_rows_give_no_trees():
    none = np.empty(0, np.int64)
    for size in (0, 3):
        trees = merge_tree.build(np.arange(size), np.arange(size), none, none, none)
        assert len(trees) == 0
        assert trees.cut(0).tolist() == list(range(size))


def test_a_missing_weight_is_refused():
    with pytest.raises(ValueError, match="1 pairs inside components have no weight"):
        merge_tree.build(np.arange(3), np.zeros(3), np.array([0, 1]), np.array([1, 2]), np.array([5, 5]))


def test_a_same_pair_across_components_is_refused():
    none = np.empty(0, np.int64)
    with pytest.raises(ValueError, match="two components"):
        merge_tree.build(np.arange(2), np.arange(2), none, none, none, same=columns([(0, 1)]))


def test_pairs_between_components_are_ignored():
    trees = merge_tree.build(
        np.arange(4), np.array([0, 0, 2, 2]), np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([5, 9_000, 7])
    )
    assert trees.height.tolist() == [NEVER, 5, NEVER, 7]
