"""A batch of records written to the graph: versions, identifiers, edges; the same for one record.

Which version of a record is current is decided by (observed_at, content hash) alone, so arrival order changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import ATTRIBUTES
from spine.normalise.columns import at_positions, compute, one_array
from spine.normalise.dates import DateOrder
from spine.normalise.record import Options, Prepared, prepare
from spine.pipeline.batch_writer import BatchWriter, graph_table
from spine.pipeline.happenings import write_consents, write_events
from spine.pipeline.numbering import key_of
from spine.ports import Clock, Difference, Row, SourceBatch, Writer, arrow_schema
from spine.resolution.components import Ints

TABLES = ("record", "record_version", "identifier", "carries", "event", "event_of", "consent", "consent_of")
_NOBODY: Ints = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch changed per table, and which records (sequence numbers) are new or have a new current version.

    `dates` is how the batch's dates were read: for the next batch of the same file.
    """

    changes: dict[str, Difference]
    records: Ints
    problems: Sequence[tuple[int, str, str]] = ()
    problem_count: int = 0
    dates: DateOrder | None = None


def write_batch(
    writer: Writer, batch: SourceBatch, clock: Clock, options: Options | None = None, key: str = ""
) -> Written:
    """Write one batch inside the writer's transaction; what is there already is left as it is."""
    out = BatchWriter(writer, key_of(writer, clock, key), clock.now())
    touched, prepared = _NOBODY, Prepared(pa.table({}), pa.table({}))
    if batch.records.num_rows:
        prepared = prepare(batch.records, options or Options())
        touched = _write_records(out, batch.records, prepared)
    write_events(out, batch.events)
    write_consents(out, batch.consents)
    dates = prepared.dates if batch.records.num_rows else None
    return Written(out.changes, touched, prepared.problems, prepared.problem_count, dates)


def _write_records(out: BatchWriter, records: pa.Table, prepared: Prepared) -> Ints:
    """Write the versions of a batch where they belong; the records that have a new current version."""
    rows = _as_rows(records, prepared, out.now)
    ids = out.sequence(rows["key"])
    rows = rows.append_column("id", pa.array(ids))
    order, newest = _newest(ids, rows)
    stored = out.stored("record", "id", ids[newest])
    chosen = at_positions(rows, newest)
    wins = _wins(ids[newest], chosen, stored)
    current = newest[wins]
    replaced = [stored[number] for number in ids[current].tolist() if number in stored]
    _keep_versions(out, at_positions(rows, np.setdiff1d(order, current)), replaced, _hashes(stored, chosen, wins))
    if not len(current):
        return _NOBODY
    current = np.sort(current)
    out.put("record", at_positions(rows, current))
    is_current = np.zeros(len(ids), bool)
    is_current[current] = True
    claims = prepared.claims.filter(pa.array(is_current[prepared.claims["row"].to_numpy()]))
    _write_claims(out, claims, rows, ids, replaced)
    touched: Ints = ids[current]
    return touched


def _newest(ids: Ints, rows: pa.Table) -> tuple[Ints, Ints]:
    """The rows by record and version, and of each record the row of its newest version."""
    if len(np.unique(ids)) == len(ids):
        alone: Ints = np.argsort(ids)
        return alone, alone
    columns = {"id": ids, "at": compute.fill_null(rows["observed_at"], ""), "hash": rows["hash"]}
    keys: Any = [(name, "ascending") for name in columns]
    order: Ints = np.asarray(compute.sort_indices(pa.table(columns), sort_keys=keys)).astype(np.int64)
    newest: Ints = order[np.append(ids[order][1:] != ids[order][:-1], True)]
    return order, newest


def _wins(ids: Ints, rows: pa.Table, stored: dict[Any, Row]) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which rows become the current version of their record: a later one, or that of a record which was deleted."""
    wins = np.ones(len(ids), bool)
    for place in np.flatnonzero(np.isin(ids, list(stored))).tolist():
        held = stored[int(ids[place])]
        before = (held["observed_at"] or "", held["hash"])
        now = (rows["observed_at"][place].as_py() or "", rows["hash"][place].as_py())
        wins[place] = now > before or (now == before and not held["live"])
    return wins


def _hashes(stored: dict[Any, Row], rows: pa.Table, wins: "np.ndarray[Any, np.dtype[np.bool_]]") -> dict[int, str]:
    """The hash of the current version of the records of a batch, after it."""
    found = {number: row["hash"] for number, row in stored.items()}
    won = rows.filter(pa.array(wins))
    return found | dict(zip(won["id"].to_pylist(), won["hash"].to_pylist(), strict=True))


def _keep_versions(out: BatchWriter, older: pa.Table, replaced: list[Row], current: dict[int, str]) -> None:
    """Keep versions that are not, or no longer, current; one that is kept already, or current after all, stays."""
    schema = pa.schema(
        [arrow_schema("record").field(name) for name in ("id", "observed_at", "ingested_at", "hash", "raw")]
    )
    names = schema.names
    rows = [{name: row[name] for name in names} for row in replaced] + older.select(names).to_pylist()
    by_name = {f"{row['id']}:{row['hash']}": row for row in rows if current.get(row["id"]) != row["hash"]}
    known = out.stored("record_version", "id", list(by_name))
    new = [{**row, "record": row["id"], "id": name} for name, row in by_name.items() if name not in known]
    if new:
        out.put("record_version", pa.Table.from_pylist(new, schema=arrow_schema("record_version")))


def _as_rows(records: pa.Table, prepared: Prepared, now: str) -> pa.Table:
    """The records as rows of the record table, without ids; texts built column by column in DuckDB."""
    mapped = [name for name in records.column_names if name in ATTRIBUTES]
    attributes = records.select(mapped) if mapped else pa.table({"full_name": pa.nulls(records.num_rows, pa.string())})
    with duckdb.connect() as connection:
        connection.register("records", records)
        connection.register("attributes", attributes)
        connection.register("fields", prepared.fields)
        rows: pa.Table = connection.sql(
            """
            SELECT r.source || '/' || r.record_id AS key, r.source, r.record_id, r.kind, r.observed_at,
                   $now AS ingested_at,
                   md5(concat_ws(chr(31), r.kind, r.observed_at, r.raw, a.text,
                                 r.identifiers::VARCHAR, r.relations::VARCHAR)) AS hash,
                   true AS live, r.raw, a.text AS attributes, f.text AS fields,
                   CASE WHEN len(r.relations) > 0 THEN to_json(r.relations)::VARCHAR END AS relations
            FROM records r
            POSITIONAL JOIN (SELECT json_merge_patch('{}', to_json(attributes))::VARCHAR AS text FROM attributes) a
            POSITIONAL JOIN (SELECT json_merge_patch('{}', to_json(fields))::VARCHAR AS text FROM fields) f
            """,
            params={"now": now},
        ).to_arrow_table()
    return rows


def _write_claims(out: BatchWriter, claims: pa.Table, rows: pa.Table, ids: Ints, replaced: list[Row]) -> None:
    """Write what the current versions carry, and close what the versions that they replace carried beside that."""
    row = claims["row"].to_numpy().astype(np.int64)
    namespace, value = one_array(claims["namespace"]), one_array(claims["value"])
    edges = graph_table(
        "carries",
        {
            "start": ids[row],
            "end": out.identifiers(namespace, value),
            "namespace": namespace,
            **{name: claims[name].combine_chunks() for name in ("first_seen", "last_seen", "verified")},
            "valid_from": at_positions(one_array(rows["observed_at"]), row),
            "valid_to": pa.nulls(len(row), pa.string()),
        },
    )
    if replaced:
        edges = _carried_on(edges, replaced, out, dict(zip(ids.tolist(), rows["observed_at"].to_pylist(), strict=True)))
    out.put("carries", edges)


def _carried_on(edges: pa.Table, replaced: list[Row], out: BatchWriter, observed: dict[int, str | None]) -> pa.Table:
    """The edges with those of the versions they replace.

    One that is carried on keeps the time it began at; one that no longer is, ends at the time of the new version.
    """
    numbers = np.array([row["id"] for row in replaced], np.int64)
    open_ = {(old["start"], old["end"]): old for old in out.carried(numbers) if old["valid_to"] is None}
    again = np.isin(edges["start"].to_numpy(), numbers)
    fresh = edges.filter(pa.array(again)).to_pylist()
    for edge in fresh:
        old = open_.pop((edge["start"], edge["end"]), None)
        if old is not None:
            edge["valid_from"] = old["valid_from"]
    gone = [{**old, "valid_to": observed[old["start"]] or out.now} for old in open_.values()]
    return pa.concat_tables([edges.filter(pa.array(~again)), pa.Table.from_pylist(fresh + gone, schema=edges.schema)])
