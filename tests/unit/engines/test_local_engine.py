"""Candidates equal a brute-force reading of the rules, crowded keys refined and counted, on random small tables."""

from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.engines import packed
from spine.engines.local_engine import LocalEngine
from spine.ports import BlockingRule

PLAIN, LISTS, REFINE = ("a", "b"), ("c", "d"), ("b", "e")
CELL = st.one_of(st.none(), st.integers(0, 2))
LIST_CELL = st.lists(CELL, max_size=3)
ROW = st.fixed_dictionaries({**dict.fromkeys((*PLAIN, "e"), CELL), **dict.fromkeys(LISTS, LIST_CELL)})
RULE = st.lists(st.sampled_from((*PLAIN, *LISTS)), min_size=1, max_size=2, unique=True)
ENGINE = LocalEngine()


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    plain = {name: pa.array([row[name] for row in rows], pa.int64()) for name in (*PLAIN, "e")}
    lists = {name: pa.array([row[name] for row in rows], pa.list_(pa.int64())) for name in LISTS}
    return pa.table({**plain, **lists})


def _keys(row: dict[str, Any], columns: tuple[str, ...]) -> set[tuple[int, ...]]:
    """The keys that a row has by a rule: one of each column, of lists any; none where a column is empty."""
    found: set[tuple[int, ...]] = {()}
    for name in columns:
        values = row[name] if name in LISTS else [row[name]]
        found = {(*key, value) for key in found for value in set(values) if value is not None}
    return found


def _expected(rows: list[dict[str, Any]], rule: BlockingRule, refine: tuple[str, ...]) -> tuple[set[Any], int]:
    holders: dict[tuple[int, ...], list[int]] = {}
    for number, row in enumerate(rows):
        for key in _keys(row, rule.columns):
            holders.setdefault(key, []).append(number)
    pairs: set[tuple[int, int]] = set()
    skipped = 0
    for members in holders.values():
        if len(members) <= rule.crowded:
            pairs |= set(combinations(members, 2))
            continue
        skipped += len(members) * (len(members) - 1) // 2
        for second in refine:
            if second not in rule.columns:
                finer: dict[int, list[int]] = {}
                for member in members:
                    if rows[member][second] is not None:
                        finer.setdefault(rows[member][second], []).append(member)
                for some in finer.values():
                    if len(some) <= rule.crowded:
                        pairs |= set(combinations(some, 2))
    return pairs, skipped


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, max_size=10), st.lists(st.tuples(RULE, st.integers(1, 5)), min_size=1, max_size=4))
def test_candidates_are_what_the_rules_say(rows: list[dict[str, Any]], named: list[tuple[list[str], int]]) -> None:
    rules = [BlockingRule(f"{n}: {' + '.join(names)}", tuple(names), most) for n, (names, most) in enumerate(named)]
    found = ENGINE.candidates(_table(rows), rules, REFINE)
    pairs: set[tuple[int, int]] = set()
    skipped = {}
    for rule in rules:
        some, count = _expected(rows, rule, REFINE)
        pairs |= some
        if count:
            skipped[rule.name] = count
    listed = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert listed == sorted(pairs)
    assert found.skipped == skipped


def test_a_rule_over_columns_that_are_not_there_finds_nothing() -> None:
    found = ENGINE.candidates(_table([]), [BlockingRule("x", ("x",), 5)], REFINE)
    assert (len(found.left), found.skipped) == (0, {})
    rows = [{"a": 1, "b": None, "c": [], "d": [], "e": None}] * 2
    assert len(ENGINE.candidates(_table(rows), [BlockingRule("x", ("a", "x"), 5)], ()).left) == 0


def test_the_same_question_twice_has_the_same_answer() -> None:
    rows = [{"a": n % 3, "b": n % 2, "c": [n % 4], "d": [], "e": None} for n in range(30)]
    rules = [BlockingRule("a", ("a",), 50), BlockingRule("c", ("c",), 50)]
    one, other = (ENGINE.candidates(_table(rows), rules, REFINE) for _ in range(2))
    assert np.array_equal(one.left, other.left)
    assert np.array_equal(one.right, other.right)
    assert (one.left < one.right).all()


def test_pairs_come_once_and_sorted_however_often_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "PENDING", 3)
    rng = np.random.default_rng(0)
    pairs = packed.PairSet(50)
    expected = set()
    for _ in range(20):
        left, right = rng.integers(0, 25, 4), rng.integers(25, 50, 4)
        pairs.add(left, right)
        expected |= set(zip(left.tolist(), right.tolist(), strict=True))
    found = pairs.columns()
    assert list(zip(*(column.tolist() for column in found), strict=True)) == sorted(expected)
