"""`spine load` and `spine resolve` killed at any moment and run again end in the state of undisturbed ones.

`SPINE_KILLS=20` kills each command as often as a night allows.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from contents import Contents, contents

from spine.access.context import LOCAL
from spine.pipeline.numbering import key_of
from spine.ports import Cause, SystemClock
from spine.stores.sqlite.store import SqliteStore

KILLS = int(os.environ.get("SPINE_KILLS", "1"))
ROWS = 3_000
LATER = 150
GIVEN = ["Annabel", "Benedict", "Cyrus", "Delphine", "Eamon", "Fiorella"]
MAPPING = {
    "name": "crm",
    "source": {"value": "crm"},
    "kind": {"value": "person"},
    "record_id": ["no"],
    "observed_at": {"column": "changed"},
    "attributes": {name: {"column": name} for name in ("given_name", "surname", "birth_date", "city")},
    "identifiers": [{"namespace": "email", "column": "mail"}, {"namespace": "phone", "column": "tel"}],
}
ORDERS = {
    "name": "orders",
    "records": False,
    "source": {"value": "shop"},
    "events": [
        {"kind": {"value": "order"}, "at": {"column": "at"}, "namespace": "email", "column": "mail",
         "reference": {"column": "no"}, "value": {"column": "amount"}}
    ],
}  # fmt: skip


def _files(folder: Path) -> list[list[str]]:
    """Two versions of a file of customers and one of orders; the commands that load and resolve them."""
    folder.mkdir()
    header = "no,given_name,surname,birth_date,city,mail,tel,changed"
    rows = []
    for n in range(ROWS):
        who = n // 2
        name = f"Quist{chr(97 + who // 6 % 26)}{chr(97 + who // 156 % 26)}ra"
        day = f"19{50 + who % 40}-0{1 + who % 9}-1{who % 10}"
        rows.append(f"{n},{GIVEN[who % 6]},{name},{day},Town{who % 9},u{who}@example.com,+4670{who:07d},2025-01-01")
    (folder / "crm.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    moved = [row.replace("Town", "City").replace("2025-01-01", "2025-06-01") for row in rows[:LATER]]
    (folder / "moved.csv").write_text("\n".join([header, *moved]) + "\n", "utf-8")
    orders = [f"{n},u{n}@example.com,2025-02-0{1 + n % 9},{n / 100:.2f}" for n in range(ROWS // 2)]
    (folder / "orders.csv").write_text("\n".join(["no,mail,at,amount", *orders]) + "\n", "utf-8")
    for name, mapping in (("crm", MAPPING), ("orders", ORDERS)):
        (folder / f"{name}.json").write_text(json.dumps(mapping), "utf-8")
    load = [["load", f"{name}.csv", "--mapping", f"{by}.json"] for name, by in (("crm", "crm"), ("orders", "orders"))]
    return [*load, ["resolve"], ["load", "moved.csv", "--mapping", "crm.json"], ["resolve", "--full"]]


def _begun(words: list[str], folder: Path, store: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "spine.cli.app", *words, "--store", f"sqlite:{store}"]
    search = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": search}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _run(words: list[str], folder: Path, store: Path) -> float:
    """Run a command to its end; how long it took."""
    begun = time.monotonic()
    with _begun(words, folder, store) as process:
        _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    return time.monotonic() - begun


def _answers(store: Path) -> list[tuple[object, ...]]:
    """What a reader is told of persons, whatever happens beside."""
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(
            "SELECT e.start, e.end, p.size, p.name FROM resolves_to_person e JOIN person p ON p.id = e.end ORDER BY 1"
        ).fetchall()


def _keyed(store: Path) -> None:
    """An empty store that numbers identifiers like every other one made here."""
    with SqliteStore(store) as graph, graph.writing(LOCAL, Cause("record")) as writer:
        key_of(writer, SystemClock(), "k")


@pytest.mark.long
def test_commands_killed_at_any_moment_end_like_undisturbed_ones(tmp_path: Path) -> None:
    folder, whole, killed = tmp_path / "files", tmp_path / "whole.db", tmp_path / "killed.db"
    commands = _files(folder)
    chance = random.Random()
    _keyed(whole)
    shutil.copy(whole, killed)
    for words in commands:
        before = _answers(whole)
        took = _run(words, folder, whole)
        after = _answers(whole)
        for _ in range(KILLS):
            with _begun(words, folder, killed) as process:
                time.sleep(chance.uniform(0.2, 1.0) * took)
                assert _answers(killed) in (before, after)
                process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            assert _answers(killed) in (before, after)
        _run(words, folder, killed)
        assert _answers(killed) == after, words
        _assert_same(contents(killed, times=False), contents(whole, times=False))
    assert len(_answers(whole)) == ROWS


def _assert_same(found: Contents, expected: Contents) -> None:
    assert {name: len(rows) for name, rows in found.items()} == {name: len(rows) for name, rows in expected.items()}
    assert [name for name in expected if found[name] != expected[name]] == []
