"""Settled judgements against a plain re-reading of the rule, and the cases the rule exists for."""

from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.domain.judgements import AUTHORITIES, Judgement, Verdict
from spine.resolution.judgements import settle

SAME, DIFFERENT = Verdict.SAME, Verdict.DIFFERENT

judgements = st.builds(
    lambda pair, verdict, authority, day: Judgement(*pair, verdict, authority, f"2026-01-0{day}T00:00:00+00:00"),
    st.sampled_from(list(combinations(range(6), 2))),
    st.sampled_from(Verdict),
    st.sampled_from(AUTHORITIES),
    st.integers(1, 3),
)
conflicts = st.lists(st.sampled_from(list(combinations(range(6), 2))), max_size=3, unique=True)


def columns(pairs):
    return np.array([b for _, b in pairs], np.int64), np.array([a for a, _ in pairs], np.int64)


def pairs_of(columns):
    return list(zip(columns[0].tolist(), columns[1].tolist(), strict=True))


def consistent(same, forbidden):
    graph = nx.empty_graph(6)
    graph.add_edges_from(same)
    return not any(nx.has_path(graph, a, b) for a, b in forbidden)


def plainly_settled(given_judgements, conflicting):
    """Take assertions strongest first, and keep each that leaves everything kept so far consistent."""
    assertions = [
        ((AUTHORITIES.index(j.authority), 1, j.at, j.verdict.value), (-j.a, -j.b), j.verdict is SAME, (j.a, j.b), j)
        for j in set(given_judgements)
    ]
    barrier = AUTHORITIES.index("steward")
    assertions += [((barrier, 0, "", ""), (-a, -b), False, (a, b), None) for a, b in conflicting]
    same, forbidden, refused = set(), set(), []
    for _, _, joins, pair, judgement in sorted(assertions, key=lambda item: item[:2], reverse=True):
        if consistent(same | {pair}, forbidden) if joins else consistent(same, forbidden | {pair}):
            (same if joins else forbidden).add(pair)
        elif judgement is not None:
            refused.append(judgement)
    return same, forbidden, refused


@settings(max_examples=200, deadline=None)
@given(st.lists(judgements, max_size=12), conflicts, st.randoms())
def test_what_stands_is_what_the_rule_says_in_any_order(given_judgements, conflicting, random):
    same, forbidden, refused = plainly_settled(given_judgements, conflicting)
    shuffled = random.sample(given_judgements, len(given_judgements))
    settled = settle(shuffled, columns(random.sample(conflicting, len(conflicting))))
    assert pairs_of(settled.same) == sorted(same)
    assert pairs_of(settled.forbidden) == sorted(forbidden)
    assert [one.judgement for one in settled.refused] == refused


@settings(max_examples=100, deadline=None)
@given(st.lists(judgements, max_size=12), conflicts)
def test_a_refusal_names_a_pair_that_stands_the_other_way(given_judgements, conflicting):
    settled = settle(given_judgements, columns(conflicting))
    graph = nx.empty_graph(6)
    graph.add_edges_from(pairs_of(settled.same))
    for one in settled.refused:
        assert nx.has_path(graph, one.a, one.b) == (one.judgement.verdict is DIFFERENT)
        if one.judgement.verdict is SAME:
            assert (one.a, one.b) in pairs_of(settled.forbidden)
            ends = {one.judgement.a: one.a, one.judgement.b: one.b}
            crossed = {one.judgement.a: one.b, one.judgement.b: one.a}
            assert any(all(nx.has_path(graph, a, b) for a, b in way.items()) for way in (ends, crossed))


def said(a, b, verdict, authority="steward", at="2026-01-01T00:00:00+00:00"):
    return Judgement(a, b, verdict, authority, at)


def test_a_chain_can_not_force_together_what_a_stronger_judgement_keeps_apart():
    settled = settle([said(1, 2, SAME, "login"), said(2, 3, SAME, "login"), said(1, 3, DIFFERENT)])
    assert pairs_of(settled.same) == [(1, 2)]
    assert [(one.judgement.a, one.judgement.b, one.a, one.b) for one in settled.refused] == [(2, 3, 1, 3)]


def test_the_newest_of_one_authority_wins():
    older, newer = said(1, 2, SAME), said(1, 2, DIFFERENT, at="2026-02-01T00:00:00+00:00")
    assert pairs_of(settle([older, newer]).forbidden) == [(1, 2)]
    assert pairs_of(settle([newer, older]).same) == []


def test_a_shared_device_does_not_join_two_verified_accounts_but_a_steward_can():
    logins = [said(1, 3, SAME, "login"), said(2, 3, SAME, "login")]
    settled = settle(logins, columns([(1, 2)]))
    assert pairs_of(settled.same) == [(1, 3)]
    assert [one.judgement.a for one in settled.refused] == [2]
    settled = settle([*logins, said(1, 2, SAME)], columns([(1, 2)]))
    assert pairs_of(settled.same) == [(1, 2), (1, 3), (2, 3)]
    assert settled.refused == ()
    assert pairs_of(settled.forbidden) == []
