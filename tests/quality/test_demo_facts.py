"""What the demo world says of persons beside who they are: stage, consents, relations, employers, owners, visits."""

import csv
import json
from collections import defaultdict
from typing import Any

from spine.access.context import LOCAL
from spine.explore.events import timelines
from spine.explore.identities import identity
from spine.explore.membership import resolve
from spine.settings import DEFAULT_CONFIDENCE

PASSING = {"cookie", "ip", "order", "ticket", "address"}
DEVICES = {"device", "mobile_token"}


def people_of(demo: Any, case: str) -> list[int]:
    """The person of each record of a case, in its order."""
    return [demo.number[key] for key in demo.cases[case]["records"]]


def test_stage_is_the_furthest_that_a_person_came_to(demo: Any) -> None:
    records = {row["id"]: json.loads(row["fields"]) for row in demo.rows("record", "id", "fields")}
    person = {row["start"]: row["end"] for row in demo.rows("resolves_to_person", "start", "end")}
    spaces: dict[int, set[str]] = defaultdict(set)
    verified = set()
    for row in demo.rows("carries", "start", "namespace", "verified"):
        if row["start"] in person:
            spaces[person[row["start"]]].add(row["namespace"])
            if row["verified"]:
                verified.add(person[row["start"]])
    named = {person[record] for record, fields in records.items() if record in person and "surname" in fields}
    counted: dict[str, int] = defaultdict(int)
    for row in demo.rows("person", "id", "stage", "name"):
        known = spaces[row["id"]] - PASSING
        if row["id"] in verified:
            expected = "verified"
        elif known - DEVICES or row["id"] in named:
            expected = "registered"
        else:
            expected = "pseudonymous" if known else "anonymous"
            assert row["name"] is None
        assert row["stage"] == expected
        counted[expected] += 1
    assert min(counted[stage] for stage in ("verified", "registered", "pseudonymous", "anonymous")) > 100


def test_newest_word_on_each_purpose_is_the_consent(demo: Any) -> None:
    said: dict[str, list[tuple[str, bool, str]]] = defaultdict(list)
    with (demo.world.folder / "consents.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said[row["principal"]].append((row["at"], row["event"] == "withdrawn", row["purpose"]))
    login = {
        row["id"]: row["value"]
        for row in demo.rows("identifier", "id", "namespace", "value")
        if row["namespace"] == "login"
    }
    person = {row["start"]: row["end"] for row in demo.rows("resolves_to_person", "start", "end")}
    words: dict[int, set[tuple[str, bool, str]]] = defaultdict(set)
    for row in demo.rows("carries", "start", "end"):
        words[person.get(row["start"], -1)].update(said[login.get(row["end"], "")])
    asked = {purpose for rows in said.values() for _, _, purpose in rows}
    withdrawn = 0
    for row in demo.rows("person", "id", "consents"):
        last = {purpose: taken_back for _, taken_back, purpose in sorted(words[row["id"]])}
        assert set(row["consents"]) & asked == {purpose for purpose, taken_back in last.items() if not taken_back}
        withdrawn += sum(last.values())
    assert withdrawn > 50


def test_two_logins_on_one_browser_are_two_persons_who_share_a_device(demo: Any) -> None:
    anna, tom, anna_online, tom_online = people_of(demo, "shared_browser")
    assert (anna, tom) == (anna_online, tom_online)
    assert anna != tom
    edges = demo.rows("related_to", "start", "end", "kind", "evidence")
    shared = [row for row in edges if {row["start"], row["end"]} == {anna, tom}]
    assert [row["kind"] for row in shared] == ["shares_device"]
    assert [said["namespace"] for said in json.loads(shared[0]["evidence"])] == ["cookie"]


def test_a_call_centre_and_a_placeholder_relate_nobody(demo: Any) -> None:
    strangers = {*people_of(demo, "call_centre_phone"), *people_of(demo, "test_email")}
    related = [row for row in demo.rows("related_to", "start", "end") if {row["start"], row["end"]} <= strangers]
    assert related == []
    assert len(strangers) == 12


def test_no_event_is_lost_because_its_carrier_was_seen_later(demo: Any) -> None:
    events = {row["id"]: row["kind"] for row in demo.rows("event", "id", "kind")}
    with demo.store.reading(LOCAL) as reader:
        records = [row["id"] for row in demo.rows("record", "id", "live") if row["live"]]
        entities = {one.id: one for one in resolve(reader, LOCAL, records, DEFAULT_CONFIDENCE).values()}
        found = timelines(reader, LOCAL, list(entities.values()))
    seen = {one.row["id"] for timeline in found.values() for one in timeline.happenings}
    assert len(seen) == len(events)


def test_what_a_visitor_did_before_the_login_is_the_persons(demo: Any) -> None:
    with demo.store.reading(LOCAL) as reader:
        found = identity(reader, LOCAL, "cookie", "ck.anonymous000001", DEFAULT_CONFIDENCE).candidates
        assert {candidate.entity.id for candidate in found} == set(people_of(demo, "anonymous_visitor"))
        entity = found[0].entity
        visits = [
            happening.row["at"]
            for happening in timelines(
                reader,
                LOCAL,
                [entity],
            )[entity.id].happenings
            if happening.namespace == "cookie"
        ]
    assert min(visits) < "2025-06-11" < max(visits)
    card = next(row for row in demo.rows("person", "id", "stage", "name") if row["id"] == entity.id)
    assert (card["stage"], card["name"]) == ("verified", "Ben Archer")


def test_staff_are_employed_by_the_company_of_that_number(demo: Any) -> None:
    with (demo.world.folder / "register.jsonl").open(encoding="utf-8") as file:
        entries = [json.loads(line) for line in file]
    company = {entry["registerNumber"]: demo.number[f"register/{entry['entry']}"] for entry in entries}
    jobs = {
        (row["start"], row["end"]): row
        for row in demo.rows("employed_by", "start", "end", "declared", "role", "valid_from", "valid_to", "weight")
    }
    with (demo.world.folder / "hr.csv").open(encoding="utf-8", newline="") as file:
        staff = list(csv.DictReader(file))
    known = [row for row in staff if row["EMPLOYER_NO"] in company]
    assert len(known) > 0.95 * len(staff)
    for row in known:
        job = jobs[demo.number[f"hr/{row['EMP_NO']}"], company[row["EMPLOYER_NO"]]]
        assert job["declared"]
        assert job["weight"] >= 0.99
    laura = jobs[people_of(demo, "married_and_moved")[0], company["GB-99000001"]]
    assert (laura["role"], laura["valid_from"], laura["valid_to"]) == ("analyst", "2016-01-04", None)


def test_family_of_one_contract_is_related_and_free_mail_employs_nobody(demo: Any) -> None:
    grace, daniel, *_ = people_of(demo, "two_homes")
    kinds = {
        row["kind"]
        for row in demo.rows("related_to", "start", "end", "kind")
        if {row["start"], row["end"]} == {grace, daniel}
    }
    assert kinds == {"family", "shares_account"}
    assert grace not in {row["start"] for row in demo.rows("employed_by", "start")}


def test_members_of_two_homes_have_their_roles_and_reasons(demo: Any) -> None:
    members = demo.rows("member_of", "start", "end", "role", "evidence")
    clara, mia, peter, _ = people_of(demo, "divorced_parents")
    at_home = {person: [row for row in members if row["start"] == person] for person in (clara, mia, peter)}
    assert {person: {row["role"] for row in rows} for person, rows in at_home.items()} == {
        clara: {"head"}, mia: {"child"}, peter: {"head"},
    }  # fmt: skip
    homes = {person: {row["end"] for row in rows} for person, rows in at_home.items()}
    assert homes[mia] == homes[clara] | homes[peter]
    assert len(homes[mia]) == 2
    for row in at_home[mia]:
        assert {"address", "family", "account"} <= {said["kind"] for said in json.loads(row["evidence"])}


def test_both_parents_of_a_joint_venture_are_kept_and_neither_controls(demo: Any) -> None:
    left, right, venture = people_of(demo, "joint_venture")
    edges = [
        row for row in demo.rows("subsidiary_of", "start", "end", "share", "controlling") if row["start"] == venture
    ]
    assert sorted((row["end"], row["share"], row["controlling"]) for row in edges) == [
        (left, 50.0, False), (right, 50.0, False),
    ]  # fmt: skip
    found = next(row for row in demo.rows("organisation", "id", "ultimate", "parents") if row["id"] == venture)
    assert (found["ultimate"], found["parents"]) == (venture, 2)


def test_the_loop_of_owners_is_reported_once(demo: Any) -> None:
    assert demo.report.cycles == 1
    rows = demo.rows("organisation", "id", "cycle", "ultimate")
    ring = set(people_of(demo, "ownership_loop"))
    assert {row["id"] for row in rows if row["cycle"]} == ring
    assert {row["ultimate"] for row in rows if row["id"] in ring} == {min(ring)}
