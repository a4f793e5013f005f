"""How long the explorer takes in a real Chromium, beside a page of the same server that does nothing, in the same run.

    python -m bench.explorer [--times 20] [--no-write]

A demo world is served by this process; each thing that is promised is done so many times, in turn with its floor: for
pages, a page with nothing in it; for a search, its bare question and answer; for a graph, a graph of one node. The
medians are written to `results.json` beside this file and docs/explorer.md; one that is above what is promised makes
the exit code 1.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from bench.kept import Results, keep, measured_on, of_today, table
from spine.bootstrap import open_store
from spine.settings import Settings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))

from browser import Visitor, chromium, served  # noqa: E402 - lies with the tests
from demo_world import fill  # noqa: E402 - lies with the tests

PERSON = "/person/email:emontgomery@aol.com"
EMPTY = "<!doctype html><html lang=en><title>Nothing</title><p>Nothing"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.timing.domComplete"
LOADED = "performance.getEntriesByType('navigation')[0].domComplete"
READY = "performance.getEntriesByName('page-ready')[0].startTime"
LAST = "(name) => performance.getEntriesByName(name).at(-1).duration"
ASKED = "() => performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').at(-1).duration"
GRAPH = """async (count) => {
  const preloaded = [...document.querySelectorAll("link[rel=modulepreload]")];
  const script = preloaded.find((one) => one.href.includes("network"));
  const { draw } = await import(script.href.replace("network.js", "picture.js"));
  const elements = [];
  for (let at = 0; at < count; at += 1) {
    elements.push({ data: { id: `n${at}`, label: `node ${at}` }, classes: at % 3 ? "contact" : "record" });
    for (const other of new Set([at >> 1, (at * 7) % Math.max(at, 1)])) {
      if (at && other !== at) elements.push({ data: { id: `e${at}-${other}`, source: `n${at}`, target: `n${other}` } });
    }
  }
  const handle = draw(document.querySelector(".picture"), elements, () => {});
  handle.end();
}"""
Measured = tuple[float, float]


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.explorer")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:{Path(folder) / 'graph.db'}", settings) as store:
        fill(store, Path(folder) / "world")
        with served(store, settings) as address, chromium() as browser:
            visitor = Visitor(browser.new_page(), address)
            rows = [row(*promise, visitor, asked.times) for promise in PROMISES]
    results = of_today(rows)
    sys.stdout.write(page(results) + "\n")
    if not asked.no_write:
        keep(HERE, results, "explorer.md", "explorer", page(results))
    sys.exit(any(one["median"] > one["promised"] for one in rows))


def row(what: str, promised: int, measure: Callable[[Visitor], Measured], visitor: Visitor, times: int) -> Results:
    """One promise: its median and largest milliseconds, and those of its floor."""
    measure(visitor)
    taken = [measure(visitor) for _ in range(times)]
    spent, floors = zip(*taken, strict=True)
    return {
        "what": what, "promised": promised, "median": round(statistics.median(spent)), "most": round(max(spent)),
        "floor": round(statistics.median(floors)), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def nothing(visitor: Visitor) -> float:
    """The milliseconds of a page with nothing in it."""
    address = f"{visitor.address}/nothing-at-all"
    visitor.page.route(address, lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
    visitor.page.goto(address)
    return float(visitor.page.evaluate(LOADED))


def painted(visitor: Visitor) -> Measured:
    """The first useful paint of a person's page."""
    return float(visitor.open(PERSON).evaluate(PAINT)), nothing(visitor)


def ready(visitor: Visitor) -> Measured:
    """A person's page that was seen before, until everything stands there."""
    return float(visitor.open(PERSON).evaluate(READY)), nothing(visitor)


def answered(visitor: Visitor) -> Measured:
    """What is typed, until what was found stands there; the floor is the question that was asked."""
    opened: Page = visitor.open("/")
    opened.wait_for_load_state("networkidle")
    opened.locator("#q").fill("emontgomery@aol.com")
    opened.wait_for_selector("#q[data-answered='emontgomery@aol.com']")
    return float(opened.evaluate(LAST, "search-answer")), float(opened.evaluate(ASKED))


def drawn(visitor: Visitor) -> Measured:
    """A graph of 200 nodes, until it is drawn; the floor is a graph of one."""
    opened = visitor.open(PERSON)
    opened.wait_for_selector(".picture[data-drawn]")
    spent = []
    for nodes in (200, 1):
        opened.evaluate(GRAPH, nodes)
        spent.append(float(opened.evaluate(LAST, "graph-drawn")))
    return spent[0], spent[1]


PROMISES = (
    ("first useful paint of a person", 1000, painted),
    ("a person, ready", 500, ready),
    ("a search, answered", 150, answered),
    ("a graph of 200 nodes, drawn", 1500, drawn),
)


def page(results: Results) -> str:
    """The table of docs/explorer.md."""
    names = ("what", "promised", "median", "most", "floor", "load")
    lines = [["what", "promised, ms", "median", "most", "floor, median", "processes at work"]]
    lines += [[str(one[name]) for name in names] for one in results["rows"]]
    return f"{measured_on(results)}\n\n{table(lines)}"


if __name__ == "__main__":
    main()
