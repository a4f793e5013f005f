"""Single records: what the answer says, what comes twice or late, what is too much at once, what others can follow."""

import json
from hashlib import blake2b
from typing import Any

import pytest
from batches import Ticking, batch, person, positions, put

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.ids import encode_id
from spine.pipeline import catching_up, surroundings, working_off
from spine.pipeline import ingest as ingesting
from spine.pipeline.gather import Gathered
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import IngestReport, delete_record, ingest
from spine.pipeline.resolve import resolve
from spine.pipeline.waiting import waiting
from spine.pipeline.working_off import work_off
from spine.ports import CONSENT_COLUMNS, GraphStore, Reader, Row

ANN = {"given_name": "Annabel", "surname": "Quist", "birth_date": "1980-05-01"}


def take(store: GraphStore, *rows: Row, consents: list[Row] | None = None) -> IngestReport:
    """Records taken in as one micro-batch."""
    return ingest(store, LOCAL, batch(rows, consents=consents or []), Ticking(), key="batches")


def changes(store: GraphStore) -> list[tuple[str, str]]:
    """Kind and entity of all changes, in order."""
    with store.reading(LOCAL) as reader:
        return [(row["kind"], row["entity"]) for row in reader.scan("change").to_pylist()]


def test_a_record_is_linked_at_once_and_the_same_again_changes_nothing(store: GraphStore) -> None:
    first = take(store, person("a1", "2025-01-01", "email:ann@example.com", **ANN))
    second = take(store, person("a2", "2025-01-01", "email:ann@example.com", **ANN))
    (one,), (two,) = first.taken, second.taken
    assert (one.status, two.status) == ("linked", "linked")
    assert two.entity is not None
    assert two.entity.records == (one.record, two.record)
    assert [(move.old, move.new) for move in second.outcome.moves] == [(None, one.record)]
    before = positions(store)
    again = take(store, person("a2", "2025-01-01", "email:ann@example.com", **ANN))
    assert (again.taken[0].status, again.position, positions(store)) == ("unchanged", None, before)


def test_a_late_old_version_changes_nothing(store: GraphStore) -> None:
    take(store, person("a1", "2025-06-01", "email:ann@example.com", **ANN))
    late = take(store, person("a1", "2024-01-01", "email:old@example.com", **ANN))
    assert late.taken[0].status == "late"
    assert late.outcome.moves == ()


def test_a_deleted_record_parts_its_companions_and_keeps_its_number(store: GraphStore) -> None:
    bridge = person("b", "2025-01-01", "email:ann@example.com", "phone:+46701234567", **ANN)
    (taken,) = take(store, bridge).taken
    take(store, person("c", "2025-01-01", "email:ann@example.com", **ANN))
    gone = delete_record(store, LOCAL, "crm", "b", Ticking())
    assert [one.records for one in gone.outcome.after] == [(2,)]
    assert ("renamed", encode_id("person", 1)) in changes(store)
    assert delete_record(store, LOCAL, "crm", "b", Ticking()).position is None
    (back,) = take(store, bridge).taken
    assert back.record == taken.record
    assert back.entity is not None
    assert back.entity.id == taken.record


def test_consents_change_the_facts_of_those_who_carry_the_identifier(store: GraphStore) -> None:
    take(store, person("a1", "2025-01-01", "email:ann@example.com", **ANN))
    said = {"source": "web", "reference": "1", "namespace": "email", "value": "ann@example.com", "purpose": "news",
            "status": "given", "at": "2025-02-01", "proof": None}  # fmt: skip
    take(store, consents=[{name: said[name] for name in CONSENT_COLUMNS.names}])
    with store.reading(LOCAL) as reader:
        assert reader.get("person", "id", [1])[0]["consents"] == ["news"]
    assert changes(store)[-1] == ("consent_changed", encode_id("person", 1))


def test_who_else_carries_the_identifier_takes_a_permission_away_and_gives_it_back(store: GraphStore) -> None:
    take(store, person("a1", "2025-01-01", "email:home@example.com", **ANN))
    said = {"source": "web", "reference": "1", "namespace": "email", "value": "home@example.com", "purpose": "news",
            "status": "given", "at": "2025-02-01", "proof": None}  # fmt: skip
    take(store, consents=[said])
    ben = {"given_name": "Ben", "surname": "Oduya", "birth_date": "1971-11-23"}
    take(store, person("b1", "2025-03-01", "email:home@example.com", **ben))
    with store.reading(LOCAL) as reader:
        assert [row["consents"] for row in reader.get("person", "id", [1, 2])] == [[], []]
    assert ("consent_changed", encode_id("person", 1)) in changes(store)[-2:]
    delete_record(store, LOCAL, "crm", "b1", Ticking())
    with store.reading(LOCAL) as reader:
        assert reader.get("person", "id", [1])[0]["consents"] == ["news"]
    assert changes(store)[-1] == ("consent_changed", encode_id("person", 1))


def test_what_reaches_too_many_waits_for_the_next_resolve(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [person(f"a{at}", "2025-01-01", "email:ann@example.com", **ANN) for at in range(3)]
    take(store, *rows[:2])
    monkeypatch.setattr(ingesting, "MOST", 1)
    report = take(store, rows[2], person("z", "2025-01-01", "email:zed@example.com", given_name="Zed"))
    assert [one.status for one in report.taken] == ["pending", "linked"]
    with store.reading(LOCAL) as reader:
        assert 3 in waiting(reader)
    found = resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    assert found.changed > 0
    with store.reading(LOCAL) as reader:
        assert waiting(reader) == set()
        assert {row["end"] for row in reader.get("resolves_to_person", "start", [1, 2, 3])} == {1}
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True).written == {}


def test_what_waits_is_worked_off_in_steps_between_which_others_write(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [person(f"a{at}", "2025-01-01", "email:ann@example.com", **ANN) for at in range(6)]
    take(store, *rows[:2])
    monkeypatch.setattr(ingesting, "MOST", 1)
    assert {one.status for row in rows[2:] for one in take(store, row).taken} == {"pending"}
    monkeypatch.setattr(working_off, "STEP", 2)
    assert working_off.work_off_some(store, LOCAL, Ticking()) == working_off.Step(2, 4)
    take(store, person("z", "2025-01-01", "email:zed@example.com", given_name="Zed"))
    assert work_off(store, LOCAL, Ticking()) == working_off.WorkReport(4, 2, 0)
    assert ("linked", encode_id("person", 1)) in changes(store)
    with store.reading(LOCAL) as reader:
        assert {row["end"] for row in reader.get("resolves_to_person", "start", list(range(1, 7)))} == {1}
    assert work_off(store, LOCAL, Ticking()) == working_off.WorkReport(0, 0, 0)
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True).written == {}


def test_what_a_large_load_brought_is_left_to_a_resolve(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    take(store, person("a", "2025-01-01", "email:ann@example.com", **ANN))
    put(store, person("b", "2025-01-01", "email:ann@example.com", **ANN))
    assert work_off(store, LOCAL, Ticking()) == working_off.WorkReport(0, 0, 1)
    monkeypatch.setattr(working_off, "FEW", 1)
    assert work_off(store, LOCAL, Ticking()) == working_off.WorkReport(1, 1, 0)


def test_a_resolve_after_a_load_looks_only_at_what_came(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "FEW", 10)
    put(store, *(person(f"p{at}", "2025-01-01", f"email:p{at}@example.com", given_name=f"P{at}") for at in range(30)))
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    take(store, person("a1", "2025-01-01", "email:ann@example.com", **ANN))
    put(store, person("a2", "2025-01-01", "email:ann@example.com", **ANN))
    found = resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    assert (found.changed, found.records, found.persons) == (1, 32, 31)
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking()).changed == 0
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True).written == {}


@pytest.mark.parametrize("loaded", [False, True])
def test_neighbours_in_a_street_are_looked_at_by_any_resolve(
    store: GraphStore, loaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "FEW", 2)
    quist = {"surname": "Quist", "city": "Lund"}
    near = person("b", given_name="Bo", birth_date="1951-11-23", street_address="13 Elm St", **quist)
    others = [person(f"z{at}", f"email:z{at}@example.com", given_name=f"Z{at}") for at in range(4)]
    ann = person("a", given_name="Ann", birth_date="1980-05-01", street_address="12 Elm St", **quist)
    put(store, ann, *others)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    take(store, person("c", given_name="Cy", surname="Lee", street_address="9 Oak St", city="Lund"))
    (put if loaded else take)(store, near)
    found = resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    assert found.changed == loaded
    with store.reading(LOCAL) as reader:
        assert len({row["end"] for row in reader.get("member_of", "start", [1, 7])}) == 1
    assert ("household_changed", encode_id("person", 7)) in changes(store)
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True).written == {}
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking()).written == {}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"source": "crm"}, "no record_id"),
        ({"source": "crm", "record_id": "1", "colour": "red"}, "colour"),
        ({"source": "crm", "record_id": "1", "attributes": {"shoe": 44}}, "shoe"),
        ({"source": "crm", "record_id": "1", "kind": "dog"}, "dog"),
        ({"source": "crm", "record_id": "1", "identifiers": [{"namespace": "email"}]}, "a value"),
        ({"source": "a/b", "record_id": "1"}, "slash"),
        ("x", "not a JSON object"),
    ],
)
def test_what_cannot_be_used_is_rejected_with_its_reason_and_the_rest_goes_on(said: Any, reason: str) -> None:
    found = read_batch([said, {"source": "crm", "record_id": 7, "attributes": {"age": 44}}])
    (reject,) = found.rejects
    assert reason in reject.reason
    assert json.loads(reject.row) == said
    assert found.records.select(["record_id", "age"]).to_pylist() == [{"record_id": "7", "age": "44"}]


def word(number: int) -> str:
    """A name that resembles no other."""
    digest = blake2b(str(number).encode(), digest_size=5).digest()
    return "".join("bdfgklmnprstvz"[byte % 14] + "aeiou"[byte // 14 % 5] for byte in digest).title()


def test_a_hub_does_not_hold_up_who_carries_it(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = "phone:+18005550199"
    callers = [
        person(f"c{at}", "2025-01-01", hub, given_name=word(2 * at), surname=word(2 * at + 1)) for at in range(160)
    ]
    put(store, *callers)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    take(store, person("z", "2025-01-01", "email:zed@example.com", given_name="Zed"))
    around: list[int] = []
    gather = surroundings.gather_some

    def counted(reader: Reader, numbers: set[int]) -> Gathered:
        around.append(len(numbers))
        return gather(reader, numbers)

    monkeypatch.setattr(surroundings, "gather_some", counted)
    (one,) = take(store, person("new", "2025-01-01", hub, given_name="Bernadette", surname="Ek")).taken
    assert (one.status, max(around) < 10) == ("linked", True)
    with store.reading(LOCAL) as reader:
        assert not reader.get("related_to", "start", [one.record])
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True).written == {}
