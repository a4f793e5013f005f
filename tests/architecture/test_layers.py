"""The layers hold: what pyproject.toml says of imports is true, and no import goes round in a circle."""

import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("spine", "loaders", "seed")


@pytest.fixture(scope="module")
def imports() -> nx.DiGraph:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    edges = nx.DiGraph()
    for module in graph.modules:
        edges.add_node(module)
        edges.add_edges_from((module, other) for other in graph.find_modules_directly_imported_by(module))
    return edges


def test_import_linter_keeps_every_contract() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Contracts: 3 kept, 0 broken." in run.stdout


def test_no_module_imports_itself_by_a_detour(imports: nx.DiGraph) -> None:
    circles = [sorted(group) for group in nx.strongly_connected_components(imports) if len(group) > 1]
    assert circles == []


def test_spine_never_imports_loaders_or_seed_even_lazily(imports: nx.DiGraph) -> None:
    # By import, import_module, or any other mention of their modules as code.
    offenders = [
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "spine").rglob("*.py")
        for name in ("loaders", "seed")
        if f'import_module("{name}' in path.read_text("utf-8") or f'__import__("{name}' in path.read_text("utf-8")
    ]
    assert offenders == []
    assert not [edge for edge in imports.edges if edge[0].startswith("spine") and not edge[1].startswith("spine")]


def test_the_root_package_is_docstring_and_version_only(imports: nx.DiGraph) -> None:
    assert list(imports.successors("spine")) == []
