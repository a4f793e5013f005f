"""The wheel, installed where nothing else is: it holds what it needs and nothing that is not the product."""

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = """id,first_name,last_name,email,birth_date,city
1,Ann,Lee,ann.lee@example.com,1980-02-03,Leeds
2,Anne,Lee,ann.lee@example.com,1980-02-03,Leeds
3,Bob,Ray,bob@example.org,1971-12-30,York
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stdout + build.stderr
    return next(folder.glob("identity_spine-*.whl"))


@pytest.fixture(scope="module")
def spine(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `spine` of a virtual environment that holds the wheel and the locked versions of what it asks for."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    # Without their hashes, or pip would demand one of the wheel too.
    locked = re.sub(r" \\\n(\s+--hash=\S+( \\\n)?)+", "\n", (ROOT / "requirements" / "run.txt").read_text("utf-8"))
    (folder / "constraints.txt").write_text(locked, "utf-8")
    command = [scripts / "python", "-Im", "pip", "install", "--quiet", "--constraint", folder / "constraints.txt"]
    install = subprocess.run([*command, f"{wheel}[splink]"], capture_output=True, text=True, check=False)
    assert install.returncode == 0, install.stdout + install.stderr
    return scripts / "spine"


def test_the_wheel_holds_the_product_and_its_contract(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"spine", "loaders", "seed"}
    for wanted in ("loaders/mapping.schema.json", "spine/api/contract/schema.graphql", "spine/api/ui/texts/en.json"):
        assert wanted in names
    assert any(name.startswith("seed/mappings/") for name in names)
    assert any(name.startswith("spine/api/contract/operations/support/") for name in names)
    assert [name for name in names if name.startswith("spine/api/contract/") and name.endswith(".py")] == []


@pytest.mark.long
@pytest.mark.slow
def test_a_bare_environment_maps_loads_resolves_and_answers(spine: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(ROWS, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SPINE"))}

    def run(*words: str) -> str:
        done = subprocess.run(
            [spine, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    assert "memberships" in run("export", "--help")
    run("map", "people.csv", "--kind", "person", "-o", "people.yaml")
    run("load", "people.csv", "--mapping", "people.yaml")
    run("resolve")
    assert "Lee" in run("find", "ann.lee@example.com")
    run("export", "memberships", "--kind", "person", "--confidence", "0.5", "--out", "members.csv")
    rows = (tmp_path / "members.csv").read_text("utf-8").splitlines()
    assert rows[0].replace('"', "") == "source,record_id,entity_id"
    assert len(rows) == 4
    assert "support/" in run("run")
