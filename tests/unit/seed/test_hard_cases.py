"""Each named hard case has its records in the world, and its expectation agrees with the truth."""

import csv
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from seed.hard_cases import Case, cases
from seed.world import World, build

WANTED = {
    "twins", "namesakes", "father_and_son", "flatmates", "student_tower", "two_homes", "married_and_moved",
    "sole_trader", "ownership_loop", "joint_venture", "held_together",
    "call_centre_phone", "test_email", "recycled_phone",
    "shared_browser", "anonymous_visitor", "accents", "umlauts", "transliteration", "hyphens", "divorced_parents",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world"), 300, 3)


@pytest.fixture(scope="module")
def document(world: World) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(world.hard_cases.read_text(encoding="utf-8"))
    return found


def _truth(*paths: Path) -> dict[str, str]:
    out: dict[str, str] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            out |= {f"{row['source']}/{row['record_id']}": row["entity_id"] for row in csv.DictReader(file)}
    return out


def test_all_wanted_cases_are_there(document: dict[str, dict[str, Any]]) -> None:
    assert set(document) >= WANTED
    assert list(document) == [case.name for case in cases()]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_case_agrees_with_the_truth(case: Case, world: World, document: dict[str, dict[str, Any]]) -> None:
    found = document[case.name]
    entity = _truth(world.truth_person, world.truth_organisation)
    household = _truth(world.truth_household)
    assert len(found["records"]) == len(set(found["records"])) == len(case.rows) >= 2
    assert [entity[key] for key in found["records"]] == [row["entity"] for row in case.rows]
    for group in found.get("same", []):
        assert len(group) > 1
        assert len({entity[key] for key in group}) == 1
    for left, right in combinations(found.get("different", []), 2):
        assert entity[left] != entity[right]
    homes = [{household[key] for key in group} for group in found.get("household", [])]
    assert all(len(home) == 1 and "" not in home for home in homes)
    assert len(set().union(*homes)) == len(homes)
    assert found["why"].endswith(".")


def test_parents_of_the_cases(world: World, document: dict[str, dict[str, Any]]) -> None:
    entity = _truth(world.truth_organisation)
    with world.truth_parent.open(encoding="utf-8", newline="") as file:
        parents = {row["entity_id"]: row["ultimate_parent"] for row in csv.DictReader(file)}
    seen = 0
    for found in document.values():
        for child, top in found.get("parent", {}).items():
            seen += 1
            assert parents[entity[child]] == (entity[top] if top else "")
    assert seen >= 8


def test_the_records_carry_what_makes_them_hard(world: World, document: dict[str, dict[str, Any]]) -> None:
    """The rows of the twins, read from the export itself, agree in everything but the given name."""
    with (world.folder / "crm.csv").open(encoding="utf-8", newline="") as file:
        crm = {f"crm/{row['CustomerID']}": row for row in csv.DictReader(file)}
    twins = [crm[key] for key in document["twins"]["records"] if key in crm]
    shared = ("LastName", "DateOfBirth", "Street", "City", "Zip")
    assert len(twins) == 2
    assert len({tuple(row[name] for name in shared) for row in twins}) == 1
    assert len({row["FirstName"] for row in twins}) == 2
    tower = [row for row in crm.values() if row["Street"] == "900 College Park Way"]
    assert len(tower) > 20
    assert {row["Unit"] for row in tower} == {""}
