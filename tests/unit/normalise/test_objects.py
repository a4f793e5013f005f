"""Columns of texts become the JSON objects that DuckDB makes of them."""

from collections.abc import Sequence
from functools import cache

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise.objects import objects

NAMES = ("a", 'say "b"', "c\\d", "Überschrift")
CELLS = st.none() | st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(("", '"', "\\u001f", "\x1f{,"))
ROWS = st.lists(st.tuples(*[CELLS] * len(NAMES)), min_size=1, max_size=8)


def _columns(rows: Sequence[Sequence[str | None]]) -> list[tuple[str, "pa.Array[pa.StringScalar]"]]:
    cells = zip(*rows, strict=True)
    return [(name, pa.array(column, pa.string())) for name, column in zip(NAMES, cells, strict=True)]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _written(members: Sequence[tuple[str, str | None]]) -> str:
    """The object as DuckDB writes it."""
    asked = ", ".join(f"$n{at}, $v{at}::VARCHAR" for at in range(len(members)))
    values = {f"{part}{at}": said for at, member in enumerate(members) for part, said in zip("nv", member, strict=True)}
    found: str = _engine().execute(f"SELECT json_object({asked})::VARCHAR", values).fetchall()[0][0]
    return found


@given(ROWS)
def test_every_member_is_there(rows: list[tuple[str | None, ...]]) -> None:
    expected = [_written(list(zip(NAMES, row, strict=True))) for row in rows]
    assert objects(_columns(rows), len(rows), nulls=True).to_pylist() == expected


@given(ROWS)
def test_absent_members_are_left_out(rows: list[tuple[str | None, ...]]) -> None:
    there = [[member for member in zip(NAMES, row, strict=True) if member[1] is not None] for row in rows]
    assert objects(_columns(rows), len(rows)).to_pylist() == [_written(members) for members in there]


@pytest.mark.parametrize("nulls", [False, True])
def test_a_slice_is_taken_as_it_is(nulls: bool) -> None:
    column = pa.array(['say "so"', None, "plain"]).slice(1)
    assert objects([("a", column)], 2, nulls=nulls).to_pylist() == ['{"a":null}' if nulls else "{}", '{"a":"plain"}']


def test_without_members_objects_are_empty() -> None:
    assert objects([], 2).to_pylist() == ["{}", "{}"]
