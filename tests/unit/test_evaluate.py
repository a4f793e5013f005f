"""Accuracy and calibration, against implementations that count pair by pair."""

from itertools import combinations, pairwise
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import InputError
from spine.evaluate import accuracy, aligned, calibration, joined_pairs, truth_labels, truth_of

LABELLED = st.lists(st.tuples(st.integers(-3, 4), st.integers(0, 5)), min_size=1, max_size=25)


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@given(LABELLED)
def test_figures_are_those_of_counting_pair_by_pair(rows: list[tuple[int, int]]) -> None:
    pairs = list(combinations(rows, 2))
    found = sum(a[0] == b[0] for a, b in pairs)
    true = sum(a[1] == b[1] for a, b in pairs)
    right = sum(a == b for a, b in pairs)
    precision, recall = right / found if found else 1.0, right / true if true else 1.0
    share = [sum(other == row for other in rows) for row in rows]
    cubed_precision = np.mean([n / sum(o[0] == row[0] for o in rows) for n, row in zip(share, rows, strict=True)])
    cubed_recall = np.mean([n / sum(o[1] == row[1] for o in rows) for n, row in zip(share, rows, strict=True)])
    got = accuracy(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
    assert (got.records, got.clusters, got.entities) == (
        len(rows),
        len({row[0] for row in rows}),
        len({row[1] for row in rows}),
    )
    assert (got.found_pairs, got.true_pairs, got.right_pairs) == (found, true, right)
    assert got.pairwise_precision == pytest.approx(precision)
    assert got.pairwise_recall == pytest.approx(recall)
    assert got.pairwise_f1 == pytest.approx(f1(precision, recall))
    assert got.bcubed_precision == pytest.approx(cubed_precision)
    assert got.bcubed_recall == pytest.approx(cubed_recall)
    assert got.bcubed_f1 == pytest.approx(f1(float(cubed_precision), float(cubed_recall)))


def test_nothing_to_score_is_no_error() -> None:
    empty = accuracy(np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    assert (empty.records, empty.pairwise_precision, empty.bcubed_recall) == (0, 1.0, 1.0)


LINKS = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=30)


@given(LINKS)
def test_calibration_is_that_of_one_bucket_after_the_other(rows: list[tuple[float, int, int]]) -> None:
    links = [(promised, pairs, min(right, pairs)) for promised, pairs, right in rows]
    bounds = (0.0, 0.5, 0.9, 1.0)
    error, total = 0.0, sum(pairs for _, pairs, _ in links)
    expected = []
    for lower, upper in pairwise(bounds):
        inside = [link for link in links if lower <= link[0] < upper or (upper == 1.0 and link[0] == 1.0)]
        weight = sum(pairs for _, pairs, _ in inside)
        if weight:
            predicted = sum(promised * pairs for promised, pairs, _ in inside) / weight
            actual = sum(right for *_, right in inside) / weight
            error += weight / total * abs(predicted - actual)
            expected.append((lower, upper, weight, pytest.approx(predicted), pytest.approx(actual)))
    columns = [np.array(column, dtype=np.float64) for column in zip(*links, strict=True)]
    got = calibration(*columns, buckets=bounds)
    assert [(b.lower, b.upper, b.links, b.predicted, b.actual) for b in got.buckets] == expected
    assert got.links == total
    assert got.expected_calibration_error == pytest.approx(error)


def test_no_links_are_perfectly_calibrated() -> None:
    none = np.array([], dtype=np.float64)
    assert calibration(none, none, none).expected_calibration_error == 0.0


MEMBERS = pa.table({"source": ["a", "a", "b"], "record_id": ["1", "2", "1"], "entity_id": ["x", "x", "y"]})


def test_records_the_store_lacks_stand_alone_and_empty_truth_is_not_scored() -> None:
    truth = truth_labels(
        pa.table(
            {
                "record_id": ["2", "1", "8", "9", "1"],
                "entity_id": ["e", "e", "e", "e", ""],
                "source": ["a", "a", "a", "a", "b"],
                "note": ["", "", "", "", ""],
            }
        )
    )
    clusters, entities, missing = aligned(truth, MEMBERS)
    assert clusters[0] == clusters[1]
    assert len(set(clusters.tolist())) == 3
    assert set(entities.tolist()) == {0}
    assert missing == 2
    assert accuracy(clusters, entities).pairwise_recall == pytest.approx(1 / 6)


def test_a_null_entity_is_an_empty_one() -> None:
    assert truth_labels(pa.table({"record_id": ["1", "2"], "entity_id": ["e", None]})).num_rows == 1


def test_a_truth_without_sources_needs_ids_that_do_not_repeat() -> None:
    with pytest.raises(InputError, match=r"'1' of the truth belongs to several sources\. Add a column source"):
        aligned(truth_labels(pa.table({"record_id": ["1"], "entity_id": ["e"]})), MEMBERS)
    clusters, _, missing = aligned(truth_labels(pa.table({"record_id": ["2"], "entity_id": ["e"]})), MEMBERS)
    assert (len(clusters), missing) == (1, 0)


def test_a_truth_that_says_things_twice_or_lacks_a_column_is_refused() -> None:
    with pytest.raises(InputError, match=r"'1' more than once\. .*column source"):
        truth_labels(pa.table({"record_id": ["1", "1"], "entity_id": ["e", "f"]}))
    with pytest.raises(InputError, match=r"'1' more than once\. Give each record one row\.$"):
        truth_labels(pa.table({"source": ["a", "a"], "record_id": ["1", "1"], "entity_id": ["e", "f"]}))
    with pytest.raises(InputError, match=r"no column 'entity_id'; it has record_id, person"):
        truth_labels(pa.table({"record_id": ["1"], "person": ["e"]}))


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_joins_are_counted_as_pair_by_pair(entities: list[int], random: Random) -> None:
    clusters = {member: [member] for member in range(len(entities))}
    joins, expected = [], []
    while len(clusters) > 1 and random.random() < 0.9:
        into, taken = random.sample(sorted(clusters), 2)
        pairs = [(entities[a], entities[b]) for a in clusters[into] for b in clusters[taken]]
        scored = [pair for pair in pairs if -1 not in pair]
        expected.append((len(scored), sum(a == b for a, b in scored)))
        joins.append((into, taken))
        clusters[into] += clusters.pop(taken)
    columns = np.array(joins, np.int64).reshape(-1, 2).T
    pairs_joined, right = joined_pairs(columns[0], columns[1], np.array(entities))
    assert list(zip(pairs_joined.tolist(), right.tolist(), strict=True)) == expected


def test_the_truth_of_records_says_where_there_is_none() -> None:
    truth = truth_labels(
        pa.table({"record_id": ["2", "1", "5"], "entity_id": ["e", "e", "f"], "source": ["a", "b", "a"]})
    )
    labels = truth_of(truth, pa.table({"source": ["a", "a", "b"], "record_id": ["1", "2", "1"]}))
    assert labels[0] == -1
    assert labels[1] == labels[2] >= 0
