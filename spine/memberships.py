"""Which entity every record of a kind belongs to, at any confidence: the whole graph cut at once, as columns.

The merge trees of all components are laid end to end, so a cut is a handful of array operations however many there are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.ids import ALPHABET, DIGITS, MULTIPLIER, PREFIXES
from spine.domain.vocabulary import Kind
from spine.errors import ModelError, QueryError
from spine.matching.model import Model
from spine.matching.stored import stored_model
from spine.ports import Reader
from spine.resolution.packing import unpack
from spine.resolution.trees import NEVER, roots

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Forest:
    """The merge trees of one kind, end to end: per member its record, whom it joined, how sure, and in which order.

    `into` counts over all members; `height` is in thousandths of a bit, NEVER where a member was not taken; `order`
    lists the members that were taken, tree by tree, in the order of the joins.
    """

    records: Ints
    into: Ints
    height: Ints
    order: Ints

    def entities(self, height: int) -> Ints:
        """For each member the earliest record of its cluster when joins below `height` are undone."""
        root = roots(self.into, self.height, height)
        earliest = np.full(len(root), np.iinfo(np.int64).max)
        np.minimum.at(earliest, root, self.records)
        return earliest[root]


def read_forest(reader: Reader, kind: Kind) -> Forest:
    """The merge trees of a kind, from the components of the store."""
    components = reader.scan("component", ["kind", "members", "value"])
    components = components.filter(pc.equal(components["kind"], pa.scalar(kind.value)))
    records, into, height, order = [], [], [], []
    base = 0
    for members, value in zip(components["members"].to_pylist(), components["value"].to_pylist(), strict=True):
        if not value or not members or len(members) < 2:
            continue
        tree = unpack(value)
        records.append(np.asarray(members, np.int64))
        into.append(tree.into + base)
        height.append(tree.height)
        taken = np.flatnonzero(tree.step >= 0)
        order.append(taken[np.argsort(tree.step[taken])] + base)
        base += len(members)
    columns = (
        np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64) for parts in (records, into, height, order)
    )
    return Forest(*columns)


def read_model(reader: Reader, kind: Kind) -> Model:
    """The model that the store was resolved with; ModelError where there is none."""
    model = stored_model(reader, kind)
    if model is None:
        raise ModelError(f"The store has no model for {kind.value} records.", remedy="Run `spine resolve` first.")
    return model


def live_records(reader: Reader, kind: Kind) -> pa.Table:
    """The live records of a kind in the order of their ids: `id`, `source`, `record_id`."""
    records = reader.scan("record", ["id", "source", "record_id", "kind", "live"])
    chosen = pc.and_(records["live"], pc.equal(records["kind"], pa.scalar(kind.value)))
    return records.filter(chosen, null_selection_behavior="drop").select(["id", "source", "record_id"])


def memberships(reader: Reader, kind: str, confidence: float) -> pa.Table:
    """The entity of every record: `source`, `record_id`, `entity_id` (public ids), in the order of the records.

    `kind` is person, organisation or household. A record that was joined with no other is an entity of its own; a
    record without a household has no row. QueryError where the confidence is not strictly between 0 and 1; ModelError
    where components exist and no model does.
    """
    if not 0.0 < confidence < 1.0:
        raise QueryError(f"The confidence is {confidence}.", remedy="Give a number between 0 and 1, such as 0.95.")
    if kind == "household":
        return _of_households(reader)
    records = live_records(reader, Kind(kind))
    forest = read_forest(reader, Kind(kind))
    height = read_model(reader, Kind(kind)).height(confidence) if len(forest.records) else NEVER
    numbers = entity_numbers(records["id"].to_numpy(), forest, height)
    return records.select(["source", "record_id"]).append_column("entity_id", public_ids(kind, numbers))


def entity_numbers(records: Ints, forest: Forest, height: int) -> Ints:
    """The entity of each record (`records` in rising order) at a height: its own number where it stands alone."""
    out = records.copy()
    place = np.searchsorted(records, forest.records)
    known = (place < len(records)) & (records[np.minimum(place, len(records) - 1)] == forest.records)
    out[place[known]] = forest.entities(height)[known]
    return out


def public_ids(table: str, numbers: Ints) -> "pa.Array[Any]":
    """`spine.domain.ids.encode_id` of a whole column."""
    mixed = numbers.astype(np.uint64)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(MULTIPLIER)
    mixed ^= mixed >> np.uint64(32)
    prefix = np.frombuffer(f"{PREFIXES[table]}_".encode(), np.uint8)
    letters = np.empty((len(numbers), len(prefix) + DIGITS), np.uint8)
    letters[:, : len(prefix)] = prefix
    alphabet = np.frombuffer(ALPHABET.encode(), np.uint8)
    for digit in range(DIGITS):
        letters[:, -1 - digit] = alphabet[mixed & np.uint64(31)]
        mixed >>= np.uint64(5)
    return pa.array(letters.view(f"S{letters.shape[1]}").ravel().tolist(), pa.binary()).cast(pa.string())


def _of_households(reader: Reader) -> pa.Table:
    """Each record at the household that it resides in; where there are several, the last one to begin or still on."""
    edges = reader.scan("resides_in", ["start", "end", "valid_from", "valid_to"])
    rows = zip(*(edges[name].to_pylist() for name in edges.column_names), strict=True)
    latest: dict[int, tuple[str, str, int]] = {}
    for record, household, begun, ended in rows:
        stay = (ended or "9999", begun or "", -(household or 0))
        latest[record or 0] = max(stay, latest.get(record or 0, stay))
    records = reader.scan("record", ["id", "source", "record_id"])
    chosen = records.filter(pc.is_in(records["id"], pa.array(list(latest), pa.int64())))
    numbers = np.array([-latest[number][2] for number in chosen["id"].to_numpy().tolist()], np.int64)
    return chosen.select(["source", "record_id"]).append_column("entity_id", public_ids("household", numbers))
