"""Pieces of one task worked on side by side; numpy, Arrow and rapidfuzz let others work meanwhile."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = min(os.cpu_count() or 1, 8)
"""So many pieces are worked on at the same time."""
Piece = TypeVar("Piece")
Found = TypeVar("Found")


def each(work: Callable[[Piece], Found], pieces: Sequence[Piece]) -> Iterator[Found]:
    """What `work` makes of each piece, in their order."""
    if len(pieces) < 2:
        yield from map(work, pieces)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(work, pieces)
