"""Postal addresses: a line of text to its parts, the parts to one canonical line."""

import re
from typing import NamedTuple

import usaddress  # type: ignore[import-untyped]

from spine.normalise.countries import known_country, normalise_country, normalise_region, region_codes
from spine.normalise.folding import PLACEHOLDERS, fold, letters_as_digits
from spine.normalise.street_words import UNIT_STARTS
from spine.normalise.streets import NOTHING, Street, split_street

_POSTCODE = re.compile(
    r"(?=.*\d)[a-z0-9]{3,10}|[a-z]{1,2}\d[a-z0-9]? \d[a-z]{2}|[a-z]\d[a-z] \d[a-z]\d|\d{4,5} [a-z]{2}|\d{3,5} \d{2,4}"
)
_ZIP4 = re.compile(r"\s*(\d{5})-\d{4}\s*", re.ASCII)
_TAIL = re.compile(
    r"(?P<before>.*?)\s*\b(?P<postcode>[a-z]{1,2}\d[a-z0-9]? \d[a-z]{2}|[a-z]\d[a-z] \d[a-z]\d|\d{5} \d{4}|\d{4,6})"
)
_HEAD = re.compile(r"(?P<postcode>\d{4,5}(?: [a-z]{2})?|\d{2,4} \d{3}|\d{3} \d{2}) (?P<city>[a-z][a-z ]+)")
REGULAR_LINE = (
    r"^[0-9]+[a-z]? [a-z]+( [a-z]+)*( unit [0-9]+[a-z]?)?, [a-z ]*[a-z]{3}(, [a-z]{2})?"
    r", ([0-9]{5}|[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2})(, [a-z]{2})?$"
)
"""What a canonical line mostly looks like; one that does, and has no word of `IRREGULAR_WORD`, is settled."""
IRREGULAR_WORD = rf"\b(box|postfach|apartado|{'|'.join(sorted(UNIT_STARTS - {'unit'}))})\b|unit.*unit"
_PARTS = ("house_number", "street", "unit", "po_box", "city", "region", "postcode", "country")
_US_LABELS = {
    "AddressNumber": "house_number", "AddressNumberSuffix": "house_number", "OccupancyIdentifier": "unit",
    "USPSBoxID": "po_box", "PlaceName": "city", "StateName": "region", "ZipCode": "postcode", "CountryName": "country",
    "OccupancyType": "skip", "USPSBoxType": "skip", "AddressNumberPrefix": "house_number",
}  # fmt: skip


class Address(NamedTuple):
    """The parts of an address, normalised; None where absent. `country` is ISO 3166 alpha-2 in lower case."""

    house_number: str | None = None
    street: str | None = None
    unit: str | None = None
    po_box: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None


def normalise_city(text: str) -> str | None:
    """The city's name folded, `saint` as `st`."""
    folded = fold(text)
    return None if folded in PLACEHOLDERS else " ".join("st" if word == "saint" else word for word in folded.split())


def normalise_postcode(text: str) -> str | None:
    """Letters and digits alone; five digits of ZIP+4; letters that scanners read for digits put back in ZIP codes."""
    if match := _ZIP4.fullmatch(text):
        return match[1]
    folded = fold(text.replace("|", "1"))
    code = folded.replace(" ", "")
    if len(code) == 5 and not code.isdigit() and sum(map(str.isdigit, code)) >= 3 and letters_as_digits(code).isdigit():
        code = letters_as_digits(code)
    return None if folded in PLACEHOLDERS or code in PLACEHOLDERS else code


def one_line(address: Address) -> str | None:
    """`house_number street unit N, po box N, city, region, postcode, country`, without what is absent.

    None where it is too little to tell one place from another: it takes a street with a number, city or postcode, or
    a post-office box with a city or postcode.
    """
    place = address.city or address.postcode
    if not ((address.street and (address.house_number or place)) or (address.po_box and place)):
        return None
    unit = f"unit {address.unit}" if address.unit else None
    street = " ".join(part for part in (address.house_number, address.street, unit) if part)
    box = f"po box {address.po_box}" if address.po_box else None
    line = (street, box, address.city, address.region, address.postcode, address.country)
    return ", ".join(part for part in line if part)


def normalise_address(text: str) -> str | None:
    """The canonical line of an address written in one line; None where it can't be made out. Idempotent."""
    line = one_line(split_address(text))
    for _ in range(4):
        if line is None:
            return None
        again = one_line(split_address(line))
        if again == line:
            return line
        line = again
    return None


def split_address(text: str) -> Address:
    """The parts of an address in one line: street lines first, then city, region, postcode and country.

    Commas and line ends part it; a line without any that ends like an American address goes to usaddress.
    """
    segments = [segment.strip() for segment in re.split(r"[,\n;]+", text) if fold(segment)]
    if not segments:
        return Address()
    if len(segments) == 1:
        tagged = _tagged(segments[0])
        if tagged is not None:
            return tagged
    country = _take_country(segments)
    region, postcode = _take_region_and_postcode(segments)
    city = None
    if len(segments) > 1 and segments[-1] and split_street(segments[-1]).unit is None:
        city, region, postcode = _take_city(segments, region, postcode)
    street = split_street(", ".join(segments)) if segments else NOTHING
    return _address(street, city, region, postcode, country)


def _address(
    street: Street, city: str | None, region: str | None, postcode: str | None, country: str | None
) -> Address:
    return Address(
        *street,
        normalise_city(city) if city else None,
        normalise_region(region) if region else None,
        normalise_postcode(postcode) if postcode else None,
        country,
    )


def _take_country(segments: list[str]) -> str | None:
    """Take the last segment where it is a country; two letters that are also a state only after a postcode or state."""
    country = known_country(segments[-1]) if len(segments) > 1 else None
    if country is None:
        return None
    if fold(segments[-1]) in region_codes() and len(segments) > 2:
        before = fold(segments[-2])
        if not any(map(str.isdigit, before)) and before not in region_codes():
            return None
    elif fold(segments[-1]) in region_codes():
        return None
    segments.pop()
    return country


def _take_region_and_postcode(segments: list[str]) -> tuple[str | None, str | None]:
    """Take a postcode, and a region in front of it, from the end; the first segment is never taken whole."""
    region = postcode = None
    last = fold(segments[-1])
    if len(segments) > 1 and _POSTCODE.fullmatch(last):
        postcode = segments.pop()
    elif len(segments) > 1 and (match := _TAIL.fullmatch(last)) and match["before"]:
        postcode = match["postcode"].replace(" ", "-") if match["postcode"][:5].isdigit() else match["postcode"]
        segments[-1] = match["before"]
    if len(segments) > 1:
        known = normalise_region(segments[-1])
        if known in region_codes() and (len(segments) > 2 or len(fold(segments[-1])) == 2):
            region = known
            segments.pop()
        elif (words := fold(segments[-1]).split())[-1] in region_codes() and len(words) > 1:
            region, segments[-1] = words[-1], " ".join(words[:-1])
    return region, postcode


def _take_city(segments: list[str], region: str | None, postcode: str | None) -> tuple[str, str | None, str | None]:
    """Take the city, the last segment; where two segments without digits end it, they are city and region."""
    last = segments.pop()
    if postcode is None and (match := _HEAD.fullmatch(fold(last))):
        return match["city"], region, match["postcode"]
    if region is None and len(segments) > 1:
        before = segments[-1]
        if not any(map(str.isdigit, before)) and split_street(before).unit is None:
            region, last = last, segments.pop()
    return last, region, postcode


def _tagged(text: str) -> Address | None:
    """The parts as usaddress tags them, for one line that ends in a state or ZIP code; None where it can't."""
    words = fold(text).split()
    if len(words) < 4 or not (words[-1] in region_codes() or (words[-1].isdigit() and len(words[-1]) in (4, 5))):
        return None
    try:
        labels, _ = usaddress.tag(text)
    except usaddress.RepeatedLabelError:
        return None
    parts: dict[str, list[str]] = {}
    for label, value in labels.items():
        part = "street" if label.startswith("StreetName") else _US_LABELS.get(label, "street")
        parts.setdefault(part, []).append(value)
    if "street" not in parts and "po_box" not in parts:
        return None
    found = {name: " ".join(parts[name]) for name in _PARTS if name in parts}
    unit, box = found.get("unit"), found.get("po_box")
    line = " ".join(found[name] for name in ("house_number", "street") if name in found)
    line += f", unit {unit}" if unit else ""
    line += f", po box {box}" if box else ""
    country = normalise_country(found["country"]) if "country" in found else None
    return _address(split_street(line), found.get("city"), found.get("region"), found.get("postcode"), country)
