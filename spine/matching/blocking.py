"""Blocking: which records are compared, as rules over key columns that are equal only where texts are equal.

The more records there are, the more of those that agree on two broad things (a year of birth and a town) do so by
chance, and the better must agree what is worth comparing. A model says how broadly its records are compared.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.matching.encoded import Codes, Encoded, Ints
from spine.matching.model import Breadth
from spine.matching.name_words import name_parts
from spine.matching.outcomes import SHARED
from spine.ports import BlockingRule

Part = Callable[[str], str]
STRONG, WEAK = 100, 20
"""How many records may hold a key before it is refined with a second one: of a telling key, of a broad one."""
MOST_WIDE = 50_000
"""Up to so many records of a kind all rules are followed.

Of the pairs that only the rules left out above find, none of 270,000 was right at 300,000 records of the demo world
and one in 6,000 at 43,000 of simulated households; of a thousand dirty ones, one in twelve.
"""


def breadth_for(records: int) -> Breadth:
    """How broadly so many records of a kind are best compared."""
    return Breadth.WIDE if records <= MOST_WIDE else Breadth.NARROW


def _rules(*texts: str, crowded: int = STRONG) -> tuple[BlockingRule, ...]:
    return tuple(BlockingRule(text, tuple(text.split(" + ")), crowded) for text in texts)


_TELLING = _rules(
    "national_id",
    "email",
    "email_local",
    "phone",
    "names",
    "surname + birth_date",
    "given + birth_date",
    "birth_date + given_start",
    "birth_date + surname_start",
    "birth_date + dwelling",
    "birth_date + city",
    "given + surname_start + birth_year",
    "surname + given_start + birth_year",
    "given_sound + surname_sound",
    "dwelling + given_start",
    "dwelling + surname_start",
    "street + given",
    "given + birth_month_day",
    "surname + birth_month_day",
    "birth_date + postcode",
    "surname + postcode + given_start",
)
_ORGANISATIONS = _rules(
    "tax_id",
    "register",
    "lei",
    "email",
    "phone",
    "domain",
    "organisation",
    "organisation_start",
    "word_first",
    "word_second",
    "word_rare",
    "word_last",
    "dwelling",
    "street",
    "house_number + postcode",
)
RULES: dict[tuple[Kind, Breadth], tuple[BlockingRule, ...]] = {
    (Kind.PERSON, Breadth.WIDE): _TELLING
    + _rules(
        "given",
        "surname",
        "birth_date",
        "given_sound",
        "surname_sound",
        "birth_month_day",
        "birth_year + city",
        "given_start + city",
        "surname_start + city",
        "given_start + birth_year",
        "surname_start + birth_year",
        crowded=WEAK,
    ),
    (Kind.PERSON, Breadth.NARROW): _TELLING
    + _rules("given", "surname", "birth_date", "given + surname_start", "surname + given_start", crowded=WEAK),
    (Kind.ORGANISATION, Breadth.WIDE): _ORGANISATIONS,
    (Kind.ORGANISATION, Breadth.NARROW): _ORGANISATIONS,
}
_REFINE_ORGANISATIONS = ("organisation_start", "word_rare", "dwelling", "city")
REFINE: dict[tuple[Kind, Breadth], tuple[str, ...]] = {
    (Kind.PERSON, Breadth.WIDE): (
        "names",
        "birth_date",
        "given",
        "surname",
        "dwelling",
        "birth_year",
        "city",
        "given_start",
        "surname_start",
    ),
    (Kind.PERSON, Breadth.NARROW): ("names", "birth_date", "given", "surname", "dwelling"),
    (Kind.ORGANISATION, Breadth.WIDE): _REFINE_ORGANISATIONS,
    (Kind.ORGANISATION, Breadth.NARROW): _REFINE_ORGANISATIONS,
}


def key_columns(kind: Kind) -> list[str]:
    """The key columns that the rules of a kind name, however broadly it is compared, sorted."""
    rules = {column for breadth in Breadth for rule in RULES[kind, breadth] for column in rule.columns}
    return sorted(rules.union(*(REFINE[kind, breadth] for breadth in Breadth)))


def keys(kind: Kind, records: Encoded) -> pa.Table:
    """The key columns that the rules of a kind name, null where a record has no such key.

    They are whole numbers of four bytes or eight, or lists of those.
    """
    columns: dict[str, pa.Array[Any]] = {}
    for name in key_columns(kind):
        columns[name] = _nullable(_column(name, records))
    for namespace, matrix in sorted(records.shared.items()):
        flat = matrix.ravel()
        offsets = np.arange(0, flat.size + 1, matrix.shape[1])
        columns[SHARED + namespace] = pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), pa.array(flat, mask=flat == 0)
        )
    return pa.table(columns)


def rules_of(kind: Kind, breadth: Breadth, records: Encoded) -> tuple[BlockingRule, ...]:
    """The rules of a kind, with one for each namespace of identifiers that the records carry."""
    return (*RULES[kind, breadth], *_rules(*(SHARED + name for name in sorted(records.shared))))


def _nullable(codes: Codes | Ints) -> "pa.Array[Any]":
    return pa.array(codes, mask=codes < 0)


def _column(name: str, records: Encoded) -> Codes | Ints:
    if name == "names":
        given, surname = records.codes["given"].astype(np.int64), records.codes["surname"].astype(np.int64)
        low, high = np.minimum(given, surname), np.maximum(given, surname)
        return np.where((given < 0) | (surname < 0), -1, low * (len(records.texts_of("given")) + 1) + high)
    if name in PARTS:
        field, part = PARTS[name]
        if field == "organisation":
            parts = records.remember(("words", field), lambda: name_parts(records.texts_of(field)))
            return np.append(parts[name], np.int32(-1))[records.codes[field]]
        return _by_text(records, field, part)
    return records.codes[name]


def _by_text(records: Encoded, field: str, part: Part) -> Codes:
    """Codes of a part of each text of a field; -1 where the part is empty."""
    number: dict[str, int] = {}
    table = [number.setdefault(piece, len(number)) if (piece := part(text)) else -1 for text in records.texts_of(field)]
    return np.array([*table, -1], dtype=np.int32)[records.codes[field]]


def sound(text: str) -> str:
    """American Soundex of a folded name (Russell and Odell, 1918)."""
    if not text:
        return ""
    # Letters of one sound side by side count once, the first letter's included; h and w do not part them.
    first, rest = text[0].translate(_SOUNDEX), text[1:].translate(_SOUNDEX_INSIDE)
    once = _REPEATED.sub(r"\1", first + rest)[1:]
    return (text[0] + "".join(filter(str.isdigit, once)))[:4]


_SOUNDEX = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556")
_SOUNDEX_INSIDE = {**_SOUNDEX, ord("h"): None, ord("w"): None}
_REPEATED = re.compile(r"(.)\1+", re.DOTALL)


def _words(text: str) -> list[str]:
    return [word for word in text.split() if len(word) > 2] or text.split()


PARTS: dict[str, tuple[str, Part]] = {
    "given_start": ("given", lambda text: text[:2]),
    "surname_start": ("surname", lambda text: text[:3]),
    "given_sound": ("given", sound),
    "surname_sound": ("surname", sound),
    "birth_year": ("birth_date", lambda text: text[:4]),
    "birth_month_day": ("birth_date", lambda text: text[5:] if len(text) == 10 else ""),
    "organisation_start": ("organisation", lambda text: text.replace(" ", "")[:5]),
    "word_first": ("organisation", lambda text: (_words(text) or [""])[0]),
    "word_second": ("organisation", lambda text: (_words(text)[1:2] or [""])[0]),
    "word_last": ("organisation", lambda text: (_words(text) or [""])[-1]),
    "word_rare": ("organisation", lambda text: max(_words(text), key=len, default="")),
}
