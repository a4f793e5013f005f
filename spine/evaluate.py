"""How right a clustering is: pairwise and B-cubed precision, recall and F1 against a truth, and calibration.

Everything is columnar: a clustering is an array of labels, one per record. Pairwise figures count pairs of records that
stand together; B-cubed figures (Bagga and Baldwin 1998) average per record the share of its cluster, or of its entity,
that is right. Calibration compares what links promised with how many were right (expected calibration error, Naeini et
al. 2015).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.errors import InputError

Labels = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

CONFIDENCES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
BUCKETS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Counts, and shares between 0 and 1; a share of nothing is 1, an F1 without a right pair is 0."""

    records: int
    entities: int
    clusters: int
    true_pairs: int
    found_pairs: int
    right_pairs: int
    pairwise_precision: float
    pairwise_recall: float
    pairwise_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """The links that promised a confidence in [lower, upper): how many, the mean promise, the share that was right."""

    lower: float
    upper: float
    links: int
    predicted: float
    actual: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The buckets that hold links, and the mean gap between promise and truth, weighted by links."""

    links: int
    expected_calibration_error: float
    buckets: tuple[Bucket, ...]


def accuracy(clusters: Labels, entities: Labels) -> Accuracy:
    """Compare a clustering with the truth: two arrays of labels of one length, record by record; any labels will do."""
    records = len(clusters)
    found, found_sizes = _sizes(clusters)
    true, true_sizes = _sizes(entities)
    both, shared = np.unique(found * max(len(true_sizes), 1) + true, return_counts=True)
    of_found = found_sizes[both // max(len(true_sizes), 1)]
    of_true = true_sizes[both % max(len(true_sizes), 1)]
    right, found_pairs, true_pairs = _pairs(shared), _pairs(found_sizes), _pairs(true_sizes)
    squares = shared.astype(np.float64) ** 2
    precision, recall = _share(right, found_pairs), _share(right, true_pairs)
    cubed_precision = _share(float((squares / of_found).sum()), records)
    cubed_recall = _share(float((squares / of_true).sum()), records)
    return Accuracy(
        records=records,
        entities=len(true_sizes),
        clusters=len(found_sizes),
        true_pairs=true_pairs,
        found_pairs=found_pairs,
        right_pairs=right,
        pairwise_precision=precision,
        pairwise_recall=recall,
        pairwise_f1=_f1(precision, recall),
        bcubed_precision=cubed_precision,
        bcubed_recall=cubed_recall,
        bcubed_f1=_f1(cubed_precision, cubed_recall),
    )


def calibration(promised: Floats, pairs: Floats, right: Floats, buckets: Sequence[float] = BUCKETS) -> Calibration:
    """Compare what links promised with the truth: per link its confidence, how many pairs it joins, how many rightly.

    A link between two clusters weighs as many pairs as it joins. Bounds rise from 0 to 1; the last bucket includes 1.
    """
    bounds = np.asarray(buckets, dtype=np.float64)
    place = np.clip(np.searchsorted(bounds, promised, side="right") - 1, 0, len(bounds) - 2)
    count = len(bounds) - 1
    weight = np.bincount(place, weights=pairs, minlength=count)
    hoped = np.bincount(place, weights=promised * pairs, minlength=count)
    true = np.bincount(place, weights=right, minlength=count)
    total = float(weight.sum())
    filled = [
        Bucket(float(bounds[i]), float(bounds[i + 1]), int(weight[i]), hoped[i] / weight[i], true[i] / weight[i])
        for i in np.flatnonzero(weight).tolist()
    ]
    error = sum(bucket.links * abs(bucket.predicted - bucket.actual) for bucket in filled) / total if total else 0.0
    return Calibration(int(total), float(error), tuple(filled))


def joined_pairs(into: Labels, taken: Labels, entities: Labels) -> tuple[Floats, Floats]:
    """For joins in their order, how many scored pairs each brings together, and how many of them rightly.

    Members are numbered from 0; a join takes the cluster named `taken[j]` into the one named `into[j]`. `entities` says
    the truth of each member, -1 where it is not scored.
    """
    held: dict[int, Counter[int]] = {}
    pairs, right = np.zeros(len(taken)), np.zeros(len(taken))
    labels = entities.tolist()
    for join, (one, other) in enumerate(zip(into.tolist(), taken.tolist(), strict=True)):
        left, lost = (held.pop(side) if side in held else _alone(labels[side]) for side in (one, other))
        pairs[join] = left.total() * lost.total()
        few, many = (left, lost) if len(left) < len(lost) else (lost, left)
        right[join] = sum(count * many[entity] for entity, count in few.items())
        many.update(few)
        held[one] = many
    return pairs, right


def truth_labels(truth: pa.Table) -> pa.Table:
    """The rows of a truth that can be scored: texts `record_id`, `entity_id`, optional `source`; empty entities go.

    Raises InputError where a column is missing or a record appears twice.
    """
    for name in ("record_id", "entity_id"):
        if name not in truth.column_names:
            raise InputError(
                f"The truth has no column {name!r}; it has {', '.join(truth.column_names) or 'none'}.",
                remedy="Name the columns record_id, entity_id and, where ids repeat between sources, source.",
            )
    keys = _keys(truth)
    kept = truth.select([*keys, "entity_id"])
    kept = kept.filter(pc.not_equal(kept["entity_id"], pa.scalar("")), null_selection_behavior="drop")
    unique = kept.group_by(keys).aggregate([])
    if unique.num_rows != kept.num_rows:
        twice = kept.group_by(keys).aggregate([([], "count_all")])
        example = twice.filter(pc.greater(twice["count_all"], pa.scalar(1))).slice(0, 1).to_pylist()[0]
        raise InputError(
            f"The truth has record {example['record_id']!r} more than once.",
            remedy="Give each record one row" + ("." if "source" in keys else ", or add a column source."),
        )
    return kept


def aligned(truth: pa.Table, memberships: pa.Table) -> tuple[Labels, Labels, int]:
    """Line a clustering up with a truth: (clusters, entities, how many records of the truth are not clustered).

    `truth` as `truth_labels` gives it; `memberships` has texts `source`, `record_id`, `entity_id`. A record that the
    clustering lacks stands alone; records that the truth lacks are left out. Raises InputError where the truth has no
    `source` and an id of it belongs to several sources.
    """
    beside = _beside(truth, memberships, _keys(truth))
    if len(beside) != truth.num_rows:
        rows = beside["row"].to_numpy()
        twice = truth["record_id"][int(rows[:-1][rows[1:] == rows[:-1]][0])].as_py()
        raise InputError(
            f"Record id {twice!r} of the truth belongs to several sources.", remedy="Add a column source to the truth."
        )
    clusters = _codes(beside["entity_id"])
    missing = clusters < 0
    clusters[missing] = len(clusters) + np.flatnonzero(missing)
    return clusters, _codes(truth["entity_id"]), int(missing.sum())


def truth_of(truth: pa.Table, records: pa.Table) -> Labels:
    """For each record (texts `source`, `record_id`) a number for its entity in the truth, -1 where it has none."""
    return _codes(_beside(records, truth, _keys(truth))["entity_id"])


def _beside(rows: pa.Table, table: pa.Table, keys: list[str]) -> pa.Table:
    """The `entity_id` of `table` for each of `rows`, in their order; null where there is none."""
    numbered = rows.select(keys).append_column("row", pa.array(np.arange(rows.num_rows)))
    return numbered.join(table.select([*keys, "entity_id"]), keys, join_type="left outer").sort_by("row")


def _alone(entity: int) -> Counter[int]:
    return Counter([entity] if entity >= 0 else [])


def _keys(truth: pa.Table) -> list[str]:
    return [name for name in ("source", "record_id") if name in truth.column_names]


def _codes(texts: "pa.ChunkedArray[Any]") -> Labels:
    """A number for every distinct text, -1 for null."""
    codes = pa.chunked_array([texts.combine_chunks().dictionary_encode().indices])
    return np.nan_to_num(codes.to_numpy().astype(np.float64), nan=-1.0).astype(np.int64)


def _sizes(labels: Labels) -> tuple[Labels, Labels]:
    _, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return codes.astype(np.int64), sizes.astype(np.int64)


def _pairs(sizes: Labels) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
