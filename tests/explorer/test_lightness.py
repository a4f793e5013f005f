"""What makes pages quick: what they fetch, when and how much. How long they take is measured by `bench.explorer`."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from browser import Visitor, World, visiting
from playwright.sync_api import Browser, Response

Visit = Callable[..., Visitor]
WEIGHT = 400_000
PATHS = ["/", "/person/email:emontgomery@aol.com", "/households", "/metrics", "/questions"]
ANSWERS = [
    "/person/email:emontgomery@aol.com", "/household/email:thedelgados@aol.com", "/record/email:emontgomery@aol.com",
    "/organisation/register:GB-99000011", "/search?q=Elizabet+Montgomry", "/groups", "/questions",
]  # fmt: skip
FETCHED = """() => performance.getEntriesByType("resource").map((one) => ({
    path: new URL(one.name).pathname, by: one.initiatorType, blocks: one.renderBlockingStatus === "blocking",
    there: one.responseEnd }))"""
READY = "performance.getEntriesByName('page-ready')[0].startTime"


@dataclass(frozen=True)
class Loaded:
    """What a page had got when it was ready, but for its icon; its document; all bodies, a moment later."""

    fetched: list[dict[str, Any]]
    document: str
    bodies: list[bytes]


@pytest.fixture(scope="module")
def loaded(browser: Browser, sqlite_world: World) -> Callable[[str], Loaded]:
    """Opens a page, each once, by a visitor who has been nowhere before."""

    @cache
    def load(path: str) -> Loaded:
        with visiting(browser) as visit:
            visitor = visit(sqlite_world.address)
            answers: list[Response] = []
            visitor.page.on("response", lambda answer: answers.append(answer))
            page = visitor.open(path)
            ready = page.evaluate(READY)
            got = [one for one in page.evaluate(FETCHED) if one["there"] <= ready]
            page.wait_for_timeout(500)
            (document,) = (one.text() for one in answers if one.request.is_navigation_request())
            bodies = [one.body() for one in answers if one.status == 200]
        return Loaded([one for one in got if not one["path"].endswith("icon.svg")], document, bodies)

    return load


@pytest.mark.parametrize("path", PATHS)
def test_the_document_names_every_script_and_style_so_that_all_are_fetched_at_once(
    loaded: Callable[[str], Loaded], path: str
) -> None:
    named = set(re.findall(r'(?:href|src)="([^"]+)"', loaded(path).document))
    files = {one["path"] for one in loaded(path).fetched if one["by"] != "fetch"}
    assert len(files) > 10
    assert files - named == set()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_but_styles_and_the_choice_of_colours_holds_the_first_paint_up(
    loaded: Callable[[str], Loaded], path: str
) -> None:
    blocking = {one["path"].rpartition("/")[2] for one in loaded(path).fetched if one["blocks"]}
    assert blocking == {"tokens.css", "shell.css", "parts.css", "pages.css", "theme.js"}


@pytest.mark.parametrize("path", ANSWERS)
def test_a_page_is_ready_after_one_answer(loaded: Callable[[str], Loaded], path: str) -> None:
    assert len([one for one in loaded(path).fetched if one["by"] == "fetch"]) == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_page_weighs_at_most_400_kb_on_the_wire(loaded: Callable[[str], Loaded], path: str) -> None:
    weight = sum(len(gzip.compress(body)) for body in loaded(path).bodies)
    assert WEIGHT / 20 < weight <= WEIGHT, f"{weight:,} bytes"


def test_what_is_searched_is_answered_by_one_question(visit: Visit, sqlite_world: World) -> None:
    visitor = visit(sqlite_world.address)
    page = visitor.open("/")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    page.locator("#q").fill("emontgomery@aol.com")
    page.wait_for_selector("#q[data-answered='emontgomery@aol.com']")
    assert asked == [f"{sqlite_world.address}/graphql"]
