"""The batches of sources read and made ready one after the other, without a look at any store.

Large sources are read in a process of their own: it imports this module, which therefore needs little.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from spine.ahead import ahead
from spine.normalise.record import Options
from spine.pipeline.apart import apart
from spine.pipeline.preparing import Ready, make_ready
from spine.ports import Clock, PortableSource, RecordSource, Reject, SourceBatch

LARGE = 16 << 20
"""Sources of so many bytes are read and made ready in a process of their own; it takes about a second to start."""
Made = tuple[Ready, Sequence[Reject]] | None
"""A batch ready to be written, and what of it is rejected; None at the end of each source."""


def made_ready(sources: Sequence[RecordSource], options: Options, key: bytes, clock: Clock) -> Iterator[Made]:
    """The batches of some sources: made ready in a process of its own where that pays."""
    work = partial(_ready, sources, options, key, clock)
    portable = all(isinstance(source, PortableSource) for source in sources)
    return apart(work) if portable and sum(source.size() or 0 for source in sources) >= LARGE else work()


def _batches(sources: Sequence[RecordSource]) -> Iterator[SourceBatch | None]:
    """The batches of one source after the other, with None at the end of each."""
    for source in sources:
        yield from source.batches()
        yield None


def _ready(sources: Sequence[RecordSource], options: Options, key: bytes, clock: Clock) -> Iterator[Made]:
    """The batches made ready while the next are read."""
    chosen = options
    with closing(ahead(_batches(sources))) as batches:
        for batch in batches:
            if batch is None:
                yield None
                chosen = options
                continue
            ready = make_ready(batch, chosen, key, clock.now())
            if chosen.dates is None and ready.dates is not None:
                chosen = replace(chosen, dates=ready.dates)
            yield ready, batch.rejects
