"""How a normalised value is shown: as the record that says it wrote it, where it still can be found there.

Of several ways to write one value the best is shown: with the letters of its language, and not all in capitals.
"""

import re
from collections.abc import Iterable, Sequence

from anyascii import anyascii

from spine.normalise.folding import fold
from spine.normalise.streets import normalise_street

CAME_FROM: dict[str, tuple[str, ...]] = {
    "given": ("given_name", "full_name"),
    "middle": ("middle_name", "given_name", "full_name"),
    "surname": ("surname", "full_name"),
    "suffix": ("name_suffix", "surname", "given_name", "full_name"),
    "organisation": ("organisation_name", "trading_name"),
    "legal_form": ("legal_form", "organisation_name"),
    "house_number": ("house_number", "street", "street_address", "address"),
    "street": ("street", "street_address", "address"),
    "unit": ("unit", "street_address", "address"),
    "po_box": ("po_box", "street_address", "address"),
    "city": ("city", "address"),
    "region": ("region", "address"),
    "postcode": ("postcode", "address"),
    "country": ("country", "address"),
}
"""The attributes of a record in which a field is looked for, the first that has it wins."""
WHOLE = frozenset(("organisation", "city", "region", "postcode", "country"))
"""Fields shown as their first attribute has them, though normalising cut them short (a legal form) or coded them."""
CODED = frozenset(("region", "country"))
"""Fields whose short values are codes."""
NAMES = frozenset(("given", "middle", "surname", "suffix", "street", "city", "region"))
"""Fields that are shown with a capital where nobody tells how they are written."""
NUMBER_BEFORE = ("us", "gb", "ie", "ca", "au", "nz", "fr", "lu", "in", "za")
"""Countries where a house number stands before the name of its street; so where the country is not known."""
CODE = 3
"""A region or country of so many letters is a code, and shown in capitals."""

_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe", "Å": "aa"}
)
LETTERS = "[\u00c0-\u024f\u1e00-\u1eff]"
"""Latin letters that ASCII has not."""
_LETTERS = re.compile(LETTERS)


def written(name: str, key: str, came: Sequence[str | None]) -> str:
    """The field `name` with the normalised value `key`, as written in these attributes (those of `CAME_FROM`)."""
    if name in WHOLE and came and came[0]:
        return _code(name, " ".join(came[0].split()))
    sought = fold(key)
    for text in came:
        if text and fold(text) == sought:
            return " ".join(text.split())
    wanted = sought.split()
    for text in came:
        if text and (some := _words_that_say(wanted, text)):
            return some
    if name == "street" and (street := _street(key, came)):
        return street
    return _code(name, key.title() if name in NAMES and key.islower() else key)


def _words_that_say(wanted: Sequence[str], text: str) -> str | None:
    """The words of a text, side by side, that say these once they are folded (Jean-Baptiste, O'Brien)."""
    words = text.replace(",", " ").split()
    parts = [fold(word).split() for word in words]
    for start in range(len(words)):
        told: list[str] = []
        for end in range(start, len(words)):
            told += parts[end]
            if told[: len(wanted)] != wanted[: len(told)] or len(told) > len(wanted):
                break
            if len(told) == len(wanted):
                return " ".join(words[start : end + 1])
    return None


def _street(key: str, came: Sequence[str | None]) -> str | None:
    """The words of an attribute that are the street once its type and directions are cut short (Main Street)."""
    for text in came:
        words = text.replace(",", " ").split() if text else []
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                if normalise_street(some := " ".join(words[start:end])) == key:
                    return some
    return None


def _code(name: str, text: str) -> str:
    return text.upper() if name in CODED and len(text) <= CODE else text


def well_written(text: str) -> bool:
    """True where a text is neither all in capitals nor all in small letters."""
    return text not in (text.upper(), text.lower())


def folded(text: str) -> str:
    """The text in small ASCII letters with single blanks."""
    return " ".join((text if text.isascii() else anyascii(text)).lower().split())


def spelled_out(text: str) -> str:
    """The text folded, with two letters for each umlaut: München as those write it who have no ü, muenchen."""
    return folded(text.translate(_TWO_LETTERS))


def spelled_alike(one: str, other: str) -> bool:
    """True where two texts are the same but for letters that one of them writes out (Müller, Mueller)."""
    if one.isascii() and other.isascii():
        return folded(one) == folded(other)
    return folded(one) in (folded(other), spelled_out(other)) or spelled_out(one) == folded(other)


def streets_alike(one: str, other: str) -> bool:
    """True where two streets are the same but for such letters and the length of their type (Hofstraße, Hofstr.)."""
    ways = [{normalise_street(folded(text)), normalise_street(spelled_out(text))} for text in (one, other)]
    return not ways[0].isdisjoint(ways[1])


def lettered(text: str) -> bool:
    """True where a text has Latin letters that ASCII has not: nobody writes them by mistake."""
    return not text.isascii() and _LETTERS.search(text) is not None


def best_written(own: str, others: Iterable[str]) -> str:
    """Of texts that say the same the best written, `own` before others as good, then the first of them."""
    best, rank = own, _rank(own)
    for text in others:
        if rank == (True, True):
            break
        if (other := _rank(text)) > rank:
            best, rank = text, other
    return best


def _rank(text: str) -> tuple[bool, bool]:
    return well_written(text), lettered(text)
