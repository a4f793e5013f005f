"""The street line of an address: house number, street, unit and post-office box, each in one form."""

import re
from typing import NamedTuple

from spine.normalise.folding import PLACEHOLDERS, fold, words
from spine.normalise.street_words import FLOORS, NUMBERED_ROADS, STREET_WORDS, ULICA, UNIT_STARTS, UNIT_WORDS

_HOUSE = re.compile(r"\d+(?:[a-z]|bis|ter|quater)?")
_RANGE = re.compile(r"\s*(\d+[a-z]?)\s*[-/\u2013]\s*(\d+[a-z]?)(?=[\s,])", re.IGNORECASE | re.ASCII)
_BEHIND = re.compile(
    r"(?<=\s)(\d+[a-z]?)(?:\s*[-\u2013]\s*(\d+[a-z]?)|((?:\s*/\s*\d+[a-z]?)+))\s*", re.IGNORECASE | re.ASCII
)
"""A number behind the street, with the other end of its range or with what flat of the house is meant."""
_FLAT = re.compile(r"\s*(\d+[a-z]?)((?:\s*/\s*\d+[a-z]?)+)\s*", re.IGNORECASE | re.ASCII)
_AFTER_NUMBERS = words("bis ter quater")
_PO_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s*office\s*box|postfach|apartado|boite\s*postale)\s*#?\s*(\w*)", re.I
)
_BOX_WORDS = words("p o po box post office postfach pob apartado boite postale no number nr")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_STRASSE = re.compile(r"(?<=[a-z]{2})(?:strasse|strase|str)$")
STRASSE = words("strasse strase str")
"""What a German street ends in, behind which stands the number of the house; alone it is the name of none."""
_NUMBER_LETTER = re.compile(r"\b(\d+) ([a-z]|bis|ter|quater)\b")
_LETTER_NUMBER = re.compile(r"\b([a-z]) (\d+)\b")


class Street(NamedTuple):
    """The parts of a street line, normalised; None where absent."""

    house_number: str | None
    street: str | None
    unit: str | None
    po_box: str | None


NOTHING = Street(None, None, None, None)


def normalise_street(text: str) -> str | None:
    """The street's name, folded, its type and directions in short form (`North Main Street` -> `n main st`).

    What a Polish street may be called or not is dropped: `ul. Długa` -> `dluga`.
    """
    folded = fold(text)
    if folded in PLACEHOLDERS:
        return None
    tokens = folded.split()
    while len(tokens) > 1 and tokens[0] in ULICA:
        del tokens[0]
    return " ".join(STREET_WORDS.get(word) or _STRASSE.sub("str", word) for word in tokens)


def normalise_house_number(text: str) -> str | None:
    """The number with its letter (`12 B` -> `12b`, `3 bis` -> `3bis`); the ends of a range stay apart (`12 14`)."""
    folded = fold(text.replace("|", "1"))
    if folded in PLACEHOLDERS:
        return None
    return _NUMBER_LETTER.sub(r"\1\2", folded)


def split_house_number(text: str) -> tuple[str | None, str | None]:
    """The number of a house and, where one stands behind it, of the flat: `14/5` and `14 m. 5` -> 14 and 5."""
    if match := _FLAT.fullmatch(text):
        return match[1].lower(), normalise_unit(match[2].replace("/", " "))
    tokens = fold(text).split()
    unit = _split_unit(text)[1] if len(tokens) > 2 and _HOUSE.fullmatch(tokens[0]) else None
    return (tokens[0], unit) if unit is not None else (normalise_house_number(text), None)


def normalise_unit(text: str) -> str | None:
    """What tells a unit from its neighbours: `Apt # 4 B` -> `4b`, `3rd floor` -> `3rd fl`; designators are dropped."""
    folded = fold(text.replace("|", "1"))
    if folded in PLACEHOLDERS:
        return None
    tokens = [FLOORS.get(word, word) for word in folded.split()]
    if len(tokens) == 2 and tokens[0] == "m" and tokens[1].isdecimal():
        return tokens[1]
    kept = " ".join([word for word in tokens if word not in UNIT_WORDS] or tokens)
    return _LETTER_NUMBER.sub(r"\1\2", _NUMBER_LETTER.sub(r"\1\2", kept))


def normalise_po_box(text: str) -> str | None:
    """The number of a post-office box, without the tokens around it."""
    tokens = [word for word in fold(text.replace("|", "1")).split() if word not in _BOX_WORDS]
    box = "".join(tokens)
    return None if box in PLACEHOLDERS else box


def split_street(text: str) -> Street:
    """The parts of a street line as people write it: `12-14 N Main Street, Apt 4`, `Hauptstraße 12a`, `PO Box 7`.

    A number in front is the house's; one behind is, unless it belongs to the road's name (`Highway 12`). Behind the
    street, what follows a slash is the flat: `Długa 14/5`, `Hauptstraße 12/3/5`.
    """
    box = None
    if match := _PO_BOX.search(text):
        box = normalise_po_box(match[1])
        text = text[: match.start()] + "," + text[match.end() :]
    number, unit = None, None
    tokens: list[str] = []
    for part in text.replace("\n", ",").split(","):
        if number is None and tokens and _FLAT.fullmatch(part):
            number, flat = split_house_number(part)
            unit, part = unit or flat, ""
        elif number is None and (match := _RANGE.match(part + " ")):
            number, part = f"{match[1]} {match[2]}".lower(), part[match.end() :]
        elif number is None and not tokens and (behind := _number_behind(part)):
            number, flat, part = behind
            unit = unit or flat
        line, own = _split_unit(part)
        unit = unit or own
        tokens += line
    if number is None:
        number, tokens = _split_number(tokens)
    return Street(number, normalise_street(" ".join(tokens)) if tokens else None, unit, box)


def _number_behind(part: str) -> tuple[str, str | None, str] | None:
    """The number that ends a line, the flat behind it and the street before it; None where no such number does."""
    match = next((found for found in _BEHIND.finditer(part) if found.end() == len(part)), None)
    before = fold(part[: match.start()]).split() if match else []
    if match is None or not before or _HOUSE.fullmatch(before[0]) or before[-1][0].isdigit():
        return None
    if _numbered_road(before):
        return None
    number, end, flat = match.groups()
    street = part[: match.start()]
    if end is not None:
        return f"{number} {end}".lower(), None, street
    return number.lower(), normalise_unit(flat.replace("/", " ")), street


def _split_number(tokens: list[str]) -> tuple[str | None, list[str]]:
    if len(tokens) > 2 and tokens[0].isdecimal() and tokens[1] in _AFTER_NUMBERS:
        return tokens[0] + tokens[1], tokens[2:]
    if tokens and (_HOUSE.fullmatch(tokens[0]) or (len(tokens) > 1 and _mistyped(tokens[0]))):
        return tokens[0], tokens[1:]
    at = -1
    letter = len(tokens[-1]) == 1 and tokens[-1].isalpha() if tokens else False
    if len(tokens) > 2 and (letter or tokens[-1] in _AFTER_NUMBERS) and tokens[-2].isdigit():
        at = -2
    if len(tokens) + at > 0 and _HOUSE.fullmatch("".join(tokens[at:])) and not _numbered_road(tokens[:at]):
        return "".join(tokens[at:]), tokens[:at]
    return None, tokens


def _numbered_road(words: list[str]) -> bool:
    """Whether a number behind these words is the road's: `Highway 12`, but not `Berliner Straße 12`."""
    last = words[-1]
    return STREET_WORDS.get(last, last) in NUMBERED_ROADS and not (last in STRASSE and len(words) > 1)


def _mistyped(word: str) -> bool:
    """A house number with a letter typed into it (`13s84`), but not the name of a numbered street (`42nd`)."""
    digits = sum(map(str.isdigit, word))
    return 2 <= digits > len(word) - digits > 0 and not _ORDINAL.fullmatch(word)


def _split_unit(part: str) -> tuple[list[str], str | None]:
    """(the other words, the unit) of one comma-free part: from `#`, or a designator that something follows."""
    tokens = " # ".join(fold(piece) for piece in part.split("#")).split()
    for at, word in enumerate(tokens):
        if word == "#" or (word in UNIT_STARTS and at + 1 < len(tokens)):
            if at == 0:
                numbered = (end for end in range(1, len(tokens)) if any(map(str.isdigit, tokens[end])))
                tail = next(numbered, len(tokens) - 1)
                return tokens[tail + 1 :], normalise_unit(" ".join(tokens[: tail + 1]))
            return tokens[:at], normalise_unit(" ".join(tokens[at:]))
        if word == "m" and 0 < at < len(tokens) - 1 and _HOUSE.fullmatch(tokens[at - 1]) and tokens[at + 1].isdecimal():
            return tokens[:at], normalise_unit(" ".join(tokens[at + 1 :]))
    return tokens, None
