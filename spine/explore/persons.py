"""A person (or organisation) as seen through its records: linked identities with how sure and why, and who it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spine.access.context import Context
from spine.explore.explain import Bonds, bonds_within, reason
from spine.explore.golden import Attribute, golden, rules_of
from spine.explore.membership import Entity, members_of
from spine.ports import Reader, Row


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


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything an entity's own records say: the records, the linked identities, the golden record, the bonds."""

    entity: Entity
    anchor: int
    records: tuple[Held, ...]
    links: tuple[Link, ...]
    golden: tuple[Attribute, ...]
    bonds: Bonds


def portraits(
    reader: Reader, context: Context, entities: Sequence[Entity], anchors: Mapping[int, int] | None = None
) -> dict[int, Portrait]:
    """The portrait of each entity, by its id; `anchors` names the record asked for, per entity id.

    Six round trips however many entities: rules, records, carried identifiers, identifiers, matches, judgements.
    """
    members = members_of(entities)
    rows = {row["id"]: row for row in reader.get("record", "id", members)}
    carried = reader.get("carries", "start", members)
    identifiers = {row["id"]: row for row in reader.get("identifier", "id", sorted({row["end"] for row in carried}))}
    of_record: dict[int, list[Row]] = {}
    for edge in carried:
        of_record.setdefault(edge["start"], []).append(edge)
    models = {entity.kind: entity.model for entity in entities if entity.model is not None}
    together = [entity for entity in entities if len(entity.members) > 1]
    bonds = {
        kind: bonds_within(reader, context, members_of([e for e in together if e.kind == kind]), model)
        for kind, model in models.items()
    }
    rules = rules_of(reader)
    out: dict[int, Portrait] = {}
    for entity in entities:
        anchor = (anchors or {}).get(entity.id, core(entity))
        mine = [rows[record] for record in entity.members if record in rows]
        edges = [edge for record in entity.members for edge in of_record.get(record, [])]
        ties = bonds.get(entity.kind) or Bonds(())
        out[entity.id] = Portrait(
            entity,
            anchor,
            _held(entity, anchor, mine, ties),
            _links(entity, anchor, mine, edges, identifiers, ties),
            tuple(golden(mine, {(edge["start"], edge["namespace"]) for edge in edges if edge["verified"]}, rules)),
            ties,
        )
    return out


def core(entity: Entity) -> int:
    """The record that an entity's certainty is measured from where none was asked for: its strongest core."""
    return entity.tree.core(entity.members) if entity.tree is not None else entity.id


def _held(entity: Entity, anchor: int, rows: Sequence[Row], bonds: Bonds) -> tuple[Held, ...]:
    names = {row["id"]: row["key"] for row in rows}
    found = []
    for row in rows:
        sure = entity.sureness(anchor, row["id"])
        found.append(Held(row, sure, reason(names, bonds, anchor, row["id"], sure)))
    return tuple(sorted(found, key=lambda held: (-held.confidence, held.record["id"])))


def _links(
    entity: Entity,
    anchor: int,
    rows: Sequence[Row],
    edges: Sequence[Row],
    identifiers: Mapping[int, Row],
    bonds: Bonds,
) -> tuple[Link, ...]:
    names = {row["id"]: row["key"] for row in rows}
    sources = {row["id"]: row["source"] for row in rows}
    grouped: dict[int, list[Row]] = {}
    for edge in edges:
        if edge["end"] in identifiers:
            grouped.setdefault(edge["end"], []).append(edge)
    out = []
    for identifier, carriers in grouped.items():
        best = min(carriers, key=lambda edge: (-entity.sureness(anchor, edge["start"]), edge["start"]))
        sure = entity.sureness(anchor, best["start"])
        firsts = [edge["first_seen"] for edge in carriers if edge["first_seen"]]
        lasts = [edge["last_seen"] for edge in carriers if edge["last_seen"]]
        out.append(
            Link(
                identifiers[identifier],
                sure,
                reason(names, bonds, anchor, best["start"], sure),
                best["start"],
                tuple(sorted(edge["start"] for edge in carriers)),
                tuple(sorted({sources[edge["start"]] for edge in carriers})),
                min(firsts, default=None),
                max(lasts, default=None),
                any(edge["verified"] for edge in carriers),
                any(edge["valid_to"] is None for edge in carriers),
            )
        )
    order = sorted(out, key=lambda link: (link.identifier["namespace"], link.identifier["value"]))
    return tuple(sorted(order, key=lambda link: (-round(link.confidence, 6), not link.verified)))
