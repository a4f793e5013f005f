"""A store that passes everything on to a real one and tells what it was asked."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from spine.access.context import Context
from spine.ports import Cause, GraphStore, Plan, Reader, Writer


class Watched:
    """Notes what its readers are asked and why it is written to; can be slow or broken, and say that it is far."""

    def __init__(
        self, store: GraphStore, delay: float = 0.0, error: Exception | None = None, far: bool | None = None
    ) -> None:
        self.store, self.url = store, store.url
        self.delay, self.error, self.far = delay, error, far
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        """Each question to a reader: the method and what it was given by place."""
        self.planned: list[Plan] = []
        self.causes: list[str] = []
        self.open = 0
        """Readers that are open now."""

    @property
    def plans(self) -> list[Plan]:
        """The plans that were followed, or asked for ahead."""
        return self.planned + [given[0] for name, given in self.asked if name == "follow"]

    @contextmanager
    def reading(self, context: Context) -> Iterator[Reader]:
        if self.error is not None:
            raise self.error
        with self.store.reading(context) as reader:
            self.open += 1
            try:
                yield WatchedReader(reader, self)  # type: ignore[misc]  # passes on what it does not define
            finally:
                self.open -= 1

    @contextmanager
    def writing(self, context: Context, cause: Cause) -> Iterator[Writer]:
        self.causes.append(cause.kind)
        with self.store.writing(context, cause) as writer:
            yield writer

    def plan(self, plans: Iterable[Plan]) -> None:
        some = list(plans)
        self.planned += some
        self.store.plan(some)

    def close(self) -> None:
        self.store.close()

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class WatchedReader:
    """What a watched store's readers are."""

    def __init__(self, reader: Reader, watched: Watched) -> None:
        self._reader, self._watched = reader, watched
        self.far = reader.far if watched.far is None else watched.far

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._reader, name)
        if not callable(found):
            return found

        def asked(*given: Any, **named: Any) -> Any:
            self._watched.asked.append((name, given))
            time.sleep(self._watched.delay)
            return found(*given, **named)

        return asked
