"""`spine resolve`, `evaluate`, `export`, `model`, `run` on a small store, and `demo` on a small world."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

Spine = Callable[..., Any]
ROWS = """id,first_name,last_name,email,birth_date,city
1,Ann,Lee,ann.lee@example.com,1980-02-03,Leeds
2,Anne,Lee,ann.lee@example.com,1980-02-03,Leeds
3,Bob,Ray,bob@example.org,1971-12-30,York
"""
TRUTH = "record_id,entity_id\n1,a\n2,a\n3,b\n9,b\n"


@pytest.fixture
def resolved(spine: Spine, tmp_path: Path) -> Spine:
    (tmp_path / "people.csv").write_text(ROWS, "utf-8")
    (tmp_path / "truth.csv").write_text(TRUTH, "utf-8")
    assert spine("map", "people.csv", "-o", "people.yaml").code == 0
    assert spine("load", "people.csv", "--mapping", "people.yaml").code == 0
    assert spine("resolve").code == 0
    return spine


def test_resolving_again_writes_nothing(resolved: Spine) -> None:
    report = json.loads(resolved("resolve", "--json").out)
    assert (report["records"], report["persons"], report["written"]) == (3, 2, {})
    assert "Nothing changed." in resolved("resolve").out


def test_nothing_waits_where_nothing_was_too_much(resolved: Spine) -> None:
    assert "0 records worked off" in resolved("catch-up").out
    assert json.loads(resolved("catch-up", "--json").out) == {"worked": 0, "steps": 0, "left": 0}


def test_the_shape_of_the_graph(resolved: Spine) -> None:
    shape = json.loads(resolved("graph", "metrics", "--kind", "carries", "--json").out)
    assert (shape["nodes"], shape["links"], shape["components"]) == (5, 3, 2)
    assert (shape["hubs"][0]["label"], shape["highest_degree"]) == ("ann.lee@example.com", 2)
    assert "hubs" in resolved("graph", "metrics").out
    groups = json.loads(resolved("graph", "communities", "--json").out)
    assert (groups["method"], groups["count"], groups["largest"][0]["size"]) == ("louvain", 1, 2)
    assert "1 communities" in resolved("graph", "communities").out


def test_the_way_between_two_records(resolved: Spine) -> None:
    found = json.loads(resolved("graph", "path", "people/1", "people/2", "--kind", "carries", "--json").out)
    assert (found["steps"], [one["label"] for one in found["paths"][0]][1]) == (2, "ann.lee@example.com")
    assert "One way of 2 steps." in resolved("graph", "path", "people/1", "people/2", "--kind", "carries").out
    assert "No way" in resolved("graph", "path", "people/1", "people/3", "--kind", "carries").out
    assert resolved("graph", "path", "people/1", "email:nobody@example.org").code == 1
    assert resolved("graph", "metrics", "--kind", "nonsense").code == 2


def test_the_figures_of_a_truth(resolved: Spine) -> None:
    found = json.loads(resolved("evaluate", "--kind", "person", "--truth", "truth.csv", "--json").out)
    assert (found["confidence"], found["records"], found["missing"], found["entities"]) == (0.95, 4, 1, 2)
    assert (found["pairwise_precision"], found["pairwise_recall"]) == (1.0, 0.5)
    assert [row["confidence"] for row in found["at"]] == [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]
    assert found["calibration"]["links"] == 1
    text = resolved("evaluate", "--kind", "person", "--truth", "truth.csv", "--confidence", "0.7").out
    assert "0.7 *" in text
    assert "1 records of the truth are not in the store" in text


@pytest.mark.parametrize("command", [("evaluate", "--truth", "truth.csv"), ("export", "memberships", "--out", "h.csv")])
def test_households_stand_as_they_were_built(resolved: Spine, command: tuple[str, ...]) -> None:
    asked = (*command, "--kind", "household")
    assert resolved(*asked).code == resolved(*asked, "--confidence", "0.95").code == 0
    refused = resolved(*asked, "--confidence", "0.5")
    assert refused.code == 2
    assert "as they were built, at confidence 0.95" in refused.err
    assert json.loads(resolved(*asked, "--json").out)["confidence"] == 0.95


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_memberships_as_a_file(resolved: Spine, name: str) -> None:
    said = resolved("export", "memberships", "--kind", "person", "--confidence", "0.5", "--out", name)
    assert said.code == 0
    assert "3 records of 2 persons at confidence 0.5" in said.out
    if name.endswith(".csv"):
        assert Path(name).read_text("utf-8").startswith("source,record_id,entity_id\n")
        with Path(name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = parquet.read_table(name).to_pylist()
    assert [list(row) for row in rows] == [["source", "record_id", "entity_id"]] * 3
    entities = {row["record_id"]: row["entity_id"] for row in rows}
    assert entities["1"] == entities["2"] != entities["3"]
    assert all(entity.startswith("per_") for entity in entities.values())
    shown = json.loads(resolved("show", entities["1"], "--confidence", "0.5", "--json").out)
    assert {record["key"].split("/")[1] for record in shown["records"]} == {"1", "2"}


def test_the_model_can_be_read(resolved: Spine) -> None:
    model = json.loads(resolved("model", "show", "--kind", "person", "--json").out)
    assert model["kind"] == "person"
    assert {"name", "function", "levels"} <= set(model["comparisons"][0])
    text = resolved("model", "show").out
    assert "priors: declared by hand" in text
    assert model["version"] in text
    assert "calibration:" in text


def test_a_ready_made_operation_is_answered(resolved: Spine) -> None:
    said = resolved("run", "analysis/status")
    assert said.code == 0
    assert "data" in json.loads(said.out)
    assert "support/find-by-identifier" in resolved("run").out
    found = resolved("run", "support/find-by-identifier", "--var", "value=bob@example.org")
    assert json.loads(found.out)["data"]["identity"]["candidates"]
    refused = resolved("run", "support/find-by-identifier", "--var", "nothing")
    assert refused.code == 2
    assert "--var 'nothing' is not name=value" in refused.err


@pytest.mark.slow
def test_the_demo_says_what_came_out(spine: Spine) -> None:
    said = spine("demo", "--no-serve", "--size", "60", "--dir", "here", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert set(found["counts"]) == {
        "records", "identifiers", "matches", "persons", "households", "organisations", "ultimate_parents",
    }  # fmt: skip
    assert all(count > 0 for count in found["counts"].values())
    assert found["sources"] >= 10
    assert set(found["accuracy"]) == {"person", "household", "organisation"}
    assert found["accuracy"]["person"]["pairwise_precision"] > 0.9
    again = json.loads(spine("demo", "--no-serve", "--size", "60", "--dir", "here", "--json").out)
    assert again["counts"] == found["counts"]
    assert again["accuracy"] == found["accuracy"]


def test_a_household_says_how_sure_it_is_that_all_live_together(spine: Spine) -> None:
    rows = ["id,first name,last name,street,zip,city,country", "1,Ann,Lee,5 Elm Street,97401,Eugene,US",
            "2,Bob,Lee,5 Elm Street,97401,Eugene,US"]  # fmt: skip
    Path("people.csv").write_text("\n".join(rows), encoding="utf-8")
    spine("map", "people.csv", "-o", "people.yaml")
    spine("load", "people.csv", "--mapping", "people.yaml")
    spine("resolve")
    (home,) = json.loads(spine("show", "people/1", "--json").out)["households"]
    shown = json.loads(spine("show", home["id"], "--json").out)
    assert shown["size"] == len(shown["members"]) == 2
    assert 0.95 < shown["cohesion"] == home["confidence"]
    assert "cohesion: 0.9" in spine("show", home["id"]).out
