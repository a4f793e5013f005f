"""Claims: which row carries which identifier, normalised, each once per row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import NO_TEXT, Column, at_positions, compute, distinct, first_known, one_array
from spine.normalise.identifiers import normaliser, weak_text
from spine.normalise.regular import regular
from spine.normalise.whole_numbers import firsts

_COLUMNS: dict[str, Any] = {
    "row": pa.int32(),
    "namespace": pa.string(),
    "value": pa.string(),
    "verified": pa.bool_(),
    "first_seen": pa.string(),
    "last_seen": pa.string(),
}
CLAIM_COLUMNS = pa.schema(_COLUMNS)


@dataclass(frozen=True)
class Claims:
    """Normalised claims in order of rows; the values that are none, by (row, namespace, text); how many those are."""

    table: pa.Table
    unusable: list[tuple[int, str, str]] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)


def flatten(identifiers: Column) -> pa.Table:
    """The claims of a list column as they came, with the row of each; those without a value are left out."""
    rows = compute.list_parent_indices(identifiers).cast(pa.int32())
    structs = compute.list_flatten(identifiers)
    parts = [rows]
    for column in list(CLAIM_COLUMNS)[1:]:
        parts.append(compute.struct_field(structs, column.name).cast(column.type))
    table = pa.Table.from_arrays(parts, schema=CLAIM_COLUMNS)
    return table.filter(compute.and_(compute.is_valid(table["namespace"]), compute.is_valid(table["value"])))


def claims_of(namespace: str, values: Column, observed_at: Column) -> pa.Table:
    """Unverified claims of one namespace, one for each row that has a value, seen when the record was observed."""
    rows = pa.array(np.arange(len(values), dtype=np.int32))
    size = len(values)
    columns: Any = [rows, pa.repeat(namespace, size), values, pa.repeat(False, size), observed_at, observed_at]
    return pa.Table.from_arrays(columns, schema=CLAIM_COLUMNS).filter(compute.is_valid(values))


def normalise_claims(claims: pa.Table, regions: Column) -> Claims:
    """Every value canonical by its namespace; `regions` gives for each row of records the region of local phones."""
    namespaces, which = distinct(one_array(claims["namespace"]))
    values, rows = one_array(claims["value"]), one_array(claims["row"])
    chosen = which.to_numpy(zero_copy_only=False)
    positions: list[np.ndarray[Any, Any]] = []
    parts: list[Column] = []
    for number, namespace in enumerate(namespaces):
        at = np.flatnonzero(chosen == number)
        for region, subset in _by_region(namespace, at, rows, regions):
            positions.append(subset)
            parts.append(normalised(at_positions(values, subset), namespace, region))
    if not parts:
        return Claims(claims)
    order = np.argsort(np.concatenate(positions), kind="stable")
    canonical = at_positions(pa.concat_arrays(parts), order)
    bad = np.flatnonzero(canonical.is_null().to_numpy(zero_copy_only=False))
    failed = at_positions(claims, bad)
    unusable = list(zip(*(failed[name].to_pylist() for name in ("row", "namespace", "value")), strict=True))
    counts = {
        entry["values"]: entry["counts"] for entry in compute.value_counts(one_array(failed["namespace"])).to_pylist()
    }
    table = claims.set_column(2, "value", canonical).filter(compute.is_valid(canonical))
    return Claims(table, unusable, counts)


def normalised(values: Column, namespace: str, region: str = "") -> Column:
    """The canonical value of each identifier of a namespace, null for what is none; `identifiers` for columns."""
    settled = regular(namespace, values, region)
    if settled is None:
        return _one_by_one(values, namespace, region)
    left = compute.if_else(compute.is_null(settled), values, NO_TEXT)
    return settled if left.null_count == len(left) else first_known(settled, _one_by_one(left, namespace, region))


def _one_by_one(values: Column, namespace: str, region: str) -> Column:
    function = normaliser(namespace, region)
    texts, positions = distinct(values)
    return pa.array([function(text) for text in texts], pa.string()).take(positions)


def _by_region(
    namespace: str, at: np.ndarray[Any, Any], rows: Column, regions: Column
) -> list[tuple[str, np.ndarray[Any, Any]]]:
    """The claims of a namespace, parted by region where the region matters."""
    if namespace != "phone":
        return [("", at)]
    names, which = distinct(regions.take(at_positions(rows, at)))
    chosen = which.to_numpy(zero_copy_only=False)
    return [(name, at[chosen == number]) for number, name in enumerate(names)]


def once_per_row(claims: pa.Table) -> pa.Table:
    """Claims ordered by row, each (namespace, value) once per row: verified if one was, first to last sighting."""
    rows = claims["row"].to_numpy()
    order = np.argsort(rows, kind="stable")
    if np.any(order[1:] < order[:-1]):
        claims = at_positions(claims, order)
        rows = rows[order]
    key = rows.astype(np.int64)
    for name in ("namespace", "value"):
        code: Any = one_array(claims[name]).dictionary_encode()
        key = key * max(len(code.dictionary), 1) + code.indices.to_numpy(zero_copy_only=False)
        if bool(firsts(np.sort(key)).all()):
            return claims
    _, first = np.unique(key, return_index=True)
    grouped = claims.append_column("key", pa.array(key)).group_by("key", use_threads=False)
    merged = grouped.aggregate([("verified", "max"), ("first_seen", "min"), ("last_seen", "max")])
    kept: pa.Table = at_positions(claims, np.sort(first))
    for name, how in (("verified", "max"), ("first_seen", "min"), ("last_seen", "max")):
        at = CLAIM_COLUMNS.get_field_index(name)
        kept = kept.set_column(at, name, merged[f"{name}_{how}"])
    return kept


def first_value(claims: pa.Table, namespace: str, size: int) -> Column:
    """For each of `size` rows its first claim of a namespace, or null."""
    at = np.flatnonzero(compute.equal(claims["namespace"], namespace).to_numpy())
    rows, first = np.unique(claims["row"].to_numpy()[at], return_index=True)
    where = np.full(size, -1, np.int64)
    where[rows] = at[first]
    positions: Any = pa.array(where, mask=where < 0)
    return one_array(claims["value"]).take(positions)


def weak_values(unusable: list[tuple[int, str, str]], namespace: str, size: int) -> Column:
    """For each of `size` rows what can be compared of its first unusable value of a namespace, or null."""
    texts: list[str | None] = [None] * size
    known: dict[str, str | None] = {}
    for row, name, text in unusable:
        if name == namespace and texts[row] is None:
            if text not in known:
                known[text] = weak_text(namespace, text)
            texts[row] = known[text]
    return pa.array(texts, pa.string())
