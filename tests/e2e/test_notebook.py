"""The analysts' notebook runs on a small demo world, and what is published shows every answer."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import demo_world
import pytest

from spine.bootstrap import open_store
from spine.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def notebook() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "analysis.ipynb").read_text("utf-8"))
    return found


def shown(cells: list[dict[str, Any]]) -> list[bool]:
    return [bool(cell["outputs"]) for cell in cells if cell["cell_type"] == "code"]


def test_the_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINE_STORE", f"sqlite:{tmp_path / 'graph.db'}")
    with open_store(f"sqlite:{tmp_path / 'graph.db'}", Settings()) as store:
        demo_world.fill(store, tmp_path / "world")
    spec = importlib.util.spec_from_file_location("docs_notebook", DOCS / "notebook.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    published = notebook()
    assert shown(script.executed(published)["cells"]) == shown(published["cells"])


def test_what_is_published_has_run() -> None:
    assert sum(shown(notebook()["cells"])) >= 6
    assert all(output["output_type"] != "error" for cell in notebook()["cells"] for output in cell.get("outputs", ()))
