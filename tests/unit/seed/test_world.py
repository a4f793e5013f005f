"""The demo world is the same every time, its truth covers it, and nothing in it points into the void."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from loaders.files import FileSource
from loaders.mapping import Mapping
from loaders.senzing import SenzingSource
from seed.hard_cases.households import HOUSEHOLDS, SHARED_CARD
from seed.world import World, WorldSource, build
from spine.errors import InputError

Truth = dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world"), 400, 7)


@pytest.fixture(scope="module")
def loaded(world: World) -> dict[str, list[dict[str, Any]]]:
    """All rows of the world as the loaders read them, by `records`, `events`, `consents` and `rejects`."""
    out: dict[str, list[dict[str, Any]]] = {"records": [], "events": [], "consents": [], "rejects": []}
    for source in world.sources:
        for batch in _opened(source).batches():
            out["records"] += batch.records.to_pylist()
            out["events"] += batch.events.to_pylist()
            out["consents"] += batch.consents.to_pylist()
            out["rejects"] += [{"reject": reject} for reject in batch.rejects]
    return out


def _opened(source: WorldSource) -> FileSource | SenzingSource:
    if source.mapping is None:
        return SenzingSource(source.path)
    return FileSource(source.path, Mapping.read(source.mapping))


def _key(row: dict[str, Any]) -> str:
    return f"{row['source']}/{row['record_id']}"


def _truth(path: Path) -> Truth:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    truth = {_key(row): row["entity_id"] for row in rows}
    assert len(truth) == len(rows), f"{path.name} names a record twice"
    return truth


def _digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_same_seed_and_size_give_the_same_bytes(world: World, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from seed.world import build; build(Path(sys.argv[1]), 400, 7)"
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert _digest(tmp_path) == _digest(world.folder)


def test_another_seed_gives_another_world(world: World, tmp_path: Path) -> None:
    other = _digest(build(tmp_path, 400, 8).folder)
    same = {name for name, digest in _digest(world.folder).items() if other[name] == digest}
    assert all(name.endswith(".yaml") for name in same)


def test_every_row_is_read_and_none_rejected(world: World, loaded: dict[str, list[dict[str, Any]]]) -> None:
    assert loaded["rejects"] == []
    read = Counter(row["source"] for row in loaded["records"])
    for source in world.sources:
        if source.mapping is None or Mapping.read(source.mapping).records:
            assert read[source.name] == world.counts[source.path.name]
    assert len(read) >= 10


def test_truth_covers_each_record_exactly_once(world: World, loaded: dict[str, list[dict[str, Any]]]) -> None:
    person, organisation = _truth(world.truth_person), _truth(world.truth_organisation)
    kinds = {_key(row): row["kind"] for row in loaded["records"]}
    assert len(kinds) == len(loaded["records"])
    assert set(person) == {key for key, kind in kinds.items() if kind == "person"}
    assert set(organisation) == {key for key, kind in kinds.items() if kind == "organisation"}
    assert all(person.values())
    assert all(organisation.values())


def test_households_are_those_of_records_that_show_a_home_or_whose_case_says_so(
    world: World, loaded: dict[str, list[dict[str, Any]]]
) -> None:
    household = _truth(world.truth_household)
    assert set(household) == set(_truth(world.truth_person))
    cases = json.loads(world.hard_cases.read_text(encoding="utf-8"))
    stated = {key for case in HOUSEHOLDS for group in cases[case.name].get("household", []) for key in group}
    for row in loaded["records"]:
        if household.get(_key(row)) and _key(row) not in stated:
            assert row.get("street") or row.get("street_address")


def test_every_company_has_an_ultimate_parent_that_is_its_own(world: World) -> None:
    with world.truth_parent.open(encoding="utf-8", newline="") as file:
        parents = {row["entity_id"]: row["ultimate_parent"] for row in csv.DictReader(file)}
    assert set(_truth(world.truth_organisation).values()) <= set(parents)
    for entity, top in parents.items():
        assert not top or parents[top] == top, entity
    assert sum(not top for top in parents.values()) == 3, "only the ownership loop has no top"


def test_whatever_is_pointed_at_exists(loaded: dict[str, list[dict[str, Any]]]) -> None:
    carried = {(i["namespace"], i["value"]) for row in loaded["records"] for i in row["identifiers"]}
    carried |= {("record", _key(row)) for row in loaded["records"]}
    pointers = [*loaded["events"], *loaded["consents"], *(r for row in loaded["records"] for r in row["relations"])]
    assert len(pointers) > 1000
    assert [p for p in pointers if (p["namespace"], p["value"]) not in carried] == []


def test_times_lie_inside_the_world(loaded: dict[str, list[dict[str, Any]]]) -> None:
    for row in (*loaded["events"], *loaded["consents"]):
        assert "2011" < row["at"] < "2026-07-01", row
    for row in loaded["records"]:
        assert row["observed_at"] is None or "2011" < row["observed_at"] < "2026-07-01", row


def test_unique_identifiers_belong_to_one_entity_but_for_one_card(
    world: World, loaded: dict[str, list[dict[str, Any]]]
) -> None:
    truth = _truth(world.truth_person) | _truth(world.truth_organisation)
    owners: dict[tuple[str, str], set[str]] = {}
    for row in loaded["records"]:
        for identifier in row["identifiers"]:
            if identifier["namespace"] in {"login", "national_id", "loyalty", "lei", "register", "customer"}:
                pair = identifier["namespace"], identifier["value"]
                owners.setdefault(pair, set()).add(truth[_key(row)])
    shared = {pair: who for pair, who in owners.items() if len(who) > 1}
    (card,) = {row["loyalty"] for row in SHARED_CARD.rows if "loyalty" in row}
    assert shared == {("loyalty", card): {row["entity"] for row in SHARED_CARD.rows}}


def test_a_larger_world_has_more_of_everything(world: World, tmp_path: Path) -> None:
    larger = build(tmp_path, 1200, 7)
    assert all(larger.counts[name] > count for name, count in world.counts.items())


@pytest.mark.parametrize("persons", [1, 7])
def test_the_smallest_worlds_can_be_made(persons: int, tmp_path: Path) -> None:
    world = build(tmp_path, persons, 0)
    assert set(_truth(world.truth_household)) == set(_truth(world.truth_person))
    assert all(source.path.exists() for source in world.sources)


def test_a_world_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 persons"):
        build(tmp_path / "void", 0)
    assert not (tmp_path / "void").exists()
