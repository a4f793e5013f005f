"""What a record keeps of its attributes and fields is the JSON that a JSON library writes."""

import json

import duckdb
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spine.pipeline.preparing import _object

TEXTS = (
    st.none()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(['"', "\\", "a\n", "\x00"])
)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=10))
@example([(None, None)])
@example([('say "x"', "é'\x1f\x7f"), ("plain", None)])
@settings(max_examples=60, deadline=None)
def test_an_object_holds_the_texts_that_are_there(rows: list[tuple[str | None, str | None]]) -> None:
    columns = {"given_name": [one for one, _ in rows], "city": [other for _, other in rows]}
    texts = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    with duckdb.connect() as connection:
        connection.register("texts", texts)
        found = [text for (text,) in connection.sql(f"SELECT {_object(texts)} FROM texts").fetchall()]
        merged = connection.sql("SELECT json_merge_patch('{}', to_json(texts))::VARCHAR FROM texts").fetchall()
    expected = [{k: v for k, v in zip(columns, row, strict=True) if v is not None} for row in rows]
    assert [json.loads(text) for text in found] == expected
    assert found == [text for (text,) in merged]
