"""Whole columns into SQLite without a Python object per value: the way back of `packed`.

A statement inserts some ten thousand rows at once. Its rows come from one whole-number column as a JSON array; each
other column is bound as one blob, of which SQLite cuts the value of a row by its place, or, of few different texts, the
number of the one to take. Twice as fast as binding value
by value, and the interpreter is free meanwhile: another thread can make the next rows ready.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import compute, one_array
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.values import documents

Ints = np.ndarray[Any, np.dtype[np.int64]]

_PIECE = 8_000
"""Rows of one statement: few enough for the processor's caches."""
_FEW, _SAMPLE = 16, 64
"""Up to so many different texts in a piece are bound once each; rows that tell whether there may be so few."""
_LARGEST = 1 << 27
"""Bytes of one piece: SQLite takes no blob of a gibibyte."""
_EXACT = 1 << 53
"""Up to here whole numbers are fractions without loss."""
_THOUSANDTHS = 1000.0
_LEAST = 1000
"""No power of two beyond this: near the ends of what a fraction can be, dividing rounds."""


def can_pour(rows: pa.Table) -> bool:
    """True where the first column is a whole number in each row, and SQLite can make the fractions out of others."""
    first = rows.column(0)
    if not pa.types.is_integer(first.type) or first.null_count:
        return False
    return all(_ratio(column) is not None for column in rows.columns if pa.types.is_floating(column.type))


def pour(connection: Connection, table: str, rows: pa.Table) -> None:
    """Insert rows, of which none is there and all are such that `can_pour` says so."""
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    for piece in _pieces(rows, _PIECE):
        binding = _Binding()
        first, *others = (one_array(column) for column in piece.columns)
        each = f"json_each({binding.add(_json(first))})"
        values, again = binding.columns(others)
        if again:
            # Behind a limit, even one that there is not, SQLite makes a value once for each row.
            made = ", ".join(f"{sql} AS {name}" for sql, name in again.items())
            each = f"(SELECT each.key AS key, each.value AS value, {made} FROM {each} AS each LIMIT -1)"
        listed = ", ".join(["each.value", *values])
        connection.change(f'INSERT INTO "{table}" ({names}) SELECT {listed} FROM {each} AS each', binding.values)


def _pieces(rows: pa.Table, size: int) -> Iterator[pa.Table]:
    """The rows, so many at a time, or fewer where they hold much."""
    for start in range(0, rows.num_rows, size):
        piece = rows.slice(start, size)
        if size > 1 and piece.nbytes > _LARGEST:
            yield from _pieces(piece, (size + 1) // 2)
        else:
            yield piece


class _Binding:
    """The values of a statement, and the SQL that finds those of a row in them; `each.key` is the row's place."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def add(self, value: Any) -> str:
        """Bind a value."""
        self.values.append(value)
        return f"?{len(self.values)}"

    def columns(self, arrays: Sequence[Any]) -> tuple[list[str], dict[str, str]]:
        """The SQL of each column's value, and by what name those values go that several columns have.

        A record's identifiers are mostly seen once, when it was observed: three columns of one day.
        """
        alike = [next(at for at, other in enumerate(arrays) if _alike(array, other)) for array in arrays]
        made = {at: self.column(arrays[at]) for at in dict.fromkeys(alike)}
        again = {at: f"again{at}" for at, sql in made.items() if alike.count(at) > 1 and "each.key" in sql}
        values = [f"each.{again[at]}" if at in again else made[at] for at in alike]
        return values, {made[at]: name for at, name in again.items()}

    def column(self, array: Any) -> str:
        """The SQL of a column's value."""
        if array.null_count == len(array):
            return "NULL"
        if pa.types.is_string(array.type) and (few := _few(array)) is not None:
            return self._chosen(few)
        if pa.types.is_boolean(array.type):
            return self._chosen(compute.dictionary_encode(array))
        found = self._known(array)
        if not array.null_count:
            return found
        missing = self.add(array.is_null().cast(pa.uint8()).to_numpy(zero_copy_only=False).data)
        return f"CASE substr({missing}, each.key + 1, 1) WHEN x'00' THEN {found} END"

    def _known(self, array: Any) -> str:
        kind = array.type
        if pa.types.is_list(kind):
            return self._bytes(documents(array), "TEXT")
        if pa.types.is_string(kind):
            return self._bytes(array, "TEXT")
        if pa.types.is_binary(kind):
            return self._bytes(array, "BLOB")
        if pa.types.is_floating(kind):
            over, under = _ratio(array) or (array, 1.0)
            return f"{self._number(over)} / {self.add(under)}"
        return self._number(compute.fill_null(array.cast(pa.int64()), 0).to_numpy())

    def _chosen(self, encoded: Any) -> str:
        """One of few texts or truth values, by its number; a null is none of them."""
        texts = [self.add(text) for text in encoded.dictionary.to_pylist()]
        if len(texts) == 1 and not encoded.null_count:
            return texts[0]
        codes = compute.fill_null(encoded.indices, len(texts)).cast(pa.uint8())
        cases = " ".join(f"WHEN x'{code:02x}' THEN {text}" for code, text in enumerate(texts))
        return f"CASE {_cut(self.add(codes.to_numpy().data), 1)} {cases} END"

    def _number(self, numbers: Ints) -> str:
        """A whole number."""
        if bool((numbers == numbers[0]).all()):
            return self.add(int(numbers[0]))
        return f"CAST({self._digits(numbers)} AS INTEGER)"

    def _digits(self, numbers: Ints) -> str:
        """A whole number in digits, as wide as the longest needs: `substr` reads them as a number by itself."""
        texts = pa.array(numbers).cast(pa.string())
        width = compute.max(compute.binary_length(texts)).as_py()
        digits = self.add(_ends_and_data(compute.ascii_lpad(texts, width, " "))[1])
        return _cut(digits, width)

    def _bytes(self, array: Any, kind: str) -> str:
        """A text or blob: those of one width stand in a row, others have their place and length beside."""
        ends, data = _ends_and_data(array)
        sizes = np.diff(ends)
        if ends[0] == ends[-1]:
            return "''" if kind == "TEXT" else "x''"
        width = int(sizes[0])
        if width and bool((sizes == width).all()):
            cut = _cut(self.add(data), width)
        else:
            cut = f"substr({self.add(data)}, {self._digits(ends[:-1] - ends[0] + 1)}, {self._digits(sizes)})"
        return f"CAST({cut} AS {kind})"


def _alike(array: Any, other: Any) -> bool:
    """Whether two columns are one, or hold the same texts."""
    return array is other or (pa.types.is_string(array.type) and array.type == other.type and array.equals(other))


def _few(texts: Any) -> Any:
    """The texts as a dictionary, where few are different; None where there are more."""
    if len(texts.slice(0, _SAMPLE).unique()) > _FEW:
        return None
    encoded = compute.dictionary_encode(texts)
    return encoded if len(encoded.dictionary) <= _FEW else None


def _cut(blob: str, width: int) -> str:
    return f"substr({blob}, each.key * {width} + 1, {width})"


def _ends_and_data(array: Any) -> tuple[Ints, Any]:
    """Where the texts or blobs of a column begin and end, and their bytes from the first to the last."""
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    return ends, memoryview(data)[ends[0] : ends[-1]] if data is not None else b""


def _json(numbers: Any) -> str:
    """Whole numbers as a JSON array."""
    texts = numbers.cast(pa.string())
    joined: str = compute.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), ",")[0].as_py()
    return f"[{joined}]"


def _ratio(fractions: Any) -> "tuple[Ints, float] | None":
    """Whole numbers over one number, as which a division gives back each of these fractions to the last bit.

    Thousandths; or over a power of two, which loses nothing where they are not too different in size. None where
    neither will do. A null is 0.
    """
    values = compute.fill_null(fractions, 0.0).to_numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        largest = np.abs(values).max(initial=0.0)
        if not np.isfinite(largest):
            return None
        over = np.rint(values * _THOUSANDTHS)
        if largest * _THOUSANDTHS < _EXACT and bool((over / _THOUSANDTHS == values).all()):
            return over.astype(np.int64), _THOUSANDTHS
        power = 62 - int(np.frexp(largest)[1])
        over = np.ldexp(values, power)
        exact = (over == np.rint(over)) & (np.ldexp(over, -power) == values)
        if abs(power) < _LEAST and bool(exact.all()):
            return over.astype(np.int64), float(2.0**power)
    return None
