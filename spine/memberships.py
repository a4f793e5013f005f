"""Which entity every record of a kind belongs to, at any confidence: the whole graph cut at once, as columns.

The merge trees of all components are laid end to end, so a cut is a handful of array operations however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.ids import ALPHABET, DIGITS, MULTIPLIER, PREFIXES
from spine.domain.vocabulary import Kind
from spine.errors import ModelError, QueryError, StoreError
from spine.matching.model import Model
from spine.matching.stored import stored_model
from spine.normalise.columns import compute, one_array
from spine.ports import Reader
from spine.resolution.packing import joins_of_all
from spine.resolution.trees import NEVER, roots

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Forest:
    """The merge trees of one kind, end to end: per member its record, whom it joined, how sure, and in which order.

    `into` counts over all members; `height` is in thousandths of a bit, NEVER where a member was not taken; `order`
    lists the members that were taken, tree by tree, in the order of the joins. `component` is the number of the
    component that a member is in.
    """

    records: Ints
    into: Ints
    height: Ints
    order: Ints
    component: Ints

    def members(self, components: Sequence[int]) -> Ints:
        """The records of these components."""
        return self.records[np.isin(self.component, np.asarray(components, np.int64))]

    def around(self, records: Ints) -> "Forest":
        """The trees that these records are in."""
        inside = self.component[np.isin(self.records, records)]
        return self._where(np.isin(self.component, inside))

    def with_trees(self, components: Sequence[int], newer: "Forest") -> "Forest":
        """The same with newer trees in the place of those of these components."""
        kept = self._where(np.isin(self.component, np.asarray(components, np.int64), invert=True))
        base = len(kept.records)
        return Forest(
            np.concatenate((kept.records, newer.records)),
            np.concatenate((kept.into, newer.into + base)),
            np.concatenate((kept.height, newer.height)),
            np.concatenate((kept.order, newer.order + base)),
            np.concatenate((kept.component, newer.component)),
        )

    def _where(self, kept: "np.ndarray[Any, np.dtype[np.bool_]]") -> "Forest":
        """The trees of these members, which are whole trees."""
        place = np.cumsum(kept) - 1
        order = place[self.order[kept[self.order]]]
        return Forest(self.records[kept], place[self.into[kept]], self.height[kept], order, self.component[kept])

    def entities(self, height: int) -> Ints:
        """For each member the earliest record of its cluster when joins below `height` are undone."""
        root = roots(self.into, self.height, height)
        earliest = np.full(len(root), np.iinfo(np.int64).max)
        np.minimum.at(earliest, root, self.records)
        return earliest[root]


def read_forest(reader: Reader, kind: Kind) -> Forest:
    """The merge trees of a kind, from the components of the store."""
    return read_forests(reader)[kind]


def read_forests(reader: Reader) -> dict[Kind, Forest]:
    """The merge trees of every kind, from one look at the components of the store."""
    return forests_of(reader.scan("component", ["id", "kind", "members", "value"]))


def forests_of(components: pa.Table) -> dict[Kind, Forest]:
    """The merge trees of every kind in these rows of components."""
    held = components.filter(pc.greater(pc.list_value_length(components["members"]), pa.scalar(1)))
    held = held.filter(pc.greater(pc.binary_length(held["value"]), pa.scalar(0)))
    return {kind: _forest(held.filter(pc.equal(held["kind"], pa.scalar(kind.value)))) for kind in Kind}


def _forest(components: pa.Table) -> Forest:
    if not components.num_rows:
        return Forest(*(np.empty(0, np.int64) for _ in range(5)))
    values: Any = one_array(components["value"]).cast(pa.large_binary())
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset :][: len(values) + 1]
    joins = joins_of_all(offsets, np.frombuffer(values.buffers()[2], np.uint8))
    members: Any = one_array(components["members"])
    records = compute.list_flatten(members).to_numpy(zero_copy_only=False).astype(np.int64)
    if len(records) != len(joins.into):
        raise StoreError("A component has not as many members as its tree.", remedy="Resolve again.")
    taken = np.flatnonzero(joins.step >= 0)
    tree = np.repeat(np.arange(len(joins.start) - 1), np.diff(joins.start))[taken]
    order = taken[np.argsort(tree << 32 | joins.step[taken])]
    component = np.repeat(components["id"].to_numpy(), np.diff(joins.start))
    return Forest(records, joins.into, joins.height, order, component)


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
