"""How the households that fulfil a filter are spread: by region, size, adults, identifier kinds, sources, consents."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spine.access.context import Context
from spine.explore.households import RECUT_CAP, HouseholdFilter, holds_at, households
from spine.explore.membership import checked
from spine.ports import Reader

COLUMNS = ("id", "size", "adults", "cohesion", "next_join", "region", "postcode", "namespaces", "sources", "consents")
LISTS = ("namespaces", "sources", "consents")


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many households there are in all, and per value; each list is ordered by count, numbers by value.

    Regions are counted without the filter's own region, so that its alternatives show. `truncated` where more
    households than a cap would have to be cut again at this confidence, and their sizes are those of the default.
    """

    total: int
    persons: int
    regions: tuple[tuple[str, int], ...]
    sizes: tuple[tuple[int, int], ...]
    adults: tuple[tuple[int, int], ...]
    namespaces: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    consents: tuple[tuple[str, int], ...]
    truncated: bool


def breakdown(reader: Reader, context: Context, asked: HouseholdFilter, confidence: float, default: float) -> Breakdown:
    """The spread at a confidence of the persons; reads the columns of all households once."""
    table = reader.scan("household", list(COLUMNS))
    table, truncated = _recut(reader, context, table, checked(confidence), default)
    everywhere = table.filter(_mask(table, replace(asked, region=None)))
    found = everywhere if asked.region is None else everywhere.filter(_mask(everywhere, asked))
    named = {name: _counted(pc.list_flatten(found[name])) for name in LISTS}
    return Breakdown(
        len(found),
        pc.sum(found["size"]).as_py() or 0,
        _counted(everywhere["region"]),
        tuple(sorted(_counted(found["size"]))),
        tuple(sorted(_counted(found["adults"]))),
        named["namespaces"],
        named["sources"],
        named["consents"],
        truncated,
    )


def _mask(table: pa.Table, asked: HouseholdFilter) -> Any:
    """True for the rows that fulfil the filter, as `HouseholdFilter.fits` and `fixed` say row by row."""
    mask: Any = pa.array([True] * len(table)) if len(table) else pa.array([], pa.bool_())
    for column, low, high in (
        ("size", asked.min_size, asked.max_size),
        ("adults", asked.min_adults, asked.max_adults),
    ):
        if low is not None:
            mask = pc.and_(mask, pc.greater_equal(table[column], pa.scalar(low)))
        if high is not None:
            mask = pc.and_(mask, pc.less_equal(table[column], pa.scalar(high)))
    if asked.region is not None:
        mask = pc.and_(mask, pc.equal(table["region"], pa.scalar(asked.region.strip().lower())))
    if asked.postcode_prefix:
        mask = pc.and_(mask, pc.starts_with(table["postcode"], asked.postcode_prefix.strip().lower()))
    for column in LISTS:
        for value in getattr(asked, column):
            mask = pc.and_(mask, _contains(table[column], value))
    return pc.fill_null(mask, False)


def _contains(column: Any, value: str) -> Any:
    """Which rows of a list column hold the value."""
    lists = column.combine_chunks()
    parents = pc.list_parent_indices(lists)
    held = parents.filter(pc.equal(pc.list_flatten(lists), pa.scalar(value)))
    return pc.is_in(pa.array(range(len(lists)), pa.int64()), value_set=held)


def _counted(values: Any) -> tuple[tuple[Any, int], ...]:
    counts = Counter({one["values"]: one["counts"] for one in pc.value_counts(values).to_pylist()})
    known = [(value, count) for value, count in counts.items() if value is not None]
    return tuple(sorted(known, key=lambda one: (-one[1], str(one[0]))))


def _recut(
    reader: Reader, context: Context, table: pa.Table, confidence: float, default: float
) -> tuple[pa.Table, bool]:
    """The table with sizes and adults at this confidence, and whether a cap kept some from being cut again."""
    if confidence == default or not len(table):
        return table.select(["id", "size", "adults", "region", "postcode", *LISTS]), False
    rows = table.select(["id", "size", "adults", "cohesion", "next_join"]).to_pylist()
    again = [row["id"] for row in rows if not holds_at(row, confidence, default)]
    found = {one.row["id"]: one for one in households(reader, context, again[:RECUT_CAP], confidence, default)}
    sizes = [found[row["id"]].size if row["id"] in found else row["size"] for row in rows]
    adults = [found[row["id"]].adults if row["id"] in found else row["adults"] for row in rows]
    fixed = table.select(["id", "region", "postcode", *LISTS])
    out = fixed.append_column("size", pa.array(sizes, pa.int64())).append_column("adults", pa.array(adults, pa.int64()))
    return out, len(again) > RECUT_CAP
