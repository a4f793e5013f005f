"""A real Neo4j for tests and benchmarks, from Maven Central's jars: `python tests/support/neo4j_server.py`.

Order of choice: `SPINE_TEST_NEO4J` (a bolt URL, used as it is), the jars run by Java, a container. The jars are kept in
`.neo4j` of the checkout, or in `SPINE_NEO4J_CACHE`; they are fetched once, about 116 MB.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from jars import jars
from needed import Missing

VERSION = "5.26.18"
IMAGE = f"neo4j:{VERSION}-community"
START_SECONDS = 300
PROCESS = "server.pid"
"""The file in a server's home that names its process."""
_OPENINGS = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ("java.nio", "java.io", "sun.nio.ch", "java.lang")]

BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Options of Java for a server that ends soon: to make its code faster would cost more than it brings."""


@contextlib.contextmanager
def neo4j_server(
    password: str = "", heap: str = "512m", home: Path | None = None, java: tuple[str, ...] = ()
) -> Iterator[str]:
    """The bolt URL of a running Neo4j, stopped at the end; Missing where there is none.

    With a password, authentication is on (user neo4j), and a server of its own is started in any case; so it is with
    a home, whose databases it has, and which is kept. Options of Java are for a server that is started from the jars.
    """
    given = os.environ.get("SPINE_TEST_NEO4J", "")
    if given and not password and home is None:
        yield given
    elif shutil.which("java"):
        with _from_jars(_jars(), password, heap, home, java) as url:
            yield url
    elif home is not None:
        raise Missing("no Java")
    else:
        with _from_container(password) as url:
            yield url


def neo4j_admin(home: Path, heap: str = "512m", java: tuple[str, ...] = ()) -> tuple[list[str], dict[str, str]]:
    """The command `neo4j-admin` for the databases of a home, and the environment it needs; Missing without Java."""
    program = shutil.which("java")
    if program is None:
        raise Missing("no Java")
    (home / "conf").mkdir(parents=True, exist_ok=True)
    command = [program, *java, f"-Xmx{heap}", *_OPENINGS, "-cp", f"{_jars()}{os.sep}*", "org.neo4j.cli.AdminTool"]
    return command, {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}


def _jars() -> Path:
    return jars("neo4j", VERSION, ("org.neo4j:neo4j", "org.neo4j.app:neo4j-server"))


@contextlib.contextmanager
def _from_jars(lib: Path, password: str, heap: str, kept: Path | None, options: tuple[str, ...]) -> Iterator[str]:
    java = shutil.which("java") or "java"
    home = kept or Path(tempfile.mkdtemp(prefix="spine-neo4j-"))
    port = _free_port()
    try:
        (home / "conf").mkdir(parents=True, exist_ok=True)
        (home / "conf" / "neo4j.conf").write_text(_configuration(port, bool(password)), encoding="utf-8")
        classes = ["-cp", f"{lib}{os.sep}*"]
        log = home / "server.log"
        places = [f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
        settings = [*options, f"-Xms{heap}", f"-Xmx{heap}", *_OPENINGS]
        command = [java, *settings, *classes, "org.neo4j.server.CommunityEntryPoint"]
        with log.open("wb") as output:
            process = subprocess.Popen([*command, *places], stdout=output, stderr=subprocess.STDOUT, cwd=home)
        (home / PROCESS).write_text(str(process.pid), encoding="utf-8")
        try:
            _await(process, port, log)
            url = f"bolt://127.0.0.1:{port}"
            if password:
                _first_password(url, password)
            yield url
        finally:
            # Where its files go with it, there is nothing to shut down in order.
            (process.terminate if kept else process.kill)()
            process.wait()
    finally:
        if kept is None:
            shutil.rmtree(home, ignore_errors=True)


def _configuration(port: int, authentication: bool) -> str:
    return f"""server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
dbms.security.auth_enabled={str(authentication).lower()}
dbms.usage_report.enabled=false
db.tx_log.rotation.retention_policy=keep_none
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            # A Bolt handshake that is answered: the port opens a moment before anything listens to it.
            connection.sendall(bytes.fromhex("6060b017 00040405 00000005 00000004 00000003"))
            if len(connection.recv(4)) == 4:
                return
        time.sleep(0.2)
    logs = [log, *sorted((log.parent / "logs").glob("*.log"))]
    raise RuntimeError(
        "Neo4j did not start.\n"
        + "\n".join(f"{each.name}:\n{each.read_text(errors='replace')[-3000:]}" for each in logs)
    )


def _first_password(url: str, password: str) -> None:
    """Change the password that every new server has, and demands to be changed."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(url, auth=("neo4j", "neo4j")) as driver, driver.session(database="system") as session:
        session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=password).consume()


@contextlib.contextmanager
def _from_container(password: str) -> Iterator[str]:
    try:
        from testcontainers.neo4j import Neo4jContainer
    except ImportError as error:
        raise Missing("no SPINE_TEST_NEO4J, no Java, no testcontainers") from error
    container = Neo4jContainer(IMAGE, password=password or "password")
    if not password:
        container = container.with_env("NEO4J_AUTH", "none")
    try:
        container.start()
    except Exception as error:  # without an engine, docker raises errors of many packages
        raise Missing(f"no SPINE_TEST_NEO4J, no Java, no container: {error}") from error
    try:
        yield container.get_connection_url()
    finally:
        container.stop()


def main() -> None:
    """Start a server, print its URL, and keep it until the input ends or Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--password", default="", help="switch authentication on, with this password")
    parser.add_argument("--heap", default="1g", help="heap of the server")
    arguments = parser.parse_args()
    # So that a polite end of this process ends the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt), neo4j_server(arguments.password, arguments.heap) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
