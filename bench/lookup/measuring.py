"""One store measured: look-ups over HTTP, in this process, and the bare store calls, each look-up in all three ways."""

import asyncio
import http.client
import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spine.access.context import LOCAL, Context
from spine.api.asking import named_at
from spine.api.batching import Desks
from spine.api.bodies import Operation
from spine.api.execution import execute
from spine.bootstrap import open_store
from spine.errors import NotFound
from spine.explore.households import homes
from spine.ports import GraphStore, Plan, Reader, Row, Where
from spine.settings import Settings

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations" / "support"
WHO_IS_IT = """query WhoIsIt($value: String!, $namespace: String) {
  identity(value: $value, namespace: $namespace) {
    says shared totalRecords truncated
    candidates {
      confidence verified current lastSeen reason
      entity {
        __typename id name size cohesion
        identities(first: 50) { edges { confidence kind reason verified current node { value } } }
        ... on Person {
          stage
          households(first: 5) { edges { confidence kind reason node { id size adults address } } }
        }
      }
    }
  }
}"""
HOUSEHOLD = """query Household($id: ID!) {
  household(id: $id) {
    id size adults cohesion region postcode address since lastSeen
    members(first: 50) { edges { confidence kind since lastSeen reason takesOut node { id name stage } } }
  }
}"""
GOLDEN = """query Golden($id: ID!) {
  person(id: $id) {
    id name size
    golden { name value source record observedAt rule order rivals { value records sources } }
  }
}"""
WARM = 30
"""Look-ups before anything is counted: Neo4j plans, pages are read, code is compiled."""


class Told:
    """A store whose readers remember the plans that they followed, and what else they were asked."""

    def __init__(self, store: GraphStore) -> None:
        self.store, self.url = store, store.url
        self.plans: list[Plan] = []
        self.others = 0

    @contextmanager
    def reading(self, context: Context) -> Iterator[Reader]:
        """A view that remembers."""
        with self.store.reading(context) as reader:
            yield ToldReader(reader, self)  # type: ignore[misc]  # passes on what it does not define


class ToldReader:
    """Passes on, and remembers."""

    def __init__(self, reader: Reader, told: Told) -> None:
        self._reader, self._told = reader, told

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """Follow a plan and remember it."""
        self._told.plans.append(plan)
        return self._reader.follow(plan)

    def __getattr__(self, name: str) -> Any:
        self._told.others += 1
        return getattr(self._reader, name)


def measured(url: str, lookups: int) -> dict[str, Any]:
    """Milliseconds on the wall (p50, p99) and of the processor, and round trips, by operation and way."""
    operations = {
        "find": (OPERATIONS / "find-by-identifier.graphql").read_text("utf-8"),
        "person, identities, household": WHO_IS_IT,
        "person card": (OPERATIONS / "person-card.graphql").read_text("utf-8"),
        "household, its members": HOUSEHOLD,
        "golden record": GOLDEN,
    }
    with open_store(url, Settings()) as store:
        drawn = identifiers(store, lookups + WARM)
        with store.reading(LOCAL) as reader:
            records = reader.count("record")
        at_home = with_homes(store, drawn)
        with serving(url) as (port, process):
            found = {
                name: asyncio.run(_compared(store, port, process, query, at_home if "$id" in query else drawn))
                for name, query in operations.items()
            }
    return {"records": records, "lookups": lookups, "operations": found}


def identifiers(store: GraphStore, count: int) -> list[dict[str, str]]:
    """Identifiers drawn at random: their numbers are hashes, so the next one to a random number is as good as any."""
    chance = random.Random(1)
    out = []
    with store.reading(LOCAL) as reader:
        ends = [reader.select("identifier", descending=turned, limit=1)[0]["id"] for turned in (False, True)]
        while len(out) < count:
            at = Where("id", "ge", chance.randint(*ends))
            (row,) = reader.select("identifier", [at], limit=1)
            out.append({"value": row["value"], "namespace": row["namespace"]})
    return out


def with_homes(store: GraphStore, drawn: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Of identifiers those of persons who live in a household, as an id that a person or household is asked by."""
    out = []
    with store.reading(LOCAL) as reader:
        for one in drawn:
            named = f"{one['namespace']}:{one['value']}"
            try:
                person = named_at(reader, LOCAL, [named], "person", Settings().confidence)[named]
            except NotFound:
                continue
            if person is not None and homes(reader, LOCAL, [person])[person.id]:
                out.append({"id": named})
    return out


@contextmanager
def serving(url: str) -> Iterator[tuple[int, int]]:
    """A server over the store in a process of its own: its port and its process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.lookup.server", url, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


async def _compared(
    store: GraphStore, port: int, process: int, query: str, drawn: Sequence[dict[str, str]]
) -> dict[str, Any]:
    told = Told(store)
    desks = Desks(told, Settings())  # type: ignore[arg-type]  # it only reads
    client = http.client.HTTPConnection("127.0.0.1", port)
    wall: dict[str, list[float]] = {"http": [], "process": [], "floor": []}
    cpu: dict[str, list[float]] = {name: [] for name in wall}
    trips: list[int] = []
    for at, variables in enumerate(drawn):
        if at == WARM:
            for several in (*wall.values(), *cpu.values(), trips):
                several.clear()
        body = json.dumps({"query": query, "variables": variables})
        _timed(wall["http"], cpu["http"], lambda: _processor_of(process), lambda body=body: _posted(client, body))
        told.plans.clear()
        told.others = 0
        begun, used = time.perf_counter(), time.process_time()
        answer = await execute(desks, Operation(query, dict(variables)), LOCAL)
        cpu["process"].append(time.process_time() - used)
        wall["process"].append(time.perf_counter() - begun)
        if "errors" in answer:
            raise RuntimeError(str(answer["errors"]))
        trips.append(len(told.plans) + told.others)
        plans = list(told.plans)
        _timed(wall["floor"], cpu["floor"], time.process_time, lambda plans=plans: _bare(store, plans))
    client.close()
    desks.close()
    ways = {name: _figures(wall[name], cpu[name]) for name in wall}
    return {**ways, "trips": max(trips), "trips_p50": statistics.median(trips)}


def _timed(wall: list[float], cpu: list[float], used: Callable[[], float], what: Callable[[], object]) -> None:
    begun, before = time.perf_counter(), used()
    what()
    cpu.append(used() - before)
    wall.append(time.perf_counter() - begun)


def _posted(client: http.client.HTTPConnection, body: str) -> None:
    client.request("POST", "/graphql", body, {"content-type": "application/json"})
    answer = json.loads(client.getresponse().read())
    if "errors" in answer:
        raise RuntimeError(str(answer["errors"]))


def _bare(store: GraphStore, plans: Sequence[Plan]) -> None:
    with store.reading(LOCAL) as reader:
        for plan in plans:
            reader.follow(plan)


def _processor_of(process: int) -> float:
    """Seconds that a process has used, to the hundredth: sums over many look-ups are right, single ones are not."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _figures(wall: Sequence[float], cpu: Sequence[float]) -> dict[str, float]:
    several = sorted(wall)
    mean = sum(cpu) / len(cpu)
    return {
        "p50": round(1000 * several[len(several) // 2], 2),
        "p99": round(1000 * several[int(len(several) * 0.99)], 2),
        "processor": round(1000 * mean, 2),
        "per_second": round(1 / mean) if mean else 0,
    }
