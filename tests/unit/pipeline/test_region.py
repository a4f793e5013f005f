"""Pieces that are read together are those that are read one by one."""

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.pipeline.region import pieces, region
from spine.ports import Cause, Writer, arrow_schema
from spine.stores.memory import MemoryStore

RECORDS = range(1, 13)
_record = st.integers(min(RECORDS), max(RECORDS))
_pairs = st.lists(st.tuples(_record, _record).filter(lambda ends: ends[0] < ends[1]), max_size=8, unique=True)
_parts = st.lists(st.integers(0, 8), min_size=len(RECORDS), max_size=len(RECORDS))
"""The component of each record; some have none."""


def _put(writer: Writer, table: str, rows: list[dict[str, Any]]) -> None:
    writer.put(table, pa.Table.from_pylist(rows, schema=arrow_schema(table)))


def _filled(writer: Writer, parts: list[int], matches: list[tuple[int, int]], judged: list[tuple[int, int]]) -> None:
    of: dict[int, list[int]] = {}
    for record, part in zip(RECORDS, parts, strict=True):
        of.setdefault(part, []).append(record)
    inside = {members[0]: members for part, members in of.items() if part > 1}
    _put(writer, "record", [{"id": number, "key": f"s/{number}", "live": True} for number in RECORDS])
    _put(writer, "component", [{"id": first, "members": members} for first, members in inside.items()])
    _put(writer, "in_component", [{"start": one, "end": first} for first, some in inside.items() for one in some])
    _put(writer, "match", [{"start": start, "end": end, "weight": 9} for start, end in matches])
    said = [
        {"start": start, "end": end, "verdict": "reject", "authority": "agent", "at": "2026-01-01"}
        for start, end in judged
    ]
    _put(writer, "judged", said)


@given(_parts, _pairs, _pairs, st.sets(_record, min_size=1), st.integers(1, len(RECORDS)))
def test_pieces_are_the_regions_of_each_seed(
    parts: list[int], matches: list[tuple[int, int]], judged: list[tuple[int, int]], seeds: set[int], limit: int
) -> None:
    with MemoryStore() as store, store.writing(LOCAL, Cause("record")) as writer:
        _filled(writer, parts, matches, judged)
        found = pieces(writer, seeds, limit)
        assert found.keys() == seeds
        for seed in seeds:
            alone = region(writer, [seed], limit)
            assert found[seed] == (frozenset(alone.records) if alone.complete else None)
