"""What the browser's tests share: Chromium, a demo world served from each kind of store, and pages that are watched."""

from collections.abc import Callable, Iterator

import demo_world
import pytest
from browser import Visitor, World, chromium, served, visiting
from needed import needed
from playwright.sync_api import Browser

from spine.bootstrap import open_store
from spine.pipeline.asking_ahead import plan_ahead
from spine.settings import Settings

NEO4J = pytest.param("neo4j", marks=[pytest.mark.neo4j, pytest.mark.long])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for a module; skips where there is none, fails where it is required."""
    with needed("browser"), chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[World]:
    """A demo world on SQLite, one for the whole run: whoever changes it takes it back."""
    folder = tmp_path_factory.mktemp("explorer")
    with open_store(f"sqlite:{folder / 'graph.db'}", settings) as store:
        demo_world.fill(store, folder / "world")
        with served(store, settings) as address:
            yield World(store, address)


@pytest.fixture(scope="module")
def neo4j_world(
    wiped_neo4j: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[World]:
    """The same world on a real Neo4j."""
    with open_store(wiped_neo4j(), settings) as store:
        demo_world.fill(store, tmp_path_factory.mktemp("explorer-neo4j") / "world")
        # A visitor comes when the server is warm: before, what a page asks waits for half a minute of planning.
        plan_ahead(store)
        with served(store, settings) as address:
            yield World(store, address)


@pytest.fixture(scope="module", params=["sqlite", NEO4J])
def world(request: pytest.FixtureRequest) -> World:
    """The served demo world, on each kind of store."""
    found: World = request.getfixturevalue(f"{request.param}_world")
    return found


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes a visitor of a server; afterwards, no page may have asked another host or complained."""
    with visiting(browser) as begun:
        yield begun
