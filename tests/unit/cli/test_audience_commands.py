"""`spine audience` and `spine facts`, as a marketer runs them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hand_made
import pytest

from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.settings import Settings

Spine = Callable[..., Any]
DEFINITION = """
purpose: marketing
channel: email
facts: [orders]
as_of: 2026-06-30
persons:
  attributes: [{name: surname, one_of: [Berg]}]
"""
STORE = ("--store", "sqlite:graph.db")


@pytest.fixture
def marketer(spine: Spine) -> Spine:
    """The command line in a folder with a store and a definition."""
    with open_store("sqlite:graph.db", Settings()) as store:
        hand_made.fill(store)
    Path("spring.yaml").write_text(DEFINITION, encoding="utf-8")
    return spine


def test_an_audience_from_file_to_export(marketer: Spine) -> None:
    counted = json.loads(marketer("audience", "count", "spring.yaml", "--json", *STORE).out)
    assert counted["counts"] == {"matching": 2, "without_consent": 1, "unreachable": 0, "size": 1}
    assert (counted["as_of"], counted["confidence"]) == ("2026-06-30", 0.95)
    assert marketer("audience", "save", "spring", "spring.yaml", *STORE).code == 0
    listed = json.loads(marketer("audience", "list", "spring", "--json", *STORE).out)
    anna = encode_id("person", 1)
    stale = "fresh: last seen 18 months ago"
    assert listed["members"] == [{"id": anna, "contact": "anna@example.org", "staleness": stale}]
    assert "joined" in marketer("audience", "refresh", "spring", *STORE).out
    assert "spring" in marketer("audience", "saved", *STORE).out
    told = marketer("audience", "export", "spring", "--out", "spring.csv", *STORE)
    assert (told.code, told.err) == (0, "")
    with Path("spring.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["email"], row["orders"]) for row in csv.DictReader(file)] == [("anna@example.org", "1")]
    assert Path("spring.csv").stat().st_mode & 0o077 == 0
    manifest = json.loads(Path("spring.csv.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["counts"]["size"], manifest["purpose"]) == (1, "marketing")
    assert marketer("audience", "remove", "spring", *STORE).code == 0
    assert marketer("audience", "count", "spring", *STORE).code == 1


def test_why_somebody_is_not_in_it(marketer: Spine) -> None:
    said = marketer("audience", "explain", "spring.yaml", encode_id("person", 4), *STORE)
    assert (said.code, "not consented" in said.out) == (0, True)
    wrong = marketer("audience", "explain", "spring.yaml", encode_id("household", 1), *STORE)
    assert wrong.code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("count", "nowhere.yaml"),
        ("count", "nowhere"),
        ("count", "spring.yaml", "--as-of", "soon"),
        ("count", "spring.yaml", "--confidence", "7"),
        ("export", "spring.yaml", "--out", "spring.xlsx"),
        ("save", "a/b", "spring.yaml"),
    ],
)
def test_what_can_not_be_done_is_said(marketer: Spine, words: tuple[str, ...]) -> None:
    said = marketer("audience", *words, *STORE)
    assert said.code in (1, 2)
    assert said.err.startswith("Error: ")


def test_people_are_named_by_what_they_carry(marketer: Spine) -> None:
    """An e-mail, a record's key or an id: the same person."""
    named = ("email:anna@example.org", "crm/1", encode_id("person", 1))
    told = [json.loads(marketer("audience", "explain", "spring.yaml", one, "--json", *STORE).out) for one in named]
    assert [(one["inside"], one["conditions"]) for one in told] == [(True, told[0]["conditions"])] * 3
    for words in (("golden", "explain"), ("show",)):
        said = [json.loads(marketer(*words, one, "--json", *STORE).out) for one in named]
        assert said[0]["id"] == named[2]
        assert said[1:] == [said[0]] * 2
    Path("homes.yaml").write_text("{purpose: marketing, households: {}}", encoding="utf-8")
    assert marketer("audience", "explain", "homes.yaml", named[0], *STORE).code == 0
    assert "household" in marketer("audience", "explain", "homes.yaml", named[2], *STORE).err
    assert "no record 'email:x@x.org'" in marketer("golden", "explain", "email:x@x.org", *STORE).err
    assert "is a household" in marketer("golden", "explain", encode_id("household", 1), *STORE).err


def test_facts_are_shown_and_declared(marketer: Spine) -> None:
    Path("own.yaml").write_text(
        "facts: [{name: web_orders, says: Orders on the web., measure: count, kinds: [order], channels: [web]}]",
        encoding="utf-8",
    )
    assert "recency" in marketer("facts", "show", *STORE).out
    assert marketer("facts", "declare", "own.yaml", *STORE).code == 0
    names = [one["name"] for one in json.loads(marketer("facts", "show", "--json", *STORE).out)["facts"]]
    assert names[-1] == "web_orders"
    Path("wrong.yaml").write_text("facts: [{name: X}]", encoding="utf-8")
    assert marketer("facts", "declare", "wrong.yaml", *STORE).code == 1
