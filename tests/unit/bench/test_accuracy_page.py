"""The accuracy page shows what was measured, and nothing else quotes other figures."""

import json
import re
from pathlib import Path

import pytest

from bench.accuracy.page import page
from bench.accuracy.peers import PEERS, SCRIPTS, row_of, scored
from bench.markers import between, put
from bench.sets import DataSet

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "accuracy.md"


def generated(path: Path, name: str) -> str:
    text = path.read_text("utf-8")
    begin, end = between(text, name)
    return text[begin:end].strip()


def test_the_table_is_that_of_the_results() -> None:
    results = json.loads((ROOT / "bench" / "accuracy" / "results.json").read_text("utf-8"))
    assert generated(PAGE, "accuracy") == page(results)
    assert {row["way"] for row in results["rows"]} >= {"identity spine", *(peer.name for peer in PEERS)}


@pytest.mark.parametrize("name", ["linkage", "calibration"])
def test_the_decision_records_hold_the_tables_of_their_experiments(name: str) -> None:
    found = [path for path in (ROOT / "docs" / "adr").glob("*.md") if f"<!-- {name}: generated -->" in path.read_text()]
    assert len(found) == 1
    assert generated(found[0], name).startswith("| ")


def test_figures_that_the_readme_quotes_are_those_of_the_page() -> None:
    # Figures inside diagrams and examples are made up.
    prose = re.sub(r"```.*?```", "", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    quoted = re.findall(r"(?<![\d.])0?\.\d{3,4}\b", prose)
    table = re.findall(r"\.\d{4}", generated(PAGE, "accuracy"))
    known = {*table, *(f"{float(figure):.3f}".removeprefix("0") for figure in table)}
    assert [figure for figure in quoted if figure.removeprefix("0") not in known] == []


def test_a_generated_part_is_replaced_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("above\n<!-- a: generated -->\nold\n<!-- a: end -->\nbelow\n", "utf-8")
    put(path, "a", "new")
    put(path, "a", "newer\n")
    assert path.read_text("utf-8") == "above\n<!-- a: generated -->\n\nnewer\n\n<!-- a: end -->\nbelow\n"
    with pytest.raises(ValueError, match="substring"):
        put(path, "b", "x")


def test_a_prediction_is_scored_at_each_of_its_thresholds(tmp_path: Path) -> None:
    truth, out = tmp_path / "truth.csv", tmp_path / "out.csv"
    truth.write_text("record_id,entity_id\na,1\nb,1\nc,2\nd,2\n", "utf-8")
    out.write_text("record_id,0.5,0.95\na,x,x\nb,x,x\nc,x,y\nd,y,y\n", "utf-8")
    found = scored(out, truth)
    assert found["0.95"]["pairwise_f1"] == 1.0
    assert found["0.5"]["pairwise_precision"] == pytest.approx(1 / 3, abs=1e-5)


def test_a_peer_that_is_not_run_says_why(tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("record_id,entity_id\na,1\n", "utf-8")
    row = row_of(PEERS[0], DataSet("many", ((truth, None), (truth, None)), {"person": truth}))
    assert row["reason"]
    assert row["reason"] in page({"date": "", "version": "", "machine": "", "rows": [row]})


def test_every_peer_has_its_script_and_pinned_packages() -> None:
    for peer in PEERS:
        assert (SCRIPTS / f"{peer.script}.py").exists()
        assert all("==" in package for package in peer.packages), peer.name
