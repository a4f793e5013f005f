"""What every store promises to a writer: rows, differences, the log, sequence numbers, all or nothing."""

import json
import threading
from collections.abc import Callable

import pyarrow as pa
import pytest
from probes import raw_rows
from rows import record, row, rows

from spine.access.context import LOCAL, Context
from spine.domain.graph import GRAPH
from spine.errors import SpineError, StoreBusy, StoreError
from spine.ports import Cause, Difference, GraphStore, Step, Where, Writer
from spine.settings import Settings
from spine.stores import touching

CAUSE = Cause("record")
FULL_ROWS = {
    "record": record(1, given="jón", surname="ó'brien"),
    "person": row("person", id=7, size=2, cohesion=0.5, name="Zoë", namespaces=["email", "phone"], sources=[]),
    "component": row("component", id=3, kind="person", size=2, members=[1, 2], value=b"\x00\xff\x01", flags=[]),
    "organisation": row("organisation", id=9, cycle=False, ultimate=2**62, parents=0, cohesion=-1.5),
    "document": row("document", id="model:person", kind="model", body='{"a": [1, null]}'),
    "event": row("event", id=2**63 - 1, kind="order", value=3.0),
}


def log_of(store: GraphStore) -> list[dict[str, object]]:
    with store.reading(LOCAL) as reader:
        return reader.select("log")


def write_and_fail(store: GraphStore, act: Callable[[Writer], object]) -> None:
    def act_and_fail(writer: Writer) -> None:
        act(writer)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), store.writing(LOCAL, CAUSE) as writer:
        act_and_fail(writer)


@pytest.mark.parametrize("table", FULL_ROWS)
def test_what_is_put_is_there_and_comes_back(store: GraphStore, settings: Settings, table: str) -> None:
    wanted = FULL_ROWS[table]
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.put(table, rows(table, wanted)) == Difference(added=1)
    assert raw_rows(store, settings, table) == [wanted]
    with store.reading(LOCAL) as reader:
        assert reader.get(table, "id", [wanted["id"]]) == [wanted]
        assert reader.select(table) == [wanted]
        assert reader.scan(table).to_pylist() == [wanted]


def test_every_edge_table_keeps_its_edges_apart(store: GraphStore, settings: Settings) -> None:
    edges = [table for table in GRAPH.values() if table.is_edge]
    with store.writing(LOCAL, CAUSE) as writer:
        for node in {end for edge in edges for end in (edge.start, edge.end)}:
            extra = {"key": "a/1"} if node == "record" else {}
            writer.put(node, rows(node, row(node, id=1, **extra), row(node, id=2)))
        for edge in edges:
            more = dict.fromkeys(edge.key[2:], "x")
            writer.put(edge.name, rows(edge.name, row(edge.name, start=1, end=2, **more)))
    with store.reading(LOCAL) as reader:
        for edge in edges:
            wanted = [row(edge.name, start=1, end=2, **dict.fromkeys(edge.key[2:], "x"))]
            assert raw_rows(store, settings, edge.name) == wanted
            assert reader.scan(edge.name).to_pylist() == wanted
            assert reader.get(edge.name, "start", [1, 2]) == wanted
            assert reader.get(edge.name, "end", [2]) == wanted
            assert reader.get(edge.name, "end", [1]) == []
            assert reader.count(edge.name) == 1


def test_edges_with_a_further_key_stand_side_by_side(store: GraphStore) -> None:
    first = row("judged", start=1, end=2, authority="steward", at="2026-01-01", verdict="same")
    second = row("judged", start=1, end=2, authority="steward", at="2026-01-02", verdict="different")
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1), record(2)))
        assert writer.put("judged", rows("judged", second, first)) == Difference(added=2)
        assert writer.put("judged", rows("judged", {**first, "why": "seen"}, second)) == Difference(changed=1)
        assert writer.delete("judged", rows("judged", first).select(["start", "end", "authority", "at"])).removed == 1
        assert writer.scan("judged").to_pylist() == [second]


def test_equal_rows_are_not_written_and_the_last_of_a_key_wins(store: GraphStore) -> None:
    one, two = row("person", id=1, name="a", flags=["x"]), row("person", id=2, sources=[])
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.put("person", rows("person", two, {**one, "name": "b"}, one)) == Difference(added=2)
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.put("person", rows("person", one, two)) == Difference()
        assert writer.put("person", rows("person", {**one, "flags": []}, two)) == Difference(changed=1)
        assert writer.put("person", rows("person", {**two, "sources": None})) == Difference(changed=1)
    with store.reading(LOCAL) as reader:
        assert reader.get("person", "id", [1, 2]) == [{**one, "flags": []}, {**two, "sources": None}]


def test_a_column_that_is_not_given_is_null(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("person", rows("person", row("person", id=1, name="a", size=3)))
        writer.put("person", pa.table({"id": pa.array([1], pa.int32()), "name": ["b"]}))
        assert writer.get("person", "id", [1]) == [row("person", id=1, name="b")]


def test_a_deleted_node_takes_its_edges_along(store: GraphStore, settings: Settings) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1), record(2), record(3)))
        writer.put("match", rows("match", *(row("match", start=a, end=b) for a, b in ((1, 2), (2, 3), (1, 3)))))
        writer.put("judged", rows("judged", row("judged", start=2, end=2, authority="login", at="x")))
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.delete("record", pa.table({"id": [2, 99]})).removed == 1
    assert raw_rows(store, settings, "match") == [row("match", start=1, end=3)]
    assert raw_rows(store, settings, "judged") == []
    tables = json.loads(str(log_of(store)[-1]["entry"]))["tables"]
    assert {name: counts["removed"] for name, counts in tables.items()} == {"judged": 1, "match": 2, "record": 1}


def test_replace_writes_only_what_differs(store: GraphStore, settings: Settings) -> None:
    before = [row("person", id=number, name=f"n{number}", flags=["f"]) for number in range(1, 6)]
    after = [before[1], {**before[2], "flags": []}, row("person", id=9), before[4]]
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.replace("person", rows("person", *before)) == Difference(added=5)
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.replace("person", rows("person", *after)) == Difference(added=1, changed=1, removed=2)
        assert writer.replace("person", rows("person", *after)) == Difference()
    assert raw_rows(store, settings, "person") == sorted(after, key=lambda each: int(each["id"]))
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.replace("person", rows("person")) == Difference(removed=4)


def test_many_rows_at_once_end_as_few_do(store: GraphStore, settings: Settings) -> None:
    # Enough for each store to take its way for bulk.
    size = {"memory": 300, "sqlite": 21_000}.get(store.url.partition(":")[0], 2_000)
    wanted = [record(number, given=f"g{number}", city="rome") for number in range(1, size + 1)]
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.put("record", rows("record", *wanted)) == Difference(added=size)
        changed = [{**each, "hash": "h"} if int(each["id"]) % 10 == 0 else each for each in wanted]
        assert writer.put("record", rows("record", *changed)) == Difference(changed=size // 10)
        assert next(hit for hit, _ in writer.search("rome g77", limit=2)) == 77
    assert raw_rows(store, settings, "record") == changed


def test_a_transaction_leaves_one_log_entry(store: GraphStore) -> None:
    context = Context(principal="ann")
    with store.writing(context, Cause("resolve", batch="b1", details={"model": "v1"})) as writer:
        assert writer.position == 1
        writer.put("record", rows("record", record(1), record(2)))
        writer.put("record", rows("record", record(1, given="x")))
        writer.delete("record", pa.table({"id": [2]}))
    with store.writing(context, CAUSE) as writer:
        assert writer.position == 2
    with store.writing(context, CAUSE) as writer:
        assert writer.position == 2
        writer.put("record", rows("record", record(5)))
    entries = log_of(store)
    assert [entry["id"] for entry in entries] == [1, 2]
    assert (entries[0]["cause"], entries[0]["principal"]) == ("resolve", "ann")
    assert str(entries[0]["at"]).endswith("+00:00")
    counts = {"added": 2, "changed": 1, "removed": 1}
    assert json.loads(str(entries[0]["entry"])) == {
        "batch": "b1",
        "details": {"model": "v1"},
        "tables": {"record": counts},
        "touched": {"record": [1, 2]},
    }


def test_the_log_names_the_nodes_that_few_rows_were_written_of(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1), record(2)))
        writer.put("identifier", rows("identifier", row("identifier", id=7, namespace="email", value="a")))
        writer.put("carries", rows("carries", row("carries", start=2, end=7, namespace="email")))
        writer.put("person", rows("person", row("person", id=1), row("person", id=2)))
        writer.put("household", rows("household", row("household", id=3)))
        writer.put("member_of", rows("member_of", row("member_of", start=2, end=3)))
    with store.writing(LOCAL, CAUSE) as writer:
        writer.delete("household", pa.table({"id": [3]}))
    with store.writing(LOCAL, CAUSE) as writer:
        writer.delete("identifier", pa.table({"id": [7]}))
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", *(record(number) for number in range(1, touching.MOST + 2))))
    told = [json.loads(str(entry["entry"])).get("touched") for entry in log_of(store)]
    assert told == [{"household": [3], "person": [1, 2], "record": [1, 2]}, {"household": [3]}, None, None]


def test_writes_that_change_nothing_leave_no_log_entry(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1)))
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1)))
        writer.delete("record", pa.table({"id": [4]}))
        writer.sequence(["crm/9"])
    assert len(log_of(store)) == 1


def test_an_exception_leaves_no_trace(store: GraphStore, settings: Settings) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1)))

    def write(writer: Writer) -> None:
        writer.put("record", rows("record", record(1, given="x"), record(2)))
        writer.put("identifier", rows("identifier", row("identifier", id=1)))
        assert writer.sequence(["crm/3"]).tolist() == [3]

    write_and_fail(store, write)
    assert raw_rows(store, settings, "record") == [record(1)]
    assert raw_rows(store, settings, "identifier") == []
    assert len(log_of(store)) == 1
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.position == 2
        assert writer.search("x") == []


def test_after_a_failed_write_a_transaction_can_only_be_undone(store: GraphStore, settings: Settings) -> None:
    def write_on(writer: Writer) -> None:
        writer.put("record", rows("record", record(1)))
        with pytest.raises(StoreError):
            # Looking at what a write did is what makes sure that it was done.
            assert writer.put("carries", rows("carries", row("carries", start=1, end=99))).added

    with pytest.raises(StoreError, match="An earlier write of this"), store.writing(LOCAL, CAUSE) as writer:
        write_on(writer)
    assert raw_rows(store, settings, "record") == []


def test_sequence_numbers_are_given_once_and_kept(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.sequence(["b", "a", "b", "c"]).tolist() == [1, 2, 1, 3]
        assert writer.sequence(["c", "d", "a"]).tolist() == [3, 4, 2]
        assert writer.sequence([]).tolist() == []
        named = {"a": 2, "b": 1, "c": 3, "d": 4}
        writer.put("record", rows("record", *({**record(number), "key": key} for key, number in named.items())))
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", {**record(2, live=False), "key": "a"}))
        writer.delete("record", pa.table({"id": [4]}))
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.sequence(["e", "a", "d"]).tolist() == [5, 2, 6]


def test_a_number_that_was_never_committed_is_free_again(store: GraphStore) -> None:
    write_and_fail(store, lambda writer: writer.put("record", rows("record", record(int(writer.sequence(["k"])[0])))))
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.sequence(["other"]).tolist() == [1]


def test_the_writer_sees_its_own_writes(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put(
            "record", rows("record", record(1, given="mary", surname="o'neil"), record(2, live=False, given="mary"))
        )
        assert writer.count("record", [Where("live", "eq", True)]) == 1
        assert [hit for hit, _ in writer.search("mary")] == [1]
        writer.delete("record", pa.table({"id": [1]}))
        assert writer.search("mary") == []
        assert [each["id"] for each in writer.select("record")] == [2]


def test_what_a_changed_row_led_to_is_not_counted_any_more(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1), record(2)))
        writer.put("component", rows("component", row("component", id=1, members=[1, 2])))
        writer.put("judged", rows("judged", *(row("judged", start=1, end=2, authority=who, at="t") for who in "ab")))
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("component", rows("component", row("component", id=1, members=[])))
        inside = (("component", "members"),)
        found = writer.follow(
            {
                "component": Step("component", "id", (1,)),
                "record": Step("record", "id", after=inside, columns=("live",)),
                "judged": Step("judged", "start", after=inside, counted=True),
            }
        )
        assert found["component"][0]["members"] == []
        assert found["record"] == found["judged"] == []


def test_a_second_writer_waits_and_then_is_told(store: GraphStore) -> None:
    store._patience = 0.2  # type: ignore[attr-defined]
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.writing(LOCAL, CAUSE) as writer:
            writer.put("record", rows("record", record(1)))
            inside.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert inside.wait(10)
        with (
            pytest.raises(StoreBusy, match=r"Another|another writer has held .* Try again\."),
            store.writing(LOCAL, CAUSE),
        ):
            pytest.fail("two writers at once")
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0
    finally:
        done.set()
        holder.join()
    with store.writing(LOCAL, CAUSE) as writer:
        assert writer.position == 2


BAD_WRITES = {
    "no such table": (lambda w: w.put("persons", pa.table({"id": [1]})), "There is no table 'persons'. The tables are"),
    "no such column": (lambda w: w.put("person", pa.table({"id": [1], "nam": ["x"]})), "has no column 'nam'"),
    "no key": (lambda w: w.put("person", pa.table({"name": ["x"]})), "lack the key column id"),
    "null key": (lambda w: w.put("person", pa.table({"id": pa.array([None], pa.int64())})), "may not be null"),
    "type": (lambda w: w.put("person", pa.table({"id": [1], "size": ["many"]})), "person.size holds string, not int64"),
    "null in a list": (lambda w: w.put("person", pa.table({"id": [1], "flags": [["a", None]]})), "a list with a null"),
    "the log": (lambda w: w.put("log", pa.table({"id": [1]})), "The log is written by the store alone"),
    "missing start": (
        lambda w: w.put("carries", pa.table({"start": [8], "end": [5]})),
        "carries.start names record 8, which does not exist. Put the record before its edges.",
    ),
    "missing end": (
        lambda w: w.put("carries", pa.table({"start": [1], "end": [77]})),
        "carries.end names identifier 77, which does not exist.",
    ),
    "held": (
        lambda w: w.put("record", rows("record", {**record(2), "key": "crm/1"})),
        "record.key: .* is already held by another row",
    ),
}


@pytest.mark.parametrize("name", BAD_WRITES)
def test_a_bad_write_is_refused_in_the_same_words(store: GraphStore, settings: Settings, name: str) -> None:
    act, message = BAD_WRITES[name]
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", record(1)))
        writer.put("identifier", rows("identifier", row("identifier", id=5)))
    with pytest.raises(SpineError, match=message), store.writing(LOCAL, CAUSE) as writer:
        act(writer)
    assert len(raw_rows(store, settings, "record")) == 1
    assert raw_rows(store, settings, "carries") == []


def test_a_closed_store_says_so(store: GraphStore) -> None:
    store.close()
    with pytest.raises(StoreError, match="The store is closed"), store.reading(LOCAL):
        pytest.fail("a closed store was read")
    with pytest.raises(StoreError, match="The store is closed"), store.writing(LOCAL, CAUSE):
        pytest.fail("a closed store was written")
