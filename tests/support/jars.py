"""Jars of servers that tests run, fetched once from Maven Central."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from needed import Missing

_CHECKOUT = Path(__file__).resolve().parents[2]


def jars(name: str, version: str, artifacts: Sequence[str]) -> Path:
    """The folder of the jars of these artifacts (`group:artifact`) and of all they need; Missing where none can be had.

    They are kept in `.NAME/lib` of the checkout, or in `SPINE_NAME_CACHE`.
    """
    cache = Path(os.environ.get(f"SPINE_{name.upper()}_CACHE") or _CHECKOUT / f".{name}")
    lib = cache / "lib"
    # The marker is written last, so that a fetch that was interrupted is begun again.
    marker = cache / f"complete-{version}"
    if marker.exists():
        return lib
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("Java is here, but neither Maven nor fetched jars")
    cache.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(lib, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pom.xml").write_text(_project(name, version, artifacts), encoding="utf-8")
        command = [maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={lib}"]
        fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode:
        raise Missing(f"Maven could not fetch {name}: {fetched.stdout[-500:]}{fetched.stderr[-500:]}")
    marker.touch()
    return lib


def _project(name: str, version: str, artifacts: Sequence[str]) -> str:
    wanted = "\n".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId>".format(*one.split(":"))
        + f"<version>{version}</version></dependency>"
        for one in artifacts
    )
    return f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>{name}-for-tests</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
{wanted}
</dependencies>
</project>
"""
