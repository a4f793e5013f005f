"""A batch whose sealed values (bank details) are hashed before anything else sees them."""

from dataclasses import replace
from typing import Any

import pyarrow as pa

from spine.domain.vocabulary import SEALED_NAMESPACES
from spine.normalise.columns import compute, one_array
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.sealing import seal, sealed_row
from spine.ports import Row, SourceBatch


def sealed(batch: SourceBatch, key: bytes) -> SourceBatch:
    """The batch with keyed hashes in place of sealed values; the batch itself where it has none."""
    records = batch.records
    if any(_names_sealed(records, column) for column in ("identifiers", "relations")):
        records = _records(records, key)
    events, consents = (_facts(table, key) for table in (batch.events, batch.consents))
    return replace(batch, records=records, events=events, consents=consents)


def _names_sealed(records: pa.Table, column: str) -> bool:
    if not records.num_rows:
        return False
    namespaces = compute.struct_field(compute.list_flatten(one_array(records[column])), "namespace")
    return bool(compute.any(compute.is_in(namespaces, pa.array(SEALED_NAMESPACES))).as_py())


def _records(records: pa.Table, key: bytes) -> pa.Table:
    columns: dict[str, list[Any]] = {name: records[name].to_pylist() for name in ("raw", "identifiers", "relations")}
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
    for name, column in columns.items():
        place = records.schema.get_field_index(name)
        records = records.set_column(place, name, pa.array(column, records.schema.field(name).type))
    return records


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
