"""What was said of two texts is said again where they meet again, in bounded memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine.matching.encoded import Codes, Ints
from spine.normalise.whole_numbers import in_order

Answers = NDArray[np.int8]
Ask = Callable[[Codes, Codes], NDArray[np.int8] | NDArray[np.bool_]]
BITS = 20
"""Answers for so many (two to this power) pairs of texts are kept per question: eight megabytes."""
MANY = 10_000
"""Fewer pairs than this are answered without keeping anything."""
WIDEST = 1 << 27
"""Of more texts than this two codes and an answer do not fit into one number."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LOW = 255


class Told:
    """The answers to one question about pairs of two different codes; a pair is asked about in ascending order.

    A place holds pair and answer as one number, so two threads that meet there can't mix them up; the later pair wins.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._places: NDArray[Any] | None = None

    def answers(self, here: Codes, there: Codes, ask: Ask) -> Answers:
        """What `ask` says of each pair, asked once per distinct pair, and not again while it is remembered."""
        low, high = np.minimum(here, there), np.maximum(here, there)
        key = low.astype(np.int64) * self.width + high
        if len(key) < MANY or self.width > WIDEST:
            return _once(key, low, high, ask)[0]
        if self._places is None:
            self._places = np.full(1 << BITS, -1, dtype=np.int64)
        place = ((key.view(np.uint64) * _MIX) >> np.uint64(64 - BITS)).view(np.int64)
        word = self._places.take(place)
        out = word.astype(np.int8)
        fresh = np.flatnonzero((word >> 8) != key)
        if len(fresh):
            out[fresh], first = _once(key[fresh], low[fresh], high[fresh], ask)
            new = fresh[first]
            self._places[place[new]] = (key[new] << 8) | (out[new].astype(np.int64) & _LOW)
        return out


def _once(key: Ints, low: Codes, high: Codes, ask: Ask) -> tuple[Answers, Ints]:
    """The answers, asked for once per key, and where each key first stands."""
    order, fresh = in_order(key)
    first = order[fresh]
    out = np.empty(len(key), dtype=np.int8)
    out[order] = ask(low[first], high[first])[np.cumsum(fresh) - 1]
    return out, first
