"""`spine map`, `load`, `find`, `show`, `status` on a small file, and what they say when something is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Spine = Callable[..., Any]
ROWS = """id,first_name,last_name,email,birth_date,city
1,Ann,Lee,ann.lee@example.com,1980-02-03,Leeds
2,Anne,Lee,ann.lee@example.com,1980-02-03,Leeds
3,Bob,Ray,bob@example.org,1971-12-30,York
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(ROWS, "utf-8")
    return file


@pytest.fixture
def loaded(spine: Spine, people: Path) -> Spine:
    assert spine("map", people, "-o", "people.yaml").code == 0
    assert spine("load", people, "--mapping", "people.yaml").code == 0
    return spine


def test_the_store_tells_whose_numbers_customers_have(loaded: Spine, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    orders = tmp_path / "far" / "orders.csv"
    orders.write_text("order_id,customer_no,ordered_at,total\nO1,1,2026-01-01,5\nO2,2,2026-01-02,6\n", "utf-8")
    assert "names the records of" not in loaded("map", orders).out
    written = loaded("map", orders, "--store", "sqlite:.spine/spine.db").out
    assert "customer_no names the records of people." in written


def test_a_mapping_is_printed_or_written(spine: Spine, people: Path) -> None:
    printed = spine("map", people, "--kind", "person", "--source", "club")
    assert printed.code == 0
    assert "source: club" in printed.out
    written = spine("map", people, "--kind", "person", "--source", "club", "-o", "m.yaml")
    assert written.out == ""
    assert "Next: spine load" in written.err
    assert Path("m.yaml").read_text("utf-8") == printed.out


def test_a_mapping_in_the_store_is_used_by_its_name(spine: Spine, people: Path) -> None:
    kept = spine("map", people, "--source", "club", "--store", "sqlite:s.db", "--json")
    assert json.loads(kept.out)["source"] == "club"
    assert spine("load", people, "--mapping", "people", "--store", "sqlite:s.db").code == 0
    assert json.loads(spine("status", "--store", "sqlite:s.db", "--json").out)["counts"]["record"] == 3


def test_what_was_loaded_is_counted_and_found(loaded: Spine) -> None:
    facts = json.loads(loaded("status", "--json").out)
    assert facts["counts"]["record"] == 3
    assert facts["store"].startswith("sqlite:")
    found = json.loads(loaded("find", "BOB@example.org", "--json").out)
    assert [one["value"] for one in found["candidates"]] == ["bob@example.org"]
    shown = json.loads(loaded("show", found["candidates"][0]["id"], "--json").out)
    assert shown["identities"][0]["value"] == "bob@example.org"
    record = json.loads(loaded("show", found["candidates"][0]["record"], "--json").out)
    assert record["raw"]["last_name"] == "Ray"
    assert "bob@example.org" in loaded("show", found["candidates"][0]["id"]).out


def test_words_find_people_where_no_identifier_does(loaded: Spine) -> None:
    found = json.loads(loaded("find", "ray", "york", "--json").out)
    assert len(found["candidates"]) == 1
    assert "No identifier" in found["says"]


def test_loading_again_changes_nothing_and_the_mapping_is_kept(loaded: Spine, people: Path) -> None:
    before = json.loads(loaded("status", "--json").out)
    again = loaded("load", people, "--mapping", "people", "--json")
    assert again.code == 0
    report = json.loads(again.out)
    assert (report["rows"], report["records_added"], report["records_changed"]) == (3, 0, 0)
    assert json.loads(loaded("status", "--json").out) == before


def test_rejected_rows_end_with_3_and_stand_in_a_file(spine: Spine, people: Path) -> None:
    spine("map", people, "-o", "people.yaml")
    people.write_text(ROWS + "4,Cy,Fox,cy@example.com,1990-01-01,Hull,one,too,many\n", "utf-8")
    said = spine("load", people, "--mapping", "people.yaml")
    assert said.code == 3
    assert "1 rows rejected" in said.err
    rejects = (people.parent / "_people.csv.rejects.csv").read_text("utf-8").splitlines()
    assert rejects[0] == "file,line,column,reason,row"
    assert "people.csv,5," in rejects[1]
    assert json.loads(spine("status", "--json").out)["counts"]["record"] == 3


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("find", "x"), 1, "There is no store at .spine/spine.db. Load something first: spine load"),
        (("find", "x", "--store", "foo:bar"), 2, "'foo:bar' is not the URL of a store. Give memory:, sqlite:PATH"),
        (("find", "x", "--store", "memory:"), 1, "No identifier x is known. Try another identifier"),
        (("show", "per_1", "--store", "memory:"), 2, "'per_1' is not an id of this graph. Copy the id"),
        (("find", "x", "--store", "memory:", "--confidence", "2"), 2, "confidence"),
        (("load", "nowhere.csv", "--mapping", "m.yaml"), 1, "m.yaml"),
        (("map", "nowhere.csv"), 1, "nowhere.csv"),
        (("model", "show", "--store", "memory:"), 1, "The store has no model yet. Run `spine resolve` first."),
        (("run", "nothing-like-it", "--store", "memory:"), 1, "There is no operation 'nothing-like-it'. Choose from"),
        (("serve", "--host", "0.0.0.0", "--store", "memory:"), 2, "reachable from other machines"),
        (("export", "memberships", "--out", "x.txt", "--store", "memory:"), 2, "neither .csv nor .parquet"),
        (("evaluate", "--truth", "nowhere.csv", "--store", "memory:"), 1, "nowhere.csv: can't be read"),
        (("frobnicate",), 2, "No such command"),
        (("find",), 2, "Missing argument 'VALUE'"),
        (("status", "--wrong"), 2, "No such option"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_goes_wrong_is_said_with_what_to_do(spine: Spine, words: tuple[str, ...], code: int, said: str) -> None:
    ended = spine(*words)
    assert ended.code == code, ended
    assert said in " ".join(ended.err.split()), ended.err
    assert ended.out == ""


def test_a_setting_that_is_no_number_is_refused(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINE_CONFIDENCE", "high")
    ended = spine("find", "x", "--store", "memory:")
    assert ended.code == 2
    assert "SPINE_CONFIDENCE is 'high'. Give a number between 0 and 1" in " ".join(ended.err.split())


def test_a_question_makes_no_store(spine: Spine) -> None:
    spine("status")
    assert not Path(".spine").exists()


def test_a_port_that_is_taken_is_said(spine: Spine) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = spine("serve", "--port", port, "--store", "memory:")
    assert ended.code == 1
    assert f"Port {port} of 127.0.0.1 can't be used" in ended.err
    assert "--port" in ended.err
