"""The golden record: per attribute the value to believe, by survivorship rules that are data; nothing is lost.

Values that belong together (the parts of an address) are chosen together, from one record. A value is shown as the
source had it where the record's row still holds it, and compared in its normalised form.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from spine.explore.membership import Entity
from spine.explore.questions import Found
from spine.ports import Reader, Row, Step
from spine.resolution.golden_rules import DOCUMENT, SHIPPED, Rules, kept
from spine.resolution.survivorship import Statement, believe
from spine.resolution.written import CAME_FROM, best_written, spelled_alike, written

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
    out: list[Attribute] = []
    for topic in sorted(claims):
        order, told = rules.deciding(topic), list(claims[topic].values())
        place, rule = believe([_statement(topic, one, rules) for one in told], order)
        decided = order[rule] if rule >= 0 else ("only value" if rule == -1 else "first record")
        for _, claim in sorted(told[place].items()):
            alike = [one for fields in told for one in fields.values() if one.name == claim.name]
            out.append(_attribute(claim, alike, decided, order))
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


def _statement(topic: str, said: Mapping[str, _Claim], rules: Rules) -> Statement:
    """What one record says of one topic; the parts of an address are one statement."""
    first = next(iter(said.values()))
    return Statement(
        first.record,
        tuple(sorted((name, claim.key) for name, claim in said.items())) if len(said) > 1 else (first.name, first.key),
        any(claim.verified for claim in said.values()),
        rules.trusted(topic, first.source),
        first.observed_at,
        "street" in said or "po_box" in said,
        sum(len(claim.key) for claim in said.values()),
    )


def _attribute(claim: _Claim, told: Sequence[_Claim], rule: str, order: tuple[str, ...]) -> Attribute:
    """The value believed, best written, with all others as its rivals; `told` are all claims of the field.

    A value that differs by letters written out alone (Mueller, Müller) is no rival but another way to write it.
    """
    rivals: dict[str, list[_Claim]] = {}
    same: list[str] = []
    for other in told:
        if other.key == claim.key or spelled_alike(other.value, claim.value):
            same.append(other.value)
        else:
            rivals.setdefault(other.key, []).append(other)
    return Attribute(
        claim.name,
        best_written(claim.value, same),
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
