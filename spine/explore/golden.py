"""The golden record: per attribute the value to believe, by survivorship rules that are data; nothing is lost.

Values that belong together (the parts of an address) are chosen together, from one record. A value is shown as the
source had it where the record's row still holds it, and compared in its normalised form.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spine.explore.membership import Entity
from spine.explore.questions import Found
from spine.ports import Reader, Row, Step
from spine.resolution.components import Ints
from spine.resolution.golden_rules import DOCUMENT, SHIPPED, Rules, kept
from spine.resolution.survivorship import Statements, decide, orders_of
from spine.resolution.written import CAME_FROM, well_written, written

GROUPS: Mapping[str, tuple[str, ...]] = {
    "address": ("house_number", "street", "unit", "po_box", "city", "region", "postcode", "country")
}
"""Fields that are one attribute: all from one record, so that no address is made up of two."""

_WORDS = ("given", "middle", "surname", "suffix")
NAME = frozenset({"organisation", *_WORDS})
"""The fields that a name is made of; each is an attribute of its own."""

_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_NAMESPACES = {"email", "phone", "national_id", "tax_id", "register", "lei", "domain", "address"}


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that was not believed, and the records that say it."""

    value: str
    records: tuple[int, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value believed, the record it came from, the rule that decided, and its rivals.

    `rule` is `only value` where nobody says another, `first record` where no rule tells them apart. `order` are the
    rules of the attribute, in the order in which they decide; `key` is the value as it is compared.
    """

    name: str
    value: str
    record: int
    source: str
    observed_at: str | None
    rule: str
    rivals: tuple[Rival, ...] = ()
    order: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Claim:
    name: str
    key: str
    value: str
    record: int
    source: str
    observed_at: str
    verified: bool


def fields_of(row: Row) -> dict[str, str]:
    """The comparable fields of a record row, without nulls; a list counts with its first value."""
    data = json.loads(row.get("fields") or "{}")
    out: dict[str, str] = {}
    for name, value in data.items():
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str | int | float) and str(first):
            out[name] = str(first)
    return out


def attributes_as_they_came(row: Row) -> dict[str, str]:
    """The attributes as the source had them, its texts only; the whole row where they were not kept apart."""
    data = json.loads(row.get("attributes") or row.get("raw") or "{}")
    return {name: str(value) for name, value in data.items() if isinstance(value, str | int | float) and str(value)}


def golden(
    rows: Sequence[Row],
    verified: Collection[tuple[int, str]] = (),
    rules: Rules = SHIPPED,
    fields: Collection[str] | None = None,
) -> list[Attribute]:
    """What to believe of these records, one entry per field that any of them fills, or per field of `fields`.

    `verified` holds (record, namespace) pairs that were proved. The order of the records does not matter.
    """
    claims: dict[str, dict[int, dict[str, _Claim]]] = {}
    for row in sorted(rows, key=lambda row: int(row["id"])):
        for claim in _claims(row, verified, fields):
            topic = _GROUP_OF.get(claim.name, claim.name)
            claims.setdefault(topic, {}).setdefault(claim.record, {})[claim.name] = claim
    topics = sorted(claims)
    said = [(at, record) for at, topic in enumerate(topics) for record in claims[topic]]
    orders = [rules.deciding(topic) for topic in topics]
    told = [claims[topics[at]][record] for at, record in said]
    found = decide(_statements(said, told, topics, rules), orders_of(orders))
    out: list[Attribute] = []
    for topic, place, rule in zip(found.topic.tolist(), found.winner.tolist(), found.rule.tolist(), strict=True):
        decided = orders[topic][rule] if rule >= 0 else ("only value" if rule == -1 else "first record")
        by_record = claims[topics[topic]]
        for _, claim in sorted(by_record[said[place][1]].items()):
            alike = [one for fields in by_record.values() for one in fields.values() if one.name == claim.name]
            out.append(_attribute(claim, alike, decided, orders[topic]))
    return out


def saying(records: Sequence[int]) -> dict[str, Step]:
    """The steps that find what records say and carry, and the rules of survivorship: for `believed_in`."""
    return {
        "record": Step("record", "id", tuple(records)),
        "carries": Step("carries", "start", tuple(records)),
        "rules": Step("document", "id", (DOCUMENT,)),
    }


def believed_in(
    found: Found, entities: Sequence[Entity], fields: Collection[str] | None = None
) -> dict[int, tuple[Attribute, ...]]:
    """The golden record of each entity, by its id, out of what the steps of `saying` found; or these fields of it."""
    rows = {row["id"]: row for row in found["record"]}
    proved = {(edge["start"], edge["namespace"]) for edge in found["carries"] if edge["verified"]}
    rules = kept([row["body"] for row in found["rules"]])
    return {
        entity.id: tuple(golden([rows[one] for one in entity.members if one in rows], proved, rules, fields))
        for entity in entities
    }


def rules_of(reader: Reader) -> Rules:
    """The survivorship rules of a store: its own where it keeps some, else those shipped."""
    return kept([row["body"] for row in reader.get("document", "id", [DOCUMENT])])


def display_name(attributes: Sequence[Attribute]) -> str | None:
    """The name of a person or organisation out of its golden record."""
    values = {attribute.name: attribute.value for attribute in attributes}
    if "organisation" in values:
        return values["organisation"]
    words = [values[name] for name in _WORDS if name in values]
    return " ".join(words) or None


def _claims(row: Row, verified: Collection[tuple[int, str]], wanted: Collection[str] | None) -> list[_Claim]:
    came = attributes_as_they_came(row)
    out = []
    for name, key in fields_of(row).items():
        if wanted is not None and name not in wanted:
            continue
        proved = _GROUP_OF.get(name, name)
        value = written(name, key, [came.get(attribute) for attribute in CAME_FROM.get(name, ())])
        observed, sure = row["observed_at"] or "", (row["id"], proved) in verified
        out.append(_Claim(name, key, value, row["id"], row["source"], observed, proved in _NAMESPACES and sure))
    return out


def _statements(
    said: Sequence[tuple[int, int]], fields: Sequence[Mapping[str, _Claim]], topics: Sequence[str], rules: Rules
) -> Statements:
    """What the records say, as columns; one statement per (topic, record)."""
    keys = [tuple(sorted((name, claim.key) for name, claim in one.items())) for one in fields]
    firsts = [next(iter(one.values())) for one in fields]
    code = {key: at for at, key in enumerate(sorted(set(keys)))}
    times = {time: at for at, time in enumerate(sorted({claim.observed_at for claim in firsts}))}

    def column(values: Iterable[int]) -> Ints:
        return np.fromiter(values, np.int64, len(said))

    return Statements(
        entity=np.zeros(len(said), np.int64),
        topic=column(topic for topic, _ in said),
        record=column(record for _, record in said),
        key=column(code[key] for key in keys),
        verified=column(any(claim.verified for claim in one.values()) for one in fields).astype(bool),
        trust=column(
            rules.trusted(topics[topic], claim.source) for (topic, _), claim in zip(said, firsts, strict=True)
        ),
        seen=column(times[claim.observed_at] for claim in firsts),
        complete=column("street" in one or "po_box" in one for one in fields).astype(bool),
        length=column(sum(len(claim.key) for claim in one.values()) for one in fields),
    )


def _attribute(claim: _Claim, told: Sequence[_Claim], rule: str, order: tuple[str, ...]) -> Attribute:
    """The value believed, best written, with all others as its rivals; `told` are all claims of the field."""
    rivals: dict[str, list[_Claim]] = {}
    for other in told:
        if other.key != claim.key:
            rivals.setdefault(other.key, []).append(other)
    good = [one.value for one in told if one.key == claim.key and well_written(one.value)]
    return Attribute(
        claim.name,
        claim.value if well_written(claim.value) or not good else good[0],
        claim.record,
        claim.source,
        claim.observed_at or None,
        rule,
        tuple(
            Rival(group[0].value, tuple(one.record for one in group), tuple(sorted({one.source for one in group})))
            for _, group in sorted(rivals.items())
        ),
        order,
        claim.key,
    )
