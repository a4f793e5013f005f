"""The records around a rebuilt region: what entities of the region, and those that meet them, are related by.

Two rings are read. The first are the entities that share an identifier with one of the region, that it is related to
in the store, or that a declaration leads to. The second are whoever else carries their identifiers, because how many
carry an identifier decides what it says.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.normalise.emails import company_domain
from spine.pipeline.asking_ahead import ask_about_named
from spine.pipeline.gather import Gathered
from spine.pipeline.gather_some import gather_some
from spine.pipeline.meeting import NEAR, carried
from spine.pipeline.meeting import crowds as crowded
from spine.pipeline.rebuild import Labels, labels_of, persons_of
from spine.ports import Reader
from spine.resolution.employment import employment
from spine.resolution.grouping import equal
from spine.resolution.relationships import CROWD
from spine.resolution.resolved import Resolved

MEETING = ("device", "mobile_token", "cookie", "account", "loyalty", "phone", "email", "address")
"""Namespaces whose identifiers persons may have in common with others."""
KIN = {"related_to": ("person", "person")}
RELATED = {**KIN, "subsidiary_of": ("organisation", "organisation")}
EMPLOYED = {"employed_by": ("person", "organisation")}

Declarers = Callable[[list[tuple[str, str]]], set[int]]
"""The records that declare a relation to one of these targets (namespace, value)."""


@dataclass(frozen=True)
class Surroundings:
    """`inner` are the entities whose relations may have changed; `resolved` holds them, and all that bears on them.

    What one of `inner` declares itself a subsidiary of is told wherever it leads; by what else relates two, both are
    among `inner`.
    """

    inner: frozenset[tuple[str, int]]
    resolved: Resolved
    labels: Labels


def nobody(targets: list[tuple[str, str]]) -> set[int]:
    """No declarers: for stores that keep no index of them."""
    return set()


def surroundings(
    reader: Reader, region: Gathered, records: Iterable[int], before: Labels, after: Labels, declarers: Declarers
) -> Surroundings:
    """What surrounds a region (its live records `region`, all of them in `records`) before and after it was rebuilt."""
    own = set(records)
    changed = {*before.values(), *after.values()}
    crowds: set[int] = set()
    met = _meeting(reader, own, own, crowds) | _led_to(reader, region) | declarers(_answers(region))
    first = set(labels_of(reader, met - own).values()) | _related(reader, changed)
    first -= changed
    if not first and met <= own and not crowds:
        # The region meets nobody: it is its own surroundings.
        return Surroundings(frozenset(changed), resolved_as(region, after), after)
    ring = gather_some(reader, _records_of(reader, first) - own)
    if kin := _kin(reader, ring) - first - changed:
        first |= kin
        ring = gather_some(reader, _records_of(reader, first) - own)
    near = {int(number) for number in ring.ids.tolist()}
    beyond = _meeting(reader, near, own, crowds) | _led_to(reader, ring)
    everything = own | near | met | beyond
    labels = labels_of(reader, everything - own) | after
    resolved = replace(resolved_as(gather_some(reader, everything), labels), crowds=frozenset(crowds))
    return Surroundings(frozenset(changed | first), resolved, labels)


def employed_around(reader: Reader, records: Iterable[int], before: Labels, after: Labels) -> pa.Table:
    """The rows of `employed_by` of whoever a rebuild changed or the store says works there, where no index is kept.

    Who else answers to a name is then known by whom the store relates only: where that tells too little, a resolve,
    which looks at everything in such a store, puts it right.
    """
    own = set(records)
    changed = {*before.values(), *after.values()}
    staff = {one for one in changed | _related(reader, changed, EMPLOYED) if one[0] == Kind.PERSON.value}
    employers = _related(reader, staff, EMPLOYED) - changed
    ring = gather_some(reader, own | _records_of(reader, staff - changed))
    everything = {int(number) for number in ring.ids.tolist()} | _records_of(reader, employers) - own
    everything |= _led_to(reader, ring) | _in_domains(reader, ring)
    labels = labels_of(reader, everything - own) | after
    made = employment(resolved_as(gather_some(reader, everything), labels))[0]
    ours = np.isin(made["start"].to_numpy(), [number for _, number in staff])
    return made.filter(pa.array(ours))


def _meeting(reader: Reader, records: set[int], own: set[int], crowds: set[int]) -> set[int]:
    """The records that carry an identifier of these; those of a crowd are not looked at, and it is added to `crowds`.

    A crowd are more persons than an identifier relates, those of the region (`own`) not counted: it was one before the
    change and is one after it, so that it relates nobody either way.
    """

    def others(numbers: set[int]) -> dict[int, int]:
        return persons_of(labels_of(reader, numbers - own))

    met = carried(reader, _identifiers(reader, records, MEETING), NEAR).by
    crowds |= crowded(met, CROWD, others)
    return {number for one, carriers in met.items() if one not in crowds for number in carriers}


def resolved_as(gathered: Gathered, labels: Labels) -> Resolved:
    """Gathered records under the entities that these labels give them."""
    label = {kind.value: np.full(gathered.size, -1, np.int64) for kind in Kind}
    for row, number in enumerate(gathered.ids.tolist()):
        if number in labels:
            kind, entity = labels[number]
            label[kind][row] = entity
    return Resolved(
        gathered.records, gathered.fields, label[Kind.PERSON.value], label[Kind.ORGANISATION.value],
        gathered.attributes, gathered.claims, gathered.relations,
    )  # fmt: skip


def _identifiers(reader: Reader, records: set[int], namespaces: tuple[str, ...]) -> set[int]:
    """The identifiers that records carry, or once carried."""
    rows = reader.get("carries", "start", sorted(records)) if records else []
    return {row["end"] for row in rows if row["namespace"] in namespaces}


def _carriers(reader: Reader, identifiers: set[int]) -> set[int]:
    return set().union(*carried(reader, identifiers, NEAR).by.values())


def _related(
    reader: Reader,
    entities: set[tuple[str, int]],
    tables: Mapping[str, tuple[str, str]] = RELATED,
    by: str | None = None,
) -> set[tuple[str, int]]:
    """The entities that the store relates to these, in any way or in one."""
    out = set()
    for table, ends in tables.items():
        for column, kind, other, there in (("start", ends[0], "end", ends[1]), ("end", ends[1], "start", ends[0])):
            asked = sorted(number for of, number in entities if of == kind)
            rows = reader.get(table, column, asked, NEAR) if asked else []
            out |= {(there, row[other]) for row in rows if by is None or row["kind"] == by}
    return out


def _records_of(reader: Reader, entities: Iterable[tuple[str, int]]) -> set[int]:
    out = set()
    for kind in Kind:
        asked = sorted(number for of, number in entities if of == kind.value)
        rows = reader.get(f"resolves_to_{kind.value}", "end", asked) if asked else []
        out |= {row["start"] for row in rows}
    return out


def _kin(reader: Reader, ring: Gathered) -> set[tuple[str, int]]:
    """Whom declared families of these records lead to now, and whom they led to before.

    Who answers to an identifier may be another one than before, who has nothing else to do with the change.
    """
    family = ring.relations.filter(pa.array(equal(ring.relations["kind"], "family")))
    if not family.num_rows:
        return set()
    declaring = {int(ring.ids[row]) for row in family["row"].to_pylist() if row is not None}
    led = _led_to(reader, replace(ring, relations=family))
    labels = labels_of(reader, declaring | led)
    own = {labels[record] for record in declaring if record in labels}
    now = {labels[record] for record in led if record in labels}
    return now | _related(reader, own, KIN, "family")


def _led_to(reader: Reader, gathered: Gathered) -> set[int]:
    """The records that declared relations lead to."""
    relations = gathered.relations
    targets = set(zip(relations["namespace"].to_pylist(), relations["value"].to_pylist(), strict=True))
    ask_about_named(reader, targets)
    keys = sorted(str(value) for namespace, value in targets if namespace == "record" and value)
    out = {row["id"] for row in reader.get("record", "key", keys)} if keys else set()
    wanted = {(str(namespace), str(value)) for namespace, value in targets if namespace != "record" and value}
    return out | _answering(reader, wanted)


def _in_domains(reader: Reader, gathered: Gathered) -> set[int]:
    """The records that carry the domains of the e-mail addresses of these."""
    claims = zip(gathered.claims["namespace"].to_pylist(), gathered.claims["value"].to_pylist(), strict=True)
    hosts = {company_domain(str(value).rpartition("@")[2]) for namespace, value in claims if namespace == "email"}
    return _answering(reader, {("domain", host) for host in hosts if host})


def _answering(reader: Reader, wanted: set[tuple[str, str]]) -> set[int]:
    """The records that carry these identifiers."""
    values = sorted({value for _, value in wanted})
    found = reader.get("identifier", "value", values) if values else []
    return _carriers(reader, {row["id"] for row in found if (row["namespace"], row["value"]) in wanted})


def _answers(gathered: Gathered) -> list[tuple[str, str]]:
    """What a relation may name these records by."""
    claims = gathered.claims
    named = {
        (str(a), str(b)) for a, b in zip(claims["namespace"].to_pylist(), claims["value"].to_pylist(), strict=True)
    }
    return sorted(named | {("record", str(key)) for key in gathered.records["key"].to_pylist()})
