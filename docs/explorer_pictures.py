"""Take the pictures of docs/explorer.md again: `python docs/explorer_pictures.py`; needs Chromium and a Neo4j."""

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from browser import chromium, served  # noqa: E402 - lies with the tests
from demo_world import KEY  # noqa: E402 - lies with the tests
from neo4j_server import neo4j_server  # noqa: E402 - lies with the tests
from playwright.sync_api import Page  # noqa: E402 - a package of the test group

from loaders.open import open_source  # noqa: E402 - after the path is set
from seed.world import build  # noqa: E402 - after the path is set
from spine.access.context import LOCAL  # noqa: E402 - after the path is set
from spine.bootstrap import open_engine, open_store  # noqa: E402 - after the path is set
from spine.domain.ids import encode_id  # noqa: E402 - after the path is set
from spine.pipeline.load import load  # noqa: E402 - after the path is set
from spine.pipeline.resolve import resolve  # noqa: E402 - after the path is set
from spine.ports import GraphStore  # noqa: E402 - after the path is set
from spine.settings import Settings  # noqa: E402 - after the path is set

PICTURES = ROOT / "docs" / "explorer"
SPLITS = "a person that splits between 95 and 99.9 %"
LAURA = "/person/email:laura.bennett88@gmail.com"


def nothing(page: Page) -> None:
    """Leave the page as it opened."""


def typed(page: Page) -> None:
    """Type a misspelt name into the search box."""
    page.locator("#q").fill("Elizabet Montgomry Pittsburgh")
    page.wait_for_selector("#q[data-answered]")


def recut(page: Page) -> None:
    """Move the confidence up, so that the identity splits."""
    page.get_by_role("button", name="99.9%", exact=True).click()
    page.wait_for_selector(".notice.warn, li.identity.gone")


def evidence(page: Page) -> None:
    """Open the evidence of a match."""
    page.locator(".network").get_by_role("button", name="Table", exact=True).click()
    page.locator(".network").get_by_role("button", name="Why").first.click()
    page.wait_for_selector(".detail .waterfall")
    page.locator(".network .detail").evaluate("detail => detail.scrollIntoView({ block: 'center' })")


def compare(page: Page) -> None:
    """Open the dialog that shows what a judgement would change."""
    evidence(page)
    page.get_by_role("button", name=re.compile("These are not one")).click()
    page.wait_for_selector(".standing")


def proof(page: Page) -> None:
    """Open the dialog that shows what a proof would prove."""
    page.get_by_role("button", name="Confirm", exact=False).first.click()
    page.wait_for_selector(".standing")


def lower(page: Page) -> None:
    """Scroll to the charts."""
    page.wait_for_selector("#weights-person")
    page.wait_for_selector("#clusters-card ~ *, .chart rect")


def asked(page: Page) -> None:
    """Ask the question that stands there."""
    page.locator("form.cypher button[type=submit]").click()
    page.wait_for_selector("#answer-card")


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the path, what is done before it is taken, and how."""

    name: str
    path: str
    act: Callable[[Page], None] = nothing
    width: int = 1280
    height: int = 900
    theme: str = "light"


ALL = (
    Picture("start", "/"),
    Picture("search", "/", typed, height=560),
    Picture("candidates", "/search?q=Elizabet+Montgomry+Pittsburgh", height=700),
    Picture("person", LAURA, height=1400),
    Picture("person-dark", LAURA, height=1000, theme="dark"),
    Picture("person-phone", LAURA, width=360, height=1100, theme="dark"),
    Picture("confidence", SPLITS, recut, height=1000),
    Picture("evidence", LAURA, evidence, height=1200),
    Picture("judgement", LAURA, compare, height=960),
    Picture("proof", LAURA, proof, height=960),
    Picture("identifier", "/identifier/phone:+18005550199"),
    Picture("record", "/record/email:laura.bennett88@gmail.com"),
    Picture("households", "/households?minAdults=2&namespaces=loyalty&consents=marketing", height=1500),
    Picture("household", "/household/email:markwhitaker86@yahoo.com", height=760),
    Picture("audiences", "/audiences", height=480),
    Picture("groups", "/groups"),
    Picture("organisation", "/organisation/register:GB-99000021"),
    Picture("questions", "/questions"),
    Picture("question", "/questions/analysis/neighbourhood-through-identifier", height=1200),
    Picture("metrics", "/metrics", lower, height=1900),
)
ON_NEO4J = (Picture("cypher", "/cypher", asked),)


def filled(store: GraphStore, folder: Path) -> None:
    """The demo world as `spine demo` makes it."""
    for source in build(folder, persons=2000, seed=0).sources:
        load(store, LOCAL, open_source(source.path, source.mapping, source.name), source.path.name, key=KEY)
    resolve(store, LOCAL, open_engine("local"), "auto")


def splits(store: GraphStore) -> str:
    """The path of a person whose weakest join lies between the two confidences, and who has much to show."""
    with store.reading(LOCAL) as reader:
        persons = reader.scan("person", ["id", "size", "cohesion"]).to_pylist()
    found = [one for one in persons if 0.96 <= one["cohesion"] < 0.998]
    return f"/person/{encode_id('person', max(found, key=lambda one: (one['size'], -one['id']))['id'])}"


def take(store: GraphStore, wanted: list[Picture]) -> None:
    """Take these pictures of a store."""
    with served(store, Settings()) as address, chromium() as browser:
        for one in wanted:
            page = browser.new_page(
                viewport={"width": one.width, "height": one.height},
                color_scheme="dark" if one.theme == "dark" else "light",
                locale="en-US",
                reduced_motion="reduce",
            )
            page.goto(address + (splits(store) if one.path == SPLITS else one.path))
            page.wait_for_selector("body[data-ready]", state="attached")
            page.wait_for_function("() => document.querySelector('.bones, .stale') === null", timeout=60_000)
            one.act(page)
            page.wait_for_timeout(500)
            page.screenshot(path=PICTURES / f"{one.name}.png")
            page.close()


def main(names: list[str]) -> None:
    """Take all pictures, or those named."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if wanted := [one for one in ALL if not names or one.name in names]:
            with open_store(f"sqlite:{folder}/spine.db", Settings()) as store:
                filled(store, Path(folder) / "world")
                take(store, wanted)
        if wanted := [one for one in ON_NEO4J if not names or one.name in names]:
            with neo4j_server() as url, open_store(url, Settings()) as store:
                filled(store, Path(folder) / "world-of-neo4j")
                take(store, wanted)


if __name__ == "__main__":
    main(sys.argv[1:])
