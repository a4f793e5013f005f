"""The collector of reference cycles rests while a small write works.

A write reads thousands of rows and keeps them to its end. The collector, which looks whenever some hundred objects more
are alive, would go through all of them again and again and find nothing: a third of a micro-batch's time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Rest:
    """Counts the writes under way: the first stops the collector, the last starts it again if it ran before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way = 0
        self._ran = False

    def begin(self) -> None:
        with self._lock:
            if not self._under_way:
                self._ran = gc.isenabled()
                gc.disable()
            self._under_way += 1

    def end(self) -> None:
        with self._lock:
            self._under_way -= 1
            if not self._under_way and self._ran:
                gc.enable()


_REST = _Rest()


@contextmanager
def uncollected() -> Iterator[None]:
    """Meanwhile no cycles are collected in this process: for transactions of bounded size, once they have the lock."""
    _REST.begin()
    try:
        yield
    finally:
        _REST.end()
