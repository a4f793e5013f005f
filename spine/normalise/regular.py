"""Identifiers that are written as they mostly are, normalised as whole columns; the others one by one.

A value that fits the pattern of its namespace here needs none of the care of `identifiers`: a test holds the two ways
equal. Every pattern asks for a digit from 1 to 9, which no word for an absent value has.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import NO_TEXT, Column, compute
from spine.normalise.phone_columns import regular_phones

_TOKEN = r"^[!-~]*[1-9][!-~]*$"
_OPAQUE = r"^[A-Za-z0-9._:/+@-]*[1-9][A-Za-z0-9._:/+@-]*$"
_CARD = r"^[A-Za-z0-9.-]*[1-9][A-Za-z0-9.-]*$"
_EMAIL = r"^[a-z0-9_][a-z0-9_+%'-]*(\.[a-z0-9_+%'-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}$"
_NUMBER = r"^[A-Za-z][A-Za-z0-9 ./-]*[1-9][A-Za-z0-9 ./-]*$"
"""A number of an authority with letters in front, so that it is not one digit repeated."""
_LEI = "^[0-9A-Z]{20}$"
_LONGEST_LOCAL = 63

EXACT = ("cookie", "mobile_token")
CARDS = ("loyalty", "account", "bank", "device")
REGISTERS = ("register", "tax_id")
OWN_RULES = ("domain", "address", "national_id", "ip")
"""Namespaces whose values always go one by one."""


def regular(namespace: str, values: Column, region: str = "US") -> "Column | None":
    """The normalised values, null for those that need a closer look; None where all of the namespace do.

    `region` reads local telephone numbers.
    """
    if namespace in OWN_RULES:
        return None
    if namespace == "phone":
        return regular_phones(values, region)
    if namespace in EXACT:
        return _where(values, _TOKEN, values)
    if namespace in REGISTERS:
        return _number(values)
    if namespace == "lei":
        return _lei(values)
    lower: Column = compute.ascii_lower(values)
    if namespace == "email":
        short = compute.less_equal(compute.find_substring(lower, "@"), _LONGEST_LOCAL)
        return _where(compute.if_else(short, lower, NO_TEXT), _EMAIL, lower)
    if namespace in CARDS:
        return _where(values, _CARD, compute.replace_substring_regex(lower, "[.-]+", ""))
    return _where(values, _OPAQUE, lower)


def _number(values: Column) -> Column:
    """Numbers of registers and tax offices; short ones, and Greek tax numbers, need a closer look."""
    number = compute.ascii_upper(compute.replace_substring_regex(values, "[ ./-]+", ""))
    usual = compute.and_(
        compute.greater_equal(compute.binary_length(number), 4), compute.invert(compute.starts_with(number, "GR"))
    )
    return _where(compute.if_else(usual, values, NO_TEXT), _NUMBER, number)


def _lei(values: Column) -> Column:
    """Legal entity identifiers as they should be written, check digits (ISO 7064, MOD 97-10) included."""
    shaped = _where(values, _LEI, values)
    at = np.flatnonzero(shaped.is_valid().to_numpy(zero_copy_only=False))
    texts: list[Any] = shaped.drop_null().cast(pa.binary()).to_pylist()
    letters = np.frombuffer(b"".join(texts), np.uint8).reshape(len(at), 20)
    worth = np.where(letters > ord("9"), letters - (ord("A") - 10), letters - ord("0")).astype(np.int64)
    rest = np.zeros(len(at), np.int64)
    for place in range(20):
        rest = (rest * np.where(worth[:, place] > 9, 100, 10) + worth[:, place]) % 97
    right = np.zeros(len(values), bool)
    right[at] = rest == 1
    found: Column = compute.if_else(pa.array(right), shaped, NO_TEXT)
    return found


def _where(texts: Column, pattern: str, values: Column) -> Column:
    found: Column = compute.if_else(compute.match_substring_regex(texts, pattern), values, NO_TEXT)
    return found
