"""The households of all records, found beside the persons and organisations that these make.

Both are made of the same records and neither needs the other. Both are Python over distinct texts, so that in two
threads they would wait for each other: of many records households are found in a process of their own.
"""

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial

import pyarrow as pa

from spine.pipeline.apart import apart, beside
from spine.pipeline.room import give_back, one_heap
from spine.resolution.household_tables import tables
from spine.resolution.households import households
from spine.resolution.past_homes import with_past
from spine.resolution.resolved import Resolved
from spine.resolution.surnames import Surnames, count_surnames

MANY = 200_000
"""From so many records on a process of its own, which takes a second to start, is worth it."""
ONE_BY_ONE = 2_000_000
"""From so many records on it begins when persons and organisations are made: both at once take a third more memory."""
Homes = tuple[dict[str, pa.Table], Surnames]
"""The tables `household`, `member_of` and `resides_in`, and how common the surnames were taken to be."""


@contextmanager
def homes_of(resolved: Resolved, past: pa.Table, common: Surnames | None) -> Iterator[Iterator[Homes]]:
    """One item: the households of these records and of the addresses that they carried before.

    Made meanwhile where there are many records, else (and where there are very many) when it is asked for. `common` is
    how common surnames are; None counts them.
    """
    work, size = partial(_homes, resolved.looked_at_anew(), past, common), resolved.size
    # What the others make of its columns goes when they are done with it.
    del resolved
    if MANY <= size < ONE_BY_ONE:
        begun: AbstractContextManager[Iterator[Homes]] = beside(work)
    else:
        begun = closing(work() if size < MANY else apart(work))
    with begun as made:
        yield made


def _homes(resolved: Resolved, past: pa.Table, common: Surnames | None) -> Generator[Homes, None, None]:
    with one_heap():
        known = count_surnames(resolved) if common is None else common
        lived = with_past(resolved, past)
        found = households(lived, common=known)
        give_back()
        made = tables(lived, found)
    yield {"household": made.household, "member_of": made.member_of, "resides_in": made.resides_in}, known
