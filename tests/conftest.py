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


SHARED = {"brokers": "kafka", "database": "postgres", "browser": "explorer", "demo": "quality"}
"""Fixtures that are dear and that tests of several modules, or all of one, share: the name of the group of each."""
FEW = 2
"""So many processes or fewer share one Neo4j: a second one would start, and plan each shape of a question, anew."""


def group_of(item: pytest.Item) -> str:
    """The group of tests that stay in one process with this one, so that what they share is made once; or nothing."""
    names = getattr(item, "fixturenames", ())
    module = item.nodeid.partition("::")[0]
    servers = [SHARED[name] for name in ("brokers", "database") if name in names]
    if servers or not item.get_closest_marker("neo4j"):
        shared = servers or [SHARED[name] for name in SHARED if name in names]
        return next(iter(shared), module if of_module(item) else "")
    few = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)) <= FEW
    return "neo4j" if few or os.environ.get("SPINE_TEST_NEO4J") else f"neo4j {module}"


def of_module(item: pytest.Item) -> bool:
    """True where a test uses a fixture that is made for its module."""
    found = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    return any(each.scope == "module" for fixtures in found for each in fixtures)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run of everything leaves the long tests out; those that share a server, or what one module made, stay in one
    process (`loadgroup`)."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.markexpr:
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    for item in items:
        if "neo4j_url" in getattr(item, "fixturenames", ()):
            item.add_marker("neo4j")
        group = group_of(item)
        if group and config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group(group))
            if getattr(config.option, "loadgroup", False) and hasattr(item, "_id"):
                # xdist 3.8 writes it where pytest 9.2 does not look any more (pytest-dev/pytest-xdist#1386), and then
                # hands out every test by itself.
                item._id = type(item._id).parse(f"{item.nodeid}@{group}")


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
