"""What a resolve works on: all live records of the graph as columns."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.ahead import ahead
from spine.aside import NOWHERE, Aside
from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import ATTRIBUTES, FIELDS, Kind
from spine.matching.at_once import each
from spine.matching.carried import Carried, carried, carried_by_few
from spine.matching.encoded import Encoded, Seen, encode
from spine.normalise.claims import normalised
from spine.normalise.columns import at_positions, compute, one_array
from spine.normalise.few_rows import FewRows
from spine.normalise.pressed import Columns, Held, Pressed
from spine.normalise.whole_numbers import places_of
from spine.pipeline.progress import unseen
from spine.pipeline.room import give_back
from spine.ports import RELATION_STRUCT, Reader, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.consent_state import heard
from spine.resolution.grouping import rows_where
from spine.resolution.resolved import CLAIMS, PAST, SAID, text_schema

_RECORD = (
    "id", "key", "source", "record_id", "kind", "observed_at", "live", "attributes", "fields", "relations",
)  # fmt: skip
_CARRIES = ("start", "end", "namespace", "first_seen", "last_seen", "verified", "valid_to")
_CLAIMED = ("row", "namespace", "identifier", "first_seen", "last_seen")
_CONSENT = ("id", "source", "reference", "purpose", "status", "at")
_AT_ONCE = 1 << 16
"""So many rows are worked on at a time; DuckDB, which unfolds documents, holds several times what it answers."""
_FEW = 200
"""Up to so many rows are looked through in Python."""


@dataclass(frozen=True)
class Gathered:
    """Live records in the order of their numbers; row i of the first three tables is one record.

    `records`: id, key, source, record_id, kind, observed_at. `fields`: `vocabulary.FIELDS`. `attributes`: those that
    any record has, as they came. `claims`: row, namespace, value, identifier, verified, first_seen, last_seen, only
    those carried now. `relations`: row and the columns of `ports.RELATION_STRUCT`. `consents`: `resolved.SAID`, of all
    records that carry what they are of. `order` ranks rows by (source, record_id). `past`: addresses that rows carried
    before (`resolved.PAST`). `aside` is where large columns lie, and where those that are made of them may.
    """

    records: Columns
    fields: Columns
    attributes: Columns
    claims: Columns
    relations: pa.Table
    consents: pa.Table
    judgements: Sequence[Judgement]
    order: Ints
    past: pa.Table = field(default_factory=PAST.empty_table)
    aside: Aside = NOWHERE

    @property
    def size(self) -> int:
        """How many live records there are."""
        return self.records.num_rows

    @cached_property
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

    def places(self, rows: Ints) -> Ints:
        """The place of each row among `rows`, -1 for those that are not there."""
        place = np.full(self.size, -1, np.int64)
        place[rows] = np.arange(len(rows))
        return place


_KEPT = pa.schema([arrow_schema("record").field(name) for name in _RECORD[:6]])
_FIELDS, _ATTRIBUTES = text_schema(FIELDS), text_schema(sorted(ATTRIBUTES))
_READ = ("record", "carries", "identifier", "consent_of", "consent", "judged")


def rows_to_gather(reader: Reader) -> int:
    """How many rows `gather` reads."""
    return sum(reader.count(name) for name in _READ)


def gather(reader: Reader, advance: Callable[[int], None] = unseen, aside: Aside = NOWHERE) -> Gathered:
    """Read what a resolve needs; nothing is normalised again. `advance` is told of rows as they are read.

    The next rows are read while some of those before are worked on, side by side: what is kept is a small part of them.
    """
    gathering = _Gathering(aside)
    with closing(ahead(_read(reader, advance))) as pieces:
        for table, parts in groupby(pieces, itemgetter(0)):
            gathering.take(table, (rows for _, rows in parts))
    gathered = gathering.whole(reader)
    give_back()
    return gathered


def _read(reader: Reader, advance: Callable[[int], None]) -> Iterator[tuple[str, pa.Table]]:
    """The tables that `_Gathering` takes in, name by name; some of them in pieces."""

    def pieces(table: str, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        waiting: list[pa.Table] = []
        for rows in reader.pieces(table, columns):
            advance(rows.num_rows)
            waiting.append(rows)
            if sum(part.num_rows for part in waiting) >= _AT_ONCE:
                yield table, pa.concat_tables(waiting)
                waiting = []
        if waiting:
            yield table, pa.concat_tables(waiting)

    def scan(table: str, columns: Sequence[str] = ()) -> tuple[str, pa.Table]:
        rows = reader.scan(table, columns)
        advance(rows.num_rows)
        return table, rows

    yield from pieces("record", _RECORD)
    edges = scan("consent_of", ("start", "end"))
    yield edges
    yield scan("identifier", ("id", "value"))
    # When carrying began matters to consents only.
    yield from pieces("carries", (*_CARRIES, "valid_from") if edges[1].num_rows else _CARRIES)
    if edges[1].num_rows:
        yield scan("consent", _CONSENT)
    yield scan("judged")


class _Records(NamedTuple):
    """Some of the live records; what they declare counts its rows among them."""

    ids: Ints
    records: Pressed
    fields: Pressed
    attributes: Pressed
    declared: pa.Table


def _records(rows: pa.Table, keep: Callable[[bytes], Held]) -> _Records:
    """Records as they were read, their documents as columns, compressed and kept."""
    live = rows.filter(rows["live"])
    with duckdb.connect() as connection:
        connection.register("records", live)
        declared = _declared(connection)
        fields, attributes = (
            Pressed.of([_unfold(connection, column, schema.names)], schema, keep)
            for column, schema in (("fields", _FIELDS), ("attributes", _ATTRIBUTES))
        )
    kept = Pressed.of([live.select(_KEPT.names)], _KEPT, keep)
    return _Records(live["id"].to_numpy(), kept, fields, attributes, declared)


class _Carries(NamedTuple):
    """Some of what records carry: what counts now, the edges of those who were heard, and addresses of before."""

    claims: Pressed
    about: pa.Table
    closed: pa.Table


class _Gathering:
    """What was read so far, compressed as soon as its rows are columns."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._records: list[_Records] = []
        self._carries: list[_Carries] = []
        self._ids: Ints = np.empty(0, np.int64)
        self._told: dict[str, pa.Table] = {}

    def take(self, table: str, parts: Iterator[pa.Table]) -> None:
        """Take in all rows of a table, the tables in the order of `_read`."""
        if table == "record":
            self._records.extend(each(partial(_records, keep=self._aside.keep), parts))
            self._ids = np.concatenate([self._ids, *(part.ids for part in self._records)])
        elif table == "carries":
            self._carries.extend(each(self._carried, parts))
        else:
            # In one piece, since every piece of what records carry looks at it.
            self._told[table] = pa.concat_tables(parts).combine_chunks()

    def _carried(self, rows: pa.Table) -> _Carries:
        """What records carry, and what they carried."""
        heard_at = self._told["consent_of"]["end"]
        about = rows.filter(compute.is_in(rows["end"], heard_at)) if len(heard_at) else rows.slice(0, 0)
        claims = _claims(self._told["identifier"], self._ids, rows)
        closed = rows.filter(compute.is_valid(rows["valid_to"]))
        addresses = closed.filter(compute.equal(closed["namespace"], "address"))
        return _Carries(Pressed.of([claims], CLAIMS, self._aside.keep), about, addresses)

    def whole(self, reader: Reader) -> Gathered:
        """All of it, once everything was taken in."""
        # Identifiers with their values are the largest table of all.
        self._told.pop("identifier")
        records = Pressed.joined((part.records for part in self._records), _KEPT)
        keys = one_array(records["key"])
        order = np.empty(len(keys), np.int64)
        order[np.asarray(compute.sort_indices(keys))] = np.arange(len(keys))
        declared = self._declared()
        place = declared.schema.get_field_index("value")
        consents, edges = SAID.empty_table(), self._told["consent_of"]
        if edges.num_rows:
            about = pa.concat_tables(part.about for part in self._carries)
            consents = _consents(self._told["consent"], records, edges, about)
        return Gathered(
            records,
            Pressed.joined((part.fields for part in self._records), _FIELDS),
            Pressed.joined((part.attributes for part in self._records), _ATTRIBUTES),
            Pressed.joined((part.claims for part in self._carries), CLAIMS),
            self._aside.table(declared.set_column(place, "value", _targets(declared))),
            self._aside.table(consents),
            _judgements(self._told["judged"]),
            self._aside.arrays({"order": order})["order"],
            _past(reader, self._ids, pa.concat_tables(part.closed for part in self._carries)),
            self._aside,
        )

    def _declared(self) -> pa.Table:
        """What all records declare, its rows counted among all."""
        start, parts = 0, []
        for part in self._records:
            parts.append(part.declared.set_column(0, "row", compute.add(part.declared["row"], start)))
            start += len(part.ids)
        return pa.concat_tables(parts)


def _unfold(connection: duckdb.DuckDBPyConnection, column: str, names: Sequence[str]) -> pa.Table:
    """A JSON column of the records as one text column per name."""
    shape = json.dumps(dict.fromkeys(names, "VARCHAR"))
    unfolded: pa.Table = connection.sql(
        f"SELECT unnest(coalesce(from_json({column}, $shape), from_json('{{}}', $shape))) FROM records",
        params={"shape": shape},
    ).to_arrow_table()
    # DuckDB's own columns take twice the room of what they hold.
    return unfolded.combine_chunks()


def _declared(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What the records declare of others."""
    shape = json.dumps([dict.fromkeys([field.name for field in RELATION_STRUCT], "VARCHAR")])
    declared: pa.Table = connection.sql(
        """SELECT row, unnest(declared) FROM (
            SELECT row, unnest(from_json(relations, $shape)) AS declared
            FROM (SELECT row_number() OVER () - 1 AS row, relations FROM records)
            WHERE relations IS NOT NULL)""",
        params={"shape": shape},
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
    place = places_of(carried["end"].to_numpy(), identifiers["id"].to_numpy())
    columns: list[Any] = [
        row, carried["namespace"], at_positions(one_array(identifiers["value"]), place), carried["end"],
        *(carried[name] for name in ("verified", "first_seen", "last_seen")),
    ]  # fmt: skip
    return pa.table(columns, schema=CLAIMS)


def _past(reader: Reader, ids: Ints, closed: pa.Table) -> pa.Table:
    """The addresses that live records carried before."""
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


def _consents(consents: pa.Table, records: Columns, edges: pa.Table, about: pa.Table) -> pa.Table:
    """What was said at identifiers; `about` are the edges of those who carry or carried one of them."""
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
    return heard(told, speaker, about)


def _judgements(judged: pa.Table) -> list[Judgement]:
    return [
        Judgement(row["start"], row["end"], Verdict(row["verdict"]), row["authority"], row["at"], row["by"], row["why"])
        for row in judged.to_pylist()
    ]


def encode_kind(gathered: Gathered, rows: Ints) -> Encoded:
    """The records of one kind, encoded; row i is `rows[i]` of what was gathered."""
    made = encode(at_positions(gathered.fields, rows), *_carried(gathered, rows))
    if not gathered.aside.wanted:
        return made
    numbers: dict[tuple[str, ...], NDArray[Any]] = {
        **{("codes", name): codes for name, codes in made.codes.items()},
        **{("shared", name): matrix for name, matrix in made.shared.items()},
        **{("first", name): days.first for name, days in made.seen.items()},
        **{("last", name): days.last for name, days in made.seen.items()},
    }
    kept = gathered.aside.arrays(numbers)
    return replace(
        made,
        codes={name: kept["codes", name] for name in made.codes},
        shared={name: kept["shared", name] for name in made.shared},
        seen={name: Seen(kept["first", name], kept["last", name]) for name in made.seen},
    )


def _carried(gathered: Gathered, rows: Ints) -> Carried:
    """What these rows carry, each by its place among them; the columns that it comes from are let go."""
    local = gathered.places(rows)
    claims = gathered.claims
    if isinstance(claims, FewRows):
        row_of, *others = (claims.listed(name) for name in _CLAIMED)
        return carried_by_few(len(rows), zip(local[row_of].tolist(), *others, strict=True) if row_of else ())
    row: Ints = local[claims["row"].to_numpy()]
    here = row >= 0
    if 2 * np.count_nonzero(here) < len(row):
        # Of a few the sightings are days sooner when the others' are left alone.
        claims, row = rows_where(claims, here), row[here]
    namespace, first, last = (one_array(claims[name]) for name in ("namespace", "first_seen", "last_seen"))
    return carried(len(rows), row, namespace, claims["identifier"].to_numpy(), first, last)
