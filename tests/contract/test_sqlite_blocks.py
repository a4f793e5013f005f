"""Blocks never show: whatever is put and removed, a scan answers the rows that are there, and what went is in none."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH
from spine.ports import Cause, Row, arrow_schema
from spine.stores.sqlite import blocks
from spine.stores.sqlite.store import SqliteStore
from spine.stores.sqlite.writer import SqliteWriter

IDS = st.integers(1, 12)
NODES = st.sampled_from(["record", "identifier"])
CAUSES = st.sampled_from(["record", "resolve"])


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Blocks of a few rows, from few rows on, of which few may be noted."""
    with pytest.MonkeyPatch.context() as patch:
        for name, size in {"FEW": 3, "_ROWS": 4, "WORTH": 5, "_STALE": 4, "_MOST_GONE": 3}.items():
            patch.setattr(blocks, name, size)
        for name in ("_FEW", "_SOME"):
            patch.setattr(f"spine.stores.sqlite.writer.{name}", 2)
        yield


class Blocked(RuleBasedStateMachine):
    """A store beside dictionaries of what it should hold."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = SqliteStore(Path(self.folder.name) / "graph.db")
        self.held: dict[str, dict[tuple[int, ...], Row]] = {name: {} for name in blocks.COLUMNS}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def _put(self, writer: SqliteWriter, table: str, rows: list[Row]) -> None:
        writer.put(table, pa.Table.from_pylist(rows, schema=arrow_schema(table)))
        for row in rows:
            whole = {name: row.get(name) for name in GRAPH[table].names}
            self.held[table][tuple(row[name] for name in GRAPH[table].key)] = whole

    def _remove(self, writer: SqliteWriter, table: str, keys: list[tuple[int, ...]]) -> None:
        names = GRAPH[table].key
        writer.delete(table, pa.Table.from_pylist([dict(zip(names, key, strict=True)) for key in keys]))
        for key in keys:
            self.held[table].pop(key, None)
        end = {"record": 0, "identifier": 1}.get(table)
        if end is not None:
            gone = {key[0] for key in keys}
            for key in [key for key in self.held["carries"] if key[end] in gone]:
                del self.held["carries"][key]

    @rule(data=st.data(), cause=CAUSES, commits=st.booleans())
    def write(self, data: st.DataObject, cause: str, commits: bool) -> None:
        before = {name: dict(rows) for name, rows in self.held.items()}
        try:
            with self.store.writing(LOCAL, Cause(cause)) as writer:
                assert isinstance(writer, SqliteWriter)
                for deed in data.draw(st.lists(st.sampled_from(["nodes", "edges", "some_less", "scan"]), max_size=4)):
                    getattr(self, f"_{deed}")(writer, data)
                if not commits:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            self.held = before

    def _nodes(self, writer: SqliteWriter, data: st.DataObject) -> None:
        table, numbers, text = (
            data.draw(NODES),
            data.draw(st.sets(IDS, min_size=1)),
            data.draw(st.text("abc", max_size=2)),
        )
        column = "fields" if table == "record" else "value"
        rows: list[Row] = [{"id": one, column: text} for one in sorted(numbers)]
        if table == "record":
            rows = [{**row, column: f'{{"given": "{text}"}}', "key": f"k{row['id']}", "live": True} for row in rows]
        self._put(writer, table, rows)

    def _edges(self, writer: SqliteWriter, data: st.DataObject) -> None:
        starts, ends = ([key[0] for key in self.held[name]] for name in ("record", "identifier"))
        if starts and ends:
            pairs = data.draw(
                st.sets(st.tuples(st.sampled_from(starts), st.sampled_from(ends)), min_size=1, max_size=9)
            )
            seen = data.draw(st.sampled_from([None, "2020", "2021"]))
            self._put(writer, "carries", [{"start": a, "end": b, "last_seen": seen} for a, b in sorted(pairs)])

    def _some_less(self, writer: SqliteWriter, data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(list(self.held)))
        if self.held[table]:
            self._remove(
                writer, table, data.draw(st.lists(st.sampled_from(sorted(self.held[table])), min_size=1, max_size=5))
            )

    def _scan(self, writer: SqliteWriter, data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(list(self.held)))
        assert writer.scan(table, blocks.COLUMNS[table]).to_pylist() == self._wanted(table)

    def _wanted(self, table: str) -> list[Row]:
        return [{name: row[name] for name in blocks.COLUMNS[table]} for _, row in sorted(self.held[table].items())]

    @invariant()
    def scans_answer_what_is_there(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading(LOCAL) as reader:
            for table in self.held:
                assert reader.scan(table, blocks.COLUMNS[table]).to_pylist() == self._wanted(table)
        with closing(sqlite3.connect(self.store.url.removeprefix("sqlite:"))) as connection:
            for name, body in connection.execute('SELECT "table", body FROM block').fetchall():
                rows = pa.ipc.open_stream(body).read_all().to_pylist()
                keys = {tuple(row[column] for column in GRAPH[name].key) for row in rows}
                assert keys <= self.held[name].keys(), "what was removed is in no block"


TestBlocked = Blocked.TestCase
TestBlocked.settings = settings(max_examples=60, stateful_step_count=6, deadline=None)
