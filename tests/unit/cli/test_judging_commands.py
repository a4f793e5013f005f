"""`spine judge` as its user meets it: preview, confirm, withdraw, by record keys and by ids."""

import json
from pathlib import Path
from typing import Any

import pytest
from batches import Ticking, person, put
from typer.testing import CliRunner

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.cli.app import app
from spine.pipeline.resolve import resolve
from spine.stores.sqlite.store import SqliteStore


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A resolved store of two strangers."""
    with SqliteStore(tmp_path / "s.db") as store:
        put(store, person("a", given_name="Ann", surname="Lee"), person("b", given_name="Bo", surname="Orr"))
        resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    return f"sqlite:{tmp_path / 's.db'}"


def run(*words: str) -> Any:
    """The JSON that a command prints."""
    found = CliRunner().invoke(app, ["judge", *words, "--json"], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_preview_same_and_withdraw(url: str) -> None:
    shown = run("same", "crm/a", "crm/b", "--preview", "--store", url)
    assert (shown["preview"], len(shown["outcome"]["before"]), len(shown["outcome"]["after"])) == (True, 2, 1)
    done = run("same", "crm/a", "crm/b", "--why", "seen together", "--store", url)
    assert (done["outcome"], done["position"]) == (shown["outcome"], shown["position"])
    undone = run("withdraw", "crm/b", "crm/a", "--store", url)
    assert undone["outcome"]["after"] == done["outcome"]["before"]


def test_judgements_that_no_training_has_seen_are_told_of(url: str) -> None:
    def unlearned() -> int:
        found = CliRunner().invoke(app, ["status", "--store", url, "--json"], catch_exceptions=False)
        return int(json.loads(found.stdout)["unlearned"])

    assert unlearned() == 0
    run("same", "crm/a", "crm/b", "--preview", "--store", url)
    assert unlearned() == 0
    run("same", "crm/a", "crm/b", "--store", url)
    assert unlearned() == 1
    said = CliRunner().invoke(app, ["status", "--store", url])
    assert "1 judgements and proofs came after the models were trained." in said.output
    with SqliteStore(Path(url.removeprefix("sqlite:"))) as store:
        resolve(store, LOCAL, open_engine("local"), "always")
    assert unlearned() == 0


def test_in_words(url: str) -> None:
    found = CliRunner().invoke(app, ["judge", "different", "crm/a", "crm/b", "--preview", "--store", url])
    assert found.exit_code == 0
    assert "nothing was written" in found.output


def test_a_proof_is_previewed_kept_and_taken_back(url: str) -> None:
    with SqliteStore(Path(url.removeprefix("sqlite:"))) as store:
        put(store, person("c", "2026-01-01", "login:u9"), person("d", "2026-01-02", "login:u9", given_name="Dee"))
        resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    said = ("crm/c", "login:u9", "--at", "2026-01-03")
    shown = run("confirm", *said, "--preview", "--store", url)
    done = run("confirm", *said, "--proof", "session-5", "--store", url)
    assert (shown["preview"], done["preview"], len(done["proven"])) == (True, False, 1)
    assert done["outcome"] == shown["outcome"]
    assert run("withdraw-confirmation", "crm/c", "login:u9", "--store", url)["proven"] == done["proven"]
    found = CliRunner().invoke(app, ["judge", "confirm", "crm/c", "login:u9", "--preview", "--store", url])
    assert "By it one: rec_" in found.output
