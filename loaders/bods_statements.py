"""What a statement of the Beneficial Ownership Data Standard says, in its versions 0.1 to 0.4: pure, one at a time."""

from collections.abc import Iterator, Mapping
from typing import Any

Statement = Mapping[str, Any]
SPACE = "x_bods"
"""The namespace of the ids by which statements refer to one another."""
_CONTROLS = ("appointment", "control", "influence", "trustee", "settlor", "protector")
"""Words of kinds of interest by which somebody controls, whatever the share."""
_LEI, _TAX = ("LEI", "XI-LEI"), ("TIN", "VAT", "EIN", "TAX")
_FIRST_NAMES = ("individual", "transliteration", "legal", "primary")


def kind_of(statement: Statement) -> str | None:
    """`entity`, `person` or `relationship`; None for anything else."""
    said = str(statement.get("recordType") or statement.get("statementType") or "")
    named = {"entityStatement": "entity", "personStatement": "person", "ownershipOrControlStatement": "relationship"}
    found = named.get(said, said)
    return found if found in ("entity", "person", "relationship") else None


def id_of(statement: Statement) -> str:
    """The id by which other statements refer to it; empty where it has none."""
    return str(statement.get("recordId") or statement.get("statementID") or statement.get("statementId") or "")


def details_of(statement: Statement) -> Statement:
    """Where the facts stand: beside the ids until version 0.3, in `recordDetails` since."""
    found = statement.get("recordDetails")
    return found if isinstance(found, dict) else statement


def attributes(statement: Statement, kind: str) -> dict[str, str]:
    """The attributes of an entity or person that it states."""
    details = details_of(statement)
    place: Statement = next(iter(details.get("addresses") or []), {})
    country = place.get("country")
    found = {
        "address": place.get("address"),
        "postcode": place.get("postCode"),
        "country": country.get("code") if isinstance(country, dict) else country,
    }
    if kind == "person":
        name: Statement = next(iter(details.get("names") or []), {})
        found |= {
            "full_name": name.get("fullName"),
            "given_name": name.get("givenName"),
            "surname": name.get("familyName"),
            "birth_date": details.get("birthDate"),
            "nationality": next((str(one.get("code") or "") for one in details.get("nationalities") or []), None),
        }
    else:
        seat = details.get("jurisdiction") or details.get("incorporatedInJurisdiction") or {}
        found |= {"organisation_name": details.get("name"), "founded_date": details.get("foundingDate")}
        found["country"] = found["country"] or str(seat.get("code") or "")[:2]
    return {key: str(value) for key, value in found.items() if value}


def identifiers(statement: Statement) -> Iterator[dict[str, Any]]:
    """The identifiers of an entity or person: its own id, and those of registers by their scheme (org-id.guide)."""
    yield {"namespace": SPACE, "value": id_of(statement)}
    for one in details_of(statement).get("identifiers") or []:
        scheme, value = str(one.get("scheme") or one.get("schemeName") or "").strip(), str(one.get("id") or "").strip()
        if not value:
            continue
        if scheme.upper() in _LEI:
            yield {"namespace": "lei", "value": value}
        elif scheme.upper().endswith(_TAX):
            yield {"namespace": "tax_id", "value": value}
        elif kind_of(statement) == "entity" and scheme[2:3] == "-":
            yield {"namespace": "register", "value": f"{scheme[:2]}-{value}"}


def subject_of(statement: Statement) -> str:
    """The id of the entity that is owned."""
    said = details_of(statement).get("subject", statement.get("subject"))
    return str(said.get("describedByEntityStatement") or "") if isinstance(said, dict) else str(said or "")


def owner_of(statement: Statement) -> str:
    """The id of the entity that owns; empty where none is named, or a person (known as such until version 0.3)."""
    said = details_of(statement).get("interestedParty", statement.get("interestedParty"))
    return str(said.get("describedByEntityStatement") or "") if isinstance(said, dict) else str(said or "")


def relation_of(statement: Statement) -> dict[str, Any] | None:
    """The declaration that the subject belongs to the interested entity; None where none is named."""
    owner = owner_of(statement)
    if not owner:
        return None
    interests = [one for one in details_of(statement).get("interests") or [] if isinstance(one, dict)]
    ended = str(statement.get("recordStatus") or "") == "closed"
    begun = [str(one["startDate"]) for one in interests if one.get("startDate")]
    ends = [str(one.get("endDate") or "") for one in interests]
    until = max(ends) if ends and all(ends) else (str(statement.get("statementDate") or "") if ended else "")
    words = sorted({_words(str(one.get("type") or "")) for one in interests} - {""})
    shares = [share for one in interests if (share := _share(one.get("share"))) is not None]
    controls = any(word in kind for kind in words for word in _CONTROLS)
    # An interest without share and without power says that there is one, not that it controls.
    says = "controlling" if controls else ("" if shares else "not controlling")
    return {
        "kind": "subsidiary_of",
        "namespace": SPACE,
        "value": owner,
        "share": f"{max(shares):g}%" if shares else None,
        "role": ": ".join(part for part in (says, ", ".join(words)) if part) or None,
        "valid_from": min(begun, default=None),
        "valid_to": until or None,
    }


def unspecified_reason(statement: Statement) -> str | None:
    """Why nobody is named as owner, where the statement says so."""
    said = details_of(statement).get("interestedParty", statement.get("interestedParty"))
    if not isinstance(said, dict) or owner_of(statement) or said.get("describedByPersonStatement"):
        return None
    inner = said.get("unspecified") if isinstance(said.get("unspecified"), dict) else said
    return str(inner.get("reason") or "") or None if isinstance(inner, dict) else None


def _words(kind: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind)
    return spaced.replace("-", " ").replace("_", " ").strip()


def _share(said: Any) -> float | None:
    """Per cent: exactly, or at least; no more than the least is assumed."""
    if not isinstance(said, dict):
        return None
    for name in ("exact", "minimum", "exclusiveMinimum"):
        value = said.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None
