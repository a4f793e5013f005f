"""Households from small worlds: who lives together, who does not, and why."""

import json
from itertools import pairwise
from typing import Any

import pytest
from household_world import NAMES, STREETS, TOWN, family_that_moves, home, neighbours, together, world
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.ports import arrow_schema
from spine.resolution.household_tables import tables
from spine.resolution.households import Households, households
from spine.resolution.resolved import Resolved


def test_a_couple_with_two_surnames_at_one_address_is_one_household() -> None:
    rows = [
        {"person": "a", "surname": "miller", **home("8", "elm st")},
        {"person": "b", "surname": "okafor", **home("8", "elm st")},
        *neighbours(),
    ]
    found = together(rows)
    assert found[0] == found[1] == 1
    assert len(set(found)) == 41


@pytest.mark.parametrize(
    "written",
    [
        home("814", "wostminster pl"),
        home("841", "westminster pl"),
        home("814", None),
        home(None, "westminster pl"),
        {**home("814", "westminster pl"), "city": "sprignfield"},
    ],
    ids=["street mistyped", "number mistyped", "street missing", "number missing", "city mistyped"],
)
def test_a_mistyped_or_shortened_address_keeps_a_family_together(written: dict[str, str | None]) -> None:
    rows = [
        {"person": "a", "surname": "quintana", **home("814", "westminster pl")},
        {"person": "b", "surname": "quintana", **written},
        *neighbours(),
    ]
    found = together(rows)
    assert found[0] == found[1]
    assert len(set(found)) == 41


@pytest.mark.parametrize("part", [{"house_number": "841"}, {"house_number": None}, {"street": None}])
def test_the_same_error_does_not_draw_in_a_stranger(part: dict[str, str | None]) -> None:
    rows = [
        {"person": "a", "surname": "quintana", **home("814", "westminster pl")},
        {"person": "b", "surname": "lindqvist", **(home("814", "westminster pl") | part)},
        *neighbours(),
    ]
    found = together(rows)
    assert found[0] != found[1]


def test_the_person_bridges_what_the_address_alone_can_not() -> None:
    rows = [
        {"person": "a", "surname": "quintana", **home("814", "westminster pl")},
        {"person": "b", "surname": "lindqvist", **home("814", "westminster pl")},
        {"person": "b", "surname": "lindqvist", **home(None, "westminster pl")},
        {"person": "b", "surname": "lindqvist", "po_box": "77", **TOWN},
        *neighbours(),
    ]
    assert together(rows)[:4] == [1, 1, 1, 1]


def test_numbered_streets_are_not_typing_errors_of_each_other() -> None:
    rows = [
        {"person": "a", "surname": "quintana", **home("814", "42nd st")},
        {"person": "b", "surname": "quintana", **home("814", "43rd st")},
        *neighbours(),
    ]
    found = together(rows)
    assert found[0] != found[1]


def test_units_of_one_building_are_homes_of_their_own() -> None:
    rows = [
        {"person": f"p{i}", "surname": NAMES[i], **home("1", "tower rd", unit=f"apt {i // 2}")} for i in range(10)
    ] + neighbours()
    found = together(rows)[:10]
    assert found == [1, 1, 3, 3, 5, 5, 7, 7, 9, 9]


def test_in_a_tower_without_unit_numbers_only_families_live_together() -> None:
    """Twenty surnames at one address: the address says next to nothing, the surname decides."""
    tower = [
        {"person": f"p{i}", "surname": f"{NAMES[i // 2 % 10]}{STREETS[i // 20]}", **home("1", "tower rd")}
        for i in range(40)
    ]
    found = together([*tower, *neighbours()])[:40]
    assert found == [i // 2 * 2 + 1 for i in range(40)]


def test_students_in_one_home_stay_apart_though_the_dwelling_type_is_told() -> None:
    students = [
        {
            "person": f"p{i}",
            "surname": f"{NAMES[i % 10]}{STREETS[i // 10]}",
            "dwelling_type": "student home",
            **home("1", "campus rd"),
        }
        for i in range(60)
    ]
    assert len(set(together(students))) == 60


@pytest.mark.parametrize(
    "says",
    [{"household_role": "Institutionalized group quarters population"}, {"dwelling_type": "Nursing home"}],
    ids=["role", "type"],
)
def test_residents_whom_a_source_counts_to_an_institution_are_one_household(says: dict[str, str]) -> None:
    residents = [
        {
            "person": f"p{i}",
            "surname": f"{NAMES[i % 10]}{STREETS[i // 10]}",
            **says,
            **home("1", "harbour view dr" if i else "harbour wiew dr"),
        }
        for i in range(60)
    ]
    resolved = world([*residents, *neighbours()])
    found = households(resolved)
    assert set(found.of_row[:60].tolist()) == {1}
    made = tables(resolved, found)
    evidence = {json.loads(row)[0]["kind"] for row in made.member_of["evidence"].to_pylist()[:60]}
    assert evidence == {"institution"}


def test_a_mistyped_word_of_the_street_is_the_same_street() -> None:
    rows = [
        {"person": "a", "surname": "quintana", **home("8", "washington buolevard")},
        {"person": "a", "surname": "quintana", **home("8", "washington blvd")},
        {"person": "b", "surname": "lindqvist", **home("8", "washington blvd")},
    ]
    assert together([*rows, *neighbours()])[:3] == [1, 1, 1]


def test_the_words_of_a_contract_are_roles_in_a_household() -> None:
    rows = [
        {"person": name, "surname": "quintana", "household_role": role, **home("8", "elm st")}
        for name, role in (("a", "Subscriber"), ("b", "Spouse"), ("c", "Dependent"))
    ]
    resolved = world([*rows, *neighbours()])
    members = tables(resolved, households(resolved)).member_of
    assert members["role"].to_pylist()[:3] == ["head", "adult", "child"]


def test_the_next_tenant_is_not_a_flatmate() -> None:
    rows = [
        {"person": "a", "surname": "quintana", "at": "2012-01-01", **home("8", "elm st")},
        {"person": "b", "surname": "lindqvist", "at": "2022-01-01", **home("8", "elm st")},
        *neighbours(),
    ]
    found = together(rows)
    assert found[0] != found[1]


def test_persons_without_an_address_who_share_an_account_and_a_surname_are_a_household() -> None:
    rows = [
        {"person": "a", "surname": "quintana", "carries": [("account", "x1")]},
        {"person": "b", "surname": "quintana", "carries": [("account", "x1")]},
        {"person": "c", "surname": "lindqvist", "carries": [("loyalty", "x2")]},
        {"person": "d", "surname": "okafor", "carries": [("cookie", "x3")]},
        *neighbours(),
    ]
    assert together(rows)[:4] == [1, 1, -1, -1]


def test_two_names_without_an_address_need_all_their_accounts_to_be_a_household() -> None:
    accounts = [("bank", "x1"), ("account", "x2"), ("phone", "x3")]
    rows = [
        {"person": "a", "surname": "quintana", "carries": accounts},
        {"person": "b", "surname": "lindqvist", "carries": accounts},
        {"person": "c", "surname": "okafor", "carries": [("bank", "x4")]},
        {"person": "d", "surname": "silva", "carries": [("bank", "x4")]},
        *neighbours(),
    ]
    resolved = world(rows)
    found = households(resolved)
    assert found.of_row[:4].tolist() == [1, 1, -1, -1]
    reasons = json.loads(tables(resolved, found).member_of["evidence"].to_pylist()[1])
    said = {reason["kind"]: reason["bits"] for reason in reasons}
    assert {"bank", "account", "address", "surname"} <= set(said)
    assert said["bank"] > 0 > said["address"]


def test_a_crowd_at_one_address_says_what_strangers_say_however_many_they_are() -> None:
    """More than a hundred records write it: a rare surname alone is not enough there, a declaration is."""
    names = [f"{NAMES[i % 10]}{STREETS[i // 10 % 10]}{i // 100}" for i in range(120)]
    crowd = [{"person": f"p{i}", "surname": name, "carries": [("customer", f"c{i}")], **home("1", "tower rd")}
             for i, name in enumerate(names)]  # fmt: skip
    crowd[3]["surname"] = crowd[4]["surname"] = "quintana"
    crowd[5]["family"] = [("customer", "c6")]
    found = together([*crowd, *neighbours()])
    assert found[3] != found[4]
    assert found[5] == found[6]
    assert len(set(found[:120])) == 119


def test_a_number_that_a_call_centre_leaves_brings_nobody_together() -> None:
    rows = [{"person": f"p{i}", "surname": "quintana", "carries": [("phone", "+15550000")]} for i in range(30)]
    assert together([*rows, *neighbours()])[:30] == [-1] * 30


def test_declared_family_in_a_crowded_building_is_a_household() -> None:
    tower = [{"person": f"p{i}", "surname": f"{NAMES[i % 10]}{STREETS[i // 10]}", **home("1", "tower rd"),
              "carries": [("customer", f"c{i}")]} for i in range(60)]  # fmt: skip
    tower[4]["family"] = [("customer", "c7")]
    found = together(tower)
    assert found[4] == found[7]
    assert len(set(found)) == 59


def test_a_higher_confidence_only_splits() -> None:
    resolved = world(
        [
            {"person": "a", "surname": "quintana", **home("814", "westminster pl")},
            {"person": "b", "surname": "quintana", **home(None, "westminster pl")},
            {"person": "c", "surname": "okafor", **home("814", "westminster pl")},
            *neighbours(),
        ]
    )
    cuts = [households(resolved, height) for height in (0, 4_248, 9_000, 15_000, 20_001)]
    for low, high in pairwise(cuts):
        pairs = set(zip(high.of_row.tolist(), low.of_row.tolist(), strict=True))
        assert len(pairs) == len({fine for fine, _ in pairs})
    assert len(set(cuts[0].of_row.tolist())) < len(set(cuts[-1].of_row.tolist()))


def mixed() -> list[dict[str, Any]]:
    return [
        *family_that_moves("2023-05-01"),
        {"person": "d", "surname": "okafor", **home("8", "elm st")},
        {"person": "e", "surname": "okafor", **home("8", "elm sf")},
        {"person": "f", "surname": "silva", "carries": [("loyalty", "77")]},
        {"person": "g", "surname": "silva", "carries": [("loyalty", "77")]},
        *neighbours(15),
    ]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(25)))
def test_the_order_of_records_changes_nothing(order: list[int]) -> None:
    def answer(resolved: Resolved) -> dict[int, int]:
        return dict(zip(resolved.ids.tolist(), households(resolved).of_row.tolist(), strict=True))

    assert answer(world(mixed(), list(order))) == answer(world(mixed()))


def test_an_empty_graph_has_no_households() -> None:
    resolved = world([])
    made = tables(resolved, households(resolved))
    for name in ("household", "member_of", "resides_in"):
        assert getattr(made, name).schema == arrow_schema(name)
        assert getattr(made, name).num_rows == 0


def described() -> tuple[Resolved, Households]:
    rows = [
        {"person": "a", "surname": "quintana", "at": "2024-01-01", "birth_date": "1980-05-05", "source": "crm",
         "household_role": "Reference person", "carries": [("loyalty", "77")], **home("8", "elm st")},
        {"person": "b", "surname": "quintana", "at": "2024-02-01", "age": "41", "source": "shop",
         **home("8", "elm st")},
        {"person": "c", "surname": "quintana", "at": "2024-03-01", "birth_date": "2015", **home("8", "elm st")},
        {"person": "d", "surname": "okafor", **home("8", "elm st")},
        *neighbours(),
    ]  # fmt: skip
    resolved = world(rows)
    return resolved, households(resolved)


def test_a_household_tells_its_facts() -> None:
    made = tables(*described())
    first = made.household.to_pylist()[0]
    assert first["cohesion"] > 0.95
    assert first["cohesion"] < 1
    del first["cohesion"]
    assert first == {
        "id": 1,
        "size": 4,
        "adults": 3,
        "region": None,
        "region_name": None,
        "postcode": "12345",
        "postcode_name": "12345",
        "address": "8 Elm St, Springfield, 12345",
        "namespaces": ["loyalty"],
        "sources": ["crm", "shop"],
        "valid_from": "2024-01-01",
        "valid_to": "2024-03-01",
    }
    for name in ("household", "member_of", "resides_in"):
        assert getattr(made, name).schema == arrow_schema(name)


def test_every_member_has_a_role_dates_and_reasons() -> None:
    made = tables(*described())
    members = made.member_of.to_pylist()[:4]
    assert [member["role"] for member in members] == ["head", "adult", "child", None]
    assert [member["valid_from"] for member in members] == ["2024-01-01", "2024-02-01", "2024-03-01", None]
    reasons = json.loads(members[1]["evidence"])
    assert {reason["kind"] for reason in reasons} == {"address", "surname"}
    assert {reason["with"] for reason in reasons} == {1}
    assert all(0.95 < member["weight"] < 1 for member in members)
    alone = made.member_of.to_pylist()[4]
    assert (alone["weight"], alone["evidence"]) == (1.0, "[]")
    assert made.resides_in["start"].to_pylist() == list(range(1, 45))


@pytest.mark.parametrize(
    ("number", "kind", "bits"),
    [("+493012345678", "landline", 7.0), ("+12025550123", "phone", 5.0), ("+4915112345678", "mobile", 4.0)],
)
def test_a_landline_says_more_than_a_number_of_either_sort_and_that_more_than_a_mobile(
    number: str, kind: str, bits: float
) -> None:
    rows = [
        {"person": name, "surname": surname, "carries": [("phone", number)], **home("8", "elm st")}
        for name, surname in (("a", "quintana"), ("b", "okafor"))
    ]
    resolved = world([*rows, *neighbours()])
    made = tables(resolved, households(resolved)).member_of.to_pylist()
    told = {one["kind"]: one["bits"] for one in json.loads(made[0]["evidence"])}
    assert {name: told.get(name) for name in ("landline", "phone", "mobile")} == {
        "landline": None, "phone": None, "mobile": None, kind: bits
    }  # fmt: skip


def test_two_without_an_address_and_a_surname_in_common_share_a_home_by_a_landline_not_by_a_mobile() -> None:
    for number, shared in (("+493012345678", True), ("+4915112345678", False)):
        carried = [("phone", number), ("email", "home@example.org")]
        rows = [{"person": name, "carries": carried} for name in ("a", "b")]
        one, other, *_ = together([*rows, *neighbours()])
        assert (one == other and one > 0) is shared


@pytest.mark.parametrize(("until", "bits"), [("2024-12-01", 1.0), ("2024-02-01", None), (None, None)])
def test_a_common_time_at_one_address_speaks_for_one_home(until: str | None, bits: float | None) -> None:
    rows = [
        {"person": name, "surname": surname, "at": at, **home("8", "elm st")}
        for name, surname in (("a", "quintana"), ("b", "okafor"))
        for at in ("2024-01-01", until)
        if at is not None
    ]
    resolved = world([*rows, *neighbours()])
    made = tables(resolved, households(resolved)).member_of.to_pylist()
    told = {one["kind"]: one["bits"] for one in json.loads(made[0]["evidence"])}
    assert told.get("dates") == bits
