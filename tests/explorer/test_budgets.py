"""How fast the pages are and how much they weigh: what is promised is met, on a machine that does other things too."""

import gzip
from collections.abc import Callable

import pytest
from browser import Visitor, World
from playwright.sync_api import Response

Visit = Callable[..., Visitor]
TRIES = 6
WEIGHT = 400_000
PAINT, PERSON, GRAPH, SEARCH = 1000, 500, 1500, 150
MARK = "performance.getEntriesByName('page-ready')[0].startTime"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9"
MEASURE = "(name) => performance.getEntriesByName(name).at(-1).duration"


def met(budget: float, measure: Callable[[], float]) -> None:
    """The best of some tries is within the budget: other work may delay one, a slow page is slow each time."""
    found = []
    for _ in range(TRIES):
        found.append(measure())
        if found[-1] <= budget:
            return
    pytest.fail(f"{budget} ms were promised, it took {sorted(round(one) for one in found)}")


def test_the_first_useful_paint_takes_at_most_a_second(visit: Visit, sqlite_world: World) -> None:
    def measure() -> float:
        page = visit(sqlite_world.address).open("/person/email:emontgomery@aol.com")
        return float(page.evaluate(PAINTED))

    met(PAINT, measure)


def test_a_person_is_ready_within_half_a_second_and_search_answers_in_150_ms(visit: Visit, sqlite_world: World) -> None:
    visitor = visit(sqlite_world.address)
    visitor.open("/")

    def person() -> float:
        return float(visitor.open("/person/email:emontgomery@aol.com").evaluate(MARK))

    met(PERSON, person)

    def search() -> float:
        page = visitor.open("/")
        page.locator("#q").fill("emontgomery@aol.com")
        page.wait_for_selector("#q[data-answered='emontgomery@aol.com']")
        return float(page.evaluate(MEASURE, "search-answer"))

    met(SEARCH, search)


def test_a_graph_of_200_nodes_is_drawn_within_one_and_a_half_seconds(visit: Visit, sqlite_world: World) -> None:
    page = visit(sqlite_world.address).open("/person/email:emontgomery@aol.com")
    page.wait_for_selector(".picture[data-drawn]")
    source = """async () => {
      const preloaded = [...document.querySelectorAll("link[rel=modulepreload]")];
      const script = preloaded.find((one) => one.href.includes("network"));
      const { draw } = await import(script.href.replace("network.js", "picture.js"));
      const elements = [];
      for (let at = 0; at < 200; at += 1) {
        elements.push({ data: { id: `n${at}`, label: `node ${at}` }, classes: at % 3 ? "contact" : "record" });
        for (const other of [at >> 1, (at * 7) % Math.max(at, 1)]) {
          if (!at || other === at) continue;
          elements.push({ data: { id: `e${at}-${other}`, source: `n${at}`, target: `n${other}` } });
        }
      }
      const known = new Set();
      const place = document.querySelector(".picture");
      const shown = elements.filter((one) => !known.has(one.data.id) && known.add(one.data.id));
      const handle = draw(place, shown, () => {});
      const drawn = Number(place.dataset.drawn);
      handle.end();
      return drawn;
    }"""

    def measure() -> float:
        assert page.evaluate(source) == 200
        return float(page.evaluate(MEASURE, "graph-drawn"))

    met(GRAPH, measure)


@pytest.mark.parametrize("path", ["/", "/person/email:emontgomery@aol.com", "/households", "/metrics", "/questions"])
def test_a_page_weighs_at_most_400_kb_on_the_wire(visit: Visit, sqlite_world: World, path: str) -> None:
    visitor = visit(sqlite_world.address)
    answers: list[Response] = []
    visitor.page.on("response", lambda answer: answers.append(answer))
    page = visitor.open(path)
    page.wait_for_timeout(500)
    weight = sum(len(gzip.compress(answer.body())) for answer in answers if answer.status == 200)
    assert weight <= WEIGHT, f"{weight:,} bytes"
