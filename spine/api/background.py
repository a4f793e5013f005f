"""What a server does beside answering: it works off, step by step, what ingests left for later."""

import logging
import threading

from spine.access.context import LOCAL
from spine.errors import SpineError
from spine.pipeline.working_off import work_off_some
from spine.ports import GraphStore

IDLE = 2.0
"""Seconds between two looks at whether something waits."""
BREATH = 0.05
"""Seconds that other writers get between two steps."""
_log = logging.getLogger(__name__)


class Background:
    """One thread that works off what waits, from `start` to `close`; a step that fails is tried again later."""

    def __init__(self, store: GraphStore, idle: float = IDLE) -> None:
        self._store = store
        self._idle = idle
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
        pause = self._idle
        while not self._ending.wait(pause):
            try:
                step = work_off_some(self._store, LOCAL)
            except SpineError as problem:
                _log.warning("What waits could not be worked off, and will be tried again: %s", problem)
                pause = min(max(pause, self._idle) * 2, 60.0)
            else:
                # Something that only a resolve can work off is looked at rarely.
                pause = BREATH if step.worked else min(pause * 2, 30 * self._idle) if step.left else self._idle
                pause = max(pause, BREATH)
