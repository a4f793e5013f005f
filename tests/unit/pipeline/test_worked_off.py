"""What waits for its turn is the same as ever once it was worked off: homes, staff and consents."""

import pytest
from batches import Ticking, batch, person
from incremental import Incremental

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline import consenting, employers
from spine.pipeline.homes import write_households
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.resolve import resolve
from spine.pipeline.working_off import work_off
from spine.settings import Settings


@pytest.mark.parametrize("gone", ["company", "deleted"])
def test_whoever_is_no_person_any_more_has_no_home_once_homes_were_worked_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """Its record was corrected into a company's, or deleted, while the homes around it had to wait."""
    monkeypatch.setattr(write_households, "__defaults__", (1,))
    people = [
        person(f"p{at}", "2025-01-01", given_name=given, surname="Quist", street_address="PO Box 7", city="Lund")
        for at, given in enumerate(("Ann", "Ben", "Cy"))
    ]
    with open_store("memory:", settings) as store:
        clock = Ticking()
        resolve(store, LOCAL, open_engine("local"), "never", clock=clock)
        for row in people:
            ingest(store, LOCAL, batch([row]), clock, key="batches")
        work_off(store, LOCAL, clock)
        if gone == "deleted":
            delete_record(store, LOCAL, "crm", "p0", clock)
        else:
            company = person("p0", "2025-02-01", kind="organisation", organisation_name="Alder Ltd")
            ingest(store, LOCAL, batch([company]), clock, key="batches")
        work_off(store, LOCAL, clock)
        Incremental(store).teardown()


def test_staff_of_a_company_that_comes_late_is_worked_off(
    soon_crowded: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More persons than are looked at in one transaction wait for their employer, and have it when worked off."""
    monkeypatch.setattr(employers, "MOST_STAFF", 3)
    people = [person(f"p{at}", "2025-01-01", f"email:p{at}@alder.example", given_name=f"P{at}") for at in range(9)]
    company = {"kind": "organisation", "organisation_name": "Alder Ltd"}
    with open_store("memory:", settings) as store:
        clock = Ticking()
        ingest(store, LOCAL, batch(people), clock, key="batches")
        ingest(
            store, LOCAL, batch([person("o", "2025-01-01", "domain:alder.example", **company)]), clock, key="batches"
        )
        with store.reading(LOCAL) as reader:
            assert (reader.count("employed_by"), reader.count("touched")) == (0, 9)
        work_off(store, LOCAL, clock)
        with store.reading(LOCAL) as reader:
            assert (reader.count("employed_by"), reader.count("touched")) == (9, 0)
        ingest(
            store, LOCAL, batch([person("o", "2025-02-01", "domain:birch.example", **company)]), clock, key="batches"
        )
        work_off(store, LOCAL, clock)
        with store.reading(LOCAL) as reader:
            assert reader.count("employed_by") == 0
        Incremental(store).teardown()


def test_consents_at_what_very_many_carry_are_worked_off(
    soon_crowded: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is withdrawn at a shared address is withdrawn of all who carry it, once it is worked off."""
    monkeypatch.setattr(consenting, "CROWD", 2)
    names = [("Ann", "1980-05-01"), ("Ben", "1971-11-23"), ("Cy", "2006-05-01"), ("Dov", "1950-01-01")]
    people = [
        person(f"p{at}", "2025-01-01", "email:info@alder.example", f"loyalty:L{at}", given_name=given, birth_date=born)
        for at, (given, born) in enumerate(names)
    ]

    def say(status: str, value: str, at: str) -> None:
        row = {"source": "crm", "reference": f"form {value} {at}", "namespace": "loyalty", "value": value,
               "purpose": "news", "status": status, "at": at, "proof": None}  # fmt: skip
        if value.startswith("info"):
            row["namespace"] = "email"
        ingest(store, LOCAL, batch((), (), [row]), clock, key="batches")

    def agreed() -> list[int]:
        with store.reading(LOCAL) as reader:
            return [len(row["consents"]) for row in reader.scan("person").to_pylist()]

    with open_store("memory:", settings) as store:
        clock = Ticking()
        ingest(store, LOCAL, batch(people), clock, key="batches")
        for at in range(4):
            say("given", f"L{at}", "2025-02-01")
        assert agreed() == [1, 1, 1, 1]
        say("withdrawn", "info@alder.example", "2025-03-01")
        with store.reading(LOCAL) as reader:
            assert reader.count("touched") == 1
        work_off(store, LOCAL, clock)
        with store.reading(LOCAL) as reader:
            assert reader.count("touched") == 0
        assert agreed() == [0, 0, 0, 0]
        Incremental(store).teardown()
