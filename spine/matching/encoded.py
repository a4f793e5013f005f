"""Fields of records as integer codes, so that a pair of records is compared by numbers and each text once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.vocabulary import FIELDS
from spine.matching.at_once import each
from spine.matching.model import Frequencies
from spine.matching.signs import Signs, signs_of
from spine.normalise.days import Days
from spine.normalise.few_rows import FewRows
from spine.normalise.names import nicknames_of
from spine.normalise.pressed import Columns
from spine.normalise.whole_numbers import firsts

Ints = np.ndarray[Any, np.dtype[np.int64]]
Codes = np.ndarray[Any, np.dtype[np.int32]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Answer = TypeVar("Answer")
Value = TypeVar("Value", np.int32, np.int64)
Floats = np.ndarray[Any, np.dtype[np.float64]]

NAME_FIELDS = ("given", "middle", "surname")
_MIX = np.uint64(0xBF58476D1CE4E5B9)

FEW = 500
"""Up to so many texts are numbered in Python."""
SLOTS = 6
"""How many identifiers of one namespace a record is compared by; further ones still block."""


class Seen(NamedTuple):
    """Of what each row carries the first and the last day on which it was seen: two matrices [size, slots]."""

    first: Days
    last: Days


@dataclass(frozen=True, slots=True)
class Encoded:
    """`size` records; per field the code of each row's value (-1 where null) and the texts behind the codes.

    The name fields share one dictionary, so that a given name can be compared with a surname; `nicknames` holds sorted
    keys low * len(dictionary) + high of the codes in it that are forms of one name. `shared` holds for each identifier
    namespace that is compared as shared or not a matrix [size, slots] of identifier ids, 0 where empty. `seen` holds
    for each namespace that fades when they were seen, slot by slot as in `shared`; in one slot where it is not there.
    """

    size: int
    codes: Mapping[str, Codes]
    texts: Mapping[str, list[str]]
    shared: Mapping[str, Ints]
    nicknames: Ints
    seen: Mapping[str, Seen]

    _remembered: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    def remember(self, what: tuple[str, ...], compute: Callable[[], Answer]) -> Answer:
        """The answer of `compute`, once for these records."""
        if what not in self._remembered:
            self._remembered[what] = compute()
        answer: Answer = self._remembered[what]
        return answer

    def signs(self, field: str) -> Signs:
        """What the texts of a field show at a glance, by code (last: null)."""
        return self.remember(("signs", _dictionary_of(field)), lambda: signs_of(self.texts_of(field)))

    def adjustment(self, version: str, name: str, table: Frequencies) -> Ints:
        """The adjustment of each code of a field (last: null, 0) under a model of this version."""

        def compute() -> Ints:
            known = map(table.adjust.get, self.texts_of(name), repeat(table.rare))
            return np.array([*known, 0], dtype=np.int64)

        return self.remember(("adjustment", version, name), compute)

    def common(self, version: str, name: str, table: Frequencies) -> Bools:
        """Whether each code of a field (last: null) is among the common values of a model of this version."""
        return self.remember(
            ("common", version, name),
            lambda: np.array([text in table.adjust for text in self.texts_of(name)] + [False]),
        )

    def crowded(self, version: str, table: Frequencies) -> Bools:
        """Whether each dwelling's code (last: null) is among the crowded ones of a model of this version."""
        return self.remember(
            ("crowded", version),
            lambda: np.array([text in table.adjust for text in self.texts["dwelling"]] + [False]),
        )

    @property
    def present(self) -> frozenset[str]:
        """The fields of which any record has a value."""
        return self.remember(
            ("present",), lambda: frozenset(name for name, codes in self.codes.items() if (codes >= 0).any())
        )

    def texts_of(self, field: str) -> list[str]:
        """The texts behind the codes of a field."""
        return self.texts[_dictionary_of(field)]


def _dictionary_of(field: str) -> str:
    return "name" if field in NAME_FIELDS else field


def _dictionary(values: "Sequence[str | None] | pa.ChunkedArray[Any]") -> tuple[Codes, list[str]]:
    """The code of each value, -1 for null, and the texts behind the codes, in the order they first come."""
    if len(values) <= FEW:
        return _dictionary_of_few(values.to_pylist() if isinstance(values, pa.ChunkedArray) else values)
    column = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else pa.array(values, pa.string())
    encoded = pc.dictionary_encode(column)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    if not isinstance(encoded, pa.DictionaryArray):
        raise TypeError(f"a column of texts, not of {column.type}")
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, [str(text) for text in encoded.dictionary.to_pylist()]


def _dictionary_of_few(values: Sequence[str | None]) -> tuple[Codes, list[str]]:
    """The same without Arrow, which takes longer to begin than a few texts take."""
    place: dict[str | None, int] = {None: -1}
    codes = [place.setdefault(value, len(place) - 1) for value in values]
    del place[None]
    return np.array(codes, dtype=np.int32), list(map(str, place))


def encode(
    fields: Columns, shared: Mapping[str, Ints] | None = None, seen: Mapping[str, Seen] | None = None
) -> Encoded:
    """Encode a table of `vocabulary.FIELDS` (columns that are missing count as null)."""
    size = fields.num_rows
    codes: dict[str, Codes] = {}
    texts: dict[str, list[str]] = {}
    null = np.full(size, -1, dtype=np.int32)
    names = [name for name in NAME_FIELDS if name in fields.column_names]
    if names:
        joined, texts["name"] = _dictionary(_one_after_the_other(fields, names))
        for position, name in enumerate(names):
            codes[name] = joined[position * size : (position + 1) * size]
    texts.setdefault("name", [])
    nicknames = _nickname_pairs(texts["name"], codes.get("given", null))
    others = [name for name in FIELDS if name in fields.column_names and name not in NAME_FIELDS]
    column = fields.listed if isinstance(fields, FewRows) else fields.__getitem__
    columns = (each if size > FEW else map)(lambda name: _dictionary(column(name)), others)
    made = dict(zip(others, columns, strict=True))
    for name in FIELDS:
        if name in NAME_FIELDS:
            codes.setdefault(name, null)
        else:
            codes[name], texts[name] = made.get(name, (null, []))
    _derive(codes, texts, "email_local", "email", lambda text: text.partition("@")[0] or None)
    _dwelling(codes, texts)
    return Encoded(size, codes, texts, dict(shared or {}), nicknames, dict(seen or {}))


def _one_after_the_other(fields: Columns, names: Sequence[str]) -> "Sequence[str | None] | pa.ChunkedArray[Any]":
    """The values of some columns."""
    if isinstance(fields, FewRows):
        return [text for name in names for text in fields.listed(name)]
    return pa.chunked_array([chunk for name in names for chunk in fields[name].chunks], pa.string())


def _derive(
    codes: dict[str, Codes], texts: dict[str, list[str]], name: str, field: str, part: Callable[[str], str | None]
) -> None:
    """Add a field made of a part of each text of another."""
    index, texts[name] = _dictionary([part(text) for text in texts[field]])
    codes[name] = np.append(index, np.int32(-1))[codes[field]]


def _dwelling(codes: dict[str, Codes], texts: dict[str, list[str]]) -> None:
    """Add the field `dwelling`: house number and street, or the post office box, for the frequency of an address."""
    street, number, box = codes["street"], codes["house_number"], codes["po_box"]
    key = np.where(street >= 0, (street.astype(np.int64) + 1) * (len(texts["house_number"]) + 2) + number + 1, -1)
    key = np.where((street < 0) & (box >= 0), -2 - box.astype(np.int64), key)
    distinct, inverse = np.unique(key, return_inverse=True)
    present = distinct != -1
    number_of = np.where(present, np.cumsum(present) - 1, -1).astype(np.int32)
    codes["dwelling"] = number_of[inverse]
    example = np.zeros(len(distinct), dtype=np.int64)
    example[inverse] = np.arange(len(key))
    texts["dwelling"] = [_one_line(row, codes, texts) for row in example[present].tolist()]


def _one_line(row: int, codes: dict[str, Codes], texts: dict[str, list[str]]) -> str:
    street, number, box = (int(codes[name][row]) for name in ("street", "house_number", "po_box"))
    if street < 0:
        return f"box {texts['po_box'][box]}"
    return f"{texts['house_number'][number] if number >= 0 else ''} {texts['street'][street]}"


def _nickname_pairs(names: list[str], given: Codes) -> Ints:
    position = {text: code for code, text in enumerate(names)}
    keys = []
    for code in np.unique(given[given >= 0]).tolist():
        for other in nicknames_of(names[code]):
            there = position.get(other, code)
            if there != code:
                keys.append(min(code, there) * len(names) + max(code, there))
    return np.unique(np.array(keys, dtype=np.int64))


class Slots(NamedTuple):
    """Where identifiers stand in a matrix [size, slots]: entry `chosen[i]` in row `row[i]`, slot `slot[i]`."""

    shape: tuple[int, int]
    chosen: Ints
    row: Ints
    slot: Ints

    def matrix(self, values: "np.ndarray[Any, np.dtype[Value]]") -> "np.ndarray[Any, np.dtype[Value]]":
        """The matrix of one value per entry, 0 where there is none."""
        out = np.zeros(self.shape, dtype=values.dtype)
        out[self.row, self.slot] = values[self.chosen]
        return out


def slots_of(size: int, row: Ints, identifier: Ints) -> Slots:
    """The slots of the identifiers of each row, smallest first, up to SLOTS."""
    place = np.arange(len(row))
    later = row[1:] > row[:-1]
    # As a rule they come in this order.
    in_order = bool((later | ((row[1:] == row[:-1]) & (identifier[1:] >= identifier[:-1]))).all())
    order = place if in_order else np.lexsort((identifier, row))
    row = row[order]
    slot = place - np.maximum.accumulate(np.where(firsts(row), place, 0))
    width = int(min(SLOTS, slot.max() + 1)) if len(slot) else 1
    kept = slot < width
    return Slots((size, width), order[kept], row[kept], slot[kept])


def stirred(number: np.ndarray[Any, np.dtype[np.uint64]], column: Ints) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Each row's number so far mixed with one more column: rows that agree in all columns end with one number."""
    return (number ^ (number >> np.uint64(29))) * _MIX + column.astype(np.uint64)
