"""Rows that are put in order piece by piece are those that are put in order at once."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.graph import GRAPH
from spine.ports import arrow_schema
from spine.stores.shape import aligned, aligned_pieces

EDGE = GRAPH["related_to"]
ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 3), st.sampled_from(["a", "b"]), st.floats(0, 1)), max_size=9
)


def _table(rows: list[tuple[int, int, str, float]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [(), (), (), ()]
    schema = pa.schema([arrow_schema(EDGE.name).field(name) for name in ("start", "end", "kind", "weight")])
    return pa.table([list(column) for column in columns], schema=schema)


@given(st.lists(st.tuples(ROWS, st.booleans()), min_size=1, max_size=5), st.integers(1, 4))
def test_pieces_are_the_whole(parts: list[tuple[list[tuple[int, int, str, float]], bool]], size: int) -> None:
    # Parts that stand in key order are put together as they are, others sorted first; keys may come again.
    tables = [_table(sorted({row[:3]: row for row in rows}.values()) if ordered else rows) for rows, ordered in parts]
    rows = pa.concat_tables(tables)
    pieces = list(aligned_pieces(EDGE, rows, size))
    assert pa.concat_tables(pieces).to_pylist() == aligned(EDGE, rows).to_pylist()


def test_pieces_are_about_as_long_as_asked_for() -> None:
    runs = [pa.table({"start": range(first, 1000, 2), "end": [0] * 500, "kind": ["a"] * 500}) for first in (0, 1)]
    sizes = [piece.num_rows for piece in aligned_pieces(EDGE, pa.concat_tables(runs), 100)]
    assert sum(sizes) == 1000
    assert max(sizes) <= 200
