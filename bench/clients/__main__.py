"""Records that several clients send at once to a server of its own, and look-ups meanwhile.

    python -m bench.clients [--size 10000] [--clients 1 4 16] [--records 300] [--no-write]

Each client posts one record after the other to `/ingest`, over a connection that it keeps; beside them one asks for
the status of the store fifty times a second. Every number of clients has a fresh copy of the store and a server of its
own. Writes `results.json` beside this file and its table in docs/performance.md.
"""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from threading import Event
from typing import Any

from bench.kept import keep, last_rows, measured_on, of_today, table
from bench.online.world import store_of
from spine.cli.serving import listening

HERE = Path(__file__).parent
WARM = 20
"""So many records come first, of one client: the index of keys is looked at, modules are imported."""
ASKED = json.dumps({"query": "{ status { position } }"})


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.clients")
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--records", type=int, default=300, help="so many records are sent in all")
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    rows = {row["clients"]: row for row in last_rows(HERE)}
    for clients in asked.clients:
        rows[clients] = measured(asked.size, clients, asked.records)
        sys.stderr.write(json.dumps(rows[clients]) + "\n")
    results = of_today([rows[clients] for clients in sorted(rows)])
    if not asked.no_write:
        keep(HERE, results, "performance.md", "clients", page(results))


def measured(size: int, clients: int, records: int) -> dict[str, Any]:
    """So many clients, each sending its part of the records."""
    path, rows = store_of(size)
    sent: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    for row in [*rows[WARM : WARM + records], *[None] * clients]:
        sent.put(row)
    done = Event()
    with serving(path) as (port, processor), ThreadPoolExecutor(clients + 1) as pool:
        first = http.client.HTTPConnection("127.0.0.1", port)
        for row in rows[:WARM]:
            post(first, "/ingest", json.dumps(row))
        looking = pool.submit(looked, port, done)
        began, spent = time.perf_counter(), processor()
        waits = [wait for found in pool.map(lambda _: client(port, sent), range(clients)) for wait in found]
        took, spent = time.perf_counter() - began, processor() - spent
        done.set()
        looks = looking.result()
    return {
        "clients": clients, "load": round(os.getloadavg()[0], 1), "records": records, "a second": round(records / took),
        "a processor second": round(records / spent), "wait": quantiles(waits), "look-up": quantiles(looks),
    }  # fmt: skip


@contextmanager
def serving(path: Path) -> Iterator[tuple[int, Any]]:
    """The port of a server over a copy of a store, and what tells how many processor seconds it has used."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, Path(folder) / "graph.db")
        with listening("127.0.0.1", 0) as free:
            port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "spine.cli.app", "serve", "--port", str(port), "--store", f"sqlite:{copy}"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            try:
                until_ready(port)
                yield port, lambda: processor_of(server.pid)
            finally:
                server.terminate()


def until_ready(port: int) -> None:
    """Wait until a server answers."""
    give_up = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def processor_of(process: int) -> float:
    """User and system seconds of a running process, as Linux tells them."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def post(connection: http.client.HTTPConnection, path: str, body: str) -> float:
    """Send a document; the seconds until the answer was there."""
    began = time.perf_counter()
    connection.request("POST", path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise SystemExit(said.decode())
    return time.perf_counter() - began


def client(port: int, sent: "SimpleQueue[dict[str, Any] | None]") -> list[float]:
    """One client, until there is nothing left to send."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    waits = []
    while (row := sent.get()) is not None:
        waits.append(post(connection, "/ingest", json.dumps(row)))
    return waits


def looked(port: int, done: Event) -> list[float]:
    """Who asks, until the others are done."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    waits = []
    while not done.wait(0.02):
        waits.append(post(connection, "/graphql", ASKED))
    return waits


def quantiles(seconds: Sequence[float]) -> list[float]:
    """Median and 99th percentile, in milliseconds."""
    several = sorted(seconds)
    return [round(1000 * median(several), 1), round(1000 * several[int(0.99 * len(several))], 1)]


def page(results: dict[str, Any]) -> str:
    """The table of docs/performance.md."""
    rows = results["rows"]
    lines = [["at 10,000 records", *(f"{row['clients']} client{'s' * (row['clients'] > 1)}" for row in rows)]]
    lines.append(["records a second (for a second of the processor)"])
    lines[-1] += [f"{row['a second']} ({row['a processor second']})" for row in rows]
    for name, key in (("a client waits", "wait"), ("who only asks waits", "look-up")):
        lines.append([f"{name}, ms: p50, p99", *(f"{row[key][0]:g}, {row[key][1]:g}" for row in rows)])
    lines.append(["processes that wanted the machine meanwhile", *(f"{row['load']:g}" for row in rows)])
    return f"{measured_on(results)}\n\n{table(lines)}"


if __name__ == "__main__":
    main()
