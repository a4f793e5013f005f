"""Who is at the top of a group: now from the stored answer, at another time from the owners above, followed again."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from spine.access.context import Context
from spine.ports import Reader, Row, arrow_schema
from spine.resolution.control import controllers
from spine.resolution.organisations import stakes_of, valid_at

OWNERS_CAP = 2000
"""How many organisations above one are looked at, and how many owners of each."""


def ultimate(reader: Reader, context: Context, number: int, as_of: str | None = None) -> tuple[int, bool]:
    """The ultimate parent by control (an organisation that nobody controls is its own); and whether on a cycle.

    Without `as_of` the stored answer. With it (ISO 8601) everything above is followed again, by the same rules, along
    the edges that held then: controlling ones, and holdings of one group that make more than half. A cycle is answered
    with its smallest id.
    """
    if as_of is None:
        rows = reader.get("organisation", "id", [number])
        if rows and rows[0]["ultimate"] is not None:
            return rows[0]["ultimate"], bool(rows[0]["cycle"])
    edges = _above(reader, number)
    if not edges:
        return number, False
    table = pa.Table.from_pylist(edges, schema=arrow_schema("subsidiary_of"))
    usable = valid_at(table, as_of) if as_of is not None else table["current"].to_numpy(zero_copy_only=False)
    start, end = (table[name].to_numpy() for name in ("start", "end"))
    ids = np.unique(np.concatenate([start, end]))
    stakes = stakes_of(table, np.searchsorted(ids, start), np.searchsorted(ids, end), usable.astype(bool))
    _, top, cycle = controllers(len(ids), stakes)
    at = int(np.searchsorted(ids, number))
    return int(ids[top[at]]), bool(cycle[at])


def stored_at(reader: Reader, context: Context, records: Sequence[int]) -> dict[int, int]:
    """For each record the stored organisation that it resolves to at the default confidence, where there is one."""
    rows = reader.get("resolves_to_organisation", "start", sorted(set(records))) if records else []
    return {row["start"]: row["end"] for row in rows}


def _above(reader: Reader, number: int) -> list[Row]:
    """All ownership edges from an organisation upwards: whatever decides who controls it lies among them."""
    found: list[Row] = []
    seen, level = {number}, [number]
    while level and len(seen) < OWNERS_CAP:
        edges = reader.get("subsidiary_of", "start", level, OWNERS_CAP)
        found += edges
        level = sorted({row["end"] for row in edges} - seen)
        seen.update(level)
    return found
