"""The words of many names at once, as numbers that are equal only where the words are: `blocking.PARTS` as columns."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from spine.matching.encoded import Codes, Ints
from spine.normalise.columns import Column, compute
from spine.normalise.whole_numbers import firsts

SHORT = 2
"""Words of so many letters tell nothing, where a name has longer ones."""
START = 5


def name_parts(texts: Sequence[str]) -> dict[str, Codes]:
    """Of each text its beginning without blanks, and its first, second, last and first longest telling word.

    -1 where there is none. Words are parted by blanks.
    """
    column = pa.array(texts, pa.string())
    begun = compute.utf8_slice_codeunits(compute.replace_substring(column, " ", ""), 0, START)
    lists = compute.utf8_split_whitespace(column)
    flat = compute.list_flatten(lists)
    row: Ints = np.asarray(compute.list_parent_indices(lists)).astype(np.int64)
    length: Ints = np.asarray(compute.utf8_length(flat)).astype(np.int64)
    row, length, words = _telling(row, length, _numbered(flat), len(column))
    first = firsts(row)
    starts, ends = np.flatnonzero(first), np.flatnonzero(np.append(first[1:], True)[: len(row)])
    of_name = np.cumsum(first) - 1
    longest = np.maximum.reduceat(length, starts) if len(starts) else length
    best = np.flatnonzero(length == longest[of_name])
    best = best[firsts(row[best])]
    second = starts[ends > starts] + 1
    chosen = {"word_first": starts, "word_second": second, "word_last": ends, "word_rare": best}
    out = {"organisation_start": _numbered(begun)}
    for name, at in chosen.items():
        out[name] = np.full(len(column), -1, np.int32)
        out[name][row[at]] = words[at]
    return out


def _telling(row: Ints, length: Ints, words: Codes, size: int) -> tuple[Ints, Ints, Codes]:
    """The words that are not short; all of them where a text has no other."""
    there, telling = length > 0, length > SHORT
    some = np.zeros(size, bool)
    some[row[telling]] = True
    kept = there & (telling | ~some[row])
    return row[kept], length[kept], words[kept]


def _numbered(texts: Column) -> Codes:
    """The number of each text, -1 where it is empty."""
    encoded = compute.dictionary_encode(texts)
    codes: Codes = np.asarray(encoded.indices).astype(np.int32)
    empty = compute.index(encoded.dictionary, "").as_py()
    return np.where(codes == empty, np.int32(-1), codes) if empty >= 0 else codes
