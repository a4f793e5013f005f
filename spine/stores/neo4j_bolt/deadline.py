"""Something that is done where another takes too long."""

import threading
from collections.abc import Callable

from spine.errors import SpineError


class Deadline:
    """A context: `late` is called, in another thread and once, if it is not left within some seconds.

    `passed` tells whether that has begun; once the context was left, it does not begin any more.
    """

    def __init__(self, seconds: float, late: Callable[[], None]) -> None:
        self.passed = False
        self._late = late
        self._left = False
        self._turn = threading.Lock()
        self._timer = threading.Timer(seconds, self._run)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._turn:
            self._left = True
        self._timer.cancel()

    def _run(self) -> None:
        with self._turn:
            if self._left:
                return
            self.passed = True
        try:
            self._late()
        except SpineError:
            # Who waits goes on waiting; the server that could not be asked answers them, too.
            return
