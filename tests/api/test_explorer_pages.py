"""The pages of the explorer as the server sends them, and the files they are made of: nothing from elsewhere."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spine.api import contract, explorer
from spine.api.explorer import PAGES, UI, base, texts

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path for folder in ("app", "pages", "parts") for path in (UI / folder).glob("*.js"))
MANIFESTS = (UI / "vendor" / "manifest.json", ROOT / "tests" / "support" / "vendor" / "manifest.json")
LINES = 400


def path_of(page: explorer.Page) -> str:
    filled = page.path.replace("{id:path}", "per_0000000000000")
    return filled.replace("{audience}/{name}", "support/person-card")


def given(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="given">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found.group(1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_has_what_it_names_and_asks_only_what_is_published(client: TestClient, page: explorer.Page) -> None:
    response = client.get(path_of(page))
    assert response.status_code == 200
    assert response.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    links: list[str] = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert any(link.endswith(f"/pages/{page.name}.js") for link in links)
    for link in links:
        assert link.startswith(("/", "#")), link
        if link.startswith(base()):
            assert client.get(link).status_code == 200, link
    documents = given(response.text)["operations"]
    assert set(page.operations) <= set(documents)
    for name, document in documents.items():
        assert document == contract.operation(name).document


def test_a_file_may_be_kept_for_ever_because_its_address_changes_with_it(client: TestClient) -> None:
    response = client.get(f"{base()}/app/view.js")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "gzip"
    assert client.get("/ui/000000000000/app/view.js").status_code == 404


@pytest.mark.parametrize(
    ("given_id", "leads"),
    [
        ("per_0000000000000", "/person/per_0000000000000"),
        ("org_0000000000000", "/organisation/org_0000000000000"),
        ("hh_0000000000000", "/household/hh_0000000000000"),
        ("idn_0000000000000", "/identifier/idn_0000000000000"),
        ("rec_0000000000000", "/record/rec_0000000000000"),
        ("anything", "/search?q=anything"),
    ],
)
def test_any_id_leads_to_its_page(client: TestClient, given_id: str, leads: str) -> None:
    assert client.get(f"/id/{given_id}", follow_redirects=False).headers["location"] == leads


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_scripts_are_short_know_no_other_host_and_hold_no_query(script: Path) -> None:
    source = script.read_text("utf-8")
    assert source.count("\n") <= LINES
    assert "http:" not in source
    assert "https:" not in source
    assert not re.search(r"\b(query|mutation)\s+\w+\s*[({]", source), "documents belong under graphql/operations"
    assert "innerHTML" not in source
    assert "eval(" not in source


def test_every_text_that_a_script_names_is_in_the_one_file() -> None:
    missing = []
    for script in SCRIPTS:
        for path in re.findall(r"""\bt\(\s*["']([\w.]+)["']""", script.read_text("utf-8")):
            at: Any = texts()
            for name in path.split("."):
                at = at.get(name) if isinstance(at, dict) else None
            if at is None:
                missing.append(f"{script.name}: {path}")
    assert missing == []


def test_every_operation_that_a_page_asks_is_sent_with_it() -> None:
    for page in PAGES:
        asked: set[str] = set()
        for module in explorer.modules(f"pages/{page.name}.js"):
            if not module.startswith("vendor"):
                asked.update(
                    re.findall(
                        r"""["']((?:support|marketing|analysis|stewardship)/[\w-]+)["']""",
                        (UI / module).read_text("utf-8"),
                    )
                )
        assert asked <= {*explorer.SEARCH, *page.operations}, page.name


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parts[-4])
def test_vendored_files_are_what_their_manifest_says(manifest: Path) -> None:
    listed = json.loads(manifest.read_text("utf-8"))["files"]
    for one in listed:
        content = (manifest.parent / one["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"], one["file"]
        assert one["licence"] in ("MIT", "Apache-2.0", "MPL-2.0")
        assert (manifest.parent / one["licence_file"]).is_file()
    scripts = {path.name for path in manifest.parent.iterdir() if path.suffix in (".js", ".mjs", ".css")}
    assert scripts == {one["file"] for one in listed}


def test_only_permissive_licences_are_shipped() -> None:
    listed = json.loads(MANIFESTS[0].read_text("utf-8"))["files"]
    assert {one["licence"] for one in listed} <= {"MIT", "Apache-2.0"}


def test_graphiql_asks_no_other_host(client: TestClient) -> None:
    response = client.get("/graphiql")
    links: list[str] = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert all(link.startswith("/") and client.get(link).status_code == 200 for link in links)
    sheet = (UI / "vendor" / "graphiql.min.css").read_text("utf-8")
    assert not re.search(r"url\(['\"]?https?:|@import", sheet)
