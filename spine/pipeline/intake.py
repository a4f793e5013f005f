"""A batch of records, events and consents written to the graph: versions, identifiers, edges; the same for one record.

Which version of a record is current is decided by (observed_at, content hash) alone, so arrival order changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.vocabulary import ATTRIBUTES
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.record import Options, Prepared, prepare
from spine.pipeline.numbering import key_of, numbers
from spine.ports import Clock, Difference, Row, SourceBatch, Writer
from spine.resolution.components import Ints

TABLES = ("record", "record_version", "identifier", "carries", "event", "event_of", "consent", "consent_of")


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch changed per table, and which records (sequence numbers) are new or have a new current version."""

    changes: dict[str, Difference]
    records: Ints
    problems: Sequence[tuple[int, str, str]] = ()
    problem_count: int = 0


def write_batch(
    writer: Writer, batch: SourceBatch, clock: Clock, options: Options | None = None, key: str = ""
) -> Written:
    """Write one batch inside the writer's transaction; what is there already is left as it is."""
    hashing = key_of(writer, clock, key)
    changes: dict[str, Difference] = {}
    touched = np.empty(0, np.int64)
    prepared = prepare(batch.records, options or Options())
    if batch.records.num_rows:
        touched = _write_records(writer, batch.records, prepared, clock, hashing, changes)
    _write_facts(writer, batch.events, "event", hashing, changes)
    _write_facts(writer, batch.consents, "consent", hashing, changes)
    return Written(changes, touched, prepared.problems, prepared.problem_count)


def _note(changes: dict[str, Difference], table: str, found: Difference) -> None:
    before = changes.get(table, Difference())
    changes[table] = Difference(
        before.added + found.added, before.changed + found.changed, before.removed + found.removed
    )


def _write_records(
    writer: Writer, records: pa.Table, prepared: Prepared, clock: Clock, hashing: bytes, changes: dict[str, Difference]
) -> Ints:
    rows = _as_rows(records, prepared, clock.now())
    ids = writer.sequence(rows["key"].to_pylist())
    rows = rows.append_column("id", pa.array(ids))
    stamp = _stamps(rows["observed_at"].to_pylist(), rows["hash"].to_pylist())
    order = np.lexsort((stamp, ids))
    last = np.append(ids[order][1:] != ids[order][:-1], True)
    newest = order[last]
    stored = {row["id"]: row for row in writer.get("record", "id", ids[newest].tolist())} if _any(writer) else {}
    wins = np.array([_beats(stored.get(int(ids[row])), str(stamp[row])) for row in newest.tolist()], dtype=bool)
    current = np.sort(newest[wins])
    older = np.setdiff1d(order, newest[wins])
    versions = [_version_table(rows.take(pa.array(older)))]
    replaced = [stored[int(number)] for number in ids[current].tolist() if int(number) in stored]
    if replaced:
        versions.append(_version_table(pa.Table.from_pylist(replaced)))
    taken = pa.concat_tables(versions)
    taken = taken.filter(pc.invert(pc.is_in(taken["id"], _version_ids(list(stored.values()), replaced))))
    if len(current) == 0:
        _note(changes, "record_version", writer.put("record_version", taken) if taken.num_rows else Difference())
        return np.empty(0, np.int64)
    _note(changes, "record", writer.put("record", rows.take(pa.array(current))))
    if taken.num_rows:
        _note(changes, "record_version", writer.put("record_version", taken))
    place = np.full(len(ids), -1, np.int64)
    place[current] = current
    claims = prepared.claims.filter(pa.array(place[prepared.claims["row"].to_numpy()] >= 0))
    _write_claims(writer, claims, ids, rows, hashing, [row["id"] for row in replaced], changes)
    return ids[current]


def _stamps(observed: list[str | None], hashes: list[str]) -> "np.ndarray[Any, np.dtype[np.str_]]":
    """What decides which version is current, as texts that compare in that order."""
    return np.array([f"{at or ''}\x1f{text}" for at, text in zip(observed, hashes, strict=True)])


def _any(writer: Writer) -> bool:
    return bool(writer.select("record", limit=1))


def _beats(stored: Row | None, stamp: str) -> bool:
    if stored is None:
        return True
    return stamp > f"{stored['observed_at'] or ''}\x1f{stored['hash']}" or (
        not stored["live"] and stamp >= f"{stored['observed_at'] or ''}\x1f{stored['hash']}"
    )


def _version_ids(stored: list[Row], replaced: list[Row]) -> "pa.Array[pa.StringScalar]":
    """Versions that are still current after all: a batch that says again what is there makes no version of it."""
    gone = {row["id"] for row in replaced}
    return pa.array([f"{row['id']}:{row['hash']}" for row in stored if row["id"] not in gone], pa.string())


def _version_table(rows: pa.Table) -> pa.Table:
    numbers_ = rows["id"].to_pylist()
    names = [f"{number}:{text}" for number, text in zip(numbers_, rows["hash"].to_pylist(), strict=True)]
    return pa.table(
        {
            "id": pa.array(names, pa.string()),
            "record": pa.array(numbers_, pa.int64()),
            **{name: rows[name].cast(pa.string()) for name in ("observed_at", "ingested_at", "hash", "raw")},
        }
    )


def _as_rows(records: pa.Table, prepared: Prepared, now: str) -> pa.Table:
    """The records as rows of the record table, without ids; texts built column by column in DuckDB."""
    mapped = [name for name in records.column_names if name in ATTRIBUTES]
    attributes = records.select(mapped) if mapped else pa.table({"full_name": pa.nulls(records.num_rows, pa.string())})
    with duckdb.connect() as connection:
        connection.register("records", records)
        connection.register("attributes", attributes)
        connection.register("fields", prepared.fields)
        return connection.sql(
            """
            SELECT r.source || '/' || r.record_id AS key, r.source, r.record_id, r.kind, r.observed_at, $now AS ingested_at,
                   md5(concat_ws(chr(31), r.kind, r.observed_at, r.raw, a.text, r.identifiers::VARCHAR, r.relations::VARCHAR))
                       AS hash,
                   true AS live, r.raw, a.text AS attributes, f.text AS fields,
                   CASE WHEN len(r.relations) > 0 THEN to_json(r.relations)::VARCHAR END AS relations
            FROM records r
            POSITIONAL JOIN (SELECT json_merge_patch('{}', to_json(attributes))::VARCHAR AS text FROM attributes) a
            POSITIONAL JOIN (SELECT json_merge_patch('{}', to_json(fields))::VARCHAR AS text FROM fields) f
            """,  # noqa: E501 - SQL reads better unbroken
            params={"now": now},
        ).to_arrow_table()


def _write_claims(
    writer: Writer,
    claims: pa.Table,
    ids: Ints,
    rows: pa.Table,
    hashing: bytes,
    replaced: list[int],
    changes: dict[str, Difference],
) -> None:
    row = claims["row"].to_numpy().astype(np.int64)
    identifier = numbers(hashing, claims["namespace"], claims["value"])
    _write_identifiers(writer, identifier, claims["namespace"], claims["value"], changes)
    edges = pa.table(
        {
            "start": ids[row],
            "end": identifier,
            **{name: claims[name] for name in ("namespace", "first_seen", "last_seen", "verified")},
            "valid_from": rows["observed_at"].take(pa.array(row)),
            "valid_to": pa.nulls(len(row), pa.string()),
        }
    )
    if replaced:
        edges = _carried_on(edges, writer.get("carries", "start", replaced), ids, rows)
    _note(changes, "carries", writer.put("carries", edges))


def _carried_on(edges: pa.Table, before: list[Row], ids: Ints, rows: pa.Table) -> pa.Table:
    """The edges with those of the versions they replace.

    One that is carried on keeps the time it began at; one that no longer is, ends at the time of the new version.
    """
    observed = dict(zip(ids.tolist(), rows["observed_at"].to_pylist(), strict=True))
    open_ = {(old["start"], old["end"]): old for old in before if old["valid_to"] is None}
    fresh = edges.to_pylist()
    for edge in fresh:
        old = open_.pop((edge["start"], edge["end"]), None)
        if old is not None:
            edge["valid_from"] = old["valid_from"]
    gone = [{**old, "valid_to": observed[old["start"]] or rows["ingested_at"][0].as_py()} for old in open_.values()]
    return pa.Table.from_pylist(fresh + gone, schema=edges.schema)


def _write_identifiers(
    writer: Writer,
    identifier: Ints,
    namespace: "pa.ChunkedArray[pa.StringScalar]",
    value: "pa.ChunkedArray[pa.StringScalar]",
    changes: dict[str, Difference],
) -> None:
    distinct, first = np.unique(identifier, return_index=True)
    at = pa.array(first)
    nodes = pa.table({"id": distinct, "namespace": namespace.take(at), "value": value.take(at)})
    _note(changes, "identifier", writer.put("identifier", nodes))


def _write_facts(
    writer: Writer, facts: pa.Table, table: str, hashing: bytes, changes: dict[str, Difference]
) -> None:
    """Events or consents with the identifier they are of; a row whose identifier can't be read is kept without one."""
    if not facts.num_rows:
        return
    values = [
        normalise_identifier(namespace or "", value or "")
        for namespace, value in zip(facts["namespace"].to_pylist(), facts["value"].to_pylist(), strict=True)
    ]
    known = pa.array(values, pa.string())
    number = numbers(hashing, facts["source"], _references(facts), facts["kind" if table == "event" else "purpose"])
    columns: dict[str, object] = {"id": number}
    if table == "event":
        columns["value"] = pc.cast(_number(facts["amount"]), pa.float64())
    for name in ("source", "reference", "kind", "at", "currency", "channel", "status", "attributes", "purpose", "proof"):
        if name in facts.column_names:
            columns[name] = facts[name]
    _note(changes, table, writer.put(table, pa.table(columns)))
    kept = pc.is_valid(known)
    usable, namespace = known.filter(kept), facts["namespace"].filter(kept)
    identifier = numbers(hashing, namespace, usable)
    _write_identifiers(writer, identifier, namespace, pa.chunked_array([usable]), changes)
    edges = pa.table({"start": pa.array(number).filter(kept), "end": identifier})
    _note(changes, f"{table}_of", writer.put(f"{table}_of", edges))


def _number(texts: "pa.ChunkedArray[pa.StringScalar]") -> "pa.ChunkedArray[pa.StringScalar]":
    """Amounts without thousands separators; what is still no number becomes null."""
    plain = pc.replace_substring(pc.utf8_trim_whitespace(texts), ",", "")
    return pc.if_else(pc.match_substring_regex(plain, r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"), plain, None)


def _references(facts: pa.Table) -> "pa.ChunkedArray[pa.StringScalar]":
    """The reference of each fact, or where the source gives none what it says instead."""
    stand_in = pc.binary_join_element_wise(
        *(pc.fill_null(facts[name], "") for name in ("namespace", "value", "at")), "\x1f"
    )
    return pc.coalesce(facts["reference"], stand_in)
