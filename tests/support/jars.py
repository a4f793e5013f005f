"""Jars of servers that tests run, fetched once from Maven Central."""

import contextlib
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

    They are kept in `.NAME/VERSION` of the checkout, or in `SPINE_NAME_CACHE`. Several processes may fetch at once:
    each does so into a folder of its own, which takes its name when it is whole, and the first to come is everybody's.
    """
    cache = Path(os.environ.get(f"SPINE_{name.upper()}_CACHE") or _CHECKOUT / f".{name}")
    lib = cache / version
    if lib.exists():
        return lib
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("Java is here, but neither Maven nor fetched jars")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        Path(folder, "pom.xml").write_text(_project(name, version, artifacts), encoding="utf-8")
        whole = Path(folder, "lib")
        command = [maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={whole}"]
        fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if fetched.returncode:
            raise Missing(f"Maven could not fetch {name}: {fetched.stdout[-500:]}{fetched.stderr[-500:]}")
        with contextlib.suppress(OSError):  # Somebody else was first.
            whole.rename(lib)
    if not lib.exists():
        raise Missing(f"{lib} could not be made")
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
