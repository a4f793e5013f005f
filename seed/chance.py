"""Chance that is the same on every machine: all draws derive from uniform doubles of a seeded PCG64 stream."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
"""Texts or None, one per row."""


def texts(values: Sequence[object]) -> Texts:
    """An object array of these values, never of fixed-width strings."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def nothing(size: int) -> Texts:
    """A column without a value in any row."""
    return np.full(size, None, dtype=object)


def either(condition: Flags, yes: Texts, no: Texts | str | None) -> Texts:
    """The text of `yes` where the condition holds, else that of `no`."""
    out = yes.copy()
    rest = ~condition
    out[rest] = no[rest] if isinstance(no, np.ndarray) else no
    return out


def present(column: Texts) -> Flags:
    """True in rows that have a value."""
    return np.asarray([value is not None for value in column.tolist()], dtype=np.bool_)


class Chance:
    """One stream of draws per topic, so that a change to one source leaves all others as they were."""

    def __init__(self, seed: int, topic: str) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, zlib.crc32(topic.encode())]))

    def unit(self, size: int) -> Floats:
        """Uniform numbers in [0, 1)."""
        return self._generator.random(size)

    def flags(self, size: int, share: float | Floats) -> Flags:
        """True with this probability, row by row."""
        return self.unit(size) < share

    def below(self, size: int, limit: int | Ints) -> Ints:
        """Whole numbers in [0, limit)."""
        return np.floor(self.unit(size) * limit).astype(np.int64)

    def between(self, size: int, low: int | Ints, high: int | Ints) -> Ints:
        """Whole numbers in [low, high), or low where the range is empty."""
        width = np.maximum(np.broadcast_to(np.asarray(high - low, dtype=np.int64), (size,)), 1)
        start: Ints = np.broadcast_to(np.asarray(low, dtype=np.int64), (size,))
        return start + self.below(size, width)

    def weighted(self, size: int, weights: Sequence[float] | Floats) -> Ints:
        """Positions drawn in proportion to their weights."""
        heights = np.cumsum(np.asarray(weights, dtype=np.float64))
        found = np.searchsorted(heights, self.unit(size) * heights[-1], side="right")
        inside: Ints = np.minimum(found, len(heights) - 1)
        return inside

    def pick(self, size: int, pool: Texts, weights: Floats | None = None) -> Texts:
        """Values of the pool."""
        return pool[self.below(size, len(pool)) if weights is None else self.weighted(size, weights)]

    def order(self, size: int) -> Ints:
        """A permutation of the rows."""
        return np.argsort(self.unit(size), kind="stable").astype(np.int64)
