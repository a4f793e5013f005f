"""The key index made for all records at once: who holds which blocking key.

A resolve of everything needs none of it and does not write it. It is made when somebody first asks for a link at
once, and kept true from then on; `spine.pipeline.candidates` is how a change goes through it.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.pipeline.gather import Gathered, encode_kind, gather
from spine.pipeline.key_rows import KEPT, MOST_DECLARERS, holders_table, keyed_rows
from spine.pipeline.keying import Keys, refined, stable_keys, target_numbers
from spine.ports import Row, Writer, arrow_schema
from spine.resolution.components import Ints

_Flat = tuple[Ints, Ints, Ints]
"""Columns (key, record, how many holders are named)."""


def make_index(writer: Writer, secret: bytes) -> None:
    """Write the index of all live records in the place of whatever there was."""
    gathered = gather(writer)
    rows: list[Row] = []
    parts: list[_Flat] = []
    for kind in Kind:
        ids, keys, targets = keys_of(gathered, kind, secret)
        rows += keyed_rows(ids, keys, targets)
        parts += _held(ids, keys)
        owner = np.repeat(ids, [len(targets.get(at, ())) for at in range(len(ids))])
        named = np.concatenate([np.empty(0, np.int64), *(targets[at] for at in sorted(targets))]).astype(np.int64)
        parts.append((named, owner, np.full(len(named), MOST_DECLARERS)))
    key, record, most = (np.concatenate(column) for column in zip(*parts, strict=True))
    rows.sort(key=lambda row: int(row["id"]))
    writer.replace("keyed", pa.Table.from_pylist(rows, schema=arrow_schema("keyed")))
    writer.replace("key", holders_table(key, record, most))


def keys_of(gathered: Gathered, kind: Kind, secret: bytes) -> tuple[Ints, Keys, dict[int, Ints]]:
    """The numbers of the records of a kind, their keys, and by place the numbers of their relations' targets."""
    rows = gathered.rows_of(kind)
    keys = stable_keys(kind, encode_kind(gathered, rows), secret)
    relations = gathered.relations
    columns: list[list[Any]] = [relations[name].to_pylist() for name in ("row", "namespace", "value")]
    place = {int(row): at for at, row in enumerate(rows.tolist())}
    named = [(row, (str(a), str(b))) for row, a, b in zip(*columns, strict=True) if row in place and a and b]
    found = target_numbers([target for _, target in named], secret)
    targets: dict[int, set[int]] = {}
    for (row, _), number in zip(named, found.tolist(), strict=True):
        targets.setdefault(place[row], set()).add(number)
    return gathered.ids[rows], keys, {at: np.array(sorted(some), np.int64) for at, some in targets.items()}


def _held(ids: Ints, keys: Keys) -> list[_Flat]:
    """Who holds the keys of a kind, and the finer keys of those that are crowded."""
    plan = keys.scheme
    width = len(plan.columns)
    row, rule = np.nonzero(keys.fixed[:, :width])
    shared_row, shared = keys.shared
    key = np.concatenate((keys.fixed[row, rule], shared))
    row = np.concatenate((row, shared_row)).astype(np.int64)
    rule = np.concatenate((rule, np.full(len(shared), width))).astype(np.int64)
    most = plan.crowded[rule]
    _, group, counts = np.unique(key, return_inverse=True, return_counts=True)
    crowded = np.flatnonzero(counts[group] > most) if len(key) else group
    found = [(key, ids[row], KEPT * most)]
    for start in range(0, len(crowded), 200_000):
        some = crowded[start : start + 200_000]
        finer = refined(plan, key[some], rule[some], keys.fixed[row[some]])
        at, second = np.nonzero(finer)
        found.append((finer[at, second], ids[row[some[at]]], KEPT * most[some[at]]))
    return found
