"""What is shipped fits together: locked packages, the container files, the entry points."""

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def hashes(package: dict[str, Any]) -> set[str]:
    return {file["hash"] for file in [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]}


LOCKED = {(p["name"], p["version"]): hashes(p) for p in LOCK["package"] if "registry" in p["source"]}


def pinned(which: str) -> dict[tuple[str, str], set[str]]:
    """The packages of a list that run.py installs: name and version, with the hashes allowed."""
    found: dict[tuple[str, str], set[str]] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{which}.txt").read_text("utf-8").strip()):
        head = re.match(r"([\w.-]+)==([\w.+!-]+)", block)
        assert head, block
        found[head[1], head[2]] = set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block))
    return found


def wanted(specifications: list[Any]) -> set[str]:
    """The names that are asked for; a group that includes another names it in a table."""
    named = [text for text in specifications if isinstance(text, str)]
    return {re.split(r"[\s<>=!~;\[]", text)[0].lower().replace("_", "-") for text in named}


@pytest.mark.parametrize("which", ["run", "test"])
def test_the_lists_that_run_py_installs_are_those_of_the_lock(which: str) -> None:
    for package, allowed in pinned(which).items():
        assert allowed, package
        assert allowed <= LOCKED[package], f"{package}: run .ci/lock"


def test_the_lists_hold_all_that_the_project_asks_for() -> None:
    run, test = ({name for name, _ in pinned(which)} for which in ("run", "test"))
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    needed = wanted([*project["dependencies"], *project["optional-dependencies"]["splink"], *groups["build"]])
    assert needed - run == set(), "run .ci/lock"
    assert (needed | wanted(groups["dev"])) - test == set(), "run .ci/lock"
    assert run < test


def test_the_lock_knows_only_the_public_index() -> None:
    places = {p["source"]["registry"] for p in LOCK["package"] if "registry" in p["source"]}
    assert places == {"https://pypi.org/simple"}
    files = re.findall(r'url = "(https?://[^/"]+)/', (ROOT / "uv.lock").read_text("utf-8"))
    assert set(files) == {"https://files.pythonhosted.org"}


@pytest.mark.parametrize("group", ["spine.loaders", "spine.worlds"])
def test_every_entry_point_can_be_loaded(group: str) -> None:
    found = {point.name: point for point in entry_points(group=group)}
    assert set(found) == set(PROJECT["project"]["entry-points"][group])
    for point in found.values():
        assert callable(point.load())


def test_containers_publish_on_this_machine_only_and_watch_their_health() -> None:
    assert set(COMPOSE) <= {"name", "services", "volumes", "networks"}
    assert set(COMPOSE["services"]) == {"neo4j", "api"}
    for name, service in COMPOSE["services"].items():
        assert all(str(port).startswith("127.0.0.1:") for port in service["ports"]), name
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert not str(service["image"]).endswith(":latest"), name
        for volume in service["volumes"]:
            place = volume.split(":")[0]
            assert place.startswith("./") or place in COMPOSE["volumes"], name
    assert COMPOSE["services"]["neo4j"]["image"] == "neo4j:5.26-community"
    assert COMPOSE["services"]["api"]["depends_on"]["neo4j"]["condition"] == "service_healthy"


def test_the_api_runs_without_rights_in_its_container() -> None:
    service = COMPOSE["services"]["api"]
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] == service["user"].split(":")[0]


def test_no_password_is_written_into_the_container_files() -> None:
    for name in ("docker-compose.yml", "Dockerfile"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if re.search(r"(AUTH|PASSWORD)\b.*[:=]", line) and not line.lstrip().startswith(("#", "test:")):
                assert "${SPINE_NEO4J_PASSWORD:?" in line, line


def test_the_image_copies_what_is_there_and_nothing_is_ignored_that_it_needs() -> None:
    allowed = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    copied: set[str] = set()
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied.update(line.split()[1:-1])
    assert {path.split("/")[0] for path in copied} == allowed
    assert [path for path in copied if not (ROOT / path).exists()] == []
    shipped = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*shipped["packages"], *shipped["force-include"]} <= copied
