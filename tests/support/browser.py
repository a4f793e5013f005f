"""A real browser for tests: the system's Chromium, driven by Playwright; and a server of its own to look at."""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn
from needed import Missing
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from spine.api.app import create_app
from spine.ports import GraphStore
from spine.settings import Settings

NAMES = ("chromium", "chromium-browser", "google-chrome")
READY = "body[data-ready]"
PATIENCE = 60_000
"""Milliseconds that an expectation waits: the machine may do other things too."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium, ended afterwards; Missing where there is none. `SPINE_TEST_CHROMIUM` names another."""
    path = os.environ.get("SPINE_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise Missing("install it (Debian: apt install chromium) or set SPINE_TEST_CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def served(store: GraphStore, settings: Settings) -> Iterator[str]:
    """The address of a server over the store, on a free port of this machine, ended afterwards."""
    config = uvicorn.Config(create_app(store, settings), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        give_up = time.monotonic() + 30
        while not server.started and time.monotonic() < give_up:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass(frozen=True)
class World:
    """A served demo world: its store, and where it is served."""

    store: GraphStore
    address: str


class Visitor:
    """A page that opens addresses of one server, waits until they are ready, and notes whatever goes wrong."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.foreign: list[str] = []
        self.problems: list[str] = []
        page.on("request", self._asked)
        page.on("console", lambda said: self.problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def open(self, path: str) -> Page:
        """Open a path and wait until the page says that it is ready."""
        self.page.goto(self.address + path)
        return self.ready()

    def ready(self) -> Page:
        """Wait until the page says that it is ready."""
        self.page.wait_for_selector(READY, state="attached")
        return self.page

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "blob:", "data:")):
            self.foreign.append(request.url)


@contextlib.contextmanager
def visiting(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors of a server; at the end, no page may have asked another host or complained."""
    visitors: list[Visitor] = []
    contexts = []

    def begun(address: str, width: int = 1440, theme: str = "light") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            locale="en-US",
            timezone_id="UTC",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visitors.append(Visitor(context.new_page(), address))
        return visitors[-1]

    try:
        yield begun
    finally:
        for context in contexts:
            context.close()
    assert [url for visitor in visitors for url in visitor.foreign] == []
    assert [problem for visitor in visitors for problem in visitor.problems] == []
