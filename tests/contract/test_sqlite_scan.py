"""Columns read as blobs are the rows that are there, whatever they hold."""

import json
import sqlite3
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH
from spine.ports import Cause, arrow_schema
from spine.stores.sqlite import packed
from spine.stores.sqlite.store import SqliteStore
from spine.stores.sqlite.values import to_sqlite

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.just("a,b\x00\n\x1f")
NUMBERS = st.integers(-(2**63), 2**63 - 1)
RECORDS = st.dictionaries(
    NUMBERS, st.fixed_dictionaries({"source": TEXTS, "raw": TEXTS, "live": st.none() | st.booleans()}), max_size=12
)


@given(RECORDS, st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_a_scan_answers_what_was_put(records: dict[int, dict[str, object]], piece: int) -> None:
    rows = [{"id": number, **said, "key": f"k{number}"} for number, said in sorted(records.items())]
    ends = [{"start": row["id"], "end": row["id"]} for row in rows]
    with (
        tempfile.TemporaryDirectory() as folder,
        SqliteStore(Path(folder) / "graph.db") as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(packed, "_PIECE", piece)
        wanted = pa.Table.from_pylist(rows, schema=arrow_schema("record"))
        judged = pa.table({"start": [1, 1, 2], "end": [2, 2, 3], "authority": ["a", "b", "a"], "at": ["x", "x", "y"]})
        with store.writing(LOCAL, Cause("record")) as writer:
            if rows:
                writer.put("record", wanted.set_column(0, "id", pa.array([row["id"] for row in rows], pa.int64())))
                writer.put("component", pa.table({"id": [row["id"] for row in rows]}))
                writer.put("in_component", pa.Table.from_pylist(ends, schema=arrow_schema("in_component")))
            if {1, 2, 3} <= records.keys():
                writer.put("judged", judged)
        with store.reading(LOCAL) as reader:
            assert reader.scan("record").to_pylist() == wanted.to_pylist()
            assert reader.scan("record", ["raw"]).to_pylist() == [{"raw": row["raw"]} for row in rows]
            assert reader.scan("record", ["live", "id"]).schema == pa.schema([("live", pa.bool_()), ("id", pa.int64())])
            assert reader.scan("in_component").to_pylist() == ends
            assert reader.scan("component", ["size"])["size"].null_count == len(rows)


def test_texts_too_long_for_one_value_come_in_smaller_pieces(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        with store.writing(LOCAL, Cause("record")) as writer:
            writer.put("record", pa.table({"id": [1, 2, 3], "key": ["a", "b", "c"], "raw": ["x" * 600] * 3}))
        with store.reading(LOCAL) as reader:
            reader._connection._driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1500)  # type: ignore[attr-defined]
            assert reader.scan("record", ["id", "raw"]).to_pylist() == [{"id": n, "raw": "x" * 600} for n in (1, 2, 3)]
            assert [rows.num_rows for rows in reader.pieces("record", ["raw"])] == [0, 2, 1]


def test_all_but_lists_of_texts_are_packed() -> None:
    kinds = {name: packed.can_pack(table, table.names) for name, table in GRAPH.items()}
    assert all(kinds[name] for name in ("carries", "record", "identifier", "event", "match"))
    assert not any(kinds[name] for name in ("component", "person"))
    assert packed.can_pack(GRAPH["component"], ["kind", "members", "value"])


PIECES = st.lists(
    st.tuples(
        st.none() | st.lists(NUMBERS, max_size=4),
        st.none() | st.binary(max_size=9),
        st.none() | st.floats(allow_nan=False),
    ),
    max_size=12,
)


@given(PIECES, st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_lists_bytes_and_fractions_are_answered_as_they_were_put(
    rows: list[tuple[list[int] | None, bytes | None, float | None]], piece: int
) -> None:
    wanted = [
        {"id": number, "members": members, "value": value, "cohesion": cohesion}
        for number, (members, value, cohesion) in enumerate(rows)
    ]
    schema = pa.schema([arrow_schema("component").field(name) for name in ("id", "members", "value")])
    people = pa.table(
        {"id": [row["id"] for row in wanted], "cohesion": pa.array([row["cohesion"] for row in wanted], pa.float64())}
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        SqliteStore(Path(folder) / "graph.db") as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(packed, "_PIECE", piece)
        with store.writing(LOCAL, Cause("record")) as writer:
            if wanted:
                writer.put("component", pa.Table.from_pylist(wanted, schema=schema))
                writer.put("person", people)
        with store.reading(LOCAL) as reader:
            got = reader.scan("component", ["id", "members", "value"])
            assert got.to_pylist() == [{name: row[name] for name in got.column_names} for row in wanted]
            assert reader.scan("person", ["cohesion"]).to_pylist() == [{"cohesion": row["cohesion"]} for row in wanted]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
LISTS = st.lists(
    st.tuples(
        st.none() | st.lists(NUMBERS, max_size=3),
        st.none() | st.lists(WORDS, max_size=3),
    ),
    max_size=8,
)


@given(LISTS)
@settings(max_examples=100, deadline=None)
def test_lists_are_written_as_json_writes_them(lists: list[tuple[list[int] | None, list[str] | None]]) -> None:
    table = pa.table(
        {
            "numbers": pa.array([one for one, _ in lists], pa.list_(pa.int64())),
            "texts": pa.array([other for _, other in lists], pa.list_(pa.string())),
        }
    )
    half = len(lists) // 2
    parted = pa.concat_tables([table.slice(0, half), table.slice(half)])

    def written(value: object) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    assert list(to_sqlite(parted)) == [(written(one), written(other)) for one, other in lists]
