"""What makes pages quick: what they fetch, when and how much. How long they take is measured by `bench.explorer`."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from browser import Visitor, World
from playwright.sync_api import Page, Response

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


def fetched(page: Page) -> list[dict[str, Any]]:
    """What the page had got when it was ready, but for its icon."""
    ready = page.evaluate(READY)
    return [one for one in page.evaluate(FETCHED) if one["there"] <= ready and not one["path"].endswith("icon.svg")]


@pytest.mark.parametrize("path", PATHS)
def test_the_document_names_every_script_and_style_so_that_all_are_fetched_at_once(
    visit: Visit, sqlite_world: World, path: str
) -> None:
    visitor = visit(sqlite_world.address)
    page = visitor.open(path)
    named = set(re.findall(r'(?:href|src)="([^"]+)"', page.request.get(sqlite_world.address + path).text()))
    files = {one["path"] for one in fetched(page) if one["by"] != "fetch"}
    assert len(files) > 10
    assert files - named == set()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_but_styles_and_the_choice_of_colours_holds_the_first_paint_up(
    visit: Visit, sqlite_world: World, path: str
) -> None:
    page = visit(sqlite_world.address).open(path)
    blocking = {one["path"].rpartition("/")[2] for one in fetched(page) if one["blocks"]}
    assert blocking == {"tokens.css", "shell.css", "parts.css", "pages.css", "theme.js"}


@pytest.mark.parametrize("path", ANSWERS)
def test_a_page_is_ready_after_one_answer(visit: Visit, sqlite_world: World, path: str) -> None:
    page = visit(sqlite_world.address).open(path)
    assert len([one for one in fetched(page) if one["by"] == "fetch"]) == 1


def test_what_is_searched_is_answered_by_one_question(visit: Visit, sqlite_world: World) -> None:
    visitor = visit(sqlite_world.address)
    page = visitor.open("/")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    page.locator("#q").fill("emontgomery@aol.com")
    page.wait_for_selector("#q[data-answered='emontgomery@aol.com']")
    assert asked == [f"{sqlite_world.address}/graphql"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_weighs_at_most_400_kb_on_the_wire(visit: Visit, sqlite_world: World, path: str) -> None:
    visitor = visit(sqlite_world.address)
    answers: list[Response] = []
    visitor.page.on("response", lambda answer: answers.append(answer))
    page = visitor.open(path)
    page.wait_for_timeout(500)
    weight = sum(len(gzip.compress(answer.body())) for answer in answers if answer.status == 200)
    assert weight <= WEIGHT, f"{weight:,} bytes"
