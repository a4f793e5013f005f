"""Identifiers that records carry, as the scorer compares them: per namespace which records share which, seen when."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import NAMESPACES
from spine.matching.encoded import SLOTS, Ints, Seen, slots_of
from spine.matching.outcomes import OTHER, SHARED_NAMESPACES
from spine.normalise.columns import distinct
from spine.normalise.days import EVER_AFTER, EVER_BEFORE, Days, day_seen, first_days, last_days

COMPARED = (*SHARED_NAMESPACES, "email", "phone")
CUSTOM = "x_"
"""Namespaces of a mapping's own begin so; they are compared together."""
FADING = frozenset(name for name, one in NAMESPACES.items() if one.fades_in)
"""Namespaces whose evidence fades with the days between two sightings."""
DATED = ("address", "domain")
"""Of these the fields are compared and not the identifiers; here it only counts when a record was seen with any."""

_ALL = frozenset((*COMPARED, OTHER, *DATED))


class Carried(NamedTuple):
    """What `spine.matching.encoded.encode` takes besides fields, of the namespaces that any record carries."""

    shared: dict[str, Ints]
    seen: dict[str, Seen]


def carried(
    size: int, row: Ints, namespace: "pa.Array[Any]", identifier: Ints, first_seen: "pa.Array[Any]", last_seen: Any
) -> Carried:
    """Which identifiers `size` records carry: one entry per claim, of which negative rows are left out."""
    names, codes = distinct(namespace)
    code: Ints = codes.to_numpy(zero_copy_only=False)
    first, last = first_days(first_seen), last_days(last_seen)
    shared, seen = {}, {}
    for compared in (*COMPARED, OTHER, *DATED):
        wanted = _wanted(compared, names)
        if not wanted:
            continue
        of_name = code == wanted[0] if len(wanted) == 1 else np.isin(code, wanted)
        chosen = np.flatnonzero((row >= 0) & of_name)
        if not len(chosen):
            continue
        here = row[chosen]
        if compared in DATED:
            seen[compared] = over_all(size, here, first[chosen], last[chosen])
            continue
        slots = slots_of(size, here, identifier[chosen])
        shared[compared] = slots.matrix(identifier[chosen])
        if compared in FADING:
            seen[compared] = Seen(slots.matrix(first[chosen]), slots.matrix(last[chosen]))
    return Carried(shared, seen)


def carried_by_few(size: int, claims: Iterable[tuple[int, str, int, str | None, str | None]]) -> Carried:
    """The same of a few claims (row, namespace, identifier, first and last seen), without columns."""
    held: dict[str, list[tuple[int, int, int, int]]] = {}
    for row, namespace, identifier, first, last in claims:
        compared = OTHER if namespace[: len(CUSTOM)] == CUSTOM else namespace
        if row >= 0 and compared in _ALL:
            days = day_seen(first, last=False), day_seen(last, last=True)
            held.setdefault(compared, []).append((row, identifier, *days))
    shared, seen = {}, {}
    for compared, entries in held.items():
        if compared in DATED:
            columns = np.array(entries, np.int64)
            seen[compared] = over_all(size, columns[:, 0], *columns[:, 2:].astype(np.int32).T)
            continue
        entries.sort(key=itemgetter(0, 1))
        slots: dict[int, list[tuple[int, int, int, int]]] = {}
        for entry in entries:
            slots.setdefault(entry[0], []).append(entry)
        width = min(SLOTS, max(map(len, slots.values())))
        numbers = np.zeros((size, width), np.int64)
        days_of = np.zeros((2, size, width), np.int32)
        for place, some in slots.items():
            for slot, (_, identifier, begin, end) in enumerate(some[:width]):
                numbers[place, slot] = identifier
                days_of[:, place, slot] = begin, end
        shared[compared] = numbers
        if compared in FADING:
            seen[compared] = Seen(days_of[0], days_of[1])
    return Carried(shared, seen)


def _wanted(compared: str, names: Sequence[str]) -> list[int]:
    """The places among `names` of the namespaces that are compared under this one."""
    return [place for place, name in enumerate(names) if name == compared or (compared == OTHER and name[:2] == CUSTOM)]


def over_all(size: int, row: Ints, first: Days, last: Days) -> Seen:
    """The first and last day of each row over all its entries, in one slot; unknown where one of them is, or none."""
    begin, end = np.full(size, EVER_AFTER, np.int32), np.full(size, EVER_BEFORE, np.int32)
    np.minimum.at(begin, row, first)
    np.maximum.at(end, row, last)
    none = np.ones(size, bool)
    none[row] = False
    begin[none], end[none] = EVER_BEFORE, EVER_AFTER
    return Seen(begin[:, None], end[:, None])
