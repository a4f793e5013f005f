"""What only the Neo4j store has to promise: time-outs, migrations, other processes."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pytest
from neo4j import Driver, GraphDatabase
from rows import record, row, rows

from spine.access.context import LOCAL, SERVED
from spine.bootstrap import open_store
from spine.domain.graph import GRAPH
from spine.errors import BadStoreUrl, SchemaMismatch, SpineError, StoreBusy, StoreUnavailable, TooExpensive
from spine.ports import Cause, Difference
from spine.settings import Settings
from spine.stores import migration
from spine.stores.neo4j_bolt import schema
from spine.stores.neo4j_bolt.store import BoltStore

CAUSE = Cause("record")
pytestmark = pytest.mark.neo4j


@contextmanager
def raw(url: str, settings: Settings) -> Iterator[Driver]:
    with GraphDatabase.driver(url, auth=(settings.neo4j_user, settings.neo4j_password)) as driver:
        yield driver


def bolt_store(url: str, settings: Settings, **options: float) -> BoltStore:
    return BoltStore(url, settings.neo4j_user, settings.neo4j_password, **options)  # type: ignore[arg-type]


def test_a_question_that_takes_too_long_is_ended(clean_neo4j_url: str, settings: Settings) -> None:
    with bolt_store(clean_neo4j_url, settings, read_seconds=1.0) as store:
        slow = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN sum(a * b % 7)"
        late = pytest.raises(TooExpensive, match=r"took longer than the time-out\. Ask for less at once\.")
        with late, store.reading(SERVED) as reader:
            reader._cypher.run(slow)  # type: ignore[attr-defined]
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0


def test_whoever_is_patient_may_take_longer(clean_neo4j_url: str, settings: Settings) -> None:
    with bolt_store(clean_neo4j_url, settings, read_seconds=0.5) as store:
        counting = "UNWIND range(1, 1000000) AS b RETURN sum(a * b % 7) AS s"
        some = f"UNWIND range(1, 20) AS a CALL (a) {{ {counting} }} RETURN sum(s)"
        with pytest.raises(TooExpensive), store.reading(SERVED) as reader:
            reader._cypher.run(some)  # type: ignore[attr-defined]
        with store.reading(LOCAL) as reader:
            assert reader._cypher.run(some)  # type: ignore[attr-defined]


def test_a_reader_can_not_write(clean_neo4j_url: str, settings: Settings) -> None:
    with bolt_store(clean_neo4j_url, settings) as store:
        with pytest.raises(SpineError, match=r"not allowed|access mode"), store.reading(LOCAL) as reader:
            reader._cypher.run("CREATE (n:Record {id: 1})")  # type: ignore[attr-defined]
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0


def test_another_process_that_keeps_the_lock_is_told_of(clean_neo4j_url: str, settings: Settings) -> None:
    with (
        bolt_store(clean_neo4j_url, settings, patience=1.0) as store,
        raw(clean_neo4j_url, settings) as driver,
        driver.session() as session,
    ):
        with session.begin_transaction() as held:
            held.run("MATCH (m:SpineMeta {id: 'store'}) SET m.locked = -1").consume()
            busy = pytest.raises(StoreBusy, match=r"another writer has held the lock for 1 seconds\. Try again\.")
            with busy, store.writing(LOCAL, CAUSE):
                pytest.fail("two writers at once")
            with store.reading(LOCAL) as reader:
                assert reader.count("record") == 0
        with store.writing(LOCAL, CAUSE) as writer:
            assert writer.position == 1


def test_writers_of_two_stores_are_serial(clean_neo4j_url: str, settings: Settings) -> None:
    def write(name: str) -> None:
        # A database named in one URL and not in the other: the threads share no lock of this process.
        # How long one waits for the other is not what is tried here: the machine may do other things too.
        with bolt_store(f"{clean_neo4j_url}{'/neo4j' if name == 'a' else ''}", settings, patience=60.0) as store:
            for number in range(8):
                with store.writing(LOCAL, CAUSE) as writer:
                    identity = int(writer.sequence([f"{name}/{number}"])[0])
                    writer.put("record", rows("record", {**record(identity), "key": f"{name}/{number}"}))

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with bolt_store(clean_neo4j_url, settings) as store, store.reading(LOCAL) as reader:
        assert reader.scan("record", ["id"])["id"].to_pylist() == list(range(1, 17))
        assert reader.scan("log", ["id"])["id"].to_pylist() == list(range(1, 17))
        assert len(set(reader.scan("record", ["key"])["key"].to_pylist())) == 16


def test_indexes_that_nothing_asks_are_gone_from_an_older_database(clean_neo4j_url: str, settings: Settings) -> None:
    bolt_store(clean_neo4j_url, settings).close()
    with raw(clean_neo4j_url, settings) as driver, driver.session() as session:
        session.run("CREATE INDEX spine_record_source FOR (n:Record) ON (n.source)").consume()
        session.run("MERGE (m:SpineMeta {id: 'store'}) SET m.version = 5").consume()
        bolt_store(clean_neo4j_url, settings).close()
        names = session.run("SHOW INDEXES YIELD name RETURN name").value()
    assert "spine_record_source" not in names
    assert "spine_record_key" in names


def test_an_older_database_is_brought_up_and_a_newer_one_refused(
    clean_neo4j_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bolt_store(clean_neo4j_url, settings) as store, store.writing(LOCAL, CAUSE) as writer:
        writer.put("person", rows("person", row("person", id=1, stage="known")))
    with raw(clean_neo4j_url, settings) as driver, driver.session() as session:
        session.run("DROP INDEX spine_person_stage").consume()
        session.run("MATCH (m:SpineMeta) SET m.version = 0").consume()
        steps: list[int] = []
        today = migration.SCHEMA_VERSION
        numbers = range(today + 2)
        monkeypatch.setattr(schema, "STEPS", {number: lambda *_, n=number: steps.append(n) for number in numbers})
        bolt_store(clean_neo4j_url, settings).close()
        assert steps == [*range(1, today + 1)]
        names = session.run("SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name").value()
        wanted = {
            f"spine_{table.name}_{column.name}"
            for table in GRAPH.values()
            for column in table.columns
            if column.indexed and not table.is_edge
        }
        assert wanted <= set(names)
        monkeypatch.setattr(migration, "SCHEMA_VERSION", 0)
        with pytest.raises(
            SchemaMismatch, match=rf"has schema version {today}; this version .* knows 0\. Upgrade the product"
        ):
            bolt_store(clean_neo4j_url, settings)


def test_no_server_is_told_of() -> None:
    with pytest.raises(StoreUnavailable, match=r"bolt://127\.0\.0\.1:1 can't be reached\. Start Neo4j, or check host"):
        open_store("bolt://127.0.0.1:1", Settings())


def test_a_url_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadStoreUrl, match="may not carry a user or password") as caught:
        open_store("bolt://neo4j:secret@127.0.0.1:1", Settings())
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_told_of(neo4j_url: str, settings: Settings) -> None:
    with pytest.raises(StoreUnavailable, match=r"there is no such database\. Name one that exists, or none\."):
        open_store(f"{neo4j_url}/elsewhere", settings)


def test_a_table_replaced_by_itself_is_not_read(clean_neo4j_url: str, settings: Settings) -> None:
    table = rows("person", *(row("person", id=number, flags=[], name="x" * (number % 3)) for number in range(50)))
    edge = rows("related_to", row("related_to", start=1, end=2, kind="family"))
    changed = rows("person", row("person", id=7, name="other"))
    with bolt_store(clean_neo4j_url, settings) as store:
        for change in ("nothing", "put", "delete", "edges"):
            with store.writing(LOCAL, CAUSE) as writer:
                writer.replace("person", table)
                writer.replace("related_to", edge)
            with store.writing(LOCAL, CAUSE) as writer:
                if change == "put":
                    writer.put("person", changed)
                if change == "delete":
                    writer.delete("person", table.slice(3, 1))
                if change == "edges":
                    writer.delete("person", table.slice(1, 1))
            with store.writing(LOCAL, CAUSE) as writer:
                scanned: list[str] = []
                scan = writer.scan

                def seen(name: str, columns: Sequence[str] = (), told: list[str] = scanned, real=scan) -> pa.Table:  # type: ignore[no-untyped-def]  # bound here, since the loop goes on
                    told.append(name)
                    return real(name, columns)

                writer.scan = seen  # type: ignore[method-assign]
                found = writer.replace("person", table), writer.replace("related_to", edge).added
                assert (
                    found
                    == {
                        "nothing": (Difference(), 0),
                        "put": (Difference(changed=1), 0),
                        "delete": (Difference(added=1), 0),
                        "edges": (Difference(added=1), 1),
                    }[change]
                )
                assert (scanned == []) == (change == "nothing")
                assert writer.scan("person").to_pylist() == table.to_pylist()
                assert writer.scan("related_to").to_pylist() == edge.to_pylist()


def test_rows_that_somebody_else_removed_are_written_again(clean_neo4j_url: str, settings: Settings) -> None:
    table = rows("person", row("person", id=1), row("person", id=2))
    with bolt_store(clean_neo4j_url, settings) as store:
        with store.writing(LOCAL, CAUSE) as writer:
            writer.replace("person", table)
        with raw(clean_neo4j_url, settings) as driver, driver.session() as session:
            session.run("MATCH (n:Person {id: 2}) DETACH DELETE n").consume()
        with store.writing(LOCAL, CAUSE) as writer:
            assert writer.replace("person", table) == Difference(added=1)
