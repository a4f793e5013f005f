"""Opaque ids: a short prefix that says what it is, and the number behind it, mixed so that it tells nothing.

An entity's number is the sequence number of its earliest record; the mixing is a bijection on 64 bits (an odd
multiplier and xor-shifts, after splitmix64), written in Crockford's base 32.
"""

from spine.errors import BadId

PREFIXES = {
    "record": "rec",
    "person": "per",
    "organisation": "org",
    "household": "hh",
    "identifier": "idn",
    "event": "evt",
    "consent": "con",
    "component": "cmp",
}
TABLES = {prefix: table for table, prefix in PREFIXES.items()}

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_MASK = (1 << 64) - 1
MULTIPLIER = 0xBF58476D1CE4E5B9
_INVERSE = pow(MULTIPLIER, -1, 1 << 64)
DIGITS = 13


def encode_id(table: str, number: int) -> str:
    """The public id of node `number` of a table, for example `per_0h3k…`; the same number always gives the same id."""
    mixed = number & _MASK
    mixed ^= mixed >> 32
    mixed = mixed * MULTIPLIER & _MASK
    mixed ^= mixed >> 32
    pairs = "".join([_PAIRS[mixed >> shift & 1023] for shift in (50, 40, 30, 20, 10, 0)])
    return f"{PREFIXES[table]}_{ALPHABET[mixed >> 60]}{pairs}"


def decode_id(text: str) -> tuple[str, int]:
    """The table and number behind a public id; BadId where it is none of ours."""
    prefix, _, digits = text.strip().lower().partition("_")
    table = TABLES.get(prefix)
    if table is None or len(digits) != DIGITS or any(digit not in ALPHABET for digit in digits):
        raise BadId(
            f"{text[:80]!r} is not an id of this graph.", remedy="Copy the id from an answer, or search for it."
        )
    mixed = 0
    for digit in digits:
        mixed = mixed << 5 | ALPHABET.index(digit)
    if mixed > _MASK:
        raise BadId(
            f"{text[:80]!r} is not an id of this graph.", remedy="Copy the id from an answer, or search for it."
        )
    mixed ^= mixed >> 32
    mixed = mixed * _INVERSE & _MASK
    mixed ^= mixed >> 32
    return table, mixed - (1 << 64) if mixed >> 63 else mixed
