"""A batch made ready to be written: normalised, hashed and numbered, without a look at any store.

All that costs time is here and depends on the batch alone, so it can happen anywhere and before the writer's turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import ATTRIBUTES
from spine.normalise.claims import CLAIM_COLUMNS, normalise_claims
from spine.normalise.columns import compute, one_array
from spine.normalise.dates import DateOrder
from spine.normalise.record import Options, Prepared, prepare
from spine.pipeline.batch_writer import graph_table
from spine.pipeline.few_records import FEW, few_records
from spine.pipeline.numbering import numbers
from spine.pipeline.sealing import sealed
from spine.ports import SourceBatch

_AMOUNT = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"
_REGION = "US"
_ESCAPED = r'["\\\x00-\x1f]'
"""What JSON texts may not hold as it is."""
_EVENT = ("source", "reference", "kind", "at", "currency", "channel", "status", "attributes")
_CONSENT = ("source", "reference", "purpose", "status", "at", "proof")


@dataclass(frozen=True)
class Ready:
    """Tables of a batch, those without rows left out: `record` (without ids), `claims` (row, namespace, value,
    verified, first_seen, last_seen, number), and for events and consents `event`, `event_claims`, `consent`,
    `consent_claims` (start, number, namespace, value).
    """

    tables: dict[str, pa.Table]
    rows: int = 0
    problems: Sequence[tuple[int, str, str]] = ()
    problem_count: int = 0
    dates: DateOrder | None = field(default=None)


def make_ready(batch: SourceBatch, options: Options, key: bytes, now: str) -> Ready:
    """Make a batch ready; `key` is the store's key of identifier numbers, `now` the time at which it came."""
    batch = sealed(batch, key)
    tables: dict[str, pa.Table] = {}
    prepared = Prepared(pa.table({}), pa.table({}))
    if batch.records.num_rows:
        prepared = prepare(batch.records, options)
        tables["record"] = _records(batch.records, prepared, now)
        claims = prepared.claims
        number = numbers(key, one_array(claims["namespace"]), one_array(claims["value"]))
        tables["claims"] = claims.append_column("number", pa.array(number))
    if batch.events.num_rows:
        more = {"value": _amounts(one_array(batch.events["amount"]))}
        tables |= _facts("event", batch.events, _EVENT, "kind", more, key)
    if batch.consents.num_rows:
        tables |= _facts("consent", batch.consents, _CONSENT, "purpose", {}, key)
    dates = prepared.dates if batch.records.num_rows else None
    return Ready(tables, batch.rows, prepared.problems, prepared.problem_count, dates)


def _records(records: pa.Table, prepared: Prepared, now: str) -> pa.Table:
    """The records as rows of the record table, without ids; texts of many built column by column in DuckDB."""
    few = few_records(records, prepared.fields, now) if records.num_rows <= FEW else None
    return many_records(records, prepared, now) if few is None else few


def many_records(records: pa.Table, prepared: Prepared, now: str) -> pa.Table:
    """The same for any number of records, in DuckDB."""
    mapped = [name for name in records.column_names if name in ATTRIBUTES]
    attributes = records.select(mapped) if mapped else pa.table({"full_name": pa.nulls(records.num_rows, pa.string())})
    with duckdb.connect() as connection:
        connection.register("records", records)
        connection.register("attributes", attributes)
        connection.register("fields", prepared.fields)
        rows: pa.Table = connection.sql(
            f"""
            SELECT r.source || '/' || r.record_id AS key, r.source, r.record_id, r.kind, r.observed_at,
                   $now AS ingested_at,
                   md5(concat_ws(chr(31), r.kind, r.observed_at, r.raw, a.text,
                                 r.identifiers::VARCHAR, r.relations::VARCHAR)) AS hash,
                   true AS live, r.raw, a.text AS attributes, f.text AS fields,
                   CASE WHEN len(r.relations) > 0 THEN to_json(r.relations)::VARCHAR END AS relations
            FROM records r
            POSITIONAL JOIN (SELECT {_object(attributes)} AS text FROM attributes) a
            POSITIONAL JOIN (SELECT {_object(prepared.fields)} AS text FROM fields) f
            """,
            params={"now": now},
        ).to_arrow_table()
    return rows


def _object(texts: pa.Table) -> str:
    """The SQL of each row as a JSON object of the texts that it has; only columns that need it are escaped."""
    members = []
    for name in texts.column_names:
        plain = f"""'"{name}":"' || "{name}" || '"'"""
        if compute.any(compute.match_substring_regex(texts[name], _ESCAPED)).as_py():
            escaped = f"""'"{name}":' || to_json("{name}")::VARCHAR"""
            plain = f"CASE WHEN regexp_matches(\"{name}\", '{_ESCAPED}') THEN {escaped} ELSE {plain} END"
        members.append(plain)
    return f"'{{' || concat_ws(',', {', '.join(members)}) || '}}'"


def _facts(
    table: str, facts: pa.Table, names: tuple[str, ...], about: str, more: dict[str, Any], key: bytes
) -> dict[str, pa.Table]:
    """Events or consents, and the identifiers that can be read; one that can't leaves its fact without."""
    columns = {name: one_array(facts[name]) for name in names}
    number = numbers(key, columns["source"], _references(facts), columns[about])
    readable = _identifiers(facts)
    namespace, value = one_array(readable["namespace"]), one_array(readable["value"])
    start = number[readable["row"].to_numpy()]
    carried = {"start": start, "number": numbers(key, namespace, value), "namespace": namespace, "value": value}
    return {table: graph_table(table, {"id": number, **columns, **more}), f"{table}_claims": pa.table(carried)}


def _identifiers(facts: pa.Table) -> pa.Table:
    """Row, namespace and normalised value of the identifiers that can be read."""
    size = facts.num_rows
    columns: list[Any] = [
        np.arange(size, dtype=np.int32), facts["namespace"], facts["value"], pa.repeat(False, size),
        pa.nulls(size, pa.string()), pa.nulls(size, pa.string()),
    ]  # fmt: skip
    claims = pa.table(columns, schema=CLAIM_COLUMNS)
    claims = claims.filter(compute.and_(compute.is_valid(claims["namespace"]), compute.is_valid(claims["value"])))
    return normalise_claims(claims, pa.repeat(_REGION, size)).table


def _amounts(texts: Any) -> Any:
    """Amounts without thousands separators as numbers; what is still no number becomes null."""
    plain = compute.replace_substring(compute.utf8_trim_whitespace(texts), ",", "")
    numeric = compute.match_substring_regex(plain, _AMOUNT)
    return compute.if_else(numeric, plain, pa.scalar(None, pa.string())).cast(pa.float64())


def _references(facts: pa.Table) -> Any:
    """The reference of each fact, or where the source gives none what it says instead."""
    said = [compute.fill_null(one_array(facts[name]), "") for name in ("namespace", "value", "at")]
    return compute.coalesce(one_array(facts["reference"]), compute.binary_join_element_wise(*said, "\x1f"))
