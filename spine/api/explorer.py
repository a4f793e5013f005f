"""The explorer's pages: one server-rendered shell each, with the published operations that its script asks.

A page is a path, a script and a list of operations; the script gets their documents with the page, so it asks
nothing that is not published under `graphql/operations/`, and needs no second request to begin.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from spine import __version__
from spine.access.context import SERVED
from spine.api import contract
from spine.domain.ids import PREFIXES
from spine.errors import SpineError
from spine.ports import CypherReader, GraphStore
from spine.settings import Settings

UI = Path(__file__).resolve().parent / "ui"
SEARCH = ("support/suggest",)
_IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*?(?:from\s*)?["'](\.[^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its name (that of its script and title), its path, its place in the menu, what it asks."""

    name: str
    path: str
    menu: str
    operations: tuple[str, ...] = ()


PAGES = (
    Page("start", "/", "", ("analysis/status",)),
    Page("search", "/search", ""),
    Page(
        "person", "/person/{id:path}", "",
        (
            "support/person", "support/timeline", "support/identity-graph", "support/why-records", "support/carriers",
            "support/derived-facts",
            "support/preview-judgement", "support/confirm-link", "support/reject-link", "support/withdraw-judgement",
            "support/preview-confirmation", "support/confirm-identity", "support/withdraw-confirmation",
        ),
    ),
    Page("identifier", "/identifier/{id:path}", "", ("support/carriers",)),
    Page("record", "/record/{id:path}", "", ("support/record",)),
    Page(
        "households", "/households", "households",
        (
            "marketing/household-explorer", "marketing/household-list", "marketing/audience-preview",
            "marketing/save-audience",
        ),
    ),
    Page(
        "audiences", "/audiences", "audiences",
        ("marketing/saved-audiences", "marketing/save-audience", "marketing/audience-preview",
         "marketing/refresh-audience", "marketing/remove-audience"),
    ),
    Page("household", "/household/{id:path}", "households", ("marketing/household",)),
    Page("groups", "/groups", "groups", ("analysis/groups",)),
    Page("organisation", "/organisation/{id:path}", "groups", ("analysis/organisation", "analysis/group-level")),
    Page("questions", "/questions", "questions"),
    Page("question", "/questions/{audience}/{name}", "questions"),
    Page(
        "metrics", "/metrics", "metrics",
        ("analysis/status", "analysis/model", "analysis/graph-shape", "analysis/busiest-identifiers"),
    ),
)  # fmt: skip
CYPHER = Page("cypher", "/cypher", "cypher", ("analysis/cypher",))
"""Shown only where the store answers Cypher."""
MENU = ("households", "audiences", "groups", "questions", "metrics")
OPENED_BY = {
    "person": "person", "organisation": "organisation", "household": "household", "identifier": "identifier",
    "record": "record",
}  # fmt: skip
"""Which page shows what an id of a table stands for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the pages of one server may offer: the default confidence, changes, Cypher."""

    confidence: float
    changes: bool
    cypher: bool

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that there are."""
        return (*PAGES, CYPHER) if self.cypher else PAGES

    @property
    def menu(self) -> tuple[str, ...]:
        """The names in the menu, in order."""
        return (*MENU, CYPHER.menu) if self.cypher else MENU


def offer(store: GraphStore, settings: Settings) -> Offer:
    """What a store and its settings allow; a store that can't be reached now offers no Cypher."""
    try:
        with store.reading(SERVED) as reader:
            cypher = isinstance(reader, CypherReader)
    except SpineError:
        cypher = False
    return Offer(settings.confidence, not settings.read_only, cypher)


def routes(offered: Offer) -> Iterator[Route]:
    """A route for every page, and `/id/…`, which leads from any id to its page."""
    for page in offered.pages:
        yield Route(page.path, _endpoint(page, offered))
    yield Route("/id/{id}", opened)


async def opened(request: Request) -> Response:
    """Lead to the page of an id; to the search for what is none."""
    given = request.path_params["id"]
    prefix = given.partition("_")[0]
    table = next((table for table, known in PREFIXES.items() if known == prefix), "")
    target = f"/{OPENED_BY[table]}/{given}" if table in OPENED_BY else f"/search?q={given}"
    return RedirectResponse(target)


def html(page: Page, offered: Offer) -> str:
    """The shell of a page, as it stands before its script has asked anything."""
    return _rendered(
        "page.html",
        page=page,
        menu=offered.menu,
        words=texts(),
        given=given(page, offered),
        base=base(),
        modules=modules(f"pages/{page.name}.js"),
        version=__version__,
    )


def graphiql() -> str:
    """The page of GraphiQL."""
    return _rendered("graphiql.html", base=base(), words=texts())


def given(page: Page, offered: Offer) -> dict[str, Any]:
    """What a page's script starts with: all texts, the documents of its operations, what is offered."""
    names = (*SEARCH, *page.operations)
    return {
        "page": page.name,
        "confidence": offered.confidence,
        "changes": offered.changes,
        "texts": texts(),
        "operations": {name: contract.operation(name).document for name in names},
    }


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """Every text of the explorer, from the one file that a translation would replace."""
    found: dict[str, Any] = json.loads((UI / "texts" / "en.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def base() -> str:
    """The address below which the files of this very version lie, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in UI.rglob("*") if path.is_file()):
        digest.update(path.relative_to(UI).as_posix().encode() + b"\0" + path.read_bytes())
    return f"/ui/{digest.hexdigest()[:12]}"


@lru_cache(maxsize=len(PAGES))
def modules(entry: str) -> tuple[str, ...]:
    """An ES module and all that it imports, so that a page asks for them at once; dynamic imports are not followed."""
    found: dict[str, None] = {}
    waiting = [(UI / entry).resolve(), (UI / "app" / "shell.js").resolve()]
    while waiting:
        path = waiting.pop(0)
        name = path.relative_to(UI).as_posix()
        if name not in found:
            found[name] = None
            imported = _IMPORT.findall(path.read_text(encoding="utf-8")) if "vendor" not in name else ()
            waiting.extend((path.parent / one).resolve() for one in imported)
    return tuple(found)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(UI / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _rendered(template: str, **values: Any) -> str:
    found: str = _environment().get_template(template).render(**values)
    return found


def _endpoint(page: Page, offered: Offer) -> Any:
    async def endpoint(request: Request) -> Response:
        return HTMLResponse(html(page, offered))

    return endpoint
