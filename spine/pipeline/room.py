"""Room that was needed for a while goes back to the system, where the system takes it."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pyarrow as pa

_ARENAS = -8
"""What glibc's `mallopt` calls `M_ARENA_MAX`."""


def give_back() -> None:
    """Give back what Arrow and the C library keep for later: after a stage whose arrays are gone.

    Threads that worked side by side leave holes, a third of a resolve's memory. Only glibc can be told to close them;
    elsewhere that part does nothing.
    """
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def one_heap() -> Iterator[None]:
    """Meanwhile Arrow takes its room where numpy and Python do, so that each takes up what the others left.

    Arrow's own allocator keeps pages apart, a tenth of a resolve's memory. So do the heaps that glibc gives to threads,
    a sixth: from now on threads that begin share the first one.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 1)
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
