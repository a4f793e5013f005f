"""Few records as columns: each is read and parsed once, and only the columns that are asked for are made."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import FIELDS
from spine.normalise.few_rows import FewRows
from spine.normalise.identifiers import target_value
from spine.pipeline.gather import Gathered, past_of
from spine.ports import RELATION_STRUCT, Reader, Row, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.resolved import CLAIMS, PAST, RELATIONS, SAID, text_schema

RECORD_NAMES = ("id", "key", "source", "record_id", "kind", "observed_at")
RECORD_SCHEMA = pa.schema([arrow_schema("record").field(name) for name in RECORD_NAMES])
_RELATION_NAMES = tuple(field.name for field in RELATION_STRUCT)
_FIELDS = text_schema(FIELDS)
_NO_PAST, _NO_RELATIONS, NOTHING_SAID = PAST.empty_table(), RELATIONS.empty_table(), SAID.empty_table()


class _Known(NamedTuple):
    """A live record: its row, what its documents say, what it carries now, and the addresses it carried before."""

    row: Row
    attributes: dict[str, str]
    fields: dict[str, str]
    relations: list[Row]
    claims: list[Row]
    past: list[Row]


class FewRecords:
    """Records that were read, each once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[int, _Known | None] = {}

    def gathered(self, asked: Sequence[int]) -> Gathered:
        """The live ones of these records, which are sorted, without judgements."""
        missing = self.missing(asked)
        if missing:
            self._read(missing)
        known = [one for one in map(self._known.__getitem__, asked) if one is not None]
        names = sorted({name for one in known for name in one.attributes})
        claims = [{**claim, "row": place} for place, one in enumerate(known) for claim in one.claims]
        declared = [{**said, "row": place} for place, one in enumerate(known) for said in one.relations]
        return Gathered(
            FewRows(RECORD_SCHEMA, [one.row for one in known]),
            FewRows(_FIELDS, [one.fields for one in known]),
            FewRows(text_schema(names), [one.attributes for one in known]),
            FewRows(CLAIMS, claims),
            pa.Table.from_pylist(declared, schema=RELATIONS) if declared else _NO_RELATIONS,
            NOTHING_SAID,
            (),
            order_of([one.row["key"] for one in known]),
            self._past(known),
        )

    def missing(self, asked: Sequence[int]) -> list[int]:
        """Those of these records that were not asked for before."""
        return [number for number in asked if number not in self._known]

    def _read(self, missing: list[int]) -> None:
        """Read records that are not known yet."""
        rows = self._reader.get("record", "id", missing)
        live = {row["id"]: row for row in rows if row["live"]}
        carried: dict[int, list[Row]] = {}
        for edge in self._reader.get("carries", "start", list(live)) if live else ():
            carried.setdefault(edge["start"], []).append(edge)
        ends = {edge["end"] for edges in carried.values() for edge in edges if edge["valid_to"] is None}
        named = self._reader.get("identifier", "id", list(ends)) if ends else ()
        value = {row["id"]: row["value"] for row in named}
        for number in missing:
            self._known[number] = _known(live[number], carried.get(number, []), value) if number in live else None

    def _past(self, known: list[_Known]) -> pa.Table:
        row = [place for place, one in enumerate(known) for _ in one.past]
        if not row:
            return _NO_PAST
        closed = [edge for one in known for edge in one.past]
        edges = pa.Table.from_pylist(closed, schema=arrow_schema("carries"))
        return past_of(self._reader, edges, np.array(row, np.int64))


def _known(row: Row, carried: Iterable[Row], value: dict[int, str]) -> _Known:
    claims: list[Row] = []
    past: list[Row] = []
    for edge in carried:
        if edge["valid_to"] is None:
            claims.append(
                {
                    "namespace": edge["namespace"], "value": value[edge["end"]], "identifier": edge["end"],
                    "verified": edge["verified"], "first_seen": edge["first_seen"], "last_seen": edge["last_seen"],
                }
            )  # fmt: skip
        elif edge["namespace"] == "address":
            past.append(edge)
    return _Known(row, _said(row["attributes"]), _said(row["fields"]), relations_of(row), claims, past)


def _said(document: str | None) -> dict[str, str]:
    said: dict[str, str] = json.loads(document) if document else {}
    return said


def relations_of(row: Row) -> list[Row]:
    """What a record declares of others, without its row."""
    if not row["relations"]:
        return []
    declared: list[dict[str, Any]] = [
        {name: one.get(name) for name in _RELATION_NAMES} for one in json.loads(row["relations"])
    ]
    for one in declared:
        one["value"] = target_value(one["namespace"], one["value"])
    return declared


def order_of(keys: list[str]) -> Ints:
    """The rank of each key."""
    order = np.empty(len(keys), np.int64)
    order[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return order
