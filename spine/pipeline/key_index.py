"""The key index made for all records at once: who holds which blocking key.

A resolve of everything needs none of it and does not write it. It is made when somebody first asks for a link at
once, and kept true from then on; `spine.pipeline.candidates` is how a change goes through it.
"""

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.matching.model import Breadth
from spine.matching.stored import breadths_of
from spine.pipeline.few_keys import are_few, homes_of_few, keys_of_few
from spine.pipeline.gather import Gathered, encode_kind, gather
from spine.pipeline.home_numbers import home_numbers
from spine.pipeline.key_rows import KEPT, holders_table, keyed_rows
from spine.pipeline.keying import Keys, refined, stable_keys
from spine.pipeline.target_numbers import most_named, numbers_of_targets
from spine.ports import Row, Writer, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.grouping import distinct

_Flat = tuple[Ints, Ints, Ints]
"""Columns (key, record, how many holders are named)."""


def make_index(writer: Writer, secret: bytes) -> None:
    """Write the index of all live records in the place of whatever there was."""
    gathered, breadths = gather(writer), breadths_of(writer)
    rows: list[Row] = []
    parts: list[_Flat] = []
    for kind in Kind:
        ids, keys, targets = keys_of(gathered, kind, breadths[kind], secret)
        rows += keyed_rows(ids, keys, targets)
        parts += _held(ids, keys)
        parts.append((targets[1], ids[targets[0]], most_named(targets[1])))
    key, record, most = (np.concatenate(column) for column in zip(*parts, strict=True))
    rows.sort(key=lambda row: int(row["id"]))
    writer.replace("keyed", pa.Table.from_pylist(rows, schema=arrow_schema("keyed")))
    writer.replace("key", holders_table(key, record, most))


def keys_of(gathered: Gathered, kind: Kind, breadth: Breadth, secret: bytes) -> tuple[Ints, Keys, tuple[Ints, Ints]]:
    """The numbers of the records of a kind, their keys, and their targets as (place, number), sorted.

    Targets are what a record is looked for by besides: what it names and answers to, and its homes.
    """
    rows = gathered.rows_of(kind)
    few = are_few(gathered, rows)
    if few:
        keys = keys_of_few(gathered, rows, kind, breadth, secret)
    else:
        keys = stable_keys(kind, breadth, encode_kind(gathered, rows), secret)
    if few and kind is Kind.PERSON and not gathered.past.num_rows:
        homes = homes_of_few(gathered, rows, secret)
    else:
        homes = home_numbers(gathered, rows, secret)
    parts = (numbers_of_targets(gathered, rows, kind, secret), homes)
    at, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    return gathered.ids[rows], keys, distinct(at, number)


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
