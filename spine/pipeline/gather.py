"""What a resolve works on: all live records of the graph as columns."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.ahead import ahead
from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import ATTRIBUTES, FIELDS, Kind
from spine.matching.carried import carried
from spine.matching.encoded import Encoded, encode
from spine.normalise.claims import normalised
from spine.normalise.columns import at_positions, compute, one_array
from spine.pipeline.progress import unseen
from spine.pipeline.room import give_back
from spine.ports import RELATION_STRUCT, Reader, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.consent_state import heard
from spine.resolution.resolved import CLAIMS, PAST, SAID

_RECORD = (
    "id", "key", "source", "record_id", "kind", "observed_at", "live", "attributes", "fields", "relations",
)  # fmt: skip
_CARRIES = ("start", "end", "namespace", "first_seen", "last_seen", "verified", "valid_to")
_CONSENT = ("id", "source", "reference", "purpose", "status", "at")
_AT_ONCE = 1 << 17
"""So many records have their documents unfolded at a time."""
_FEW = 200
"""Up to so many rows are looked through in Python."""


@dataclass(frozen=True)
class Gathered:
    """Live records in the order of their numbers; row i of the first three tables is one record.

    `records`: id, key, source, record_id, kind, observed_at. `fields`: `vocabulary.FIELDS`. `attributes`: those that
    any record has, as they came. `claims`: row, namespace, value, identifier, verified, first_seen, last_seen, only
    those carried now. `relations`: row and the columns of `ports.RELATION_STRUCT`. `consents`: `resolved.SAID`, of all
    records that carry what they are of. `order` ranks rows by (source, record_id). `past`: addresses that rows carried
    before (`resolved.PAST`).
    """

    records: pa.Table
    fields: pa.Table
    attributes: pa.Table
    claims: pa.Table
    relations: pa.Table
    consents: pa.Table
    judgements: Sequence[Judgement]
    order: Ints
    past: pa.Table = field(default_factory=PAST.empty_table)

    @property
    def size(self) -> int:
        """How many live records there are."""
        return self.records.num_rows

    @property
    def ids(self) -> Ints:
        """The sequence number of each row, ascending."""
        numbers: Ints = self.records["id"].to_numpy()
        return numbers

    def rows_of(self, kind: Kind) -> Ints:
        """The rows of one kind."""
        if self.size <= _FEW:
            kinds = self.records["kind"].to_pylist()
            return np.array([row for row, name in enumerate(kinds) if name == kind.value], np.int64)
        return np.flatnonzero(compute.equal(self.records["kind"], kind.value).to_numpy())


_READ = ("record", "carries", "identifier", "consent_of", "consent", "judged")


def rows_to_gather(reader: Reader) -> int:
    """How many rows `gather` reads."""
    return sum(reader.count(name) for name in _READ)


def gather(reader: Reader, advance: Callable[[int], None] = unseen) -> Gathered:
    """Read what a resolve needs; nothing is normalised again. `advance` is told of rows as they are read.

    Each table is read while the one before is worked on.
    """
    with closing(ahead(_scans(reader, advance))) as scans:
        gathered = _gathered(scans, reader)
    # What was read is several times what is kept.
    give_back()
    return gathered


def _scans(reader: Reader, advance: Callable[[int], None]) -> Iterator[pa.Table]:
    """The tables that `_gathered` takes, one after the other."""

    def scan(table: str, columns: Sequence[str] = ()) -> pa.Table:
        rows = reader.scan(table, columns)
        advance(rows.num_rows)
        return rows

    yield scan("record", _RECORD)
    edges = scan("consent_of", ("start", "end"))
    yield edges
    # When carrying began matters to consents only.
    yield scan("carries", (*_CARRIES, "valid_from") if edges.num_rows else _CARRIES)
    yield scan("identifier", ("id", "value"))
    yield scan("consent", _CONSENT) if edges.num_rows else arrow_schema("consent").empty_table()
    yield scan("judged")


def _gathered(scans: Iterator[pa.Table], reader: Reader) -> Gathered:
    """What `gather` answers, from the tables of `_scans`; `reader` is free once the last of them has come."""
    records = next(scans)
    records = records.filter(records["live"])
    fields, attributes, relations = _unfolded(records)
    # The documents are columns now, and half of what was read.
    records = records.select(["id", "key", "source", "record_id", "kind", "observed_at"])
    ids: Ints = records["id"].to_numpy()
    order = np.empty(len(ids), np.int64)
    order[np.asarray(compute.sort_indices(records["key"]))] = np.arange(len(ids))
    edges, carried = next(scans), next(scans)
    claims = _claims(next(scans), ids, carried)
    consents = _consents(next(scans), records, edges, carried)
    judgements = _judgements(next(scans))
    return Gathered(
        records,
        fields,
        attributes,
        claims,
        relations,
        consents,
        judgements,
        order,
        _past(reader, ids, carried),
    )


def _unfolded(records: pa.Table) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The documents of the records as columns: `fields`, `attributes` and `relations` of `Gathered`.

    DuckDB holds several times what it answers, so it is asked about `_AT_ONCE` records at a time.
    """
    parts = []
    with duckdb.connect() as connection:
        for start in range(0, max(records.num_rows, 1), _AT_ONCE):
            connection.register("records", records.slice(start, _AT_ONCE))
            fields = _unfold(connection, "fields", FIELDS)
            attributes = _unfold(connection, "attributes", tuple(sorted(ATTRIBUTES)))
            parts.append((fields, attributes, _declared(connection, start)))
    fields, attributes, declared = (pa.concat_tables(made) for made in zip(*parts, strict=True))
    del parts
    place = declared.schema.get_field_index("value")
    # Columns in one piece are taken from the quickest.
    return fields.combine_chunks(), attributes.combine_chunks(), declared.set_column(place, "value", _targets(declared))


def _unfold(connection: duckdb.DuckDBPyConnection, column: str, names: Sequence[str]) -> pa.Table:
    """A JSON column of the records as one text column per name."""
    shape = json.dumps(dict.fromkeys(names, "VARCHAR"))
    unfolded: pa.Table = connection.sql(
        f"SELECT unnest(coalesce(from_json({column}, $shape), from_json('{{}}', $shape))) FROM records",
        params={"shape": shape},
    ).to_arrow_table()
    # DuckDB's own columns take twice the room of what they hold.
    return unfolded.combine_chunks()


def _declared(connection: duckdb.DuckDBPyConnection, start: int) -> pa.Table:
    """What the records declare of others; their rows are counted from `start`."""
    shape = json.dumps([dict.fromkeys([field.name for field in RELATION_STRUCT], "VARCHAR")])
    declared: pa.Table = connection.sql(
        """SELECT row, unnest(declared) FROM (
            SELECT row, unnest(from_json(relations, $shape)) AS declared
            FROM (SELECT row_number() OVER () - 1 + $start AS row, relations FROM records)
            WHERE relations IS NOT NULL)""",
        params={"shape": shape, "start": start},
    ).to_arrow_table()
    return declared


def _targets(declared: pa.Table) -> "pa.Array[Any]":
    """The identifier that each row names, normalised as the target's own claim is: `target_value`, by namespace."""
    namespace, value = one_array(declared["namespace"]), one_array(declared["value"])
    for name in compute.unique(namespace).to_pylist():
        if name not in (None, "record"):
            here = compute.equal(namespace, name).fill_null(False)
            value = compute.if_else(here, normalised(compute.if_else(here, value, None), name, "US"), value)
    return value


def _claims(identifiers: pa.Table, ids: Ints, carried: pa.Table) -> pa.Table:
    carried = carried.filter(compute.is_null(carried["valid_to"]))
    row, live = _rows(ids, carried["start"].to_numpy())
    carried, row = carried.filter(pa.array(live)), row[live]
    place = np.searchsorted(identifiers["id"].to_numpy(), carried["end"].to_numpy())
    columns: list[Any] = [
        row, carried["namespace"], at_positions(one_array(identifiers["value"]), place), carried["end"],
        *(carried[name] for name in ("verified", "first_seen", "last_seen")),
    ]  # fmt: skip
    return pa.table(columns, schema=CLAIMS)


def _past(reader: Reader, ids: Ints, carried: pa.Table) -> pa.Table:
    """The addresses that live records carried before."""
    closed = carried.filter(compute.is_valid(carried["valid_to"]))
    closed = closed.filter(compute.equal(closed["namespace"], "address"))
    row, live = _rows(ids, closed["start"].to_numpy())
    return past_of(reader, closed.filter(pa.array(live)), row[live])


def past_of(reader: Reader, closed: pa.Table, row: Ints) -> pa.Table:
    """The table `Gathered.past` for edges of `carries` and the row that each starts at."""
    ends = np.unique(closed["end"].to_numpy()).tolist()
    value = {one["id"]: one["value"] for one in (reader.get("identifier", "id", ends) if ends else [])}
    values = pa.array([value.get(end) for end in closed["end"].to_pylist()], pa.string())
    columns: list[Any] = [row, closed["end"], values, closed["first_seen"], closed["last_seen"]]
    return pa.table(columns, schema=PAST)


def _rows(ids: Ints, start: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The place of each of these numbers among `ids`, and whether it is there."""
    row = np.searchsorted(ids, start)
    live = (row < len(ids)) & (ids[np.minimum(row, len(ids) - 1)] == start) if len(ids) else np.zeros(len(row), bool)
    return row, live


def _consents(consents: pa.Table, records: pa.Table, edges: pa.Table, carried: pa.Table) -> pa.Table:
    if not edges.num_rows:
        return SAID.empty_table()
    place = np.searchsorted(consents["id"].to_numpy(), edges["start"].to_numpy())
    taken = at_positions(consents, place)
    known = compute.not_equal(taken["reference"], "")
    key = compute.if_else(known, compute.binary_join_element_wise(taken["source"], taken["reference"], "/"), None)
    keys = one_array(records["key"])
    at = compute.index_in(key, keys, skip_nulls=True).fill_null(-1).to_numpy()
    speaker = np.append(records["id"].to_numpy(), -1)[at]
    told = pa.table(
        [edges["start"], edges["end"], *(taken[name] for name in ("purpose", "status", "at"))], names=SAID.names[:5]
    )
    about = np.isin(carried["end"].to_numpy(), edges["end"].to_numpy())
    return heard(told, speaker, carried.filter(pa.array(about)))


def _judgements(judged: pa.Table) -> list[Judgement]:
    return [
        Judgement(row["start"], row["end"], Verdict(row["verdict"]), row["authority"], row["at"], row["by"], row["why"])
        for row in judged.to_pylist()
    ]


def encode_kind(gathered: Gathered, rows: Ints) -> Encoded:
    """The records of one kind, encoded; row i is `rows[i]` of what was gathered."""
    local = np.full(gathered.size, -1, np.int64)
    local[rows] = np.arange(len(rows))
    claims = gathered.claims
    row: Ints = local[claims["row"].to_numpy()]
    identifier: Ints = claims["identifier"].to_numpy()
    namespace, first, last = (one_array(claims[name]) for name in ("namespace", "first_seen", "last_seen"))
    return encode(at_positions(gathered.fields, rows), *carried(len(rows), row, namespace, identifier, first, last))
