"""How a delimited file is written: delimiter, quote, escape, and whether its first row names the columns.

Each combination is tried on the beginning of the file; the one under which most rows have the same number of columns,
at least two, wins, and where several are equal the one that cuts finer. Python's csv module reads the sample.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from loaders.streams import Stream
from spine.errors import FileError

if TYPE_CHECKING:
    import _csv

SAMPLE = 1 << 18
_DELIMITERS = (",", ";", "\t", "|")
_QUOTINGS = (('"', '"'), ('"', "\\"), ("'", "'"))
"""The quote and what escapes it."""
_LOOKS_LIKE_DATA = re.compile(
    r"""[-+]?[\d.,\s/:+()-]*\d[\d.,\s/:+()-]*%?      # numbers, dates, telephones
    | \S+@\S+\.\w+                                    # e-mail
    | [0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}                # uuid
    | https?://.* """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to cut a delimited text into cells; `skip` physical lines stand before the first row of data.

    `mixed` rows end in different ways, some with a carriage return and some without.
    """

    delimiter: str
    quote: str
    escape: str
    columns: tuple[str, ...]
    skip: int
    mixed: bool = False

    def rows(self, text: TextIO, strict: bool = False) -> "_csv.Reader":
        """A csv reader of this dialect; a strict one raises csv.Error on text behind a closing quote."""
        return _reader(text, self.delimiter, self.quote, self.escape, strict)


def _reader(text: Iterable[str], delimiter: str, quote: str, escape: str, strict: bool = False) -> "_csv.Reader":
    doubled = escape == quote
    escaping = None if doubled else escape
    return csv.reader(
        text, delimiter=delimiter, quotechar=quote, doublequote=doubled, escapechar=escaping, strict=strict
    )


def find_dialect(stream: Stream, encoding: str) -> Dialect:
    """The dialect of the file; FileError where its first rows have no text at all."""
    with stream.text(encoding) as text:
        sample = text.read(SAMPLE)
    whole = len(sample) < SAMPLE
    sample = sample.removeprefix("\ufeff")
    ways = [(delimiter, *quoting) for quoting in _QUOTINGS for delimiter in _DELIMITERS]
    # A delimiter that does not occur makes one column of all: it can win only where no other makes more.
    scored = [_scored(sample, whole, rank, how) for rank, how in enumerate(ways) if how[0] in sample]
    if not any(score[0] for score, _, _ in scored):
        scored += [_scored(sample, whole, rank, how) for rank, how in enumerate(ways) if how[0] not in sample]
    best = max(scored)
    delimiter, quote, escape = best[2]
    reader = _reader(io.StringIO(sample, newline=""), delimiter, quote, escape)
    first: list[str] = []
    skip = 0
    for first in reader:
        if any(cell.strip() for cell in first):
            break
        skip = reader.line_num
    if not any(cell.strip() for cell in first):
        raise FileError(f"{stream.path}: has no rows.", remedy="Give a file with at least one row.")
    width = len(first)
    following = [row for row in islice(reader, 200) if len(row) == width]
    mixed = _mixed(sample, best[2])
    if _is_header(first, following):
        return Dialect(delimiter, quote, escape, _unique(first), skip + _lines(first), mixed)
    return Dialect(delimiter, quote, escape, tuple(f"column_{n}" for n in range(1, width + 1)), skip, mixed)


def _mixed(sample: str, how: tuple[str, str, str]) -> bool:
    """Whether some rows end with a carriage return and some without; line ends within quotes do not count."""
    if "\r\n" not in sample or sample.count("\n") == sample.count("\r\n"):
        return False
    last = ""

    def noted() -> Iterator[str]:
        nonlocal last
        for line in io.StringIO(sample, newline=""):
            last = line
            yield line

    ends = set()
    for _ in _reader(noted(), *how):
        ends.add(last.endswith("\r\n"))
    return len(ends) > 1


def _lines(row: list[str]) -> int:
    return 1 + sum(cell.count("\n") for cell in row)


def _rows(reader: "_csv.Reader", quote: str) -> Iterator[list[str]]:
    """The rows that are not blank; what breaks the rules of quoting as one row of no cells for each line it took.

    So does a row of several lines between apostrophes: where one is met far from the next they are letters.
    """
    while True:
        begun = reader.line_num
        try:
            row = next(reader, None)
        except csv.Error:
            yield from ([] for _ in range(max(1, reader.line_num - begun)))
            continue
        if row is None:
            return
        if quote == "'" and reader.line_num - begun > 1:
            yield from ([] for _ in range(reader.line_num - begun))
        elif row:
            yield row


def _scored(
    sample: str, whole: bool, rank: int, how: tuple[str, str, str]
) -> tuple[tuple[float, int, int], int, tuple[str, str, str]]:
    """How well a combination fits, those that are tried first before others that fit as well."""
    return _score(sample, whole, *how), -rank, how


def _score(sample: str, whole: bool, delimiter: str, quote: str, escape: str) -> tuple[float, int, int]:
    """Share of the sample's rows that have the commonest width above one, quoted cells understood, and that width."""
    if escape != quote and escape + quote not in sample:
        return (0.0, 0, 0)
    rows = list(_rows(_reader(io.StringIO(sample, newline=""), delimiter, quote, escape, strict=True), quote))
    if not whole and len(rows) > 1:
        rows.pop()
    if not rows:
        return (0.0, 0, 0)
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    left_over = sum(1 for row in rows for cell in row if _is_quoted(cell))
    if escape == quote and quote * 2 not in sample:
        left_over += sample.count("\\" + quote)
    share = round(count / len(rows), 2)
    return (share if width > 1 else 0.0, -left_over, width)


def _is_quoted(cell: str) -> bool:
    """Whether a cell stands between quotes that were not taken off. Two apostrophes alone are no sign of quoting."""
    return len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'" and cell != "''"


def _is_header(first: list[str], following: list[list[str]]) -> bool:
    """Whether a first row names columns: no cell of it looks like data, and none recurs as a value of its column."""
    cells = [cell.strip() for cell in first]
    if any(_LOOKS_LIKE_DATA.fullmatch(cell) for cell in cells if cell):
        return False
    if not following:
        return True
    again = sum(1 for n, cell in enumerate(cells) if cell and any(row[n].strip() == cell for row in following))
    return again * 2 < len([cell for cell in cells if cell])


def _unique(names: list[str]) -> tuple[str, ...]:
    """The column names, trimmed; nameless ones numbered, and a name that comes again given a number too."""
    out: list[str] = []
    for position, name in enumerate(names, 1):
        plain = name.strip() or f"column_{position}"
        chosen, n = plain, 1
        while chosen in out:
            n += 1
            chosen = f"{plain}_{n}"
        out.append(chosen)
    return tuple(out)
