"""The rows of the key index: what a record holds, who holds a key, as bytes and as Python values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from struct import Struct
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.pipeline.differing import as_rows
from spine.pipeline.keying import Keys, Scheme, refined, scheme
from spine.ports import Reader, Row, Writer, arrow_schema
from spine.resolution.components import Ints, runs

KEPT = 10
"""The holders of a key are named up to so many times what crowds it; of more only the number is kept."""
Key = tuple[int, int, int]
"""A key with the number that crowds it and the number of its rule."""


@dataclass(frozen=True)
class Held:
    """The keys of one record: `fixed` as in `keying.Keys`, those of its identifiers, and what else it is found by: what
    its relations name, and its homes (`home_numbers`)."""

    scheme: Scheme
    fixed: Ints
    shared: Ints
    targets: Ints

    @cached_property
    def primary(self) -> list[Key]:
        """The keys that are no finer ones."""
        width, crowded = len(self.scheme.columns), self.scheme.limits
        own = [(key, crowded[at], at) for at, key in enumerate(self.fixed[:width].tolist()) if key]
        return own + [(key, crowded[width], width) for key in self.shared.tolist()]


def finer_of(asked: Sequence[tuple[Held, Key]]) -> list[list[int]]:
    """For each of these keys of a record, were it crowded, the finer ones."""
    out: list[list[int]] = [[] for _ in asked]
    for kind in {held.scheme.kind for held, _ in asked}:
        places = [at for at, (held, _) in enumerate(asked) if held.scheme.kind is kind]
        primary, rule = (np.array([asked[at][1][of] for at in places], np.int64) for of in (0, 2))
        found = refined(scheme(kind), primary, rule, np.stack([asked[at][0].fixed for at in places]))
        for at, row in zip(places, found.tolist(), strict=True):
            out[at] = [key for key in row if key]
    return out


def read_held(reader: Reader, records: Iterable[int]) -> dict[int, Held]:
    """What the index knows of these records."""
    asked = sorted(set(records))
    return {row["id"]: held_of(row) for row in (reader.get("keyed", "id", asked) if asked else [])}


def held_of(row: Row) -> Held:
    """One row of `keyed`."""
    plan = scheme(Kind(row["kind"]))
    keys = np.frombuffer(row["keys"] or b"", dtype="<i8")
    return Held(plan, keys[: plan.width], keys[plan.width :], np.frombuffer(row["targets"] or b"", dtype="<i8"))


def keyed_rows(ids: Ints, keys: Keys, targets: tuple[Ints, Ints]) -> list[Row]:
    """Rows of `keyed` for the records of one kind."""
    row, shared = keys.shared
    start = np.searchsorted(row, np.arange(len(ids) + 1))
    also = np.searchsorted(targets[0], np.arange(len(ids) + 1))
    return [
        {
            "id": int(number),
            "kind": keys.scheme.kind.value,
            "keys": np.concatenate((keys.fixed[at], shared[start[at] : start[at + 1]])).astype("<i8").tobytes(),
            "targets": targets[1][also[at] : also[at + 1]].astype("<i8").tobytes(),
        }
        for at, number in enumerate(ids.tolist())
    ]


@dataclass(slots=True)
class Holders:
    """Who holds a key: `records` is None where they are too many to be named."""

    held: int = 0
    records: set[int] | None = None


def read_holders(reader: Reader, keys: Iterable[int]) -> dict[int, Holders]:
    """The holders of these keys; a key that nobody holds has none."""
    asked = set(keys)
    found = {row["id"]: _holders(row) for row in (reader.get("key", "id", sorted(asked)) if asked else [])}
    for key in asked - found.keys():
        found[key] = Holders(0, set())
    return found


def _holders(row: Row) -> Holders:
    named = row["records"]
    return Holders(row["held"], None if named is None else set(numbers_of(len(named) // 8).unpack(named)))


def searched(reader: Reader, number: int) -> set[int]:
    """The records among whose targets a number is, looked for in every record's row: for one that very many hold."""
    rows = reader.scan("keyed", ("id", "targets"))
    targets = [text or b"" for text in rows["targets"].to_pylist()]
    owner = np.repeat(rows["id"].to_numpy(), [len(text) // 8 for text in targets])
    found: set[int] = set(owner[np.frombuffer(b"".join(targets), dtype="<i8") == number].tolist())
    return found


def write_holders(writer: Writer, changed: dict[int, Holders]) -> None:
    """Write who holds these keys; a key that nobody holds any more is removed."""
    kept = {key: one for key, one in changed.items() if one.held > 0}
    gone = sorted(changed.keys() - kept.keys())
    if gone:
        writer.delete("key", pa.table({"id": pa.array(gone, pa.int64())}))
    if kept:
        rows = [
            {"id": key, "held": one.held, "records": None if one.records is None else _packed(one.records)}
            for key, one in kept.items()
        ]
        writer.put("key", as_rows("key", rows))


def _packed(records: set[int]) -> bytes:
    return numbers_of(len(records)).pack(*sorted(records))


@lru_cache(maxsize=4096)
def numbers_of(many: int) -> Struct:
    """How so many numbers lie in bytes."""
    return Struct(f"<{many}q")


def holders_table(key: Ints, record: Ints, most: Ints) -> pa.Table:
    """The table `key` for (key, record) columns; up to `most` holders of a key are named."""
    order = np.lexsort((record, key))
    key, record, most = key[order], record[order], most[order]
    start, counts = runs(key)
    first = start[:-1]
    named = counts <= most[first]
    kept = np.repeat(named, counts)
    data = record[kept].astype("<i8").tobytes()
    offsets = np.concatenate(([0], np.cumsum(np.where(named, counts, 0) * 8))).astype(np.int64)
    valid = np.packbits(named, bitorder="little").tobytes()
    buffers: list[pa.Buffer | None] = [pa.py_buffer(valid), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)]
    lists: Any = pa.Array.from_buffers(pa.large_binary(), len(counts), buffers)
    return pa.table([key[first], counts, lists.cast(pa.binary())], schema=arrow_schema("key"))
