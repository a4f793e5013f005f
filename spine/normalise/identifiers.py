"""Identifiers: one canonical value per namespace; the same function serves loading and look-up."""

import ipaddress
import re
from collections.abc import Callable, Sequence

from spine.normalise.addresses import normalise_address
from spine.normalise.emails import email_text, normalise_domain, normalise_email
from spine.normalise.folding import PLACEHOLDERS, fold, plain
from spine.normalise.phones import normalise_phone, phone_text
from spine.normalise.registers import (
    normalise_lei,
    normalise_national_id,
    normalise_register,
    normalise_tax_id,
    number_text,
)

LOOKUP_REGIONS = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "SE", "NO", "DK", "FI", "PL", "PT", "CZ", "IE", "TR",
    "AU", "NZ", "IN", "JP", "BR", "MX", "ZA",
)  # fmt: skip
"""The regions by which look-up reads a phone number that names no country."""
_NAMES_NO_COUNTRY = re.compile(r"[0-9(][0-9 ()./-]{4,30}")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]+")
_CARD_MARKS = re.compile(r"[ \-.]+")
_NO_VALUE = PLACEHOLDERS - {"test"} | {"0", "00000000 0000 0000 0000 000000000000"}


def _exact(text: str) -> str | None:
    """For tokens whose case carries meaning: only blanks and control characters go."""
    value = _CONTROL.sub("", text.strip())
    return None if fold(value) in _NO_VALUE and value.isascii() else value or None


def _opaque(text: str) -> str | None:
    """For numbers that people read out: lower case, single blanks."""
    value = plain(text)
    return None if (fold(value) in _NO_VALUE and value.isascii()) or not value else value


def _card(text: str) -> str | None:
    """For card numbers, accounts and devices: lower case, without the blanks and marks that group them."""
    value = _opaque(text)
    return (plain(_CARD_MARKS.sub("", value).strip("{}")) or None) if value else None


def _ip(text: str) -> str | None:
    """An internet address in its shortest form; version 4 written as version 6 becomes version 4."""
    try:
        address = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


_NORMALISERS: dict[str, Callable[[str], str | None]] = {
    "email": normalise_email,
    "domain": normalise_domain,
    "address": normalise_address,
    "national_id": normalise_national_id,
    "tax_id": normalise_tax_id,
    "register": normalise_register,
    "lei": normalise_lei,
    "ip": _ip,
    "loyalty": _card,
    "account": _card,
    "bank": _card,
    "device": _card,
    "cookie": _exact,
    "mobile_token": _exact,
}
_WEAK: dict[str, Callable[[str], str | None]] = {
    "email": email_text,
    "phone": phone_text,
    "lei": number_text,
    "national_id": number_text,
    "tax_id": number_text,
    "register": number_text,
}


def normaliser(namespace: str, region: str = "US") -> Callable[[str], str | None]:
    """The function that normalises values of a namespace; `region` (ISO 3166, upper case) reads local phone numbers.

    Namespaces of a mapping's own (`x_…`) and all others that have no rule: lower case, single blanks.
    """
    if namespace == "phone":
        return lambda text: normalise_phone(text, region)
    return _NORMALISERS.get(namespace, _opaque)


def normalise_identifier(namespace: str, value: str, region: str = "US") -> str | None:
    """The canonical value of an identifier, or None where it is none. Idempotent.

    Loading and look-up both come here, so what was loaded is found, however it is written.
    """
    return normaliser(namespace, region)(value)


def target_value(namespace: str | None, value: str | None) -> str | None:
    """The value of a relation's target as the target's own claim has it; None where it can't be read."""
    if namespace in (None, "record") or value is None:
        return value
    return normalise_identifier(str(namespace), value)


def lookup_values(namespace: str, value: str, regions: Sequence[str] = LOOKUP_REGIONS) -> tuple[str, ...]:
    """Every canonical value that the text may stand for: a local phone number is read as one of each region in turn."""
    local = namespace == "phone" and _NAMES_NO_COUNTRY.fullmatch(value.strip())
    readings = (normalise_identifier(namespace, value, region) for region in (regions if local else regions[:1]))
    return tuple(dict.fromkeys(reading for reading in readings if reading is not None))


def weak_text(namespace: str, value: str) -> str | None:
    """What can be compared, character by character, of a value that is no identifier: for the namespaces of fields."""
    return _WEAK[namespace](value) if namespace in _WEAK else None
