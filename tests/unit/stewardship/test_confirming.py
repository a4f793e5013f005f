"""What a login or a code proves: links it makes certain, those it parts, and that both outlive everything."""

import json
from typing import Any

import pytest
from batches import Ticking, batch, groups, person, put

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.ids import encode_id
from spine.domain.judgements import Verdict
from spine.domain.vocabulary import Kind
from spine.errors import ModelError, NotFound, QueryError
from spine.explore.membership import resolve as entities
from spine.explore.next_question import doubts, next_question
from spine.matching.stored import stored_model
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import GraphStore
from spine.stewardship.confirming import Confirmed, confirm_identity, withdraw_confirmation
from spine.stewardship.judging import judge

WHEN = "2026-01-05T10:00:00+00:00"
EMAIL = "home@example.com"
ROSA = {"given_name": "Rosa", "surname": "Delgado", "birth_date": "1990-02-17"}


def fill(store: GraphStore) -> dict[str, int]:
    """Two logins, a shop account and a newsletter without a name on one e-mail, a cousin on it too; resolved."""
    put(
        store,
        person("acc1", "2025-12-01", "login:u1", f"email:{EMAIL}", **ROSA),
        person("shop", "2025-11-01", f"email:{EMAIL}", "phone:+46701234567", given_name="R", surname="Delgato-Ruiz"),
        person("news", "2025-10-01", f"email:{EMAIL}"),
        person("kin", "2025-11-05", f"email:{EMAIL}", given_name="Victor", surname="Delgado", birth_date="1963-09-28"),
        person("old", "2010-01-01", f"email:{EMAIL}"),
        person("acc2", "2025-12-02", "!login:u2", "phone:+46701234567", given_name="Rosa", surname="Delgado"),
        person("web", "2025-12-03", "login:u1", "cookie:c1"),
    )
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    with store.reading(LOCAL) as reader:
        return {row["record_id"]: row["id"] for row in reader.scan("record").to_pylist()}


def derived(store: GraphStore) -> dict[str, list[dict[str, Any]]]:
    """Everything that a resolve derives."""
    with store.reading(LOCAL) as reader:
        return {name: reader.scan(name).to_pylist() for name in DERIVED}


def agrees_with_a_resolve(store: GraphStore) -> None:
    """A resolve of everything finds nothing to change."""
    before = derived(store)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True)
    assert derived(store) == before


def confirm(store: GraphStore, subject: int, space: str, value: str, **more: Any) -> Confirmed:
    """A proof at a time of its own."""
    return confirm_identity(store, LOCAL, subject, space, value, **{"at": WHEN, "clock": Ticking(), **more})


def sureness(store: GraphStore, one: int, other: int) -> float:
    """How sure it is that two records are one."""
    with store.reading(LOCAL) as reader:
        return entities(reader, LOCAL, [one], 0.5)[one].sureness(one, other)


def together(store: GraphStore, *names: str) -> bool:
    """All of these records are one person."""
    with store.reading(LOCAL) as reader:
        return any({f"crm/{name}" for name in names} <= group for group in groups(reader))


def test_a_code_on_an_email_joins_those_that_carry_it_and_no_relative(store: GraphStore) -> None:
    number = fill(store)
    before = {name: sureness(store, number["acc1"], number[name]) for name in ("shop", "news")}
    found = confirm(store, number["acc1"], "email", EMAIL, method="code", proof="otp-77")
    assert {*found.proven} == {number["shop"], number["news"]}
    assert found.apart == {number["kin"]: "it has another given name",
                           number["old"]: "it was carried too long before or after"}  # fmt: skip
    assert together(store, "acc1", "shop", "news", "web")
    for name, unsure in before.items():
        assert sureness(store, number["acc1"], number[name]) > max(unsure, 0.9999)
    assert sureness(store, number["acc1"], number["kin"]) < 0.9999
    with store.reading(LOCAL) as reader:
        said = reader.scan("judged").to_pylist()
        proof = reader.get("record", "id", [found.record])[0]
        stage = reader.get("person", "id", [number["acc1"]])[0]["stage"]
        carried = reader.get("carries", "start", [found.record])
    assert {(row["authority"], row["at"], row["by"], row["why"]) for row in said} == {
        ("code", WHEN, LOCAL.principal, "code on the email, proof otp-77")
    }
    assert [(row["verified"], row["first_seen"], row["last_seen"]) for row in carried] == [(True, WHEN, WHEN)]
    assert EMAIL not in proof["key"]
    assert stage == "verified"
    agrees_with_a_resolve(store)


def test_a_login_proves_all_that_log_in_with_it_whatever_their_names(store: GraphStore) -> None:
    number = fill(store)
    put(store, person("app", "2025-12-09", "login:u1", given_name="Victor"))
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    found = confirm(store, number["acc1"], "login", "u1")
    assert len(found.proven) == 2
    assert together(store, "acc1", "web", "app")


def test_a_phone_proves_that_it_is_held_and_not_who_else_is_one(store: GraphStore) -> None:
    number = fill(store)
    found = confirm(store, number["acc2"], "phone", "+46701234567", method="code")
    assert found.proven == ()
    assert found.apart == {number["shop"]: "a phone may be shared"}
    agrees_with_a_resolve(store)


def test_two_verified_logins_part_what_was_one(store: GraphStore) -> None:
    number = fill(store)
    judge(store, LOCAL, number["acc1"], number["acc2"], Verdict.SAME, "login", clock=Ticking())
    assert together(store, "acc1", "acc2")
    confirm(store, number["acc1"], "login", "u1")
    assert not together(store, "acc1", "acc2")
    agrees_with_a_resolve(store)


def test_it_outlives_rebuild_deletion_reload_and_is_taken_back_whole(store: GraphStore) -> None:
    number = fill(store)
    before = derived(store)
    shown = confirm(store, number["acc1"], "email", EMAIL, preview=True)
    assert derived(store) == before
    done = confirm(store, number["acc1"], "email", EMAIL)
    assert done.outcome == shown.outcome
    resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking())
    assert together(store, "acc1", "shop", "news")
    delete_record(store, LOCAL, "crm", "news", Ticking())
    delete_record(store, LOCAL, "crm", "acc1", Ticking())
    row = person("acc1", "2026-02-01", "login:u1", f"email:{EMAIL}", given_name="Rosa", surname="Delgado")
    ingest(store, LOCAL, batch([row, person("news", "2026-02-01", f"email:{EMAIL}")]), Ticking())
    assert together(store, "acc1", "shop", "news")
    agrees_with_a_resolve(store)
    withdraw_confirmation(store, LOCAL, number["acc1"], "email", EMAIL, clock=Ticking())
    with store.reading(LOCAL) as reader:
        assert reader.count("judged") == 0
    agrees_with_a_resolve(store)
    with pytest.raises(NotFound):
        withdraw_confirmation(store, LOCAL, number["acc1"], "email", EMAIL)


def test_taken_back_at_once_everything_is_as_before(store: GraphStore) -> None:
    number = fill(store)
    before = derived(store)
    confirm(store, number["acc1"], "email", EMAIL)
    confirm(store, number["acc1"], "email", EMAIL, at="2026-01-09T00:00:00+00:00", method="code")
    withdraw_confirmation(store, LOCAL, number["acc1"], "email", EMAIL, clock=Ticking())
    assert derived(store) == before


def test_proofs_are_labels_when_the_model_is_trained(store: GraphStore) -> None:
    number = fill(store)
    confirm(store, number["acc1"], "email", EMAIL)
    resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking())
    with store.reading(LOCAL) as reader:
        model = stored_model(reader, Kind.PERSON)
    assert model is not None
    assert model.training["judged"] == 3


def test_after_the_next_question_is_answered_its_doubt_is_gone(store: GraphStore) -> None:
    number = fill(store)
    with store.reading(LOCAL) as reader:
        entity = entities(reader, LOCAL, [number["acc1"]], 0.95)[number["acc1"]]
        asked = next_question(reader, LOCAL, entity, number["acc1"])
        doubtful = {one.records for one in doubts(entity, number["acc1"])}
    assert asked is not None
    found = confirm(store, number["acc1"], asked.identifier["namespace"], asked.identifier["value"])
    settled = {one for one in doubtful if not {*found.proven}.isdisjoint(one)}
    assert len(settled) == asked.links > 0
    with store.reading(LOCAL) as reader:
        entity = entities(reader, LOCAL, [number["acc1"]], 0.95)[number["acc1"]]
        left = {record for one in doubts(entity, number["acc1"]) for record in one.records}
        again = next_question(reader, LOCAL, entity, number["acc1"])
    assert left.isdisjoint(found.proven)
    assert again is None or again.identifier != asked.identifier


def test_what_can_not_be_confirmed_says_so(store: GraphStore) -> None:
    with pytest.raises(NotFound):
        confirm(store, 7, "email", EMAIL)
    put(store, person("a", "2025-01-01", f"email:{EMAIL}"))
    with pytest.raises(ModelError, match="never resolved"):
        confirm(store, 1, "email", EMAIL)
    for wrong in ({"space": "shoe"}, {"value": "no address"}, {"method": "hearsay"}, {"at": "yesterday"}):
        said = {"space": "email", "value": EMAIL, **wrong}
        with pytest.raises(QueryError):
            confirm(store, 1, **said)


def test_what_is_confirmed_and_taken_back_goes_out_as_changes(store: GraphStore) -> None:
    number = fill(store)
    found = confirm(store, number["acc1"], "email", EMAIL, method="code", proof="otp-77")
    withdraw_confirmation(store, LOCAL, number["acc1"], "email", EMAIL, clock=Ticking())
    with store.reading(LOCAL) as reader:
        rows = [row for row in reader.scan("change").to_pylist() if row["kind"] in ("confirmed", "withdrawn")]
    told = {kind: [json.loads(row["entry"])["records"] for row in rows if row["kind"] == kind] for kind in
            ("confirmed", "withdrawn")}  # fmt: skip
    pairs = [sorted((number["acc1"], other)) for other in (found.record, *found.proven)]
    expected = sorted([encode_id("record", one) for one in pair] for pair in pairs)
    assert sorted(told["confirmed"]) == expected
    assert sorted(told["withdrawn"]) == expected
