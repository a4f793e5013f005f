"""Processes that take records in, each with a file of what was acknowledged to it: to be killed at any moment.

What a client writes follows from its number alone: records of few persons, so that they meet, some of them changed or
deleted later, and now and then some of what waits is worked off. An acknowledgement is one line of JSON, written after
`ingest` answered.
"""

import json
import multiprocessing
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from batches import person

from spine.ports import Row

PERSONS = 60
GIVEN = ["Annabel", "Benedict", "Cyrus", "Delphine", "Eamon", "Fiorella"]

# A server that has imported everything forks each client at once; where there is none, clients are spawned.
_WAY = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
PROCESSES = multiprocessing.get_context(_WAY)
if _WAY == "forkserver":
    PROCESSES.set_forkserver_preload(["clients", "spine.pipeline.ingest", "spine.bootstrap"])  # type: ignore[attr-defined]


def rows(client: int) -> Iterator[tuple[str, Row | str]]:
    """What a client does, for ever: (`put`, row), (`delete`, record id) or (`work off`, nothing)."""
    chance = random.Random(client)
    number = 0
    while True:
        number += 1
        name = f"{client}-{number}"
        yield "put", _row(chance, name, "2025-01-01")
        if chance.random() < 0.3:
            yield "put", _row(chance, f"{client}-{chance.randint(1, number)}", "2025-06-01")
        if chance.random() < 0.1:
            yield "delete", f"{client}-{chance.randint(1, number)}"
        if chance.random() < 0.1:
            yield "work off", ""


def _row(chance: random.Random, name: str, day: str) -> Row:
    who = chance.randrange(PERSONS)
    names = {
        "given_name": GIVEN[who % 6],
        "surname": f"Quist{chr(97 + who // 6)}ra",
        "birth_date": f"19{40 + who}-05-01",
    }
    return person(name, day, f"email:u{who}@example.com", f"phone:+4670123{who // 2:04d}", **names)


def work(url: str, client: int, acknowledged: str) -> None:
    """Take in, one by one, until killed; each answer is noted after it was given."""
    from batches import Ticking, batch

    from spine.access.context import LOCAL
    from spine.bootstrap import open_store
    from spine.pipeline.ingest import delete_record, ingest
    from spine.pipeline.working_off import work_off_some
    from spine.settings import Settings

    file = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_store(url, Settings.from_environment(os.environ)) as store:
        _note(file, {"open": client})
        for what, row in rows(client):
            if what == "delete":
                report = delete_record(store, LOCAL, "crm", str(row), Ticking())
                _note(file, {"deleted": row, "position": report.position})
            elif what == "work off":
                work_off_some(store, LOCAL, Ticking())
            else:
                assert isinstance(row, dict)
                report = ingest(store, LOCAL, batch([row]), Ticking(), key="clients")
                _note(file, {"put": row["record_id"], "raw": row["raw"], "position": report.position})


def _note(file: int, said: dict[str, Any]) -> None:
    os.write(file, json.dumps(said).encode() + b"\n")


def notes(path: Path) -> list[dict[str, Any]]:
    """What was acknowledged in a file; a line that a kill cut short was not."""
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


@contextmanager
def working(url: str, clients: list[int], folder: Path) -> Iterator[dict[int, BaseProcess]]:
    """Clients at work, each acknowledging into `folder/NUMBER`; killed at the end."""
    started = {
        client: PROCESSES.Process(target=work, args=(url, client, str(folder / str(client))), daemon=True)
        for client in clients
    }
    for process in started.values():
        process.start()
    try:
        yield started
    finally:
        for process in started.values():
            process.kill()
            process.join()
