"""What every source system has in common, and the spellings that several of them use."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seed.chance import Ints, Texts, nothing, texts
from seed.facts import Facts, Town

Table = dict[str, Texts]
"""A file in the source's own columns; bool and float values stay what they are."""


@dataclass(frozen=True)
class Extra:
    """A further file of a source with events or consents only, made from the records and their ids."""

    file: str
    table: Callable[[Town, Facts, Texts], Table]
    source: str = ""
    """The system that it comes from, where that is another one."""


@dataclass(frozen=True)
class Source:
    """A source system: the name of its export, how it numbers records, whom it sees, and its own columns."""

    name: str
    file: str
    number: Callable[[int], str]
    seen: Callable[[Town], Facts]
    table: Callable[[Town, Facts, Texts], Table]
    extras: tuple[Extra, ...] = ()
    shows_home: bool = True
    """False where the export has no street, so that no record of it is a residency."""
    mapped: bool = True
    """False where the file explains itself and needs no mapping."""


def joined(*columns: Texts, by: str = " ") -> Texts:
    """The values of a row joined, empty ones left out; None where all are empty."""
    return texts([by.join(str(part) for part in row if part) or None for row in zip(*columns, strict=True)])


def uppercase(column: Texts) -> Texts:
    """In capital letters."""
    return texts([value.upper() if value else None for value in column])


def american(column: Texts, pattern: str) -> Texts:
    """American numbers in a pattern of `area`, `exchange` and `line`; others stay international."""
    out = column.copy()
    for row, value in enumerate(column.tolist()):
        if value and value.startswith("+1") and len(value) == 12:
            out[row] = pattern.format(area=value[2:5], exchange=value[5:8], line=value[8:])
    return out


def chosen(column: Texts, words: dict[str, str]) -> Texts:
    """Each value in the source's own word; others stay."""
    return texts([words.get(value, value) for value in column.tolist()])


def street_line(facts: Facts) -> Texts:
    """Number and street as they are written in the row's country."""
    german = facts.text("country") == "DE"
    number, street = facts.text("number"), facts.text("street")
    return np.where(german, joined(street, number), joined(number, street))


def some(facts: Facts, name: str) -> Ints:
    """The rows that have a value in this column."""
    column = facts.text(name).tolist()
    return np.asarray([row for row, value in enumerate(column) if value], dtype=np.int64)


def serial(prefix: str, count: int, width: int = 7, start: int = 1) -> Texts:
    """References `prefix` and a number, one for each of `count` rows."""
    return texts([f"{prefix}{row:0{width}}" for row in range(start, start + count)])


def blank(size: int) -> Texts:
    """A column that the source has but never fills."""
    return nothing(size)
