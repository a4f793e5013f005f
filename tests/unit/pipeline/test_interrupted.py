"""Killed anywhere and run again, a load and a resolve end in the state of an undisturbed run."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from contents import contents

FLOW = """
import sys
from pathlib import Path
sys.path.insert(0, {support!r})
from batches import Given, Ticking, batch, person
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.settings import Settings

class Clock:
    def now(self):
        return "2026-01-01T00:00:00+00:00"

names = "Annabel Benedict Cyrus Delphine Eamon Fiorella".split()
rows = [
    person(str(n), f"2025-01-{{1 + n % 28:02d}}", f"email:u{{n // 2}}@example.com", given_name=names[n // 2 % 6],
           surname=f"Quist{{chr(97 + n // 12 % 26)}}ra", birth_date=f"19{{50 + n // 2 % 40}}-05-01")
    for n in range({size})
]
batches = [batch(rows[at : at + 1200]) for at in range(0, {size}, 1200)]
with open_store("sqlite:" + sys.argv[1], Settings()) as store:
    print("begun", flush=True)
    load(store, LOCAL, Given(*batches), "rows", key="k", clock=Clock())
    print("loaded", flush=True)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Clock())
    print("resolved", flush=True)
"""
SUPPORT = str(Path(__file__).parents[2] / "support")
SIZE = 2400


def _flow(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", FLOW.format(support=SUPPORT, size=SIZE), str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def _held(path: Path) -> dict[str, int]:
    """How many rows a reader finds, whatever happened to the writer."""
    connection = sqlite3.connect(path)
    try:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("record", "person")}
    finally:
        connection.close()


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.long)])
def test_a_killed_run_ends_like_an_undisturbed_one(tmp_path: Path, kills: int) -> None:
    whole, killed, chance = tmp_path / "whole.db", tmp_path / "killed.db", random.Random()
    with _flow(whole) as process:
        assert process.stdout is not None
        process.stdout.readline()
        begun = time.monotonic()
        assert process.wait() == 0
        took = time.monotonic() - begun
    expected = contents(whole)
    sizes = {name: len(expected[name]) for name in ("record", "person")}
    assert sizes["record"] == SIZE
    assert sizes["person"]
    ends = []
    for _ in range(kills):
        with _flow(killed) as process:
            assert process.stdout is not None
            process.stdout.readline()
            before = _held(killed)
            time.sleep(chance.uniform(0, took))
            during = _held(killed)
            process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            ends.append(process.wait())
        after = _held(killed)
        # Every answer is none or whole, and none is lost again.
        for name, size in sizes.items():
            assert before[name] in (0, size)
            assert before[name] <= during[name] <= after[name] <= size
            assert {during[name], after[name]} <= {0, size}
    with _flow(killed) as process:
        assert process.wait() == 0
    assert kills == 2 or any(end != 0 for end in ends)
    assert contents(killed) == expected
