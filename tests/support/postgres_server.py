"""A real PostgreSQL for tests, from Debian's packages or whatever is installed, in a folder of its own.

Where the tests run as root it runs as the user `postgres`, since it refuses to run as root.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from needed import Missing


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a running PostgreSQL on 127.0.0.1, stopped at the end; Missing where there is none."""
    programs = _programs()
    home = Path(tempfile.mkdtemp(prefix="spine-postgres-"))
    data, port = home / "data", _free_port()
    before: list[str] = []
    if os.geteuid() == 0:
        try:
            shutil.chown(home, "postgres", "postgres")
        except LookupError as error:
            shutil.rmtree(home, ignore_errors=True)
            raise Missing("there is no user postgres to run it as") from error
        before = ["runuser", "-u", "postgres", "--"]

    def run(name: str, *arguments: str) -> None:
        command = [*before, str(programs / name), "-D", str(data), *arguments]
        # What starts a server leaves it our output, so that this is a file and not a pipe that never ends.
        with (home / f"{name}.log").open("wb") as log:
            done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, cwd=home, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {(home / f'{name}.log').read_text(errors='replace')[-2000:]}")

    try:
        run("initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
        run("pg_ctl", "-w", "-t", "120", "-l", str(home / "server.log"), "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise Missing("there is no initdb on the PATH or in /usr/lib/postgresql")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
