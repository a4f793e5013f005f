"""A real Neo4j for tests and benchmarks, from Maven Central's jars: `python tests/support/neo4j_server.py`.

Order of choice: `SPINE_TEST_NEO4J` (a bolt URL, used as it is), the jars run by Java, a container. The jars are kept in
`.neo4j/lib` of the checkout, or in `SPINE_NEO4J_CACHE`; they are fetched once, about 116 MB.
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

VERSION = "5.26.18"
IMAGE = f"neo4j:{VERSION}-community"
START_SECONDS = 300
PROCESS = "server.pid"
"""The file in a server's home that names its process."""
_CHECKOUT = Path(__file__).resolve().parents[2]
_OPENINGS = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ("java.nio", "java.io", "sun.nio.ch", "java.lang")]

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{VERSION}</version></dependency>
<dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{VERSION}</version></dependency>
</dependencies>
</project>
"""


class NoNeo4j(Exception):
    """No Neo4j can be had here; says why."""


@contextlib.contextmanager
def neo4j_server(password: str = "", heap: str = "512m", home: Path | None = None) -> Iterator[str]:
    """The bolt URL of a running Neo4j, stopped at the end; NoNeo4j where there is none.

    With a password, authentication is on (user neo4j), and a server of its own is started in any case; so it is with
    a home, whose databases it has, and which is kept.
    """
    given = os.environ.get("SPINE_TEST_NEO4J", "")
    if given and not password and home is None:
        yield given
    elif shutil.which("java"):
        with _from_jars(_jars(), password, heap, home) as url:
            yield url
    elif home is not None:
        raise NoNeo4j("no Java")
    else:
        with _from_container(password) as url:
            yield url


def neo4j_admin(home: Path, heap: str = "512m") -> tuple[list[str], dict[str, str]]:
    """The command `neo4j-admin` for the databases of a home, and the environment it needs; NoNeo4j without Java."""
    java = shutil.which("java")
    if java is None:
        raise NoNeo4j("no Java")
    (home / "conf").mkdir(parents=True, exist_ok=True)
    command = [java, f"-Xmx{heap}", *_OPENINGS, "-cp", f"{_jars()}{os.sep}*", "org.neo4j.cli.AdminTool"]
    return command, {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}


def _jars() -> Path:
    cache = Path(os.environ.get("SPINE_NEO4J_CACHE") or _CHECKOUT / ".neo4j")
    lib = cache / "lib"
    # The marker is written last, so that a fetch that was interrupted is begun again.
    marker = cache / f"complete-{VERSION}"
    if marker.exists():
        return lib
    maven = shutil.which("mvn")
    if maven is None:
        raise NoNeo4j("Java is here, but neither Maven nor fetched jars")
    cache.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(lib, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pom.xml").write_text(_POM, encoding="utf-8")
        command = [maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={lib}"]
        fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode:
        raise NoNeo4j(f"Maven could not fetch Neo4j: {fetched.stdout[-500:]}{fetched.stderr[-500:]}")
    marker.touch()
    return lib


@contextlib.contextmanager
def _from_jars(lib: Path, password: str, heap: str, kept: Path | None) -> Iterator[str]:
    java = shutil.which("java") or "java"
    home = kept or Path(tempfile.mkdtemp(prefix="spine-neo4j-"))
    port = _free_port()
    try:
        (home / "conf").mkdir(parents=True, exist_ok=True)
        (home / "conf" / "neo4j.conf").write_text(_configuration(port, bool(password)), encoding="utf-8")
        classes = ["-cp", f"{lib}{os.sep}*"]
        log = home / "server.log"
        places = [f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
        command = [java, f"-Xms{heap}", f"-Xmx{heap}", *_OPENINGS, *classes, "org.neo4j.server.CommunityEntryPoint"]
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
        raise NoNeo4j("no SPINE_TEST_NEO4J, no Java, no testcontainers") from error
    container = Neo4jContainer(IMAGE, password=password or "password")
    if not password:
        container = container.with_env("NEO4J_AUTH", "none")
    try:
        container.start()
    except Exception as error:  # without an engine, docker raises errors of many packages
        raise NoNeo4j(f"no SPINE_TEST_NEO4J, no Java, no container: {error}") from error
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
