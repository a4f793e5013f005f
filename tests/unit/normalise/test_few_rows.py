"""A table of few rows answers what the table of the same rows answers."""

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise.few_rows import FewRows, listed
from spine.normalise.pressed import pieces, whole

SCHEMA = pa.schema([("row", pa.int64()), ("said", pa.string()), ("proved", pa.bool_())])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"row": st.integers(0, 9)}, optional={"said": st.none() | st.text(max_size=3), "proved": st.booleans()}
    ),
    max_size=6,
)


@given(ROWS, ROWS, st.data())
def test_it_is_the_table_of_its_rows(
    rows: list[dict[str, Any]], more: list[dict[str, Any]], data: st.DataObject
) -> None:
    few, table = FewRows(SCHEMA, rows), pa.Table.from_pylist(rows, schema=SCHEMA)
    assert (few.num_rows, len(few), few.column_names) == (table.num_rows, len(table), table.column_names)
    assert whole(few).equals(table)
    assert all(few[name].equals(table[name]) and listed(few, name) == listed(table, name) for name in SCHEMA.names)
    some = ["said", "row"]
    assert few.select(some).equals(table.select(some))
    assert pa.concat_tables(pieces(few, some)).equals(table.select(some))
    mask = pa.array([data.draw(st.booleans()) for _ in rows], pa.bool_())
    assert few.filter(mask).equals(table.filter(mask))
    places = pa.array(data.draw(st.lists(st.integers(0, len(rows) - 1))) if rows else [], pa.int64())
    assert whole(few.take(places)).equals(table.take(places))
    below = pa.Table.from_pylist(more, schema=SCHEMA)
    assert whole(few.followed_by(below)).equals(pa.concat_tables([table, below]).combine_chunks())
