"""Households after a change: those that it reaches, made as a resolve of everything would make them.

The set that is looked at grows until nothing leads out of it: it is then a union of households, both of those that
stood and of those that now stand, and everything that their weights depend on is loaded (`home_neighbours`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from spine.pipeline.differing import Differing
from spine.pipeline.home_neighbours import Neighbours
from spine.pipeline.homes_left import turned
from spine.pipeline.homes_standing import Standing, moved
from spine.pipeline.index_state import read_state
from spine.pipeline.numbering import stored_key
from spine.pipeline.rebuild import Rebuilt
from spine.pipeline.surname_counts import stored_surnames
from spine.pipeline.waiting import wait
from spine.ports import Reader, Row, Writer
from spine.resolution.home_reach import reach
from spine.resolution.household_tables import HouseholdTables, tables
from spine.resolution.households import households

MOST = 3000
"""Where more records than this have to be looked at for one that changed, the homes are left to `working_off`."""
TOGETHER = 20
"""For a micro-batch so many times as many are looked at: what its records share is read once."""

Homes = Mapping[int, frozenset[int]]
"""The households of each person."""


@dataclass(frozen=True)
class HomeChanges:
    """The households that are `gone`, and per person who `moved` the households before and after.

    `left` are records whose homes wait for the next resolve: they reach too many.
    """

    gone: frozenset[int] = frozenset()
    moved: Mapping[int, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    left: frozenset[int] = frozenset()


def write_households(writer: Writer, rebuilt: Rebuilt, out: Differing, most: int | None = MOST) -> HomeChanges:
    """Write the households that a rebuild reaches; what takes more than `most` records for one is left waiting."""
    secret = stored_key(writer) if read_state(writer) is not None else b""
    common = stored_surnames(writer)
    standing = Standing(writer, rebuilt, secret if common is not None else b"")
    out.put("household", [row for _, row in sorted(standing.households.items())])
    changed = moved(rebuilt) - standing.records
    if not changed:
        return HomeChanges()
    gone = frozenset(rebuilt.before.keys() - rebuilt.after.keys())
    near = Neighbours(writer, rebuilt.after, gone, secret)
    delta = rebuilt.built.delta
    core = near.touched(changed, delta, rebuilt.before)
    core |= _residents(writer, _homes_of(writer, core))
    needed: set[int] = set()
    known = (-1, -1)
    while True:
        near.read({*needed, *near.persons(core).values()})
        if most is not None and len(near.labels) > most * max(1, min(len(delta.anew), TOGETHER)):
            waiting = _left(writer, out, rebuilt, changed, core)
            wait(writer, waiting.left, f"homes of more than {most} records")
            return waiting
        loaded = len(near.labels), len(near.crowds)
        if loaded != known:
            resolved = near.resolved()
            found = households(resolved, common=common)
            ids, known = resolved.ids, loaded
        reached, persons = reach(resolved, found, np.isin(ids, list(core)), np.isin(ids, list(changed)))
        wider = core | set(ids[reached].tolist())
        wider |= _residents(writer, _homes_of(writer, wider - core))
        needed = set(persons.tolist())
        if wider == core and needed <= near.complete:
            made = tables(resolved, found)
            kept = {row["end"] for row in made.resides_in.select(["start", "end"]).to_pylist() if row["start"] in core}
            members = made.member_of.select(["start", "end", "valid_from"]).to_pylist()
            beside = turned(writer, near.labels, core, members, kept | _homes_of(writer, core))
            if not beside:
                break
            wider |= _residents(writer, beside)
        core = wider
    return _write(writer, out, made, core, kept)


def _write(writer: Writer, out: Differing, found: HouseholdTables, inner: set[int], kept: set[int]) -> HomeChanges:
    gone = _homes_of(writer, inner) - kept
    asked = sorted(kept | gone)
    out.put("household", [row for row in found.household.to_pylist() if row["id"] in kept])
    residents: list[Row] = writer.get("resides_in", "end", asked) if asked else []
    out.replace("resides_in", residents, [row for row in found.resides_in.to_pylist() if row["end"] in kept])
    members: list[Row] = writer.get("member_of", "end", asked) if asked else []
    now = [row for row in found.member_of.to_pylist() if row["end"] in kept]
    out.replace("member_of", members, now)
    return HomeChanges(frozenset(gone), _moved(_by_person(members), _by_person(now)))


def _moved(was: Homes, now: Homes) -> dict[int, tuple[frozenset[int], frozenset[int]]]:
    """Per person whose households changed those before and after."""
    return {
        person: (was.get(person, frozenset()), now.get(person, frozenset()))
        for person in was.keys() | now.keys()
        if was.get(person) != now.get(person)
    }


def _by_person(rows: list[Row]) -> Homes:
    """The households where each person lives now."""
    found: dict[int, set[int]] = {}
    for row in rows:
        if row["weight"] is None:
            continue
        found.setdefault(row["start"], set()).add(row["end"])
    return {person: frozenset(homes) for person, homes in found.items()}


def _left(writer: Writer, out: Differing, rebuilt: Rebuilt, changed: set[int], core: set[int]) -> HomeChanges:
    """Who waits instead: those who changed, and where one is no person any more, all whose homes depended on it.

    A home in which nobody else lives goes at once: nobody is left to wait for it.
    """
    before, after = rebuilt.before, rebuilt.after
    lost = {record for record in changed & before.keys() if after.get(record, before[record])[0] != before[record][0]}
    lost |= changed & (before.keys() - after.keys())
    homes = _homes_of(writer, lost)
    residents: list[Row] = writer.get("resides_in", "end", sorted(homes)) if homes else []
    empty = homes - {row["end"] for row in residents if row["start"] not in lost}
    members: list[Row] = writer.get("member_of", "end", sorted(empty)) if empty else []
    out.replace("resides_in", [row for row in residents if row["end"] in empty], [])
    out.replace("member_of", members, [])
    left = (changed & after.keys()) | (core - lost if lost else set())
    return HomeChanges(frozenset(empty), _moved(_by_person(members), {}), frozenset(left))


def _homes_of(reader: Reader, records: Iterable[int]) -> set[int]:
    asked = sorted(set(records))
    return {row["end"] for row in (reader.get("resides_in", "start", asked) if asked else [])}


def _residents(reader: Reader, homes: set[int]) -> set[int]:
    return {row["start"] for row in (reader.get("resides_in", "end", sorted(homes)) if homes else [])}
