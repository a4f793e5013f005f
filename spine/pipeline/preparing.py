"""A batch made ready to be written: normalised, hashed and numbered, without a look at any store.

All that costs time is here and depends on the batch alone, so it can happen anywhere and before the writer's turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import ATTRIBUTES
from spine.normalise.claims import CLAIM_COLUMNS, Claims, normalise_claims
from spine.normalise.columns import compute, one_array
from spine.normalise.dates import DateOrder
from spine.normalise.objects import objects
from spine.normalise.record import MOST_PROBLEMS, Options, Prepared, prepare
from spine.pipeline.batch_writer import graph_table
from spine.pipeline.few_records import FEW, few_records
from spine.pipeline.numbering import numbers
from spine.pipeline.sealing import sealed
from spine.ports import SourceBatch

_AMOUNT = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"
_EVENT = ("source", "reference", "kind", "at", "currency", "channel", "status", "attributes")
_CONSENT = ("source", "reference", "purpose", "status", "at", "proof")


@dataclass(frozen=True)
class Ready:
    """Tables of a batch, those without rows left out: `record` (without ids), `claims` (row, namespace, value,
    verified, first_seen, last_seen, number), and for events and consents `event`, `event_claims`, `consent`,
    `consent_claims` (start, number, namespace, value). `problems` are the first thousand values that could not be read:
    key of the record, column, reason.
    """

    tables: dict[str, pa.Table]
    rows: int = 0
    problems: Sequence[tuple[str, str, str]] = ()
    problem_count: int = 0
    dates: DateOrder | None = field(default=None)


def make_ready(batch: SourceBatch, options: Options, key: bytes, now: str) -> Ready:
    """Make a batch ready; `key` is the store's key of identifier numbers, `now` the time at which it came."""
    batch = sealed(batch, key)
    options = replace(options, region=batch.region or options.region)
    tables: dict[str, pa.Table] = {}
    prepared = Prepared(pa.table({}), pa.table({}))
    if batch.records.num_rows:
        prepared = prepare(batch.records, options)
        tables["record"] = _records(batch.records, prepared, now, batch.region)
        claims = prepared.claims
        number = numbers(key, one_array(claims["namespace"]), one_array(claims["value"]))
        tables["claims"] = claims.append_column("number", pa.array(number))
    problems, count = _told(prepared, batch.records), prepared.problem_count
    happened: list[tuple[str, pa.Table, tuple[str, ...], str, dict[str, Any]]] = [
        ("event", batch.events, _EVENT, "kind", {}), ("consent", batch.consents, _CONSENT, "purpose", {}),
    ]  # fmt: skip
    for table, facts, names, about, more in happened:
        if facts.num_rows:
            more = {"value": _amounts(one_array(facts["amount"]))} if table == "event" else more
            made, unusable = _facts(table, facts, names, about, more, key, options.region)
            tables |= made
            problems, count = [*problems, *unusable][:MOST_PROBLEMS], count + len(unusable)
    dates = prepared.dates if batch.records.num_rows else None
    return Ready(tables, batch.rows, problems, count, dates)


def _told(prepared: Prepared, records: pa.Table) -> list[tuple[str, str, str]]:
    """The problems with the key of their record in place of its row."""
    rows = pa.array([row for row, _, _ in prepared.problems], pa.int64())
    named = records.select(["source", "record_id"]).take(rows).to_pylist() if prepared.problems else []
    keys = (f"{record['source']}/{record['record_id']}" for record in named)
    return [(key, column, reason) for key, (_, column, reason) in zip(keys, prepared.problems, strict=True)]


def _records(records: pa.Table, prepared: Prepared, now: str, region: str) -> pa.Table:
    """The records as rows of the record table, without ids; texts of many built column by column in DuckDB.

    The region that a source names bears on the hash, as it does on what is read.
    """
    few = few_records(records, prepared.fields, now, region) if records.num_rows <= FEW else None
    return many_records(records, prepared, now, region) if few is None else few


def many_records(records: pa.Table, prepared: Prepared, now: str, region: str = "") -> pa.Table:
    """The same for any number of records, by Arrow and DuckDB."""
    whole = records.select(["source", "record_id", "kind", "observed_at", "raw", "identifiers", "relations"])
    for name, texts in (("attributes", records), ("fields", prepared.fields)):
        said = [one for one in texts.column_names if texts is not records or one in ATTRIBUTES]
        made = objects(((one, one_array(texts[one])) for one in said), records.num_rows)
        whole = whole.append_column(name, made)
    with _engine().cursor() as connection:
        connection.register("records", whole)
        rows: pa.Table = connection.sql(
            """
            SELECT source || '/' || record_id AS key, source, record_id, kind, observed_at, $now AS ingested_at,
                   md5(concat_ws(chr(31), kind, observed_at, raw, attributes,
                                 identifiers::VARCHAR, relations::VARCHAR, nullif($region, ''))) AS hash,
                   true AS live, raw, attributes, fields,
                   CASE WHEN len(relations) > 0 THEN to_json(relations)::VARCHAR END AS relations
            FROM records
            """,
            params={"now": now, "region": region},
        ).to_arrow_table()
    return rows


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One engine for all batches: to start it takes as long as some thousand records."""
    return duckdb.connect()


def _facts(
    table: str, facts: pa.Table, names: tuple[str, ...], about: str, more: dict[str, Any], key: bytes, region: str
) -> tuple[dict[str, pa.Table], list[tuple[str, str, str]]]:
    """Events or consents, and the identifiers that can be read; one that can't leaves its fact without, and is told."""
    columns = {name: one_array(facts[name]) for name in names}
    number = numbers(key, columns["source"], _references(facts), columns[about])
    found = _identifiers(facts, region)
    readable = found.table
    namespace, value = one_array(readable["namespace"]), one_array(readable["value"])
    start = number[readable["row"].to_numpy()]
    carried = {"start": start, "number": numbers(key, namespace, value), "namespace": namespace, "value": value}
    lost = found.unusable[:MOST_PROBLEMS]
    of = facts.select(["source", "reference"]).take(pa.array([row for row, _, _ in lost], pa.int64())).to_pylist()
    unusable = [
        (f"{one['source']}/{one['reference'] or ''}", space, f"not a usable {space}: the {table} hangs on nobody")
        for one, (_, space, _) in zip(of, lost, strict=True)
    ]
    made = {table: graph_table(table, {"id": number, **columns, **more}), f"{table}_claims": pa.table(carried)}
    return made, unusable


def _identifiers(facts: pa.Table, region: str) -> Claims:
    """Row, namespace and normalised value of the identifiers that can be read, and which can't."""
    size = facts.num_rows
    columns: list[Any] = [
        np.arange(size, dtype=np.int32), facts["namespace"], facts["value"], pa.repeat(False, size),
        pa.nulls(size, pa.string()), pa.nulls(size, pa.string()),
    ]  # fmt: skip
    claims = pa.table(columns, schema=CLAIM_COLUMNS)
    claims = claims.filter(compute.and_(compute.is_valid(claims["namespace"]), compute.is_valid(claims["value"])))
    return normalise_claims(claims, pa.repeat(region, size))


def _amounts(texts: Any) -> Any:
    """Amounts without thousands separators as numbers; what is still no number becomes null."""
    plain = compute.replace_substring(compute.utf8_trim_whitespace(texts), ",", "")
    numeric = compute.match_substring_regex(plain, _AMOUNT)
    return compute.if_else(numeric, plain, pa.scalar(None, pa.string())).cast(pa.float64())


def _references(facts: pa.Table) -> Any:
    """The reference of each fact, or where the source gives none what it says instead."""
    said = [compute.fill_null(one_array(facts[name]), "") for name in ("namespace", "value", "at")]
    return compute.coalesce(one_array(facts["reference"]), compute.binary_join_element_wise(*said, "\x1f"))
