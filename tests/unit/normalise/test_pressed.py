"""A compressed table answers what the table itself would."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise.columns import one_array
from spine.normalise.pressed import Pressed, whole

SCHEMA = pa.schema([("text", pa.string()), ("few", pa.string()), ("number", pa.int64()), ("said", pa.bool_())])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.none() | st.text(max_size=5),
            "few": st.none() | st.sampled_from(["", "a", "b"]),
            "number": st.none() | st.integers(-(2**63), 2**63 - 1),
            "said": st.none() | st.booleans(),
        }
    ),
    max_size=8,
)
PARTS = st.lists(ROWS, max_size=4)


def _tables(parts: list[list[dict[str, object]]]) -> list[pa.Table]:
    return [pa.Table.from_pylist(rows, schema=SCHEMA) for rows in parts]


@given(PARTS, ROWS)
def test_columns_come_back_as_they_were(parts: list[list[dict[str, object]]], more: list[dict[str, object]]) -> None:
    tables = _tables(parts)
    wanted = pa.concat_tables([SCHEMA.empty_table(), *tables])
    pressed = Pressed.of(tables, SCHEMA)
    assert (len(pressed), pressed.column_names) == (wanted.num_rows, wanted.column_names)
    assert whole(pressed).equals(wanted)
    assert whole(Pressed.joined((Pressed.of([table], SCHEMA) for table in tables), SCHEMA)).equals(wanted)
    assert pressed["few"].equals(wanted["few"])
    assert pressed.select(["number", "text"]).equals(wanted.select(["number", "text"]))
    (last,) = _tables([more])
    assert whole(pressed.followed_by(last)).equals(pa.concat_tables([wanted, last]))
    assert whole(wanted) is wanted


@given(PARTS, ROWS, st.data())
def test_rows_are_taken_and_left_out(
    parts: list[list[dict[str, object]]], more: list[dict[str, object]], data: st.DataObject
) -> None:
    tables = _tables(parts)
    wanted, pressed = pa.concat_tables([SCHEMA.empty_table(), *tables]), Pressed.of(tables, SCHEMA)
    marked = pa.array(data.draw(st.lists(st.booleans(), min_size=len(pressed), max_size=len(pressed))), pa.bool_())
    assert pressed.filter(marked).equals(wanted.filter(marked))
    places = st.lists(st.integers(0, len(pressed) - 1), max_size=5) if len(pressed) else st.just([])
    some = pa.array(np.array(data.draw(places), np.int64))
    taken = pressed.take(some)
    assert len(taken) == len(some)
    assert whole(taken).equals(wanted.take(some))
    (last,) = _tables([more])
    assert whole(taken.followed_by(last)).to_pylist() == [*wanted.take(some).to_pylist(), *last.to_pylist()]
    again = pa.array(np.arange(len(some))[::-1])
    assert one_array(taken.take(again)["number"]).equals(one_array(wanted.take(some).take(again)["number"]))
