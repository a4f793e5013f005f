"""Reading ahead: what comes next is made in a thread of its own while the present is worked on."""

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
_PATIENCE = 0.1
"""Seconds after which a thread that waits looks whether it is still wanted."""


def ahead(items: Iterable[Item], depth: int = 1) -> Generator[Item, None, None]:
    """The items in their order, of which up to `depth` are made before they are asked for; their errors come too.

    All of `items` runs in the other thread, which ends with this iterator.
    """
    made: Queue[tuple[Item | None, BaseException | None, bool]] = Queue(depth)
    unwanted = threading.Event()

    def put(item: Item | None, error: BaseException | None, last: bool) -> None:
        while not unwanted.is_set():
            try:
                made.put((item, error, last), timeout=_PATIENCE)
            except Full:
                continue
            return

    def run() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                put(item, None, False)
                if unwanted.is_set():
                    break
            put(None, None, True)
        except BaseException as error:  # noqa: BLE001  # it is raised where the items are asked for
            put(None, error, True)
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=run, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error, last = made.get()
            if error is not None:
                raise error
            if last:
                return
            yield item  # type: ignore[misc]  # None only where the items hold it
    finally:
        unwanted.set()
        thread.join()
