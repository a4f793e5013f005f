"""Every page for everybody: axe finds nothing, nothing is wider than a phone, in light and dark, by keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import Visitor, World
from playwright.sync_api import Page, expect

Visit = Callable[..., Visitor]
AXE = (Path(__file__).parents[1] / "support" / "vendor" / "axe.min.js").read_text("utf-8")
WAYS = ((1440, "light"), (360, "dark"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASKED = "(tags) => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })"
"""Of what is right axe need not tell where: to name all those places would take it a third longer."""
PATHS = [
    "/", "/search?q=Elizabet+Montgomry", "/search?q=nobody-at-all", "/person/email:emontgomery@aol.com",
    "/identifier/phone:+18005550199", "/record/email:emontgomery@aol.com", "/households?minAdults=2",
    "/households?postcodePrefix=nowhere", "/audiences", "/household/email:thedelgados@aol.com", "/groups",
    "/organisation/register:GB-99000011", "/questions", "/questions/analysis/neighbourhood-through-identifier",
    "/metrics", "/person/per_0000000000000",
]  # fmt: skip


def violations(page: Page) -> list[str]:
    """What axe objects to, with where."""
    page.evaluate(AXE)
    found: Any = page.evaluate(ASKED, TAGS)
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_no_violation_in_light_and_dark_on_a_wide_screen_and_a_phone(
    visit: Visit, sqlite_world: World, path: str
) -> None:
    visitor = visit(sqlite_world.address)
    page = visitor.open(path)
    page.wait_for_function("() => document.querySelector('.bones, .stale') === null")
    for width, theme in WAYS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == [], (width, theme)


def test_the_theme_is_switched_and_kept(visit: Visit, sqlite_world: World) -> None:
    visitor = visit(sqlite_world.address)
    page = visitor.open("/")
    before = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    page = visitor.open("/groups")
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") != before


def test_a_person_is_found_read_and_recut_by_keyboard_alone(visit: Visit, sqlite_world: World) -> None:
    visitor = visit(sqlite_world.address)
    page = visitor.open("/groups")
    page.keyboard.press("Control+k")
    page.keyboard.type("emontgomery@aol.com")
    # What was found for its beginning may stand there before; only what was found for all of it is gone to.
    expect(page.locator("[data-answered='emontgomery@aol.com']")).to_have_count(1)
    expect(page.get_by_role("option").first).to_contain_text("Elizabeth Montgomery")
    page.keyboard.press("Enter")
    page.wait_for_url("**/person/**")
    visitor.ready()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "confidence":
            break
    page.keyboard.press("ArrowRight")
    expect(page.locator(".confidence output")).not_to_have_text("95%")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_the_dialog_keeps_the_focus_and_gives_it_back(visit: Visit, sqlite_world: World) -> None:
    page = visit(sqlite_world.address).open("/person/email:emontgomery@aol.com")
    page.wait_for_selector(".picture[data-drawn]")
    page.locator(".network").get_by_role("button", name="Table", exact=True).click()
    page.locator(".network").get_by_role("button", name="Why").first.click()
    page.get_by_role("button", name="These are not one").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".standing").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_dialog_of_a_proof_is_for_everybody(visit: Visit, sqlite_world: World) -> None:
    page = visit(sqlite_world.address).open("/person/email:emontgomery@aol.com")
    page.get_by_role("button", name="Confirm emontgomery@aol.com").click()
    expect(page.get_by_role("dialog").locator(".standing").first).to_be_visible()
    for width, theme in WAYS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == [], (width, theme)
