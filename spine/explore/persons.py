"""A person (or organisation) as seen through its records: linked identities with how sure and why, and who it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from spine.explore.explain import Bonds, bonding, bonds_in, reason
from spine.explore.golden import NAME, Attribute, believed_in, display_name, saying
from spine.explore.membership import Entity, core, members_of
from spine.explore.questions import Asking, Found, Question
from spine.ports import Row, Step


@dataclass(frozen=True, slots=True)
class Link:
    """An identifier linked to an entity: how sure, why, from which sources and records, and since when.

    `confidence` is the calibrated height between the record that carries it and the record asked for (or the
    entity's strongest core); `current` is False where every record that carried it has given it up.
    """

    identifier: Row
    confidence: float
    reason: str
    record: int
    records: tuple[int, ...]
    sources: tuple[str, ...]
    since: str | None
    last_seen: str | None
    verified: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A record of an entity, how sure it is that it belongs, and why."""

    record: Row
    confidence: float
    reason: str


@dataclass(frozen=True)
class Portrait:
    """Everything an entity's own records say: the records, the linked identities, the golden record, the bonds."""

    entity: Entity
    anchor: int
    records: tuple[Held, ...]
    links: tuple[Link, ...]
    bonds: Bonds
    found: Found = field(repr=False)

    @cached_property
    def golden(self) -> tuple[Attribute, ...]:
        """The golden record; made when asked for."""
        return believed_in(self.found, [self.entity])[self.entity.id]


@Question
def portraits(entities: Sequence[Entity], anchors: Mapping[int, int] | None = None) -> Asking[dict[int, Portrait]]:
    """The portrait of each entity, by its id; `anchors` names the record asked for, per entity id."""
    members = members_of(entities)
    steps = {**saying(members), "identifier": Step("identifier", "id", after=(("carries", "end"),))}
    found = yield {**steps, **bonding(members_of([entity for entity in entities if len(entity.members) > 1]))}
    rows = {row["id"]: row for row in found["record"]}
    identifiers = {row["id"]: row for row in found["identifier"]}
    of_record: dict[int, list[Row]] = {}
    for edge in found["carries"]:
        of_record.setdefault(edge["start"], []).append(edge)
    out: dict[int, Portrait] = {}
    for entity in entities:
        anchor = (anchors or {}).get(entity.id, core(entity))
        mine = [rows[record] for record in entity.members if record in rows]
        edges = [edge for record in entity.members for edge in of_record.get(record, [])]
        ties = bonds_in(found, entity.members, entity.model)
        held = _held(entity, anchor, mine, ties)
        out[entity.id] = Portrait(entity, anchor, held, _links(held, edges, identifiers), ties, found)
    return out


@Question
def names(entities: Sequence[Entity]) -> Asking[dict[int, str | None]]:
    """The name to use for each entity, by its id, out of the golden record: the part of it that costs least."""
    steps = saying(members_of(entities))
    found = yield {name: steps[name] for name in ("record", "rules")}
    # None of the fields that make a name can be verified, so what is carried does not matter.
    told = believed_in({**found, "carries": []}, entities, NAME)
    return {number: display_name(attributes) for number, attributes in told.items()}


@Question
def beliefs(entities: Sequence[Entity]) -> Asking[dict[int, tuple[Attribute, ...]]]:
    """The golden record of each entity, by its id."""
    return believed_in((yield saying(members_of(entities))), entities)


def _held(entity: Entity, anchor: int, rows: Sequence[Row], bonds: Bonds) -> tuple[Held, ...]:
    names = {row["id"]: row["key"] for row in rows}
    found = []
    for row in rows:
        sure = entity.sureness(anchor, row["id"])
        found.append(Held(row, sure, reason(names, bonds, anchor, row["id"], sure)))
    return tuple(sorted(found, key=lambda held: (-held.confidence, held.record["id"])))


def _links(held: Sequence[Held], edges: Sequence[Row], identifiers: Mapping[int, Row]) -> tuple[Link, ...]:
    by_record = {one.record["id"]: one for one in held}
    grouped: dict[int, list[Row]] = {}
    for edge in edges:
        if edge["end"] in identifiers:
            grouped.setdefault(edge["end"], []).append(edge)
    out = []
    for identifier, carriers in grouped.items():
        best = min((by_record[edge["start"]] for edge in carriers), key=lambda one: (-one.confidence, one.record["id"]))
        firsts = [edge["first_seen"] for edge in carriers if edge["first_seen"]]
        lasts = [edge["last_seen"] for edge in carriers if edge["last_seen"]]
        out.append(
            Link(
                identifiers[identifier],
                best.confidence,
                best.reason,
                best.record["id"],
                tuple(sorted(edge["start"] for edge in carriers)),
                tuple(sorted({by_record[edge["start"]].record["source"] for edge in carriers})),
                min(firsts, default=None),
                max(lasts, default=None),
                any(edge["verified"] for edge in carriers),
                any(edge["valid_to"] is None for edge in carriers),
            )
        )
    order = sorted(out, key=lambda link: (link.identifier["namespace"], link.identifier["value"]))
    return tuple(sorted(order, key=lambda link: (-round(link.confidence, 6), not link.verified)))
