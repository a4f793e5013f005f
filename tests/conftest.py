"""Fixtures that every test may use: a clean store of each kind, and a real Neo4j where there is one."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

# Modules below tests/ are no packages: what several tests share stands in this folder, importable by its plain name.
sys.path.insert(0, str(Path(__file__).parent / "support"))

from needed import needed
from neo4j_server import BRIEF, neo4j_server

from spine.bootstrap import open_store
from spine.ports import GraphStore
from spine.settings import Settings

# A machine may be busy: how long an example takes says nothing of its behaviour, speed is measured below bench/.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

STORES = ["memory", "sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)]
WIPE = "MATCH (n) WHERE NOT n:SpineMeta CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"


SERVERS = {"brokers": "kafka", "database": "postgres"}
"""Fixtures of servers that one module starts, and the name of the group of tests that share each."""


def neo4j_group(module: str) -> str:
    """The group of a module's tests on Neo4j: its own, as each process has a server, unless one was given to all."""
    return "neo4j" if os.environ.get("SPINE_TEST_NEO4J") else f"neo4j {module}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run of everything leaves the long tests out; those that share a server, or a database that one module filled,
    stay in one process (`loadgroup`)."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.markexpr:
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    for item in items:
        if "neo4j_url" in getattr(item, "fixturenames", ()):
            item.add_marker("neo4j")
        servers = [name for fixture, name in SERVERS.items() if fixture in getattr(item, "fixturenames", ())]
        servers += [neo4j_group(item.nodeid.partition("::")[0])] if item.get_closest_marker("neo4j") else []
        if config.pluginmanager.hasplugin("xdist") and servers:
            item.add_marker(pytest.mark.xdist_group(servers[0]))


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings of the environment, so that a Neo4j given by its URL can have a password."""
    return Settings.from_environment(os.environ)


@pytest.fixture(scope="session")
def neo4j_url() -> Iterator[str]:
    """The URL of a running Neo4j, one for each process; skips where there is none, fails where it is required."""
    with needed("Neo4j"), neo4j_server(java=BRIEF) as url:
        yield url


@pytest.fixture(scope="session")
def wiped_neo4j(neo4j_url: str, settings: Settings) -> Callable[[], str]:
    """Empties the running Neo4j whenever it is called, and gives its URL: constraints and indexes stay."""

    def wiped() -> str:
        wipe_neo4j(neo4j_url, settings)
        return neo4j_url

    return wiped


@pytest.fixture
def clean_neo4j_url(wiped_neo4j: Callable[[], str]) -> str:
    """The URL of the running Neo4j, emptied."""
    return wiped_neo4j()


@pytest.fixture(params=STORES)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Callable[[], str]:
    """For each kind of store: makes the URL of an empty one, whenever it is called."""
    if request.param == "memory":
        return lambda: "memory:"
    if request.param == "sqlite":
        numbers = iter(range(1_000_000))
        return lambda: f"sqlite:{tmp_path / f'graph-{next(numbers)}.db'}"
    wiped: Callable[[], str] = request.getfixturevalue("wiped_neo4j")
    return wiped


@pytest.fixture
def store_url(fresh_url: Callable[[], str]) -> str:
    """The URL of an empty store, of each kind."""
    return fresh_url()


@pytest.fixture
def store(store_url: str, settings: Settings) -> Iterator[GraphStore]:
    """An empty store, of each kind."""
    with open_store(store_url, settings) as opened:
        yield opened


def wipe_neo4j(url: str, settings: Settings) -> None:
    """Remove everything from the database but its schema."""
    from neo4j import GraphDatabase

    with (
        GraphDatabase.driver(url, auth=(settings.neo4j_user, settings.neo4j_password)) as driver,
        driver.session() as session,
    ):
        session.run(WIPE).consume()
        session.run("MATCH (m:SpineMeta) REMOVE m.position, m.highest, m.locked").consume()
