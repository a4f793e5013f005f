"""The first look-ups are as quick as the later ones: the shapes of questions are asked once when a server starts.

A server that is asked over a network plans each shape of a question when it first sees it, and that takes many times
as long as the answer. In a thread of its own, so that nobody waits for it, and without writing anything.
"""

import asyncio
import logging
import threading

from spine.access.context import LOCAL
from spine.api.batching import Desks
from spine.api.bodies import Operation
from spine.api.contract import operation
from spine.api.execution import execute
from spine.errors import SpineError
from spine.pipeline.asking_ahead import plan_ahead
from spine.ports import GraphStore, Where
from spine.settings import Settings

SHAPES = {"find-by-identifier": "value", "person-card": "value", "search-candidates": "text"}
"""The ready-made operations that are asked, what support asks all day, and the variable that says what is sought."""
SAMPLE = 3
"""So many records give the identifiers that are asked for: the latest, so that nothing large is read."""
_log = logging.getLogger(__name__)


class Warming:
    """One thread that asks each shape of a look-up of a store that is far, from `start` until it is done or closed."""

    def __init__(self, store: GraphStore, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spine-warming", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after the question that is under way."""
        self._ending.set()
        self._thread.join()

    def wait(self) -> None:
        """Wait until all was asked."""
        self._thread.join()

    def _run(self) -> None:
        try:
            values = self._values()
            if values:
                asyncio.run(self._ask(values))
            # An empty graph is about to be filled: its first record meets the longest plans.
            if values is not None and not self._settings.read_only:
                plan_ahead(self._store)
        except SpineError as problem:
            _log.warning("Look-ups could not be made ready, so the first ones take longer: %s", problem)

    def _values(self) -> list[str] | None:
        """Identifiers that some records carry, one of a namespace; None where the store is at hand."""
        with self._store.reading(LOCAL) as reader:
            if not reader.far:
                return None
            rows = reader.select("record", [Where("live", "eq", True)], descending=True, limit=SAMPLE)
            edges = reader.get("carries", "start", [row["id"] for row in rows], SAMPLE) if rows else []
            found = reader.get("identifier", "id", [edge["end"] for edge in edges]) if edges else []
        return list({row["namespace"]: row["value"] for row in found}.values())

    async def _ask(self, values: list[str]) -> None:
        desks = Desks(self._store, self._settings, size=1)
        try:
            for name, variable in SHAPES.items():
                for value in values:
                    if not self._ending.is_set():
                        await execute(desks, Operation(operation(name).document, {variable: value}), LOCAL)
        finally:
            desks.close()
