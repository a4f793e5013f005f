"""Numbers that authorities give: tax ids, company registers, LEI, national ids.

All are compared without marks. Check digits are not asked for, but for the LEI's: real and simulated data hold numbers
of old plans, and a number that somebody mistyped is still what the record carries.
"""

import re

from spine.normalise.folding import PLACEHOLDERS, alnum, fold, letters_as_digits

_AS_DIGITS = {ord(letter): str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_US_SHAPE = re.compile(r"\s*([0-9a-z|!]{3})[- ]([0-9a-z|!]{2})[- ]([0-9a-z|!]{4})\s*")
_GREEK = re.compile(r"GR(?=\d{9}$)")


def normalise_national_id(text: str) -> str | None:
    """Letters and digits alone, upper case, at least four; None for a placeholder or one character repeated.

    In the shape of a United States number (3-2-4) letters that scanners read for digits are put back.
    """
    if match := _US_SHAPE.fullmatch(text.lower()):
        repaired = letters_as_digits("".join(match.groups()))
        if repaired.isdigit() and sum(character.isdigit() for character in text) >= 5:
            text = repaired
    return _number(text, 4)


def normalise_tax_id(text: str) -> str | None:
    """Letters and digits alone, upper case; Greek value-added-tax numbers begin with EL, as the Union writes them."""
    number = _number(text, 4)
    return _GREEK.sub("EL", number) if number else None


def normalise_register(text: str) -> str | None:
    """A register's number with the country or register that it came with, letters and digits alone, upper case.

    Two or three equal characters are a number like another, as small registers have them, but for 0 and 9.
    """
    number = alnum(text).upper()
    short = 2 <= len(number) <= 3 and number[0] not in "09" and fold(text) not in PLACEHOLDERS
    return number if short else _number(text, 2)


def normalise_lei(text: str) -> str | None:
    """Twenty letters and digits whose ISO 17442 check digits (ISO 7064, MOD 97-10) hold, upper case; None otherwise."""
    number = alnum(text).upper()
    return number if len(number) == 20 and number.isascii() and int(number.translate(_AS_DIGITS)) % 97 == 1 else None


def number_text(text: str) -> str | None:
    """What can still be compared of a number that is none: its letters and digits."""
    return None if fold(text) in PLACEHOLDERS else alnum(text) or None


def _number(text: str, shortest: int) -> str | None:
    if fold(text) in PLACEHOLDERS:
        return None
    number = alnum(text).upper()
    return number if len(number) >= shortest and len(set(number)) > 1 else None
