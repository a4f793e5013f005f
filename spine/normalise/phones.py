"""Telephone numbers: E.164 by phonenumbers, with a short way for values that are regular already.

The library takes about 40 microseconds a value. A number that begins with + and a country code, has a length that the
library's metadata calls possible and does not begin with a national prefix, comes out of the library as it went in; so
do ten digits of North America, and a number written at home behind the national prefix 0. Those skip the library; a
test holds the two ways equal.
"""

import re
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, ValidationResult

from spine.normalise.folding import alnum

_MARKS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_NORTH_AMERICAN = re.compile(r"(?:\+?1)?([2-9]\d{9})", re.ASCII)
_AT_HOME = re.compile(r"0[1-9]\d{5,13}", re.ASCII)
_NOT_DIGIT = re.compile(r"[^0-9]+")
_WEAK_DIGITS = 7


def normalise_phone(text: str, region: str = "US") -> str | None:
    """The number in E.164, such as `+442079460958`, or None where it is not a possible number.

    A number without + is read as one of `region` (ISO 3166 alpha-2, upper case). "Possible" is the library's word for
    a length that exists in that country: numbering plans grow, so a number is not refused for its leading digits.
    """
    compact = _MARKS.sub("", text)
    if _INTERNATIONAL.fullmatch(compact) and _is_regular(compact):
        return _unless_filler(compact)
    if region in ("US", "CA") and (match := _NORTH_AMERICAN.fullmatch(compact)):
        return _unless_filler("+1" + match[1])
    if _AT_HOME.fullmatch(compact) and (home := _home(region)) is not None and home.is_regular(compact):
        return _unless_filler(f"+{home.code}{compact[1:]}")
    return library_phone(text, region)


def library_phone(text: str, region: str = "US") -> str | None:
    """What the library alone makes of a number: the reference that `normalise_phone` must agree with.

    A number that the library would read differently a second time (zeros that it takes for a prefix again) is none.
    """
    formatted = _parsed(text, region)
    if formatted is None or not _INTERNATIONAL.fullmatch(formatted):
        return None
    if not _is_regular(formatted) and _parsed(formatted, region) != formatted:
        return None
    return _unless_filler(formatted)


def _parsed(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region if region in phonenumbers.SUPPORTED_REGIONS else None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _unless_filler(number: str) -> str | None:
    """The number, or None where its last seven digits are one digit repeated."""
    return number if len(set(number[-7:])) > 1 else None


def phone_text(text: str) -> str | None:
    """What can still be compared of a number that is none: its digits, where there are at least seven."""
    digits = _NOT_DIGIT.sub("", alnum(text))
    return digits if len(digits) >= _WEAK_DIGITS else None


def _is_regular(number: str) -> bool:
    """True where the library would leave the number as it is."""
    for width in (1, 2, 3):
        plan = plan_of(number[1 : 1 + width])
        if plan is not None:
            lengths, prefix = plan
            national = number[1 + width :]
            return len(national) in lengths and not prefix.match(national)
    return False


@cache
def plan_of(code: str) -> tuple[frozenset[int], re.Pattern[str]] | None:
    """The possible lengths of national numbers under a country code, and what may stand before them at home."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    if not regions:
        return None
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return frozenset(metadata.general_desc.possible_length), re.compile(f"0|{prefix}" if prefix else "0")


def line(number: str) -> str | None:
    """`landline` or `mobile`, as the country's numbering plan has it; None where the number may be either, or neither.

    `number` is as `normalise_phone` gives it. In North America numbers of both look alike.
    """
    for width in range(1, 4):
        forms = _forms(number[1 : 1 + width]) if number.startswith("+") else None
        if forms is not None:
            fixed, mobile = (bool(form.fullmatch(number[1 + width :])) for form in forms)
            return None if fixed == mobile else "landline" if fixed else "mobile"
    return None


@cache
def _forms(code: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """What national numbers of landlines and of mobiles look like under a country code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code.isdigit() else None
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0]) if regions else None
    if metadata is None or metadata.fixed_line is None or metadata.mobile is None:
        return None
    fixed, mobile = (
        re.compile(one.national_number_pattern or "(?!)") for one in (metadata.fixed_line, metadata.mobile)
    )
    return fixed, mobile


class _Home(NamedTuple):
    """How numbers are written inside a region: country code, possible lengths, what stands before them, their form."""

    code: int
    lengths: frozenset[int]
    prefix: re.Pattern[str]
    own: re.Pattern[str]

    def is_regular(self, number: str) -> bool:
        """True where the library would strip the number of its first 0, and do no more."""
        match = self.prefix.match(number)
        stripped = match is not None and match.end() == 1 and len(number) - 1 in self.lengths
        return stripped and not self.own.fullmatch(number) and bool(self.own.fullmatch(number[1:]))


@cache
def _home(region: str) -> _Home | None:
    """The plan of a region that is the main one of its country code and writes a plain 0 before its numbers."""
    found = PhoneMetadata.metadata_for_region(region, None)
    if found is None or found.national_prefix != "0" or found.national_prefix_transform_rule:
        return None
    code, form = found.country_code, found.general_desc
    if code is None or form is None or phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0] != region:
        return None
    prefix, own = re.compile(found.national_prefix_for_parsing or "0"), re.compile(form.national_number_pattern or "")
    return _Home(code, frozenset(form.possible_length), prefix, own)
