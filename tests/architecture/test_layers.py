"""The layers hold: what pyproject.toml says of imports is true, and no import goes round in a circle."""

import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("spine", "loaders", "seed")


def at_import(module: str, line: int) -> bool:
    """True for an import that runs when its module is imported: not in a function, not for type checkers only."""
    place = ROOT.joinpath(*module.split("."))
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return not source.read_text("utf-8").splitlines()[line - 1].startswith((" ", "\t"))


@pytest.fixture(scope="module")
def imports() -> nx.DiGraph:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    edges = nx.DiGraph()
    for module in graph.modules:
        edges.add_node(module)
        for other in graph.find_modules_directly_imported_by(module):
            lines = [found["line_number"] for found in graph.get_import_details(importer=module, imported=other)]
            # GraphQL's types refer to each other in circles by nature: there, only what runs at import counts.
            if not module.startswith("spine.api.") or any(at_import(module, line) for line in lines):
                edges.add_edge(module, other)
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
