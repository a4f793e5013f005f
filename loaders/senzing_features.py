"""One Senzing JSON record as the values of a record: its features regrouped, named and ordered.

Source: the Senzing Entity Specification (senzing.com/docs/entity_specification): flat attributes with an optional usage
type before them (`HOME_ADDR_LINE1`), lists of objects under any name (`NAMES`, `ADDRESSES`), and the newer `FEATURES`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from spine.ports import Row

Feature = dict[str, str]

_NAME = ("NAME_FULL", "NAME_FIRST", "NAME_MIDDLE", "NAME_LAST", "NAME_SUFFIX", "NAME_ORG", "NAME_TYPE")
_LINES = tuple(f"ADDR_LINE{n}" for n in range(1, 7))
_ADDRESS = ("ADDR_FULL", *_LINES, "ADDR_CITY", "ADDR_STATE", "ADDR_POSTAL_CODE", "ADDR_COUNTRY", "ADDR_TYPE")
_DATES = ("FROM_DATE", "THRU_DATE")
_NUMBERS = {
    "PHONE_NUMBER": ("phone", ()),
    "EMAIL_ADDRESS": ("email", ()),
    "SSN_NUMBER": ("national_id", ()),
    "NATIONAL_ID_NUMBER": ("national_id", ("NATIONAL_ID_COUNTRY",)),
    "TAX_ID_NUMBER": ("tax_id", ("TAX_ID_COUNTRY",)),
    "LEI_NUMBER": ("lei", ()),
    "ACCOUNT_NUMBER": ("account", ("ACCOUNT_DOMAIN",)),
    "PASSPORT_NUMBER": ("x_passport", ("PASSPORT_COUNTRY",)),
    "DRIVERS_LICENSE_NUMBER": ("x_drivers_license", ("DRIVERS_LICENSE_STATE",)),
    "DUNS_NUMBER": ("x_duns", ()),
    "NPI_NUMBER": ("x_npi", ()),
    "OTHER_ID_NUMBER": ("x_other_id", ("OTHER_ID_COUNTRY", "OTHER_ID_TYPE")),
    "TRUSTED_ID_NUMBER": ("x_trusted_id", ("TRUSTED_ID_TYPE",)),
}
"""Attribute of a number, its namespace, and the attributes that say whose number it is (put before it with a colon)."""
_PLAIN_PREFIX = {"NATIONAL_ID_COUNTRY", "TAX_ID_COUNTRY"}
"""Countries are left out of the value: the same number comes without them from other sources."""
_SOCIAL = (
    "LINKEDIN", "FACEBOOK", "TWITTER", "INSTAGRAM", "SKYPE", "WHATSAPP", "TELEGRAM", "VIBER", "WECHAT", "SIGNAL",
    "TANGO", "ZOOMROOM",
)  # fmt: skip
_PLAIN = {
    "DATE_OF_BIRTH": "birth_date",
    "DATE_OF_DEATH": "death_date",
    "GENDER": "sex",
    "NATIONALITY": "nationality",
    "CITIZENSHIP": "nationality",
    "EMPLOYER_NAME": "employer_name",
    "EMPLOYER": "employer_name",
    "REGISTRATION_DATE": "founded_date",
    "WEBSITE_ADDRESS": "website",
}
_RELATION = (
    "REL_ANCHOR_DOMAIN", "REL_ANCHOR_KEY", "REL_POINTER_DOMAIN", "REL_POINTER_KEY", "REL_POINTER_ROLE",
)  # fmt: skip
_SHORT = {"PASSPORT": "PASSPORT_NUMBER", "DRIVERS_LICENSE": "DRIVERS_LICENSE_NUMBER", "SSN": "SSN_NUMBER"}
_WHOSE = tuple(extra for _, extras in _NUMBERS.values() for extra in extras)
_SPANS = tuple(f"{family}_{date}" for family in ("NAME", "ADDR", "PHONE", "EMAIL") for date in _DATES)
_TYPES = ("RECORD_TYPE", "PHONE_TYPE", "EMAIL_TYPE", "WEBSITE_TYPE")
KNOWN = frozenset((*_NAME, *_ADDRESS, *_NUMBERS, *_SOCIAL, *_PLAIN, *_RELATION, *_SHORT, *_WHOSE, *_SPANS, *_TYPES))
_BY_LENGTH = sorted(KNOWN, key=len, reverse=True)
ATTRIBUTES_FILLED = (
    "full_name", "given_name", "middle_name", "surname", "name_suffix", "maiden_name", "organisation_name",
    "trading_name", "birth_date", "death_date", "sex", "nationality", "employer_name", "founded_date", "website",
    "address", "street_address", "city", "region", "postcode", "country",
)  # fmt: skip
_ROLES = (
    ("employed_by", r"employ|works|staff|officer|director|manager"),
    ("subsidiary_of", r"subsidiary|owned|controlled|consolidated|branch|affiliate|ultimate|headquarter|division"),
    ("family", r"spouse|wife|husband|son\b|daughter|child|mother|father|sibling|brother|sister|family|partner"),
    ("member_of", r"member"),
)


def kind_of(found: list[Feature]) -> str | None:
    """The record type in our words; "" where none is said, None where it is neither person nor organisation."""
    said = next((f["RECORD_TYPE"] for f in found if "RECORD_TYPE" in f), "").upper()
    known = {"": "", "PERSON": "person", "INDIVIDUAL": "person", "ORGANIZATION": "organisation"}
    known |= {"ORGANISATION": "organisation", "COMPANY": "organisation", "BUSINESS": "organisation"}
    return known.get(said)


def features(record: dict[str, Any]) -> list[Feature]:
    """The features: an object each where they come in lists; flat attributes are grouped by their usage type."""
    flat: dict[str, Feature] = {}
    listed: list[Feature] = []
    for key, value in record.items():
        if isinstance(value, list):
            listed.extend(_one(item) for item in value if isinstance(item, dict))
        elif (found := _split(key)) and (text := _text(value)):
            usage, attribute = found
            flat.setdefault(usage, {})[attribute] = text
    for usage, feature in flat.items():
        if usage:
            feature.setdefault("NAME_TYPE", usage)
    return [*flat.values(), *listed]


def _one(item: dict[str, Any]) -> Feature:
    out: Feature = {}
    for key, value in item.items():
        if (found := _split(key)) and (text := _text(value)):
            usage, attribute = found
            out[attribute] = text
            if usage:
                out.setdefault("NAME_TYPE", usage)
    return out


@lru_cache(4096)
def _split(key: str) -> tuple[str, str] | None:
    """Usage type and attribute of a key; None where no attribute of the specification ends it."""
    upper = key.upper()
    if upper in KNOWN:
        return "", _SHORT.get(upper, upper)
    for attribute in _BY_LENGTH:
        if upper.endswith(f"_{attribute}"):
            return upper[: -len(attribute) - 1], _SHORT.get(attribute, attribute)
    return None


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def attributes(found: list[Feature], kind: str) -> dict[str, str]:
    """The attributes of a record: its primary name and address, its dates and whatever else is one value."""
    out: dict[str, str] = {}
    names = [feature for feature in found if any(part in feature for part in _NAME[:6])]
    names.sort(key=lambda name: name.get("NAME_TYPE", "PRIMARY").upper() != "PRIMARY")
    for name in names:
        _add_name(out, name, kind)
    if places := _addresses(found):
        out.update({to: places[0][key] for key, to in _ADDRESS_PARTS if key in places[0]})
        if street := " ".join(places[0][line] for line in _LINES if line in places[0]):
            out["street_address"] = street
    for feature in found:
        for key, to in _PLAIN.items():
            if key in feature:
                out.setdefault(to, feature[key])
    return out


_NAME_PARTS = (
    ("NAME_FULL", "full_name"),
    ("NAME_FIRST", "given_name"),
    ("NAME_MIDDLE", "middle_name"),
    ("NAME_LAST", "surname"),
    ("NAME_SUFFIX", "name_suffix"),
)
_ADDRESS_PARTS = (
    ("ADDR_FULL", "address"),
    ("ADDR_CITY", "city"),
    ("ADDR_STATE", "region"),
    ("ADDR_POSTAL_CODE", "postcode"),
    ("ADDR_COUNTRY", "country"),
)


def _add_name(out: dict[str, str], name: Feature, kind: str) -> None:
    organisation = name.get("NAME_ORG") or (name.get("NAME_FULL") if kind == "organisation" else None)
    if organisation:
        out.setdefault("trading_name" if "organisation_name" in out else "organisation_name", organisation)
    if kind == "organisation" or not any(key in name for key, _ in _NAME_PARTS):
        return
    if name.get("NAME_TYPE", "").upper() == "MAIDEN" and "NAME_LAST" in name:
        out.setdefault("maiden_name", name["NAME_LAST"])
    elif not any(to in out for _, to in _NAME_PARTS):
        out.update({to: name[key] for key, to in _NAME_PARTS if key in name})


def _addresses(found: list[Feature]) -> list[Feature]:
    return [feature for feature in found if any(part in feature for part in _ADDRESS[:-1])]


def identifiers(found: list[Feature]) -> Iterator[Row]:
    """The identifiers: numbers, social accounts, every address after the first, and the anchors of relations."""
    for feature in found:
        for attribute, (space, extras) in _NUMBERS.items():
            if attribute in feature:
                before = "".join(f"{feature[e]}:" for e in extras if e in feature and e not in _PLAIN_PREFIX)
                family = attribute.split("_")[0]
                yield _identifier(
                    space,
                    before + feature[attribute],
                    feature.get(f"{family}_FROM_DATE"),
                    feature.get(f"{family}_THRU_DATE"),
                )
        for network in _SOCIAL:
            if network in feature:
                yield _identifier("social", f"{network.lower()}:{feature[network]}")
        if "REL_ANCHOR_KEY" in feature:
            yield _identifier(_domain(feature.get("REL_ANCHOR_DOMAIN")), feature["REL_ANCHOR_KEY"])
    for place in _addresses(found)[1:]:
        parts = [place[part] for part in _ADDRESS[:-1] if part in place]
        yield _identifier("address", ", ".join(parts), place.get("ADDR_FROM_DATE"), place.get("ADDR_THRU_DATE"))


def _identifier(space: str, value: str, first: str | None = None, last: str | None = None) -> Row:
    return {"namespace": space, "value": value, "verified": None, "first_seen": first, "last_seen": last}


def _domain(domain: str | None) -> str:
    return "x_rel_" + (re.sub(r"[^a-z0-9]+", "_", (domain or "").lower()).strip("_") or "key")


def relations(found: list[Feature]) -> Iterator[Row]:
    """The disclosed relationships whose role is one of ours; others stay in the record as it came."""
    for feature in found:
        role = feature.get("REL_POINTER_ROLE", "")
        words = role.lower().replace("_", " ")
        kind = next((kind for kind, pattern in _ROLES if re.search(pattern, words)), None)
        if kind and "REL_POINTER_KEY" in feature:
            domain = feature.get("REL_POINTER_DOMAIN") or feature.get("REL_ANCHOR_DOMAIN")
            yield {"kind": kind, "namespace": _domain(domain), "value": feature["REL_POINTER_KEY"], "role": role}
