"""A write that another writer kept waiting too long is tried again: after a pause that grows, for a bounded time."""

import random
import time
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

from spine.errors import StoreBusy

LIMIT = 20.0
"""Seconds within which a write is tried again; the try that is under way then may still take the store's patience."""
FIRST, LONGEST = 0.05, 2.0
"""Seconds of the first pause and of the longest; each is up to twice the one before, drawn at random so that two
writers that met don't meet again."""

P = ParamSpec("P")
T = TypeVar("T")


class Waits:
    """How often writes of this process were tried again, and how many were given up, since it started."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.retried = 0
        self.given_up = 0

    def count(self, *, again: bool) -> None:
        """Count one time-out."""
        with self._lock:
            if again:
                self.retried += 1
            else:
                self.given_up += 1


WAITS = Waits()


def attempted(deed: Callable[P, T]) -> Callable[P, T]:
    """A function that is called again where it raises StoreBusy, until `LIMIT` seconds have passed.

    For functions that write in one transaction of their own, which leaves no trace where it fails.
    """

    @wraps(deed)
    def again(*args: P.args, **named: P.kwargs) -> T:
        give_up, pause = time.monotonic() + LIMIT, FIRST
        while True:
            try:
                return deed(*args, **named)
            except StoreBusy:
                left = give_up - time.monotonic()
                WAITS.count(again=left > 0)
                if left <= 0:
                    raise
                time.sleep(min(random.uniform(pause / 2, pause), left))
                pause = min(2 * pause, LONGEST)

    return again
