"""Links between entities that records declare or imply: targets of relations, identifiers that several carry."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow.compute import call_function

from spine.resolution.components import Ints
from spine.resolution.grouping import coded, distinct, equal, pairs_within, rows_where, whole_numbers
from spine.resolution.resolved import Resolved


class Shared(NamedTuple):
    """Pairs of persons (labels, `left` < `right`) that carry an identifier, and how many persons carry it."""

    left: Ints
    right: Ints
    identifier: Ints
    carriers: Ints


def joined_texts(*columns: Any) -> "pa.ChunkedArray[Any]":
    """The texts of several columns end to end; null where one is null."""
    found = call_function("binary_join_element_wise", [*columns, pa.scalar("")])
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def named(table: pa.Table) -> "pa.ChunkedArray[Any]":
    """Namespace and value of each row as one text."""
    return joined_texts(table["namespace"], pa.repeat("/", table.num_rows), table["value"])


def entity_of_targets(resolved: Resolved, targets: pa.Table, entity: Ints) -> Ints:
    """The entity that each target (namespace, value) means, -1 where no live record of that kind answers to it.

    A target names an identifier that the records of the entity carry, or with the namespace `record` the key
    `source/record_id` of one of them. Where several entities carry it, the smallest label answers.
    """
    records = resolved.records
    joined = pa.chunked_array(
        [
            *joined_texts(pa.repeat("record/", resolved.size), records["source"], pa.repeat("/", resolved.size),
                          records["record_id"]).chunks,
            *named(resolved.claims).chunks,
            *named(targets).chunks,
        ],
        pa.string(),
    )  # fmt: skip
    codes = coded(joined).codes
    rows = np.concatenate([np.arange(resolved.size), whole_numbers(resolved.claims, "row")])
    known, asked = codes[: len(rows)], codes[len(rows) :]
    label = entity[rows] if len(rows) else rows
    answer = np.full(int(codes.max(initial=-1)) + 2, np.iinfo(np.int64).max)
    usable = (known >= 0) & (label >= 0)
    np.minimum.at(answer, known[usable], label[usable])
    answer[answer == np.iinfo(np.int64).max] = -1
    return answer[asked]


def family_pairs(resolved: Resolved) -> tuple[Ints, Ints]:
    """Pairs of persons (labels, `left` < `right`) that a source declares to be family, each once."""
    declared = rows_where(resolved.relations, equal(resolved.relations["kind"], "family"))
    here = resolved.person[whole_numbers(declared, "row")]
    there = entity_of_targets(resolved, declared, resolved.person)
    known = (here >= 0) & (there >= 0) & (here != there)
    low, high = np.minimum(here, there)[known], np.maximum(here, there)[known]
    return distinct(low, high)


def shared_identifiers(resolved: Resolved, namespace: str, crowd: int) -> Shared:
    """Which pairs of persons carry one identifier of a namespace; one that more than `crowd` carry pairs nobody."""
    claims = rows_where(resolved.claims, equal(resolved.claims["namespace"], namespace))
    label = resolved.person[whole_numbers(claims, "row")]
    carried = whole_numbers(claims, "identifier")
    identifier, person = distinct(carried[label >= 0], label[label >= 0])
    if not len(person):
        return Shared(person, person, person, person)
    _, group, count = np.unique(identifier, return_inverse=True, return_counts=True)
    one, other, _ = pairs_within(group.astype(np.int64), crowd)
    return Shared(person[one], person[other], identifier[one], count[group[one]].astype(np.int64))


def pair_keys(labels: Ints, left: Ints, right: Ints) -> Ints:
    """One number per pair of labels; -1 where a side is not among the sorted `labels`."""
    if not len(labels):
        return np.full(len(left), -1, np.int64)
    place = [np.minimum(np.searchsorted(labels, side), len(labels) - 1) for side in (left, right)]
    known = (labels[place[0]] == left) & (labels[place[1]] == right)
    return np.where(known, np.minimum(*place) * len(labels) + np.maximum(*place), -1)
