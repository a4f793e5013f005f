"""Households around rebuilt entities, built anew from whoever shares a dwelling or an identifier with them.

A household follows from its residents, their neighbours at the dwelling, and whoever shares an identifier with them.
The set that is written grows until it is a union of households, both of those that stood and of those that now stand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spine.pipeline.differing import Differing
from spine.pipeline.gather_some import gather_some
from spine.pipeline.rebuild import Labels, Rebuilt, labels_of
from spine.pipeline.surname_counts import stored_surnames
from spine.pipeline.surroundings import resolved_as
from spine.ports import Reader, Row, Writer
from spine.resolution.household_tables import HouseholdTables, tables
from spine.resolution.households import households

SHARING = ("address", "phone", "account", "loyalty", "device", "mobile_token", "email", "cookie")
"""Namespaces whose identifiers bring households together."""
NEAR = 200
"""So many carriers of one identifier are looked at: more bring nobody together."""
ROUNDS = 3
"""So often the set may grow; what still leads out of it then waits for the next resolve of everything."""


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


def _write(writer: Writer, out: Differing, found: HouseholdTables, inner: set[int], kept: set[int]) -> HomeChanges:
    gone = _homes_of(writer, inner) - kept
    asked = sorted(kept | gone)
    out.put("household", [row for row in found.household.to_pylist() if row["id"] in kept])
    residents: list[Row] = writer.get("resides_in", "end", asked) if asked else []
    out.replace("resides_in", residents, [row for row in found.resides_in.to_pylist() if row["end"] in kept])
    members: list[Row] = writer.get("member_of", "end", asked) if asked else []
    now = [row for row in found.member_of.to_pylist() if row["end"] in kept]
    out.replace("member_of", members, now)
    was, now_at = _by_person(members), _by_person(now)
    moved = {
        person: (was.get(person, frozenset()), now_at.get(person, frozenset()))
        for person in was.keys() | now_at.keys()
        if was.get(person) != now_at.get(person)
    }
    return HomeChanges(frozenset(gone), moved)


def _by_person(rows: list[Row]) -> dict[int, frozenset[int]]:
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
