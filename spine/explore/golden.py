"""The golden record: per attribute the value to believe, by survivorship rules that are data; nothing is lost.

Values that belong together (the parts of an address) are chosen together, from one record. A value is shown as the
source had it where the record's row still holds it, and compared in its normalised form.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii

from spine.ports import Row

SOURCE_TRUST = ("master", "mdm", "ciam", "hr", "register", "gleif", "billing", "erp", "crm", "loyalty", "subscription",
                "shop", "pos", "support", "app", "mobile", "web")  # fmt: skip
"""Sources, most trusted first, matched as the beginning of a source's name; the others follow, all alike."""

DEFAULT_RULES = ("verified", "source", "recency", "frequency", "longest")
RULES: Mapping[str, tuple[str, ...]] = {
    "given": ("verified", "frequency", "source", "longest", "recency"),
    "surname": ("verified", "recency", "source", "frequency", "longest"),
    "birth_date": ("verified", "frequency", "source", "longest", "recency"),
    "address": ("complete", "verified", "recency", "source", "longest"),
    "organisation": ("verified", "source", "frequency", "longest", "recency"),
}
"""Which rule decides first, per attribute; an attribute that is not named here follows `DEFAULT_RULES`."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "address": ("house_number", "street", "unit", "po_box", "city", "region", "postcode", "country")
}
"""Fields that are one attribute: all from one record, so that no address is made up of two."""

WHOLE = {"organisation": "organisation_name"}
"""Fields that matching cuts short (a name without its legal form): they are shown whole, as this attribute."""

_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_NAMESPACES = {"email", "phone", "national_id", "tax_id", "register", "lei", "domain", "address"}


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that was not believed, and the records that say it."""

    value: str
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value believed, the record it came from, the rule that decided, and its rivals."""

    name: str
    value: str
    record: int
    source: str
    observed_at: str | None
    rule: str
    rivals: tuple[Rival, ...] = ()


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


def golden(rows: Sequence[Row], verified: Collection[tuple[int, str]] = ()) -> list[Attribute]:
    """What to believe of these records, one entry per field that any of them fills.

    `verified` holds (record, namespace) pairs that were proved. The order of the records does not matter.
    """
    claims: dict[str, list[_Claim]] = {}
    for row in sorted(rows, key=lambda row: int(row["id"])):
        for claim in _claims(row, verified):
            claims.setdefault(_GROUP_OF.get(claim.name, claim.name), []).append(claim)
    out: list[Attribute] = []
    for topic in sorted(claims):
        out.extend(_believed(topic, claims[topic]))
    return out


def display_name(attributes: Sequence[Attribute]) -> str | None:
    """The name of a person or organisation out of its golden record."""
    values = {attribute.name: attribute.value for attribute in attributes}
    if "organisation" in values:
        return values["organisation"]
    words = [values[name] for name in ("given", "middle", "surname", "suffix") if name in values]
    return " ".join(words) or None


def _claims(row: Row, verified: Collection[tuple[int, str]]) -> list[_Claim]:
    attributes = attributes_as_they_came(row)
    shown = {_folded(value): value for value in attributes.values()}
    words = {_folded(word): word for value in attributes.values() for word in value.replace(",", " ").split()}
    out = []
    for name, key in fields_of(row).items():
        proved = _GROUP_OF.get(name, name)
        whole = attributes.get(WHOLE.get(name, ""))
        value = whole or shown.get(_folded(key)) or words.get(_folded(key)) or key
        observed, sure = row["observed_at"] or "", (row["id"], proved) in verified
        out.append(_Claim(name, key, value, row["id"], row["source"], observed, proved in _NAMESPACES and sure))
    return out


def _best_written(claims: Sequence[_Claim], believed: _Claim) -> str:
    """Of the ways in which the believed value was written, one that is not all in capitals or all in small letters."""
    alike = [believed, *(claim for claim in claims if (claim.name, claim.key) == (believed.name, believed.key))]
    mixed = [claim.value for claim in alike if claim.value not in (claim.value.upper(), claim.value.lower())]
    return mixed[0] if mixed else believed.value


def _believed(topic: str, claims: Sequence[_Claim]) -> list[Attribute]:
    """The winner among the claims of one attribute, or one per field where the attribute is a group of fields."""
    by_record: dict[int, dict[str, _Claim]] = {}
    for claim in claims:
        by_record.setdefault(claim.record, {})[claim.name] = claim
    keys = {record: tuple(sorted((c.name, c.key) for c in fields.values())) for record, fields in by_record.items()}
    counts: dict[Any, int] = {}
    for key in keys.values():
        counts[key] = counts.get(key, 0) + 1
    rules = RULES.get(topic, DEFAULT_RULES)
    scores = {
        record: _score(rules, list(fields.values()), counts[keys[record]]) for record, fields in by_record.items()
    }
    winner = max(sorted(by_record), key=lambda record: scores[record])
    losers = [record for record in sorted(by_record) if keys[record] != keys[winner]]
    second = max((scores[record] for record in losers), default=None)
    rule = next((rules[at] for at in range(len(rules)) if second and scores[winner][at] != second[at]), "only value")
    if not losers:
        rule = "only value"
    out = []
    for name, claim in sorted(by_record[winner].items()):
        rivals: dict[str, list[_Claim]] = {}
        for other in claims:
            if other.name == name and other.key != claim.key:
                rivals.setdefault(other.key, []).append(other)
        out.append(
            Attribute(
                name,
                _best_written(claims, claim),
                claim.record,
                claim.source,
                claim.observed_at or None,
                rule,
                tuple(Rival(group[0].value, tuple(c.record for c in group)) for _, group in sorted(rivals.items())),
            )
        )
    return out


def _score(rules: Sequence[str], claims: Sequence[_Claim], count: int) -> tuple[Any, ...]:
    first = claims[0]
    measures: dict[str, Any] = {
        "complete": any(claim.name in ("street", "po_box") for claim in claims),
        "verified": any(claim.verified for claim in claims),
        "source": -source_trust(first.source),
        "recency": first.observed_at,
        "frequency": count,
        "longest": sum(len(claim.value) for claim in claims),
    }
    return tuple(measures[rule] for rule in rules)


def source_trust(source: str) -> int:
    """The place of a source among those trusted, 0 the most; all that are not named share the last."""
    name = source.lower()
    return next((at for at, trusted in enumerate(SOURCE_TRUST) if name.startswith(trusted)), len(SOURCE_TRUST))


def _folded(text: str) -> str:
    return " ".join(anyascii(text).lower().split())
