"""Households over time: moves, second homes, and who stays the same household."""

import pyarrow.compute as pc
from household_world import family_that_moves, home, neighbours, together, world

from spine.resolution.household_tables import tables
from spine.resolution.households import households


def test_two_homes_are_two_households_of_one_person() -> None:
    rows = [
        {"person": "mum", "surname": "quintana", **home("8", "elm st")},
        {"person": "dad", "surname": "lindqvist", **home("90", "harbour view dr")},
        {"person": "child", "surname": "quintana", **home("8", "elm st")},
        {"person": "child", "surname": "quintana", **home("90", "harbour view dr")},
        *neighbours(),
    ]
    resolved = world(rows)
    found = households(resolved)
    assert found.of_row[:4].tolist() == [1, 2, 1, 2]
    made = tables(resolved, found)
    child = made.member_of.filter(pc.equal(made.member_of["start"], 3))
    assert child["end"].to_pylist() == [1, 2]


def test_who_moves_together_keeps_the_household() -> None:
    assert together([*family_that_moves("2023-05-01"), *neighbours()])[:6] == [1] * 6


def test_two_homes_at_the_same_time_are_no_move() -> None:
    rows = family_that_moves("2019-03-01")
    assert together([*rows, *neighbours()])[:6] == [1, 1, 1, 4, 4, 4]


def test_one_who_moves_out_founds_a_household() -> None:
    rows = family_that_moves("2023-05-01")[:4]
    assert together([*rows, *neighbours()])[:4] == [1, 1, 1, 4]


def test_family_follows_the_one_who_moved_first_but_not_a_child() -> None:
    mover = {"person": "a", "surname": "quintana", "at": "2023-05-01", **home("90", "harbour view dr")}
    family = family_that_moves("2023-05-01")[:3]
    for declared, found in (("partner", [1, 1, 1, 1]), ("child", [1, 1, 1, 4])):
        family[0] = {**family[0], "household_role": declared, "family": [("customer", "c2")]}
        family[1] = {**family[1], "carries": [("customer", "c2")]}
        assert together([*family, mover, *neighbours()])[:4] == found


def test_one_person_alone_at_two_homes_is_one_household() -> None:
    rows = [
        {"person": "a", "surname": "quintana", "at": day, **home(*where)}
        for day, where in (
            ("2019-03-01", ("8", "elm st")), ("2020-03-01", ("90", "harbour view dr")), ("2021-03-01", ("8", "elm st")),
        )
    ]  # fmt: skip
    assert together([*rows, *neighbours()])[:3] == [1, 1, 1]


def test_what_relates_two_who_live_together_does_not_move_one_into_the_others_second_home() -> None:
    rows = family_that_moves("2019-06-01")[:4]
    rows[3] = {**rows[3], "at": "2019-04-01"}
    stayed = {**rows[0], "at": "2020-01-01"}
    for row in rows:
        row |= {"carries": [("account", "x1")]}
    assert together([*rows, stayed, *neighbours()])[:5] == [1, 1, 1, 4, 1]
