"""Names, street lines and postcodes written as they mostly are, normalised as whole columns; the others one by one.

What fits the patterns here needs none of the care of `names` and `streets`: words of plain letters, none of which is a
title, a suffix, a particle or another word with a meaning of its own. A test holds the two ways equal.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from spine.normalise import addresses, names, streets
from spine.normalise.columns import NO_TEXT, Column, compute, map_distinct
from spine.normalise.folding import PLACEHOLDERS
from spine.normalise.street_words import UNIT_STARTS

_WORD = r"^[a-z]{2,}$"
_TWO_WORDS = r"^(?P<first>[a-z]{2,})(?P<mark>,?) (?P<second>[a-z]{2,})$"
_LINE = r"^(?P<number>[0-9]+[a-z]?) (?P<street>[a-z]+(?: [a-z]+)*)$"
_CODE = r"^[a-z0-9]+(?: [a-z0-9]+)*$"
_UNIT_OR_BOX = rf"^(?:bis|ter|quater)\b|\b(?:{'|'.join(sorted(UNIT_STARTS))})\b|box|postfach|apartado|boite"
_MEANT: Any = pa.array(
    sorted(
        {word for text in names.NO_NAMES for word in text.split()}
        | names.TITLES | names.POSTNOMINALS | names.SUFFIXES.keys() | names.PARTICLES
    ),
    pa.string(),
)  # fmt: skip
"""Words that are not just part of a name."""

_ABSENT: Any = pa.array(sorted(PLACEHOLDERS), pa.string())

Parts = Sequence[Column]


def split_givens(column: Column) -> list[Column]:
    """Each given name as `names.split_given` parts it: given name, middle initials, suffix."""
    return _split(column, _one_word, names.split_given, 3)


def split_surnames(column: Column) -> list[Column]:
    """Each surname as `names.split_surname` parts it: surname, suffix."""
    return _split(column, _one_word, names.split_surname, 2)


def split_full_names(column: Column) -> list[Column]:
    """Each whole name as `names.split_full_name` parts it: given name, middle names, surname, suffix."""
    return _split(column, _two_words, names.split_full_name, 4)


def split_streets(column: Column) -> list[Column]:
    """Each street line as `streets.split_street` parts it: house number, street, unit, post-office box."""
    return _split(column, _line, streets.split_street, 4)


def normalise_postcodes(column: Column) -> Column:
    """Each postcode as `addresses.normalise_postcode` writes it."""
    return _split(column, _code, lambda text: (addresses.normalise_postcode(text),), 1)[0]


def _split(
    column: Column, regular: Callable[[Column], Parts], function: Callable[[str], Sequence[str | None]], width: int
) -> list[Column]:
    """The parts of each value: of regular ones as columns, whose first parts are given, of others by the function."""
    if column.null_count == len(column):
        return [column] * width
    encoded: Any = compute.dictionary_encode(column)
    values: Column = encoded.dictionary
    settled = list(regular(values))
    left = settled[0].is_null()
    others = [function(value) for value in values.filter(left).to_pylist() if value is not None]
    settled += [pa.nulls(len(values), pa.string())] * (width - len(settled))
    return [
        compute.replace_with_mask(settled[at], left, pa.array([parts[at] for parts in others], pa.string())).take(
            encoded.indices
        )
        for at in range(width)
    ]


def _one_word(values: Column) -> Parts:
    lower = compute.ascii_lower(values)
    plain = compute.and_not(compute.match_substring_regex(lower, _WORD), compute.is_in(lower, _MEANT))
    return [compute.if_else(plain, lower, NO_TEXT)]


def _two_words(values: Column) -> Parts:
    first, mark, second = _groups(values, _TWO_WORDS)
    plain = compute.invert(compute.or_(compute.is_in(first, _MEANT), compute.is_in(second, _MEANT)))
    turned = compute.equal(mark, ",")
    given = compute.if_else(plain, compute.if_else(turned, second, first), NO_TEXT)
    surname = compute.if_else(plain, compute.if_else(turned, first, second), NO_TEXT)
    return [given, pa.nulls(len(values), pa.string()), surname]


def _line(values: Column) -> Parts:
    number, street = _groups(values, _LINE)
    plain = compute.invert(compute.match_substring_regex(street, _UNIT_OR_BOX))
    return [
        compute.if_else(plain, number, NO_TEXT),
        map_distinct(compute.if_else(plain, street, NO_TEXT), streets.normalise_street),
    ]


def _code(values: Column) -> Parts:
    lower = compute.ascii_lower(values)
    code = compute.replace_substring(lower, " ", "")
    plain = compute.and_not(compute.match_substring_regex(lower, _CODE), compute.is_in(lower, _ABSENT))
    # Five signs with letters may be digits that a scanner misread.
    misread = compute.and_(compute.equal(compute.binary_length(code), 5), compute.match_substring_regex(code, "[a-z]"))
    return [compute.if_else(compute.and_not(plain, misread), code, NO_TEXT)]


def _groups(values: Column, pattern: str) -> Parts:
    """The named groups of a pattern in each value in lower case, null where it does not fit."""
    found: Any = compute.extract_regex(compute.ascii_lower(values), pattern)
    fits = found.is_valid()
    return [compute.if_else(fits, part, NO_TEXT) for part in found.flatten()]
