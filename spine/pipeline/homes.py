"""Households after a change: those around rebuilt entities for an answer at once, all of them for a resolve.

A household follows from its residents, their neighbours at the dwelling, and whoever shares an identifier with them.
The set that is written grows until it is a union of households, both of those that stood and of those that now stand.
What reaches further (how many live in a street, an address mistyped, an institution elsewhere) only all records tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from spine.domain.vocabulary import Kind
from spine.pipeline.differing import Differing
from spine.pipeline.gather import gather
from spine.pipeline.gather_some import gather_some
from spine.pipeline.rebuild import Labels, Rebuilt, labels_of
from spine.pipeline.surname_counts import stored_surnames
from spine.pipeline.surroundings import resolved_as
from spine.pipeline.tables import household_part
from spine.ports import Reader, Row, Writer
from spine.resolution.components import Ints
from spine.resolution.grouping import groups_of
from spine.resolution.household_tables import HouseholdTables, tables
from spine.resolution.households import households
from spine.resolution.resolved import Resolved

SHARING = ("address", "phone", "account", "loyalty", "device", "mobile_token", "email", "cookie")
"""Namespaces whose identifiers bring households together."""
NEAR = 200
"""So many carriers of one identifier are looked at: more bring nobody together."""
ROUNDS = 3
"""So often the set may grow; what still leads out of it then waits for the next resolve."""

Homes = Mapping[int, frozenset[int]]
"""The households of each person."""


@dataclass(frozen=True)
class HomeChanges:
    """The households that are `gone`, and per person who `moved` the households before and after."""

    gone: frozenset[int] = frozenset()
    moved: Mapping[int, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)


def write_households(writer: Writer, rebuilt: Rebuilt, out: Differing) -> HomeChanges:
    """Write the households of the rebuilt persons and their neighbours."""
    inner = {record for record, (kind, _) in {**rebuilt.before, **rebuilt.after}.items() if kind == "person"}
    if not inner:
        return HomeChanges()
    for _ in range(ROUNDS):
        inner |= _residents(writer, _homes_of(writer, inner))
        found = _built(writer, inner, rebuilt.after)
        label = {row["start"]: row["end"] for row in found.resides_in.to_pylist()}
        touched = {label[record] for record in inner if record in label}
        wider = {record for record, home in label.items() if home in touched}
        if wider <= inner and _homes_of(writer, wider) <= _homes_of(writer, inner):
            break
        inner |= wider
    kept = {label[record] for record in inner if record in label}
    return _write(writer, out, found, inner, kept)


def write_every_household(writer: Writer, out: Differing) -> HomeChanges:
    """Write the households of all persons, as a resolve of everything makes them from the entities that stand."""
    gathered = gather(writer)
    person, organisation = (_labels(writer, kind, gathered.ids) for kind in Kind)
    resolved = Resolved(
        gathered.records, gathered.fields, person, organisation,
        gathered.attributes, gathered.claims, gathered.relations, gathered.consents,
    )  # fmt: skip
    made, _ = household_part(resolved, stored_surnames(writer))
    before = writer.scan("member_of", ("start", "end"))
    after = made["member_of"].select(["start", "end"])
    for table, rows in made.items():
        out.become(table, rows)
    start, end = (np.concatenate([side[name].to_numpy() for side in (before, after)]) for name in ("start", "end"))
    group, _ = groups_of([start, end])
    asked = np.isin(start, start[np.bincount(group)[group] == 1]) if len(start) else np.zeros(0, bool)
    old = np.arange(len(start)) < before.num_rows
    was, now_at = (_by_person(_edges(start[some], end[some])) for some in (asked & old, asked & ~old))
    return HomeChanges(moved=_moved(was, now_at))


def _labels(reader: Reader, kind: Kind, ids: Ints) -> Ints:
    """The entity of a kind that each of these records resolves to, -1 for none."""
    edges = reader.scan(f"resolves_to_{kind.value}", ("start", "end"))
    out = np.full(len(ids), -1, np.int64)
    out[np.searchsorted(ids, edges["start"].to_numpy())] = edges["end"].to_numpy()
    return out


def _edges(start: Ints, end: Ints) -> list[Row]:
    return [{"start": one, "end": other} for one, other in zip(start.tolist(), end.tolist(), strict=True)]


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
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["start"], set()).add(row["end"])
    return {person: frozenset(homes) for person, homes in found.items()}


def _built(reader: Reader, inner: set[int], after: Labels) -> HouseholdTables:
    """The households of these records and everybody around them."""
    edges = reader.get("carries", "start", sorted(inner))
    shared = sorted({edge["end"] for edge in edges if edge["namespace"] in SHARING})
    near = {edge["start"] for edge in (reader.get("carries", "end", shared, NEAR) if shared else [])} | inner
    labels = labels_of(reader, near) | after
    persons = sorted({number for kind, number in labels.values() if kind == "person"})
    whole = {row["start"] for row in reader.get("resolves_to_person", "end", persons)} if persons else set()
    labels = labels_of(reader, whole - near) | labels
    resolved = resolved_as(gather_some(reader, near | whole), labels)
    return tables(resolved, households(resolved, common=stored_surnames(reader)))


def _homes_of(reader: Reader, records: Iterable[int]) -> set[int]:
    asked = sorted(set(records))
    return {row["end"] for row in (reader.get("resides_in", "start", asked) if asked else [])}


def _residents(reader: Reader, homes: set[int]) -> set[int]:
    return {row["start"] for row in (reader.get("resides_in", "end", sorted(homes)) if homes else [])}
