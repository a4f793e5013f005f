"""What a source lists side by side is kept apart, however alike it looks; a steward may say otherwise."""

from typing import Any

import pyarrow as pa
import pytest
from batches import Ticking, person, put
from sisters import company as sister
from sisters import house

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.memberships import memberships
from spine.pipeline.resolve import resolve
from spine.ports import Cause, GraphStore, arrow_schema

HOME = {
    "surname": "Ashworth", "birth_date": "2001-03-14", "street": "Elm Street", "house_number": "118",
    "city": "Rochester", "postcode": "55901", "phone": "+15072890411",
}  # fmt: skip


def member(record_id: str, given: str, *, family: str | None = None, account: str | None = None, **more: str) -> Any:
    """Somebody of that home, listed in a family or an account."""
    relation = {"kind": "family", "namespace": "record", "value": f"crm/{family}"}
    rest = dict.fromkeys(("share", "role", "valid_from", "valid_to"))
    said = {"relations": [{**relation, **rest}]} if family else {}
    held = [f"account:{account}"] if account else []
    return person(record_id, "2025-01-01", *held, "phone:+15072890411", given_name=given, **{**HOME, **said, **more})


def others() -> list[Any]:
    """Enough strangers for the home to be telling."""
    names = ("Annabel", "Benedict", "Clarence", "Dorothea", "Ezekiel", "Florence")
    return [
        person(f"o{n}", "2025-01-01", given_name=names[n % 6], surname=f"Stranger{n}", birth_date=f"19{n + 40}-01-02")
        for n in range(40)
    ]


def entities(store: GraphStore) -> dict[str, str]:
    """The person of each record."""
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    with store.reading(LOCAL) as reader:
        return {row["record_id"]: row["entity_id"] for row in memberships(reader, "person", 0.5).to_pylist()}


def test_twins_are_taken_for_one_where_no_source_lists_both(store: GraphStore) -> None:
    put(store, *others(), member("1", "Ethan"), member("2", "Evan"))
    found = entities(store)
    assert found["1"] == found["2"]


@pytest.mark.parametrize("listed", [{"family": "head"}, {"account": "a5f0c1d2"}])
def test_members_of_one_list_are_apart(store: GraphStore, listed: dict[str, str]) -> None:
    put(store, *others(), member("head", "Ruth", birth_date="1973-07-30"),
        member("1", "Ethan", **listed), member("2", "Evan", **listed))  # fmt: skip
    found = entities(store)
    assert len({found["1"], found["2"], found["head"]}) == 3


def test_who_names_another_as_family_is_not_that_one(store: GraphStore) -> None:
    put(store, *others(), member("1", "Ethan"), member("2", "Evan", family="1"))
    found = entities(store)
    assert found["1"] != found["2"]


def test_one_may_be_listed_twice_and_by_two_sources(store: GraphStore) -> None:
    put(store, *others(), member("1", "Ethan", family="head"), member("2", "Ethan", family="head"),
        member("3", "Evan", family="head", source="shop"))  # fmt: skip
    found = entities(store)
    assert found["1"] == found["2"]


def test_a_steward_outweighs_the_list_and_nothing_is_reported(store: GraphStore) -> None:
    put(store, *others(), member("1", "Ethan", family="head"), member("2", "Evan", family="head"))
    with store.writing(LOCAL, Cause("judgement")) as writer:
        start, end = sorted(row["id"] for row in writer.get("record", "key", ["crm/1", "crm/2"]))
        row = {
            "start": start, "end": end, "authority": "steward", "at": "2025-05-01",
            "verdict": "same", "by": "me", "why": "",
        }  # fmt: skip
        writer.put("judged", pa.Table.from_pylist([row], schema=arrow_schema("judged")))
    found = entities(store)
    assert found["1"] == found["2"]
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking()).refused == []


def company(record_id: str, name: str, *, owner: tuple[str, str] | None = None, **more: str) -> Any:
    """A company of one group: alike in name, town and web site."""
    rest = dict.fromkeys(("share", "role", "valid_from", "valid_to"))
    said = [{"kind": "subsidiary_of", "namespace": owner[0], "value": owner[1], **rest}] if owner else []
    held = [f"customer:{record_id}"] + ([f"tax_id:{more.pop('tax')}"] if "tax" in more else [])
    seat = {"street": "Harbour Street", "house_number": "5", "city": "Hull", "website": "nordwind.example"}
    row = person(
        record_id, more.pop("at", "2025-01-01"), *held, kind="organisation", organisation_name=name, **seat, **more
    )
    return {**row, "relations": said, "source": "erp"}


def companies(store: GraphStore) -> dict[str, str]:
    """The organisation of each record."""
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    with store.reading(LOCAL) as reader:
        return {row["record_id"]: row["entity_id"] for row in memberships(reader, "organisation", 0.5).to_pylist()}


@pytest.mark.parametrize("owner", [("customer", "A1"), ("record", "erp/A1")])
def test_a_company_is_not_its_owner(store: GraphStore, owner: tuple[str, str]) -> None:
    put(store, company("A1", "Nordwind Ltd"), company("A2", "Nordwind Ltd"))
    found = companies(store)
    assert found["A1"] == found["A2"]
    put(store, company("A2", "Nordwind Ltd", owner=owner, at="2025-02-01"))
    found = companies(store)
    assert found["A1"] != found["A2"]
    with store.reading(LOCAL) as reader:
        assert reader.count("subsidiary_of") == 1


def test_two_that_name_one_owner_may_be_one(store: GraphStore) -> None:
    put(store, company("A1", "Nordwind Ltd"), company("A2", "Nordwind Ltd", owner=("customer", "A1")),
        company("A3", "Nordwind Ltd", owner=("customer", "A1")))  # fmt: skip
    found = companies(store)
    assert found["A2"] == found["A3"] != found["A1"]


def test_two_of_one_owner_with_numbers_of_their_own_are_two(store: GraphStore) -> None:
    put(store, *house())
    found = companies(store)
    assert len({found["A1"], found["A2"], found["A3"]}) == 3
    assert found["A4"] in (found["A2"], found["A3"]), "a tax number of another country says nothing"
    with store.reading(LOCAL) as reader:
        assert reader.count("subsidiary_of") == 2


def test_one_number_in_common_says_more_than_another_that_differs(store: GraphStore) -> None:
    put(store, house()[0], sister("A2", "Nordwind Ltd", "tax_id:DE238845123", "register:GB 7654321"),
        sister("A3", "Nordwind Ltd", "tax_id:DE811907980", "register:GB 7654321"))  # fmt: skip
    found = companies(store)
    assert found["A2"] == found["A3"]


def test_who_names_as_owner_what_it_carries_itself_says_nothing(store: GraphStore) -> None:
    tax = "GB123456789"
    put(store, company("A1", "Nordwind Ltd", tax=tax), company("A2", "Nordwind Ltd", tax=tax, owner=("tax_id", tax)))
    found = companies(store)
    assert found["A1"] == found["A2"]
