"""Pieces of one task worked on side by side; numpy, Arrow and rapidfuzz let others work meanwhile."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

AT_ONCE = min(os.cpu_count() or 1, 8)
"""So many pieces are worked on at the same time."""
WAITING = 2 * AT_ONCE
"""So many are worked on or done before the first of them is taken."""
Piece = TypeVar("Piece")
Found = TypeVar("Found")


def each(work: Callable[[Piece], Found], pieces: Iterable[Piece]) -> Iterator[Found]:
    """What `work` makes of each piece, in their order; only few wait to be taken, so as to bound the memory."""
    every = iter(pieces)
    first = list(islice(every, 2))
    if len(first) < 2:
        yield from map(work, first)
        return
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for piece in chain(first, every):
            waiting.append(pool.submit(work, piece))
            if len(waiting) > WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
