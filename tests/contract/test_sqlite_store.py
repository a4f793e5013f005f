"""What only the embedded store has to promise: several processes, kills, old and damaged files."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from rows import record, row, rows

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH
from spine.errors import SchemaMismatch, SpineError, StoreBusy, StoreUnavailable
from spine.pipeline.index_state import INDEX
from spine.pipeline.resolve_report import SUMMARY
from spine.ports import Cause
from spine.stores import migration
from spine.stores.sqlite import schema
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.store import PAGE, SqliteStore

CAUSE = Cause("record")
WRITER = Path(__file__).parents[1] / "support" / "sqlite_writer.py"


@contextmanager
def writing_process(path: Path, name: str, transactions: int) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(WRITER), str(path), name, str(transactions)]
    # What has to be imported is the checkout, wherever the tests are run from.
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def acknowledged(process: "subprocess.Popen[str]") -> list[int]:
    return [int(line) for line in process.communicate()[0].splitlines()]


def check_whole(path: Path, known: set[int]) -> int:
    """How many transactions the file holds; each of them whole, and all that were acknowledged among them."""
    with closing(sqlite3.connect(path)) as probe:
        assert probe.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ids = [number for (number,) in probe.execute("SELECT id FROM record ORDER BY id")]
        positions = [number for (number,) in probe.execute("SELECT id FROM log ORDER BY id")]
        edges = [number for (number,) in probe.execute("SELECT start FROM in_component ORDER BY start")]
        indexed = [number for (number,) in probe.execute("SELECT rowid FROM record_search ORDER BY rowid")]
        size = probe.execute("SELECT coalesce(max(size), 0) FROM component").fetchone()[0]
    assert ids == positions == edges == indexed == list(range(1, len(ids) + 1))
    assert size == len(ids)
    assert known <= set(ids)
    return len(ids)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "graph.db"
    with writing_process(path, "a", 40) as first, writing_process(path, "b", 40) as second:
        known = {*acknowledged(first), *acknowledged(second)}
    assert len(known) == 80
    assert check_whole(path, known) == 80


def test_a_kill_at_any_moment_leaves_nothing_half_written(tmp_path: Path) -> None:
    path, known, chance = tmp_path / "graph.db", set[int](), random.Random(7)
    before = 0
    for round_number in range(10):
        with writing_process(path, f"r{round_number}", 100_000) as process:
            assert process.stdout is not None
            known.add(int(process.stdout.readline()))
            time.sleep(chance.uniform(0, 0.1))
            process.kill()
            known |= set(acknowledged(process))
        held = check_whole(path, known)
        assert held > before
        before = held
    with SqliteStore(path) as store, store.writing(LOCAL, CAUSE) as writer:
        assert writer.position == before + 1


def test_a_reader_is_not_disturbed_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        with store.reading(LOCAL) as reader, writing_process(path, "a", 3) as process:
            assert len(acknowledged(process)) == 3
            assert reader.count("record") == 0
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 3


def test_another_process_that_keeps_the_lock_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path, patience=0.1) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        busy = pytest.raises(StoreBusy, match=r"graph\.db: another writer holds the lock\. Try again\.")
        with busy, store.writing(LOCAL, CAUSE):
            pytest.fail("two writers at once")
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0
        other.execute("ROLLBACK")
        with store.writing(LOCAL, CAUSE) as writer:
            assert writer.position == 1


def test_an_older_file_is_brought_up_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store, store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1, given="mary")))
    with closing(sqlite3.connect(path)) as probe:
        made = probe.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY name").fetchall()
        for statement in (
            "ALTER TABLE record DROP COLUMN relations",
            "DROP TABLE household",
            "DROP INDEX person_stage",
            *(f"CREATE INDEX {table}_{column} ON {table} ({column})" for table, column in migration.UNASKED),
            "DROP TRIGGER record_search_update",
            "PRAGMA user_version = 0",
        ):
            probe.execute(statement)
    with SqliteStore(path) as store:
        with store.reading(LOCAL) as reader:
            assert reader.select("record") == [record(1, given="mary")]
            assert reader.count("household") == 0
        with store.writing(LOCAL, CAUSE) as writer:
            writer.put("record", rows("record", {**record(1, given="anne"), "relations": "[]"}))
            assert [number for number, _ in writer.search("anne")] == [1]
    with closing(sqlite3.connect(path)) as probe:
        assert probe.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY name").fetchall() == made
        assert probe.execute("PRAGMA user_version").fetchone() == (migration.SCHEMA_VERSION,)


def test_pages_of_an_older_file_stay_as_they_are(tmp_path: Path) -> None:
    sizes = []
    for page in (4096, None):
        path = tmp_path / f"{page}.db"
        if page:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(f"PRAGMA page_size = {page}")
                connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                connection.execute("VACUUM")
        for _ in range(2):
            with SqliteStore(path) as store:
                with store.writing(LOCAL, CAUSE) as writer:
                    writer.put("record", rows("record", record(1)))
                sizes.append(store._writer.run("PRAGMA page_size")[0][0])
    assert sizes == [4096, 4096, PAGE, PAGE]


def test_consents_of_an_older_file_permit_nobody_until_they_are_worked_out_anew(tmp_path: Path) -> None:
    assert migration.RESOLVED == (SUMMARY, INDEX)
    path = tmp_path / "graph.db"
    kept = [row("document", id=name, kind="summary", body="{}") for name in (*migration.RESOLVED, "mapping:crm")]
    with SqliteStore(path) as store, store.writing(LOCAL, CAUSE) as writer:
        writer.put("person", rows("person", row("person", id=1, consents=["news"])))
        writer.put("household", rows("household", row("household", id=1, size=2)))
        writer.put("document", rows("document", *kept))
    with closing(sqlite3.connect(path)) as probe:
        for statement in (
            "ALTER TABLE household ADD COLUMN consents TEXT",
            "ALTER TABLE household ADD COLUMN next_join REAL",
            "PRAGMA user_version = 3",
        ):
            probe.execute(statement)
    with SqliteStore(path) as store, store.reading(LOCAL) as reader:
        assert [each["consents"] for each in reader.select("person")] == [[]]
        assert [each["size"] for each in reader.select("household")] == [2]
        assert [each["id"] for each in reader.select("document")] == ["mapping:crm"]
    with closing(sqlite3.connect(path)) as probe:
        assert {"consents", "next_join"}.isdisjoint(each[1] for each in probe.execute("PRAGMA table_info(household)"))


def test_steps_run_once_in_order_and_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.db"
    SqliteStore(path).close()

    def note(word: str) -> Callable[[Connection], None]:
        return lambda connection: void(connection.run("INSERT INTO document (id, body) VALUES (?, ?)", (word, word)))

    def fail(connection: Connection) -> None:
        raise ZeroDivisionError

    today = migration.SCHEMA_VERSION
    steps = {number: note(f"step {number:03}") for number in range(today + 3)} | {today + 3: fail}
    monkeypatch.setattr(schema, "STEPS", steps)
    monkeypatch.setattr(migration, "SCHEMA_VERSION", today + 3)
    with pytest.raises(ZeroDivisionError):
        SqliteStore(path)
    with closing(sqlite3.connect(path)) as probe:
        assert probe.execute("SELECT count(*) FROM document").fetchone() == (0,)
    monkeypatch.setattr(migration, "SCHEMA_VERSION", today + 2)
    for _ in range(2):
        with SqliteStore(path) as store, store.reading(LOCAL) as reader:
            assert [each["id"] for each in reader.select("document")] == [
                f"step {today + 1:03}",
                f"step {today + 2:03}",
            ]


def void(_: object) -> None:
    return None


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as probe:
        probe.execute(f"PRAGMA user_version = {migration.SCHEMA_VERSION + 1}")


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as probe:
        probe.execute("CREATE TABLE theirs (a)")


def text(path: Path) -> None:
    path.write_text("no database at all, but long enough to look at. " * 200)


UNUSABLE: dict[str, tuple[Callable[[Path], object], type[SpineError], str]] = {
    "newer": (
        newer,
        SchemaMismatch,
        r"has schema version \d; this version of the product knows \d\. Upgrade the product",
    ),
    "foreign": (foreign, StoreUnavailable, "is the database of another program. Name another file"),
    "text": (text, StoreUnavailable, "file is not a database. Name another file: this one is not an SQLite database"),
    "folder": (Path.mkdir, StoreUnavailable, "unable to open database file. Check that the folder exists"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_used_is_left_alone(tmp_path: Path, name: str) -> None:
    prepare, error, message = UNUSABLE[name]
    path = tmp_path / "graph.db"
    prepare(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(error, match=message):
        SqliteStore(path)
    assert not path.is_file() or path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"file can't be made: .*\. Name a folder that you may write"):
        SqliteStore(tmp_path / "file" / "graph.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    SqliteStore(path).close()
    path.chmod(0o400)
    with pytest.raises(StoreUnavailable, match="Give the user of this process the right to write"):
        SqliteStore(path)


def test_a_full_disk_undoes_the_transaction(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        # SQLite answers alike where the file may not grow beyond this many pages, and where the disk is full.
        store._writer.run("PRAGMA max_page_count = 400")
        wide = rows("document", *(row("document", id=str(number), body="x" * 5_000) for number in range(500)))
        full = pytest.raises(StoreUnavailable, match=r"disk is full\. Free space on the disk, then try again")
        with full, store.writing(LOCAL, CAUSE) as writer:
            writer.put("document", wide)
        with store.writing(LOCAL, CAUSE) as writer:
            assert writer.position == 1
            writer.put("document", rows("document", row("document", id="a")))
            assert writer.count("document") == 1


def test_a_damaged_file_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store, store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", *(record(number, given="x" * 50) for number in range(1, 500))))
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (path.stat().st_size - 8192))
    damaged = pytest.raises(StoreUnavailable, match="The file is damaged: restore a backup")
    with damaged, SqliteStore(path) as store, store.reading(LOCAL) as reader:
        reader.scan("record")


def test_one_connection_serves_reader_after_reader(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        for _ in range(50):
            with store.reading(LOCAL) as reader:
                reader.count("record")
        (connection,) = store._readers
        with pytest.raises(StoreUnavailable, match="attempt to write a readonly database"):
            connection.run("DELETE FROM record")


def test_a_lookup_uses_an_index(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        for table in GRAPH.values():
            for column in table.columns:
                if column.indexed:
                    plan = store._writer.run(
                        f'EXPLAIN QUERY PLAN SELECT * FROM "{table.name}" WHERE "{column.name}" = 1'
                    )
                    assert all("SEARCH" in str(step[-1]) for step in plan), (table.name, column.name, plan)
