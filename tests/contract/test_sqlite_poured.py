"""Rows poured into SQLite as whole columns are the rows that binding value by value would have put there."""

import math
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH
from spine.errors import StoreError
from spine.ports import Cause, arrow_schema
from spine.stores.sqlite import poured
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.store import SqliteStore
from spine.stores.sqlite.values import to_sqlite

WHOLE = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["", "\x00", " a ", "1", "née\x00"]
)
COINS = st.integers(-(10**9), 10**9).map(lambda number: number / 100)
CHANCES = st.floats(0.25, 1.0)
KINDS: dict[str, tuple[Any, Any]] = {
    "whole": (pa.int64(), WHOLE),
    "truth": (pa.bool_(), st.booleans()),
    "text": (pa.string(), TEXT),
    "wide": (pa.string(), st.text("ab", min_size=3, max_size=3)),
    "blob": (pa.binary(), st.binary(max_size=5)),
    "coins": (pa.float64(), COINS),
    "chances": (pa.float64(), CHANCES),
    "wholes": (pa.list_(pa.int64()), st.lists(WHOLE, max_size=3)),
    "texts": (pa.list_(pa.string()), st.lists(TEXT, max_size=3)),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, (_, values) in KINDS.items()}), max_size=12)
SCHEMA = pa.schema([("id", pa.int64()), *((name, kind) for name, (kind, _) in KINDS.items())])
CREATE = f"CREATE TABLE {{}} ({', '.join(f'{name}' for name in SCHEMA.names)})"


def _stored(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(f"{name}, typeof({name})" for name in SCHEMA.names)
    return connection.run(f"SELECT {columns} FROM {table} ORDER BY rowid")


@given(ROWS, st.integers(1, 5), st.integers(0, 3), st.integers(0, 5), st.integers(1, 3), st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_is_poured_is_what_would_have_been_bound(
    rows: list[dict[str, Any]], piece: int, cut: int, few: int, sample: int, alike: bool
) -> None:
    # What several columns hold alike is cut once.
    rows = [{**row, "wide": row["text"]} for row in rows] if alike else rows
    numbered = [{"id": 7 - place, **row} for place, row in enumerate(rows)]
    table = pa.Table.from_pylist(numbered, schema=SCHEMA).slice(cut)
    assert poured.can_pour(table)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(poured, "_PIECE", piece)
        # Of few different texts each is bound once, of more all of them end to end.
        patch.setattr(poured, "_FEW", few)
        patch.setattr(poured, "_SAMPLE", sample)
        connection = Connection(Path(folder) / "x.db", 1.0)
        for name in ("poured", "bound"):
            connection.run(CREATE.format(name))
        poured.pour(connection, "poured", table)
        marks = ", ".join("?" * len(SCHEMA.names))
        connection.change_many(f"INSERT INTO bound VALUES ({marks})", to_sqlite(table))
        assert _stored(connection, "poured") == _stored(connection, "bound")
        connection.close()


def test_texts_that_columns_share_are_cut_once_and_fractions_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poured, "_FEW", 1)
    days, zeros = pa.array(["2025-01-01", "2025-01-02", None]), pa.array([0.0, -0.0, 1.5])
    values, again = poured._Binding().columns([days, zeros, pa.array(days.to_pylist()), pa.array([0.0, 0.0, 1.5])])
    assert values[0] == values[2] == "each.again0"
    assert list(again.values()) == ["again0"]
    assert values[1] != values[3]


@given(st.lists(st.none() | st.floats(allow_nan=False) | CHANCES | COINS, min_size=1, max_size=5))
@settings(max_examples=500, deadline=None)
def test_fractions_are_poured_only_where_none_loses_a_bit(fractions: list[float | None]) -> None:
    found = poured._ratio(pa.array(fractions, pa.float64()))
    assume(found is not None)
    assert found is not None
    over, under = found
    with sqlite3.connect(":memory:") as connection:
        divided = [connection.execute("SELECT ? / ?", (number, under)).fetchone()[0] for number in over.tolist()]
    assert divided == [fraction or 0.0 for fraction in fractions]


@pytest.mark.parametrize("awkward", [[1e-300, 1.0], [1e245, 1e-97], [math.inf], [1 / 3, 1e6 / 7, 1e-9]])
def test_awkward_fractions_go_one_by_one_and_come_back(awkward: list[float], tmp_path: Path) -> None:
    rows = 300
    values = np.resize(np.array(awkward), rows)
    table = pa.table({"id": np.arange(rows), "value": values, "source": ["s"] * rows})
    assert not poured.can_pour(table)
    with SqliteStore(tmp_path / "graph.db") as store:
        with store.writing(LOCAL, Cause("record")) as writer:
            writer.put("event", table)
        with store.reading(LOCAL) as reader:
            assert reader.scan("event", ["value"])["value"].to_pylist() == values.tolist()


def test_a_piece_with_much_in_it_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poured, "_LARGEST", 1_000)
    rows = pa.table({"id": np.arange(100), "raw": ["x" * 100] * 99 + ["y" * 5_000]})
    pieces = list(poured._pieces(rows, 64))
    assert pa.concat_tables(pieces).to_pylist() == rows.to_pylist()
    assert max(piece.nbytes for piece in pieces) < 6_000


def test_every_table_numbered_by_whole_numbers_can_be_poured() -> None:
    for name, table in GRAPH.items():
        assert poured.can_pour(arrow_schema(name).empty_table()) == (table.columns[0].type == "int")


def test_a_value_that_is_held_already_is_refused_as_one_by_one(tmp_path: Path) -> None:
    rows = pa.table({"id": np.arange(300), "key": ["same"] * 300})
    with (
        SqliteStore(tmp_path / "graph.db") as store,
        pytest.raises(StoreError, match="already held"),
        store.writing(LOCAL, Cause("record")) as writer,
    ):
        writer.put("record", rows)
