"""The README's commands, as someone types them who has Python and git and nothing else."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[list[str]]:
    """The lines of the README's first block of commands."""
    block = re.search(r"## Start.*?```sh\n(.*?)```", README, re.DOTALL)
    assert block
    return [line.split() for line in block[1].splitlines()]


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The checkout without anything that git ignores."""
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    yield folder
    shutil.rmtree(folder / ".venv", ignore_errors=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home directory."""
    return tmp_path_factory.mktemp("home")


def typed(words: list[str], folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in the clone, with an empty home and only the system's own programs."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "TMP", "SYSTEMROOT"))}
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    path = os.pathsep.join(str(directory) for directory in (home,))
    words = [sys.executable if word == "python3" else word for word in words]
    return subprocess.run(
        words,
        cwd=folder,
        env={**kept, **proxies, "PATH": path, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_has_exactly_two_commands() -> None:
    assert commands() == [["python3", "run.py", "demo"], ["python3", "run.py", "test"]]


@pytest.mark.long
def test_the_first_command_shows_the_demo_world(clone: Path, home: Path) -> None:
    run = typed([*commands()[0], "--no-serve", "--size", "150"], clone, home)
    assert run.returncode == 0, run.stdout + run.stderr
    for word in ("records", "identifiers", "matches", "persons", "households", "organisations", "ultimate parents"):
        assert re.search(rf"{word}\s+[\d,]*\d", run.stdout), f"{word} is not in:\n{run.stdout}"
    again = typed(["python3", "run.py", "spine", "--version"], clone, home)
    assert "Installing" not in again.stderr
    assert again.returncode == 0


@pytest.mark.long
def test_the_second_command_runs_tests(clone: Path, home: Path) -> None:
    run = typed([*commands()[1], "-q", "tests/unit/test_evaluate.py"], clone, home)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\d+ passed", run.stdout.splitlines()[-1])


def test_a_python_that_is_too_old_is_told_so() -> None:
    old = "import runpy, sys; sys.version_info = (3, 9, 1, 'final', 0); sys.argv = ['run.py', 'demo']"
    script = f"{old}; runpy.run_path('run.py', run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "Python 3.11 or newer is needed; this is 3.9" in run.stderr


def test_no_package_index_is_told_with_what_to_do(clone: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(clone, folder, ignore=shutil.ignore_patterns(".venv"))
    environment = {"PATH": "", "HOME": str(tmp_path), "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    run = subprocess.run(
        [sys.executable, "run.py", "demo"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "The packages could not be installed (pip says why above)" in run.stderr
    assert "for a mirror set PIP_INDEX_URL" in run.stderr
