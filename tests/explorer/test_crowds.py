"""An identifier that ten thousand records carry opens at once, says so, and never freezes the page."""

from collections.abc import Callable, Iterator

import crowd
import pytest
from browser import Visitor, served
from playwright.sync_api import expect

from spine.bootstrap import open_store
from spine.settings import Settings

LONGEST_TASK = 400
"""Milliseconds that the page may be deaf at a stretch, on a machine that does other things too."""
WATCH = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ type: "longtask", buffered: true });
}"""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("neo4j", marks=[pytest.mark.neo4j, pytest.mark.long])])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[str]:
    """Where the crowd is served from, on each kind of store."""
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('crowd') / 'graph.db'}"
    else:
        url = request.getfixturevalue("wiped_neo4j")()
    with open_store(url, settings) as store:
        crowd.fill(store)
        with served(store, settings) as found:
            yield found


def test_10_an_identifier_with_ten_thousand_records_opens_without_freezing(
    visit: Callable[..., Visitor], address: str
) -> None:
    visitor = visit(address)
    page = visitor.open("/")
    page.locator("#q").fill(crowd.PHONE)
    page.get_by_role("option", name="carried by 10,000 records").click()
    page.wait_for_url("**/identifier/**")
    page.evaluate(WATCH)
    visitor.ready()
    expect(page.locator(".badges")).to_contain_text("carried by 10,000 records")
    expect(page.locator(".notice.warn")).to_contain_text("10,000")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("button", name="Show the next 50").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    assert page.evaluate("window.longest") < LONGEST_TASK


def test_10_a_person_in_the_crowd_shows_the_number_as_a_hub_and_expands_it_in_part(
    visit: Callable[..., Visitor], address: str
) -> None:
    page = visit(address).open("/person/calls/17")
    page.wait_for_selector(".picture[data-drawn]")
    assert int(page.locator(".picture").get_attribute("data-drawn") or 0) == 2
    page.locator(".network").get_by_role("button", name="Table", exact=True).click()
    expect(page.locator(".network table")).to_contain_text("10,000 records")
