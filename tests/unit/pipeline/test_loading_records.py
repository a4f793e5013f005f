"""Loading: versions, what they carry, events, and loads that change nothing."""

from typing import Any

import pytest
from batches import KEY, Given, Ticking, batch, carried, organisation, person, positions, put
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.domain.vocabulary import ATTRIBUTES
from spine.pipeline.load import keep_mapping, load
from spine.pipeline.numbering import numbers
from spine.ports import Cause, GraphStore, Reject, SourceBatch
from spine.stores.memory import MemoryStore

EVENT = {"source": "shop", "reference": "o1", "kind": "order", "at": "2025-03-01", "namespace": "email",
         "value": "Ann@Example.com", "amount": "1,019.50", "currency": "EUR"}  # fmt: skip


def test_a_load_again_changes_nothing_and_leaves_no_log_entry(store: GraphStore) -> None:
    first = person("1", "2025-01-01", "email:a@example.com", given_name="Ann", surname="Lee")
    stale = person("1", "2024-01-01", "email:b@example.com", given_name="Ann")
    consent = {"source": "cmp", "reference": "c1", "namespace": "email", "value": "a@example.com",
               "purpose": "marketing", "status": "given", "at": "2025-01-01"}  # fmt: skip
    whole = batch([first, stale, first], [EVENT], [consent])
    clock = Ticking()
    report = load(store, LOCAL, Given(whole), "again", key=KEY, clock=clock)
    assert (report.records_added, report.events, report.consents, report.rows) == (1, 1, 1, 5)
    before = positions(store)
    again = load(store, LOCAL, Given(whole), "again", key=KEY, clock=clock)
    assert (again.records_added, again.records_changed, again.events, again.identifiers) == (0, 0, 0, 0)
    assert positions(store) == before
    with store.reading(LOCAL) as reader:
        assert [row["observed_at"] for row in reader.scan("record_version").to_pylist()] == ["2024-01-01"]


def test_a_changed_record_closes_what_it_no_longer_carries_and_keeps_the_old_version(store: GraphStore) -> None:
    put(store, person("1", "2025-01-01", "email:stays@example.com", "email:goes@example.com"))
    report = put(store, person("1", "2025-06-01", "email:stays@example.com", "email:comes@example.com"))
    assert (report.records_added, report.records_changed) == (0, 1)
    with store.reading(LOCAL) as reader:
        assert carried(reader) == {
            ("crm/1", "stays@example.com", "2025-01-01", None),
            ("crm/1", "goes@example.com", "2025-01-01", "2025-06-01"),
            ("crm/1", "comes@example.com", "2025-06-01", None),
        }
        (record,) = reader.scan("record").to_pylist()
        (version,) = reader.scan("record_version").to_pylist()
        assert (record["observed_at"], version["observed_at"]) == ("2025-06-01", "2025-01-01")
        assert version["record"] == record["id"]
        assert "goes@example.com" in version["raw"]


def test_an_identifier_that_comes_back_is_carried_again(store: GraphStore) -> None:
    for day, value in (("2025-01-01", "one"), ("2025-02-01", "two"), ("2025-03-01", "one")):
        put(store, person("1", day, f"loyalty:{value}"))
    with store.reading(LOCAL) as reader:
        assert carried(reader) == {
            ("crm/1", "one", "2025-03-01", None), ("crm/1", "two", "2025-02-01", "2025-03-01"),
        }  # fmt: skip


def test_a_late_old_version_changes_nothing_but_is_kept(store: GraphStore) -> None:
    put(store, person("1", "2025-06-01", "email:new@example.com", city="Lyon"))
    with store.reading(LOCAL) as reader:
        before, edges = reader.scan("record"), carried(reader)
    report = put(store, person("1", "2025-01-01", "email:old@example.com", city="Bonn"))
    assert (report.records_added, report.records_changed, report.identifiers) == (0, 0, 0)
    with store.reading(LOCAL) as reader:
        assert reader.scan("record").equals(before)
        assert carried(reader) == edges
        assert [row["observed_at"] for row in reader.scan("record_version").to_pylist()] == ["2025-01-01"]


def test_several_versions_in_one_batch_leave_the_newest_current(store: GraphStore) -> None:
    versions = [person("1", f"2025-0{month}-01", f"loyalty:l{month}") for month in (2, 4, 1, 3)]
    put(store, *versions, person("2", "2025-01-01", "loyalty:other"))
    with store.reading(LOCAL) as reader:
        found = {row["key"]: row["observed_at"] for row in reader.scan("record").to_pylist()}
        assert found == {"crm/1": "2025-04-01", "crm/2": "2025-01-01"}
        kept = sorted(row["observed_at"] for row in reader.scan("record_version").to_pylist())
        assert kept == ["2025-01-01", "2025-02-01", "2025-03-01"]
        assert {value for _, value, _, _ in carried(reader)} == {"l4", "other"}


VERSIONS = st.lists(
    st.tuples(
        st.sampled_from("123"),
        st.sampled_from([None, "2025-01-01", "2025-02-01", "2025-02-02"]),
        st.sampled_from(["Ann", "Bea"]),
        st.sets(st.sampled_from(["email:a@example.com", "loyalty:l1", "!login:u1"]), max_size=2),
    ),
    min_size=1,
    max_size=7,
)


def _final(rows: list[Any], breaks: list[bool]) -> tuple[Any, Any, Any]:
    """Records, open edges and versions after loading the rows, with a new batch after each true break."""
    batches: list[list[Any]] = [[]]
    for row, end in zip(rows, breaks, strict=False):
        batches[-1].append(row)
        if end:
            batches.append([])
    with MemoryStore() as store:
        for rows_ in batches:
            put(store, *rows_)
        with store.reading(LOCAL) as reader:
            names = {row["id"]: row["key"] for row in reader.scan("record").to_pylist()}
            records = sorted(
                (row["key"], row["observed_at"] or "", row["hash"], row["fields"])
                for row in reader.scan("record").to_pylist()
            )
            edges = sorted(
                (names[row["start"]], row["end"], row["verified"])
                for row in reader.scan("carries").to_pylist()
                if row["valid_to"] is None
            )
            versions = sorted((names[row["record"]], row["hash"]) for row in reader.scan("record_version").to_pylist())
    return records, edges, versions


@given(VERSIONS, st.randoms(use_true_random=False), st.lists(st.booleans(), min_size=7, max_size=7))
@settings(max_examples=40, deadline=None)
def test_no_order_of_arrival_and_no_cut_into_batches_matters(found: Any, random: Any, breaks: list[bool]) -> None:
    rows = [person(key, at, *sorted(claims), given_name=name) for key, at, name, claims in found]
    other = rows.copy()
    random.shuffle(other)
    assert _final(rows, [False] * 7) == _final(other, breaks)


def test_a_deleted_record_comes_back_with_its_number(store: GraphStore) -> None:
    row = person("1", "2025-01-01", "loyalty:l1")
    put(store, row, person("2"))
    with store.writing(LOCAL, Cause("erasure")) as writer:
        (dead,) = writer.get("record", "key", ["crm/1"])
        table = writer.scan("record").filter(writer.scan("record")["id"].to_numpy() == dead["id"])
        writer.put("record", table.set_column(table.schema.get_field_index("live"), "live", [[False]]))
    put(store, row)
    with store.reading(LOCAL) as reader:
        (back,) = reader.get("record", "key", ["crm/1"])
        assert (back["id"], back["live"]) == (dead["id"], True)
        assert reader.count("record_version") == 0
        assert carried(reader) == {("crm/1", "l1", "2025-01-01", None)}


def test_events_without_reference_are_told_apart_by_what_they_say(store: GraphStore) -> None:
    bare = {**EVENT, "reference": None}
    events = [EVENT, bare, {**bare, "at": "2025-03-02"}, {**bare}]
    load(store, LOCAL, Given(batch(events=events)), "events", key=KEY)
    with store.reading(LOCAL) as reader:
        rows = reader.scan("event").to_pylist()
        assert sorted((row["reference"] or "", row["at"]) for row in rows) == [
            ("", "2025-03-01"), ("", "2025-03-02"), ("o1", "2025-03-01"),
        ]  # fmt: skip
        assert {row["value"] for row in rows} == {1019.5}
        (identifier,) = reader.scan("identifier").to_pylist()
        assert identifier["value"] == "ann@example.com"
        assert {row["end"] for row in reader.scan("event_of").to_pylist()} == {identifier["id"]}


def test_what_cannot_be_read_is_kept_without_an_identifier(store: GraphStore) -> None:
    events = [{**EVENT, "value": "not an address", "amount": "ten"}, {**EVENT, "reference": "o2", "namespace": None}]
    records = [person("0", None), *(person(name, None, "email:nobody") for name in ("1", "2"))]
    report = load(store, LOCAL, Given(batch(records, events)), "odd", key=KEY)
    assert (report.problems, report.records_added, report.events) == (3, 3, 2)
    assert report.examples == [
        "email: not a usable email, in crm/1",
        "email: not a usable email: the event hangs on nobody, in shop/o1",
    ]
    with store.reading(LOCAL) as reader:
        assert reader.count("identifier") == reader.count("carries") == reader.count("event_of") == 0
        assert [row["value"] for row in reader.scan("event").to_pylist() if row["reference"] == "o1"] == [None]


def test_rejects_go_where_they_are_told(store: GraphStore) -> None:
    refused: list[Reject] = []
    whole = batch([person("1")])
    spoiled = SourceBatch(whole.records, whole.events, whole.consents, [Reject("f", 2, "id", "no id")], 2)
    report = load(store, LOCAL, Given(spoiled), "rejects", reject=refused.extend)
    assert (report.rows, report.rejects, report.records_added, len(refused)) == (2, 1, 1, 1)


def test_the_mapping_is_kept_once(store: GraphStore) -> None:
    clock = Ticking()
    keep_mapping(store, LOCAL, "crm", '{"a": 1, "b": 2}', clock)
    before = positions(store)
    keep_mapping(store, LOCAL, "crm", '{"b": 2, "a": 1}', clock)
    assert positions(store) == before
    keep_mapping(store, LOCAL, "crm", '{"a": 3}', clock)
    assert positions(store) == before + 1


def test_a_record_keeps_what_came_and_what_is_compared(store: GraphStore) -> None:
    put(store, person("1", "2025-01-01", given_name="Zoë", surname="O'Brien"), organisation("2", "Acme Ltd."))
    with store.reading(LOCAL) as reader:
        one, two = reader.scan("record", ("kind", "attributes", "fields")).to_pylist()
    assert one["attributes"] == '{"given_name":"Zoë","surname":"O\'Brien"}'
    assert '"given":"zoe"' in one["fields"]
    assert (two["kind"], '"organisation":"acme"' in two["fields"]) == ("organisation", True)
    assert {"given_name", "surname", "organisation_name"} <= set(ATTRIBUTES)


@pytest.mark.parametrize("key", [b"one", b"x" * 100])
def test_identifier_numbers_are_positive_and_keyed(key: bytes) -> None:
    import pyarrow as pa

    found = numbers(key, pa.array(["a", "a", None, "b"]), pa.chunked_array([["x", "y"], ["x", "x"]]))
    assert len(set(found.tolist())) == 4
    assert (found >= 0).all()
    assert found.tolist() != numbers(b"other", pa.array(["a", "a", None, "b"]), pa.array(["x", "y", "x", "x"])).tolist()
    assert len(numbers(key, pa.array([], pa.string()))) == 0
