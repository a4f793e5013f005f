"""Who carries an identifier now, and which identifiers are carried by so many persons that they relate nobody.

A call centre's telephone has thousands of carriers: a look at all of them, and at whoever they live with, costs seconds
and tells nothing. A few rows of it show that it is a crowd.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from spine.ports import Reader

NEAR = 200
"""So many carriers of one identifier, and so many related entities, are looked at: more relate nobody."""
Carriers = Mapping[int, set[int]]


class Carried(NamedTuple):
    """By identifier the records that carry it, and the identifiers of which there may be more of them."""

    by: Carriers
    cut: set[int]


def carried(reader: Reader, identifiers: Iterable[int], limit: int) -> Carried:
    """Who carries each of these identifiers now, as far as its first `limit` edges tell."""
    asked = sorted(set(identifiers))
    by: dict[int, set[int]] = {}
    edges: dict[int, int] = {}
    for row in reader.get("carries", "end", asked, limit) if asked else []:
        end = row["end"]
        edges[end] = edges.get(end, 0) + 1
        if row["valid_to"] is None:
            by.setdefault(end, set()).add(row["start"])
    return Carried(by, {end for end, many in edges.items() if many >= limit})


def crowds(carriers: Carriers, most: int, persons: Callable[[set[int]], Mapping[int, int]]) -> set[int]:
    """The identifiers that more than `most` persons carry; `persons` tells of records whose they are."""
    many = {one: records for one, records in carriers.items() if len(records) > most}
    if not many:
        return set()
    person = persons(set().union(*many.values()))
    return {
        one for one, records in many.items() if len({person[record] for record in records if record in person}) > most
    }
