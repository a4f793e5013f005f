"""The street line of an address: house number, street, unit and post-office box, each in one form."""

import re
from typing import NamedTuple

from spine.normalise.folding import PLACEHOLDERS, fold, words
from spine.normalise.street_words import FLOORS, NUMBERED_ROADS, STREET_WORDS, UNIT_STARTS, UNIT_WORDS

_HOUSE = re.compile(r"\d+[a-z]?")
_RANGE = re.compile(r"\s*(\d+[a-z]?)\s*[-/\u2013]\s*(\d+[a-z]?)(?=[\s,])", re.IGNORECASE | re.ASCII)
_PO_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s*office\s*box|postfach|apartado|boite\s*postale)\s*#?\s*(\w*)", re.I
)
_BOX_WORDS = words("p o po box post office postfach pob apartado boite postale no number nr")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_STRASSE = re.compile(r"(?<=[a-z]{2})(?:strasse|strase|str)$")
_NUMBER_LETTER = re.compile(r"\b(\d+) ([a-z])\b")
_LETTER_NUMBER = re.compile(r"\b([a-z]) (\d+)\b")


class Street(NamedTuple):
    """The parts of a street line, normalised; None where absent."""

    house_number: str | None
    street: str | None
    unit: str | None
    po_box: str | None


NOTHING = Street(None, None, None, None)


def normalise_street(text: str) -> str | None:
    """The street's name, folded, its type and directions in short form (`North Main Street` -> `n main st`)."""
    folded = fold(text)
    if folded in PLACEHOLDERS:
        return None
    return " ".join(STREET_WORDS.get(word) or _STRASSE.sub("str", word) for word in folded.split())


def normalise_house_number(text: str) -> str | None:
    """The number with its letter (`12 B` -> `12b`); the two ends of a range stay apart (`12-14` -> `12 14`)."""
    folded = fold(text.replace("|", "1"))
    if folded in PLACEHOLDERS:
        return None
    return _NUMBER_LETTER.sub(r"\1\2", folded)


def normalise_unit(text: str) -> str | None:
    """What tells a unit from its neighbours: `Apt # 4 B` -> `4b`, `3rd floor` -> `3rd fl`; designators are dropped."""
    folded = fold(text.replace("|", "1"))
    if folded in PLACEHOLDERS:
        return None
    tokens = [FLOORS.get(word, word) for word in folded.split()]
    kept = " ".join([word for word in tokens if word not in UNIT_WORDS] or tokens)
    return _LETTER_NUMBER.sub(r"\1\2", _NUMBER_LETTER.sub(r"\1\2", kept))


def normalise_po_box(text: str) -> str | None:
    """The number of a post-office box, without the tokens around it."""
    tokens = [word for word in fold(text.replace("|", "1")).split() if word not in _BOX_WORDS]
    box = "".join(tokens)
    return None if box in PLACEHOLDERS else box


def split_street(text: str) -> Street:
    """The parts of a street line as people write it: `12-14 N Main Street, Apt 4`, `Hauptstraße 12a`, `PO Box 7`.

    A number in front is the house's; one behind is, unless it belongs to the road's name (`Highway 12`).
    """
    box = None
    if match := _PO_BOX.search(text):
        box = normalise_po_box(match[1])
        text = text[: match.start()] + "," + text[match.end() :]
    number, unit = None, None
    tokens: list[str] = []
    for part in text.replace("\n", ",").split(","):
        if number is None and (match := _RANGE.match(part + " ")):
            number, part = f"{match[1]} {match[2]}".lower(), part[match.end() :]
        line, own = _split_unit(part)
        unit = unit or own
        tokens += line
    if number is None:
        number, tokens = _split_number(tokens)
    return Street(number, normalise_street(" ".join(tokens)) if tokens else None, unit, box)


def _split_number(tokens: list[str]) -> tuple[str | None, list[str]]:
    if tokens and (_HOUSE.fullmatch(tokens[0]) or (len(tokens) > 1 and _mistyped(tokens[0]))):
        return tokens[0], tokens[1:]
    at = -1
    if len(tokens) > 2 and len(tokens[-1]) == 1 and tokens[-1].isalpha() and tokens[-2].isdigit():
        at = -2
    if len(tokens) + at > 0 and _HOUSE.fullmatch("".join(tokens[at:])):
        before = STREET_WORDS.get(tokens[at - 1], tokens[at - 1])
        if before not in NUMBERED_ROADS:
            return "".join(tokens[at:]), tokens[:at]
    return None, tokens


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
    return tokens, None
