"""A batch whose sealed values (bank details) are hashed before anything else sees them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import SEALED_NAMESPACES
from spine.normalise.columns import compute, one_array
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.sealing import seal, sealed_row
from spine.normalise.whole_numbers import Ints
from spine.ports import Row, SourceBatch


def sealed(batch: SourceBatch, key: bytes) -> SourceBatch:
    """The batch with keyed hashes in place of sealed values; the batch itself where it has none."""
    records = batch.records
    at = np.unique(np.concatenate([_naming_sealed(records, column) for column in ("identifiers", "relations")]))
    if len(at):
        records = _records(records, at, key)
    events, consents = (_facts(table, key) for table in (batch.events, batch.consents))
    return replace(batch, records=records, events=events, consents=consents)


def _naming_sealed(records: pa.Table, column: str) -> Ints:
    """The rows of which a claim or relation is of a sealed namespace."""
    if not records.num_rows:
        return np.empty(0, np.int64)
    lists = one_array(records[column])
    namespaces = compute.struct_field(compute.list_flatten(lists), "namespace")
    sealed_ones = compute.is_in(namespaces, pa.array(SEALED_NAMESPACES))
    rows: Ints = compute.list_parent_indices(lists).filter(sealed_ones).to_numpy().astype(np.int64)
    return rows


def _records(records: pa.Table, at: Ints, key: bytes) -> pa.Table:
    """The records, those at these places with hashes in place of what is sealed."""
    meant = records.select(["raw", "identifiers", "relations"]).take(at)
    # Of the others nothing is turned into values and back.
    places = np.arange(records.num_rows)
    places[at] = records.num_rows + np.arange(len(at))
    for name, column in _sealed_columns(meant, key).items():
        place = records.schema.get_field_index(name)
        kind = records.schema.field(name).type
        both = pa.concat_arrays([one_array(records[name]), pa.array(column, kind)])
        records = records.set_column(place, name, both.take(pa.array(places)))
    return records


def _sealed_columns(records: pa.Table, key: bytes) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: records[name].to_pylist() for name in records.column_names}
    for at, claims in enumerate(columns["identifiers"]):
        found: dict[str, set[str]] = {}
        for one in (*(claims or ()), *(columns["relations"][at] or ())):
            if one["namespace"] in SEALED_NAMESPACES and one["value"] is not None:
                found.setdefault(one["namespace"], set()).add(
                    normalise_identifier(one["namespace"], one["value"]) or ""
                )
                one["value"] = seal(one["namespace"], one["value"], key)
        for namespace, values in found.items():
            columns["raw"][at] = sealed_row(columns["raw"][at], namespace, values - {""}, key)
    return columns


def _facts(facts: pa.Table, key: bytes) -> pa.Table:
    """Events or consents whose identifier is a sealed one."""
    if not facts.num_rows or not compute.any(compute.is_in(facts["namespace"], pa.array(SEALED_NAMESPACES))).as_py():
        return facts
    rows: list[Row] = facts.select(["namespace", "value"]).to_pylist()
    values = [
        seal(row["namespace"], row["value"], key)
        if row["namespace"] in SEALED_NAMESPACES and row["value"]
        else row["value"]
        for row in rows
    ]
    return facts.set_column(facts.schema.get_field_index("value"), "value", pa.array(values, pa.string()))
