"""A batch of records written to the graph: versions, identifiers, edges; the same for one record.

Which version of a record is current is decided by (observed_at, content hash) alone, so arrival order changes nothing.
The same row of a source, read again through a mapping that was corrected, is no version of its own: it is read anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import at_positions, compute, one_array
from spine.normalise.dates import DateOrder
from spine.pipeline.batch_writer import BatchWriter, graph_table
from spine.pipeline.preparing import Ready
from spine.ports import Difference, Row, arrow_schema
from spine.resolution.components import Ints

TABLES = ("record", "record_version", "identifier", "carries", "event", "event_of", "consent", "consent_of")
_NOBODY: Ints = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch changed per table, and which records (sequence numbers) are new or have a new current version.

    `dates` is how the batch's dates were read: for the next batch of the same file. `consents` are those of the batch.
    `older` are records of which a version was kept that is not the current one.
    """

    changes: Mapping[str, Difference]
    records: Ints
    problems: Sequence[tuple[str, str, str]] = ()
    problem_count: int = 0
    dates: DateOrder | None = None
    consents: Ints = field(default_factory=lambda: _NOBODY)
    older: frozenset[int] = frozenset()


def write_ready(out: BatchWriter, ready: Ready, now: str) -> Written:
    """Write one batch inside the writer's transaction; what is there already is left as it is."""
    out.begin(now)
    tables = ready.tables
    older: set[int] = set()
    touched = _write_records(out, tables["record"], tables["claims"], older) if "record" in tables else _NOBODY
    for name in ("event", "consent"):
        if name in tables:
            out.put(name, tables[name])
            _write_edges(out, f"{name}_of", tables[f"{name}_claims"])
    consents: Ints = tables["consent"]["id"].to_numpy() if "consent" in tables else _NOBODY
    return Written(out.changes, touched, ready.problems, ready.problem_count, ready.dates, consents, frozenset(older))


def _write_edges(out: BatchWriter, table: str, claims: pa.Table) -> None:
    if claims.num_rows:
        number = claims["number"].to_numpy()
        out.identifiers(number, one_array(claims["namespace"]), one_array(claims["value"]))
        out.put(table, graph_table(table, {"start": claims["start"], "end": number}))


def _write_records(out: BatchWriter, rows: pa.Table, claims: pa.Table, kept: set[int]) -> Ints:
    """Write the versions of a batch where they belong; the records that have a new current version.

    Those of which another version was kept are put into `kept`.
    """
    ids = out.sequence(rows["key"])
    rows = rows.append_column("id", pa.array(ids))
    order, newest = _newest(ids, rows)
    stored = out.stored("record", "id", ids[newest])
    chosen = at_positions(rows, newest)
    wins, anew = _wins(ids[newest], chosen, stored)
    current = newest[wins]
    replaced = [stored[number] for number in ids[current].tolist() if number in stored]
    older = np.setdiff1d(order, current)
    if len(older) or replaced:
        gone = [held for held in replaced if held["id"] not in anew]
        kept |= _keep_versions(out, at_positions(rows, older), gone, _hashes(stored, chosen, wins))
    if not len(current):
        return _NOBODY
    current = np.sort(current)
    out.put("record", at_positions(rows, current) if len(current) < len(ids) else rows)
    if len(current) < len(ids):
        is_current = np.zeros(len(ids), bool)
        is_current[current] = True
        claims = claims.filter(pa.array(is_current[claims["row"].to_numpy()]))
    _write_claims(out, claims, rows, ids, replaced)
    touched: Ints = ids[current]
    return touched


def _newest(ids: Ints, rows: pa.Table) -> tuple[Ints, Ints]:
    """The rows by record and version, and of each record the row of its newest version."""
    if bool((np.diff(np.sort(ids)) > 0).all()):
        alone: Ints = np.argsort(ids)
        return alone, alone
    columns = {"id": ids, "at": compute.fill_null(rows["observed_at"], ""), "hash": rows["hash"]}
    keys: Any = [(name, "ascending") for name in columns]
    order: Ints = np.asarray(compute.sort_indices(pa.table(columns), sort_keys=keys)).astype(np.int64)
    newest: Ints = order[np.append(ids[order][1:] != ids[order][:-1], True)]
    return order, newest


def _wins(ids: Ints, rows: pa.Table, stored: dict[Any, Row]) -> tuple["np.ndarray[Any, np.dtype[np.bool_]]", set[int]]:
    """Which rows become the current version of their record: a later one, that of a record which was deleted, or the
    current one read anew; and the records of those that are the row of the source that is held, to the letter."""
    wins = np.ones(len(ids), bool)
    anew: set[int] = set()
    for place in np.flatnonzero(np.isin(ids, list(stored))).tolist():
        held = stored[int(ids[place])]
        before = (held["observed_at"] or "", held["hash"])
        now = (rows["observed_at"][place].as_py() or "", rows["hash"][place].as_py())
        if now[0] == before[0] and now != before and held["raw"] is not None:
            same = rows["raw"][place].as_py() == held["raw"]
            anew |= {int(ids[place])} if same else set()
        wins[place] = now > before or (now == before and not held["live"]) or int(ids[place]) in anew
    return wins, anew


def _hashes(stored: dict[Any, Row], rows: pa.Table, wins: "np.ndarray[Any, np.dtype[np.bool_]]") -> dict[int, str]:
    """The hash of the current version of the records of a batch, after it."""
    found = {number: row["hash"] for number, row in stored.items()}
    won = rows.filter(pa.array(wins))
    return found | dict(zip(won["id"].to_pylist(), won["hash"].to_pylist(), strict=True))


def _keep_versions(out: BatchWriter, older: pa.Table, replaced: list[Row], current: dict[int, str]) -> set[int]:
    """Keep versions that are not, or no longer, current, and say whose; one that is kept already, or current after
    all, stays."""
    schema = pa.schema(
        [arrow_schema("record").field(name) for name in ("id", "observed_at", "ingested_at", "hash", "raw")]
    )
    names = schema.names
    rows = [{name: row[name] for name in names} for row in replaced] + older.select(names).to_pylist()
    by_name = {f"{row['id']}:{row['hash']}": row for row in rows if current.get(row["id"]) != row["hash"]}
    known = out.versions({name: row["id"] for name, row in by_name.items()})
    new = [{**row, "record": row["id"], "id": name} for name, row in by_name.items() if name not in known]
    if new:
        out.put("record_version", pa.Table.from_pylist(new, schema=arrow_schema("record_version")))
    return {row["record"] for row in new}


def _write_claims(out: BatchWriter, claims: pa.Table, rows: pa.Table, ids: Ints, replaced: list[Row]) -> None:
    """Write what the current versions carry, and close what the versions that they replace carried beside that."""
    row = claims["row"].to_numpy().astype(np.int64)
    number, namespace = claims["number"].to_numpy(), one_array(claims["namespace"])
    out.identifiers(number, namespace, one_array(claims["value"]))
    edges = graph_table(
        "carries",
        {
            "start": ids[row],
            "end": number,
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

    One that is carried on keeps the time it began at and was first seen; one that no longer is, ends at the time of the
    new version.
    """
    numbers = np.array([row["id"] for row in replaced], np.int64)
    open_ = {(old["start"], old["end"]): old for old in out.carried(numbers) if old["valid_to"] is None}
    again = np.isin(edges["start"].to_numpy(), numbers)
    fresh = edges.filter(pa.array(again)).to_pylist()
    for edge in fresh:
        old = open_.pop((edge["start"], edge["end"]), None)
        if old is not None:
            edge["valid_from"] = old["valid_from"]
            edge["first_seen"] = min(filter(None, (old["first_seen"], edge["first_seen"])), default=None)
    gone = [{**old, "valid_to": observed[old["start"]] or out.now} for old in open_.values()]
    return pa.concat_tables([edges.filter(pa.array(~again)), pa.Table.from_pylist(fresh + gone, schema=edges.schema)])
