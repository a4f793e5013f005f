"""What a rebuild works on: some records of the graph as columns, in the same shape as a resolve has all of them.

A change asks for overlapping sets of records again and again. Inside a transaction that remembers what it read, each
record is read and turned into columns once; every further set is cut from those.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import FIELDS
from spine.normalise.columns import at_positions
from spine.pipeline.gather import Gathered, past_of
from spine.pipeline.gather_few import NOTHING_SAID, RECORD_NAMES, RECORD_SCHEMA, FewRecords, order_of, relations_of
from spine.pipeline.remembering import Remembering
from spine.ports import Plan, Reader, Row, Step, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.resolved import CLAIMS, PAST, RELATIONS, text_schema

_CONTENT = (*RECORD_NAMES, "live", "attributes", "fields", "relations")
_CARRIED = tuple(arrow_schema("carries").names)
FEW = 200
"""Up to so many records are made of their rows."""
MANY = 1000
"""Of more records than this, what is read for them is not remembered row by row."""
_NOTHING = (
    RECORD_SCHEMA.empty_table(), text_schema(FIELDS).empty_table(), pa.table({}), CLAIMS.empty_table(),
    PAST.empty_table(), RELATIONS.empty_table(),
)  # fmt: skip
_READ = ("judged", "record", "carries", "identifier")


def gather_some(reader: Reader, numbers: Iterable[int]) -> Gathered:
    """The live ones of these records (sequence numbers), with the judgements that name any of them, without consents.

    Whose a consent is depends on others who carry the identifier: `consenting` looks at those.
    """
    pool = reader.remember("pool", _READ, lambda: _Pool(reader)) if isinstance(reader, Remembering) else _Pool(reader)
    return pool.gathered(sorted(set(numbers)))


def judgements_of(reader: Reader, numbers: Iterable[int]) -> list[Judgement]:
    """The judgements that name any of these records."""
    asked = sorted(set(numbers))
    if not asked:
        return []
    rows = [row for column in ("start", "end") for row in reader.get("judged", column, asked)]
    by_key = {(row["start"], row["end"], row["authority"], row["at"]): row for row in rows}
    return [
        Judgement(row["start"], row["end"], Verdict(row["verdict"]), row["authority"], row["at"], row["by"], row["why"])
        for _, row in sorted(by_key.items())
    ]


def content_of(records: tuple[int, ...]) -> Plan:
    """What these records carry, and what is judged of them."""
    return {
        "record": Step("record", "id", records),
        "carries": Step("carries", "start", records),
        "identifier": Step("identifier", "id", after=(("carries", "end"),)),
        "judged": Step("judged", "start", records),
        "judging": Step("judged", "end", records),
    }


def _content_once(records: tuple[int, ...]) -> Plan:
    """The same as far as it becomes columns."""
    return {
        "record": Step("record", "id", records, columns=_CONTENT),
        "carries": Step("carries", "start", records, columns=_CARRIED),
        "identifier": Step("identifier", "id", after=(("carries", "end"),), columns=("value",)),
    }


class _Pool:
    """Live records as columns, in the order in which they were first asked for; few are made of their rows."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._few = FewRecords(reader)
        self._place: dict[int, int] = {}
        self._cut: dict[tuple[int, ...], Gathered] = {}
        self._records, self._fields, self._attributes, self._claims, self._past, self._relations = _NOTHING

    def gathered(self, asked: list[int]) -> Gathered:
        """The live ones of these records, which are sorted."""
        key = tuple(asked)
        if key not in self._cut:
            self._cut[key] = self._gathered(asked)
        return self._cut[key]

    def _gathered(self, asked: list[int]) -> Gathered:
        if len(asked) <= FEW:
            new = self._few.missing(asked)
            if new and isinstance(self._reader, Remembering) and self._reader.far:
                self._reader.follow(content_of(tuple(new)))
            few = self._few.gathered(asked)
            return replace(few, judgements=judgements_of(self._reader, few.ids.tolist()))
        missing = [number for number in asked if number not in self._place]
        if missing:
            self._read(missing)
        places = np.array([at for at in map(self._place.__getitem__, asked) if at >= 0], np.int64)
        records = at_positions(self._records, places)
        columns: dict[str, list[Any]] = records.select(["id", "key"]).to_pydict()
        local = np.full(self._records.num_rows, -1, np.int64)
        local[places] = np.arange(len(places))
        claims = _moved(self._claims, local)
        return Gathered(
            records,
            at_positions(self._fields, places),
            at_positions(self._attributes, places),
            claims,
            _moved(self._relations, local),
            NOTHING_SAID,
            judgements_of(self._reader, columns["id"]),
            order_of(columns["key"]),
            _moved(self._past, local),
        )

    def _read(self, missing: list[int]) -> None:
        """Read records that are not here yet; those not alive get no place."""
        found, carried, value = self._content(missing)
        rows = [row for row in found if row["live"]]
        size = self._records.num_rows
        self._place |= dict.fromkeys(missing, -1)
        if not rows:
            return
        self._place |= {row["id"]: size + at for at, row in enumerate(rows)}
        records = pa.table([[row[name] for row in rows] for name in RECORD_NAMES], schema=RECORD_SCHEMA)
        attributes = _unfolded(rows, "attributes")
        if not attributes.num_columns:
            attributes = pa.table({"full_name": pa.nulls(len(rows), pa.string())})
        self._records = _joined(self._records, records)
        self._fields = _joined(self._fields, _unfolded(rows, "fields", FIELDS))
        self._attributes = _joined(self._attributes, attributes) if size else attributes
        carried = [edge for edge in carried if self._place[edge["start"]] >= 0]
        self._claims = _joined(self._claims, self._claimed(carried, value))
        closed = [edge for edge in carried if edge["valid_to"] is not None and edge["namespace"] == "address"]
        if closed:
            starts = np.array([self._place[edge["start"]] for edge in closed], np.int64)
            edges = pa.Table.from_pylist(closed, schema=arrow_schema("carries"))
            self._past = _joined(self._past, past_of(self._reader, edges, starts))
        self._relations = _joined(self._relations, _relations(rows, size))

    def _content(self, missing: list[int]) -> tuple[list[Row], list[Row], dict[int, str]]:
        """The rows of records, what they carry, and the values of that.

        Of many records most are looked at once, to see that they do not match: to remember each row costs more.
        """
        far = isinstance(self._reader, Remembering) and self._reader.far
        if len(missing) > MANY and not far:
            found = self._reader.follow(_content_once(tuple(missing)))
            return found["record"], found["carries"], {row["id"]: row["value"] for row in found["identifier"]}
        if far:
            self._reader.follow(content_of(tuple(missing)))
        rows = self._reader.get("record", "id", missing)
        asked = [row["id"] for row in rows if row["live"]]
        carried = self._reader.get("carries", "start", asked) if asked else []
        ends = list({edge["end"] for edge in carried if edge["valid_to"] is None})
        named = self._reader.get("identifier", "id", ends) if ends else []
        return rows, carried, {row["id"]: row["value"] for row in named}

    def _claimed(self, carried: list[Row], value: dict[int, str]) -> pa.Table:
        edges = [edge for edge in carried if edge["valid_to"] is None]
        columns: list[Any] = [
            [self._place[edge["start"]] for edge in edges],
            [edge["namespace"] for edge in edges],
            [value[edge["end"]] for edge in edges],
            [edge["end"] for edge in edges],
            *([edge[name] for edge in edges] for name in ("verified", "first_seen", "last_seen")),
        ]
        return pa.table(columns, schema=CLAIMS)


def _joined(one: pa.Table, other: pa.Table) -> pa.Table:
    """Both tables in one piece, so that taking rows stays quick; columns that one lacks are null there."""
    if not one.num_rows:
        return other
    return pa.concat_tables([one, other], promote_options="default").combine_chunks() if other.num_rows else one


def _moved(rows: pa.Table, local: Ints) -> pa.Table:
    """The rows of a table whose column `row` has a place in `local`, by that place."""
    if not rows.num_rows:
        return rows
    row: Ints = local[rows["row"].to_numpy()]
    kept = np.flatnonzero(row >= 0)
    kept = kept[np.argsort(row[kept], kind="stable")]
    some: pa.Table = at_positions(rows, kept)
    return some.set_column(0, "row", pa.array(row[kept]))


def _unfolded(rows: list[Row], column: str, names: Iterable[str] = ()) -> pa.Table:
    """A JSON column of the records as one text column per name: those given, or else all that any record has."""
    # One document is parsed in half the time of many.
    said = json.loads(f"[{','.join(row[column] or '{}' for row in rows)}]")
    wanted = tuple(names) or tuple(sorted({name for one in said for name in one}))
    if not wanted:
        return pa.table({})
    unfolded: Any = pa.array(said, _texts(wanted))
    return pa.Table.from_struct_array(unfolded)


@lru_cache(maxsize=64)
def _texts(names: tuple[str, ...]) -> pa.StructType:
    """A struct of texts of these names."""
    return pa.struct([(name, pa.string()) for name in names])


def _relations(rows: list[Row], start: int) -> pa.Table:
    declared = [{"row": start + place, **said} for place, row in enumerate(rows) for said in relations_of(row)]
    return pa.Table.from_pylist(declared, schema=RELATIONS)
