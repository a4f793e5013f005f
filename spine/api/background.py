"""What a server does beside answering: it makes ready for ingests, and works off, step by step, what they left."""

import logging
import threading

from spine.access.context import LOCAL
from spine.domain.vocabulary import Kind
from spine.errors import SpineError, StoreUnavailable
from spine.pipeline.asking_ahead import plan_ahead
from spine.pipeline.index_state import index_ahead
from spine.pipeline.working_off import work_off_some
from spine.ports import GraphStore, Where
from spine.stewardship.confirming import confirm_identity

IDLE = 2.0
"""Seconds between two looks at whether something waits."""
SAMPLE = 20
"""So many identifiers of a record are looked at for one that can be proved."""
PROVED = ("email", "phone", "login", "loyalty")
BREATH = 0.05
"""Seconds that other writers get between two steps."""
_log = logging.getLogger(__name__)


class Background:
    """One thread that works off what waits, from `start` to `close`; a step that fails is tried again later.

    Where it is `prepared`, the first step makes the key index of a store that has none, and has a store that is far
    plan what a change asks of it: a request would wait for both. So does the first one after that store was gone.
    """

    def __init__(self, store: GraphStore, idle: float = IDLE, *, prepared: bool = False) -> None:
        self._store = store
        self._idle = idle
        self._prepared = self._unready = prepared
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spine-background", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after the step that is under way."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0 if self._unready else self._idle
        while not self._ending.wait(pause):
            try:
                if self._unready:
                    index_ahead(self._store, LOCAL)
                    plan_ahead(self._store)
                    self._unready = False
                    self._rehearse()
                step = work_off_some(self._store, LOCAL)
            except SpineError as problem:
                _log.warning("What waits could not be worked off, and will be tried again: %s", problem)
                if isinstance(problem, StoreUnavailable):
                    self._unready = self._prepared
                pause = min(max(pause, self._idle) * 2, 60.0)
            else:
                # Something that only a resolve can work off is looked at rarely.
                pause = BREATH if step.worked else min(pause * 2, 30 * self._idle) if step.left else self._idle
                pause = max(pause, BREATH)

    def _rehearse(self) -> None:
        """Have a store that is far plan what a change asks and writes: by a proof of the latest record, rolled back."""
        with self._store.reading(LOCAL) as reader:
            persons = [Where("live", "eq", True), Where("kind", "eq", Kind.PERSON.value)]
            rows = reader.select("record", persons, descending=True, limit=1) if reader.far else []
            edges = reader.get("carries", "start", [row["id"] for row in rows], SAMPLE) if rows else []
            found = reader.get("identifier", "id", [edge["end"] for edge in edges]) if edges else []
        proved = next((one for one in found if one["namespace"] in PROVED), None)
        if proved is None:
            return
        record, namespace, value = rows[0]["id"], proved["namespace"], proved["value"]
        try:
            confirm_identity(self._store, LOCAL, record, namespace, value, "code", preview=True)
        except SpineError as problem:
            _log.warning("A change could not be tried ahead, the first one will take longer: %s", problem)
