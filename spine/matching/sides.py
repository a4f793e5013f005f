"""One record by its values: what is asked of two alone, where `spine.matching.encoded` holds many as numbers."""

from collections.abc import Mapping
from typing import NamedTuple

from spine.matching.encoded import Encoded

Texts = Mapping[str, str | None]


class Side(NamedTuple):
    """One record: its row, its texts by field, its identifiers by namespace."""

    row: int
    texts: Texts
    shared: Mapping[str, frozenset[int]]


def side_of(records: Encoded, row: int) -> Side:
    """A row of encoded records by its values."""
    texts = {
        name: records.texts_of(name)[code] if (code := int(codes[row])) >= 0 else None
        for name, codes in records.codes.items()
    }
    shared = {name: frozenset(matrix[row].tolist()) - {0} for name, matrix in records.shared.items()}
    return Side(row, texts, shared)


def nicknames_in(records: Encoded) -> frozenset[tuple[str, str]]:
    """Given names of these records that are forms of one name, either way round."""
    names = records.texts_of("given")
    found = [(names[key // len(names)], names[key % len(names)]) for key in records.nicknames.tolist()]
    return frozenset([*found, *((other, one) for one, other in found)])
