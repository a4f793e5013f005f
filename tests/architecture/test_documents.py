"""The documents say what is so: generated pages are current, links lead somewhere, commands exist."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from typer.main import get_command

from spine.cli.app import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    ROOT.glob("docs/**/*.md")
)


def script(name: str) -> ModuleType:
    """A script of docs/, loaded without running it."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "page"), [("data_model", "data-model.md"), ("cli_page", "cli.md"), ("feed_schema", "feed.schema.json")]
)
def test_generated_pages_are_current(name: str, page: str) -> None:
    assert (ROOT / "docs" / page).read_text("utf-8") == script(name).page(), f"run python docs/{name}.py"


def test_every_command_and_every_option_is_documented() -> None:
    commands = script("cli_page").commands(get_command(app))
    text = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert len(commands) >= 11
    for path, command in commands:
        assert f"## {' '.join(path)}\n" in text
        assert command.help, path
        for parameter in command.params:
            assert parameter.help, f"{path}: {parameter.name} says nothing"
            if parameter.param_type_name == "option":
                assert f"`{parameter.opts[0]}" in text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|<)([^)#]+)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_in_documents_exist(document: Path) -> None:
    known = {path[1] for path, _ in script("cli_page").commands(get_command(app))}
    for block in re.findall(r"```sh\n(.*?)```", document.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            words = re.sub(r"\s+#.*", "", line).split()
            if words[:1] == ["spine"]:
                assert words[1] in known, line
            for path in (word for word in words if word.endswith(".py")):
                assert (ROOT / path).exists(), line


def test_the_folders_in_the_readme_exist() -> None:
    table = (ROOT / "README.md").read_text("utf-8").split("## Where things are")[1]
    named = [
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    ]
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []
