"""A person, organisation, household or record as a document, and as text."""

import json
from dataclasses import asdict
from typing import Any

from spine.access.context import LOCAL
from spine.cli import output
from spine.domain.ids import encode_id
from spine.errors import NotFound
from spine.explore.control import stored_at, ultimate
from spine.explore.golden import display_name
from spine.explore.groups import Sums, roll_ups
from spine.explore.households import Membership, at_home, homes, household
from spine.explore.membership import Entity, resolve
from spine.explore.organisations import Ownership, owners, parent_exceptions, subsidiaries
from spine.explore.persons import Portrait, portraits
from spine.explore.staleness import staleness
from spine.ports import Reader, SystemClock

Document = dict[str, Any]


def name_of(portrait: Portrait) -> str | None:
    """What to call an entity."""
    return display_name(portrait.golden)


def staleness_of(space: str, last_seen: str | None) -> str | None:
    """How stale an identifier is today, in words; None where it is unknown when it was last seen."""
    found = staleness(space, last_seen, SystemClock().now())
    return found.says if found else None


def of_entity(reader: Reader, entity: Entity, as_of: str | None = None) -> Document:
    """A person or organisation with its identities, golden values and relationships, those of `as_of` where given."""
    portrait = portraits(reader, LOCAL, [entity])[entity.id]
    document: Document = {
        "id": entity.public_id,
        "kind": entity.kind,
        "name": name_of(portrait),
        "confidence": entity.confidence,
        "cohesion": entity.cohesion,
        "next_join": entity.next_join,
        "golden": [
            {"attribute": one.name, "value": one.value, "source": one.source, "rule": one.rule}
            for one in portrait.golden
        ],
        "identities": [
            {
                "namespace": link.identifier["namespace"],
                "value": link.identifier["value"],
                "confidence": link.confidence,
                "why": link.reason,
                "sources": list(link.sources),
                "current": link.current,
                "verified": link.verified,
                "last_seen": link.last_seen,
                "staleness": staleness_of(link.identifier["namespace"], link.last_seen),
            }
            for link in portrait.links
        ],
        "records": [
            {
                "id": encode_id("record", held.record["id"]),
                "key": held.record["key"],
                "confidence": held.confidence,
                "why": held.reason,
            }
            for held in portrait.records
        ],
    }
    return {
        **document,
        **(_of_person(reader, entity, as_of) if entity.kind == "person" else _of_group(reader, entity, as_of)),
    }


def _of_person(reader: Reader, entity: Entity, as_of: str | None) -> Document:
    everywhere = homes(reader, LOCAL, [entity])[entity.id]
    return {
        "households": [
            {
                "id": encode_id("household", home.household),
                "confidence": home.confidence,
                "role": home.role,
                "since": home.since,
                "until": home.until,
                "current": home.current,
                "why": home.reason,
            }
            for home in everywhere
            if as_of is None or at_home(home, everywhere, as_of)
        ]
    }


def _of_group(reader: Reader, entity: Entity, as_of: str | None) -> Document:
    number = stored_at(reader, LOCAL, [entity.id]).get(entity.id, entity.id)
    top, cycle = ultimate(reader, LOCAL, number, as_of)
    sums = roll_ups(reader, LOCAL, [number])[number]
    above, below = owners(reader, LOCAL, [number])[number], subsidiaries(reader, LOCAL, [number])[number]
    return {
        "ultimate_parent": encode_id("organisation", top),
        "cycle": cycle,
        "parents": [_ownership(one, one.parent) for one in above if as_of is None or one.holds(as_of)],
        "children": [_ownership(one, one.child) for one in below if as_of is None or one.holds(as_of)],
        "adds_up_to": [{"of": "itself", **_sums(sums.own)}, {"of": "it and all that it controls", **_sums(sums.group)}],
        "parent_exceptions": [
            {"level": one.level, "reason": one.reason, "source": one.source}
            for one in parent_exceptions(reader, LOCAL, [entity])[entity.id]
        ],
    }


def _ownership(one: Ownership, number: int) -> Document:
    return {
        "id": encode_id("organisation", number),
        "share": one.share,
        "controls": one.controlling,
        "since": one.since,
        "until": one.until,
        "why": one.reason,
    }


def _sums(found: Sums) -> Document:
    def money(amounts: dict[str, float]) -> str:
        return ", ".join(f"{amount:,.2f} {currency}".strip() for currency, amount in sorted(amounts.items()))

    return {**asdict(found), "ordered": money(found.ordered), "invoiced": money(found.invoiced)}


def of_household(reader: Reader, number: int, confidence: float, default: float, as_of: str | None = None) -> Document:
    """A household with its members, those of `as_of` where given."""
    found = household(reader, LOCAL, number, confidence, default, as_of)
    people = found.inside or ()
    drawn = portraits(reader, LOCAL, [one.person for one in people])
    return {
        "id": encode_id("household", number),
        "kind": "household",
        "name": found.row["address"],
        "confidence": confidence,
        "cohesion": found.row["cohesion"],
        "size": found.size,
        "adults": found.adults,
        "members": [_member(one, drawn[one.person.id]) for one in people if one.current],
        "former_members": [_member(one, drawn[one.person.id]) for one in people if not one.current],
    }


def _member(one: Membership, portrait: Portrait) -> Document:
    return {
        "id": one.person.public_id,
        "name": name_of(portrait),
        "confidence": one.confidence,
        "role": one.role,
        "since": one.since,
        "until": one.until,
        "why": one.reason,
        "out_without": list(one.takes_out),
    }


def of_record(reader: Reader, number: int, confidence: float) -> Document:
    """A record as it came, and the entity that holds it."""
    rows = reader.get("record", "id", [number])
    if not rows:
        raise NotFound(f"There is no record {encode_id('record', number)}.", remedy="Search for it by an identifier.")
    entity = resolve(reader, LOCAL, [number], confidence).get(number)
    return {
        "id": encode_id("record", number),
        "kind": "record",
        "name": rows[0]["key"],
        "confidence": confidence,
        "observed_at": rows[0]["observed_at"],
        "live": rows[0]["live"],
        "entity": entity.public_id if entity else None,
        "raw": json.loads(rows[0]["raw"] or "{}"),
    }


def show(document: Document) -> None:
    """A document for people: what is single as lines, what is many as tables."""
    output.say(f"{document['kind']} {document['id']}  {document['name'] or ''}", style="bold")
    for name, value in document.items():
        if name not in ("id", "kind", "name", "raw") and not isinstance(value, list):
            output.say(f"  {name.replace('_', ' ')}: {'' if value is None else value}")
    for name, value in document.items():
        if isinstance(value, list) and value:
            columns = list(value[0])
            output.say()
            output.table(columns, [[row[column] for column in columns] for row in value], name)
    for name, value in document.get("raw", {}).items():
        output.say(f"  {name} = {value}")
    output.say()
