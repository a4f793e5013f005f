"""What a rebuild works on: some records of the graph as columns, in the same shape as a resolve has all of them."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import ATTRIBUTES, FIELDS
from spine.normalise.identifiers import target_value
from spine.pipeline.gather import Gathered
from spine.ports import RELATION_STRUCT, Reader, Row, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.resolved import CLAIMS, CONSENTS, RELATIONS

_ATTRIBUTES = tuple(sorted(ATTRIBUTES))
_RELATION_NAMES = tuple(field.name for field in RELATION_STRUCT)
_RECORD_NAMES = ("id", "key", "source", "record_id", "kind", "observed_at")


def gather_some(reader: Reader, numbers: Iterable[int], *, consents: bool = True) -> Gathered:
    """The live ones of these records (sequence numbers), with the judgements that name any of them.

    Without `consents` none are read: matching needs none.
    """
    asked = sorted(set(numbers))
    rows = [row for row in reader.get("record", "id", asked) if row["live"]] if asked else []
    ids = np.array([row["id"] for row in rows], dtype=np.int64)
    order = np.empty(len(ids), np.int64)
    order[np.argsort(np.array([row["key"].encode() for row in rows], dtype=object), kind="stable")] = np.arange(
        len(ids)
    )
    claims = _claims(reader, ids)
    schema = arrow_schema("record")
    records = pa.table({name: pa.array([row[name] for row in rows], schema.field(name).type) for name in _RECORD_NAMES})
    return Gathered(
        records,
        _unfolded(rows, "fields", FIELDS),
        _unfolded(rows, "attributes", _ATTRIBUTES),
        claims,
        _relations(rows),
        _consents(reader, claims) if consents else CONSENTS.empty_table(),
        judgements_of(reader, ids.tolist()),
        order,
    )


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


def _unfolded(rows: list[Row], column: str, names: Iterable[str]) -> pa.Table:
    """A JSON column of the records as one text column per name."""
    said = [json.loads(row[column]) if row[column] else {} for row in rows]
    return pa.table({name: pa.array([one.get(name) for one in said], pa.string()) for name in names})


def _relations(rows: list[Row]) -> pa.Table:
    declared = [
        {"row": place, **{name: one.get(name) for name in _RELATION_NAMES}}
        for place, row in enumerate(rows)
        if row["relations"]
        for one in json.loads(row["relations"])
    ]
    for one in declared:
        one["value"] = target_value(one["namespace"], one["value"])
    return pa.Table.from_pylist(declared, schema=RELATIONS)


def _claims(reader: Reader, ids: Ints) -> pa.Table:
    if not len(ids):
        return CLAIMS.empty_table()
    edges = [edge for edge in reader.get("carries", "start", ids.tolist()) if edge["valid_to"] is None]
    ends = sorted({edge["end"] for edge in edges})
    value = {row["id"]: row["value"] for row in reader.get("identifier", "id", ends)} if ends else {}
    columns: list[Any] = [
        np.searchsorted(ids, np.array([edge["start"] for edge in edges], np.int64)),
        [edge["namespace"] for edge in edges],
        [value[edge["end"]] for edge in edges],
        [edge["end"] for edge in edges],
        *([edge[name] for edge in edges] for name in ("verified", "first_seen", "last_seen")),
    ]
    return pa.table(columns, schema=CLAIMS)


def _consents(reader: Reader, claims: pa.Table) -> pa.Table:
    ends = np.unique(claims["identifier"].to_numpy()).tolist()
    edges = reader.get("consent_of", "end", ends) if ends else []
    if not edges:
        return CONSENTS.empty_table()
    said = {row["id"]: row for row in reader.get("consent", "id", sorted({edge["start"] for edge in edges}))}
    rows = [(edge["end"], *(said[edge["start"]][name] for name in ("purpose", "status", "at"))) for edge in edges]
    return pa.table([list(column) for column in zip(*rows, strict=True)], schema=CONSENTS)
