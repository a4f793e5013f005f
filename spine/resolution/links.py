"""Links between entities that records declare or imply: targets of relations, identifiers that several carry."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow.compute import SetLookupOptions, call_function

from spine.normalise.pressed import pieces
from spine.resolution.components import Ints
from spine.resolution.grouping import distinct, equal, pairs_within, rows_where, whole_numbers
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


def first_known(*columns: Any) -> "pa.ChunkedArray[Any]":
    """Of each row the first of several columns that is not null."""
    found = call_function("coalesce", list(columns))
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def named(table: pa.Table) -> "pa.ChunkedArray[Any]":
    """Namespace and value of each row as one text."""
    return joined_texts(table["namespace"], pa.repeat("/", table.num_rows), table["value"])


def entity_of_targets(resolved: Resolved, targets: pa.Table, entity: Ints) -> Ints:
    """The entity that each target (namespace, value) means, -1 where no live record of that kind answers to it.

    A target names an identifier that the records of the entity carry, or with the namespace `record` the key
    `source/record_id` of one of them. Where several entities carry it, the smallest label answers.
    """
    if not targets.num_rows:
        return np.empty(0, np.int64)
    if resolved.answered:
        told = first_known(targets["value"].cast(pa.int64()), pa.scalar(-1, pa.int64()))
        return np.asarray(told, np.int64)
    asked: Any = named(targets).combine_chunks().dictionary_encode()
    answer = np.full(len(asked.dictionary) + 1, np.iinfo(np.int64).max)
    wanted = asked.dictionary
    for texts, rows in _answering(resolved, targets["namespace"].unique().to_pylist()):
        found = call_function("index_in", [texts], SetLookupOptions(wanted, skip_nulls=True))
        place = found.fill_null(-1).to_numpy().astype(np.int64)
        usable = np.flatnonzero(place >= 0)
        usable = usable[entity[rows[usable]] >= 0]
        np.minimum.at(answer, place[usable], entity[rows[usable]])
    answer[answer == np.iinfo(np.int64).max] = -1
    answer[-1] = -1
    codes = asked.indices.fill_null(len(wanted)).to_numpy(zero_copy_only=False).astype(np.int64)
    entities: Ints = answer[codes]
    return entities


def _answering(resolved: Resolved, namespaces: Sequence[str | None]) -> "Iterator[tuple[pa.ChunkedArray[Any], Ints]]":
    """What records answer to in these namespaces, and their rows, some at a time: identifiers, and their own keys."""
    carried = np.logical_or.reduce([resolved.claims_of(name) for name in namespaces if name not in (None, "record")])
    if carried.any():
        claims = rows_where(resolved.claims, carried).select(["row", "namespace", "value"])
        yield named(claims), whole_numbers(claims, "row")
    start = 0
    for records in pieces(resolved.records, ["source", "record_id"]) if "record" in namespaces else ():
        size = records.num_rows
        prefix, between = pa.repeat("record/", size), pa.repeat("/", size)
        texts = joined_texts(prefix, records["source"], between, records["record_id"])
        yield texts, np.arange(start, start + size)
        start += size


def family_pairs(resolved: Resolved) -> tuple[Ints, Ints]:
    """Pairs of persons (labels, `left` < `right`) that a source declares to be family, each once."""
    declared = rows_where(resolved.relations, equal(resolved.relations["kind"], "family"))
    here = resolved.person[whole_numbers(declared, "row")]
    there = entity_of_targets(resolved, declared, resolved.person)
    known = (here >= 0) & (there >= 0) & (here != there)
    low, high = np.minimum(here, there)[known], np.maximum(here, there)[known]
    return distinct(low, high)


def shared_identifiers(resolved: Resolved, namespace: str, crowd: int, records: int | None = None) -> Shared:
    """Which pairs of persons carry one identifier of a namespace; one that more than `crowd` carry pairs nobody.

    Nor does one that more than `records` of their records carry, where that is given.
    """
    here = np.flatnonzero(resolved.claims_of(namespace))
    if resolved.crowds and len(here):
        known = resolved.claimed("identifier")[here]
        here = here[~np.isin(known, list(resolved.crowds))]
    if not len(here):
        return Shared(here, here, here, here)
    label = resolved.person[resolved.claimed("row")[here]]
    carried = resolved.claimed("identifier")[here]
    label, carried = label[label >= 0], carried[label >= 0]
    identifiers, at, many = np.unique(carried, return_inverse=True, return_counts=True)
    if records is not None:
        label, at = label[many[at] <= records], at[many[at] <= records]
    group, person = distinct(at.astype(np.int64), label)
    if not len(person):
        return Shared(person, person, person, person)
    count = np.bincount(group)
    one, other, _ = pairs_within(group, crowd)
    return Shared(person[one], person[other], identifiers[group[one]], count[group[one]].astype(np.int64))


def pair_keys(labels: Ints, left: Ints, right: Ints) -> Ints:
    """One number per pair of labels; -1 where a side is not among the sorted `labels`."""
    if not len(labels):
        return np.full(len(left), -1, np.int64)
    place = [np.minimum(np.searchsorted(labels, side), len(labels) - 1) for side in (left, right)]
    known = (labels[place[0]] == left) & (labels[place[1]] == right)
    return np.where(known, np.minimum(*place) * len(labels) + np.maximum(*place), -1)
