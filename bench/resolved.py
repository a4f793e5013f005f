"""A data set resolved by the product as its user would: mapping inferred and not edited, loaded, resolved.

Beside the figures of `spine evaluate` this gives what the experiments vary: the pairs inside components with their
weights, so that merge trees can be built again under another policy without matching again.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.sets import DataSet
from loaders.inference import infer
from loaders.open import open_source
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.cli.files import read_texts
from spine.domain.vocabulary import Kind
from spine.evaluate import Floats, joined_pairs, truth_labels, truth_of
from spine.matching.scorer import score
from spine.matching.stored import stored_model
from spine.memberships import live_records
from spine.pipeline.gather import Gathered, gather
from spine.pipeline.load import load

# The pipeline decides itself which pairs may not join and what an exact copy is; the experiment has to agree.
from spine.pipeline.matching import Matched, _apart, _contents, match
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Reader
from spine.resolution import capping, merge_tree
from spine.resolution.components import Ints, connected, inside_pairs
from spine.resolution.trees import Policy, Trees
from spine.settings import Settings


@contextmanager
def loaded(one: DataSet, watch: Stopwatch) -> Iterator[GraphStore]:
    """A fresh SQLite store that holds the set, not resolved yet; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:{Path(folder) / 'bench.db'}", Settings())
        try:
            for path, mapping in one.files:
                source = open_source(path, mapping) if len(one.files) > 1 else open_source(path, infer(path))
                load(store, LOCAL, source, path.stem, watch=watch, key="bench")
            yield store
        finally:
            store.close()


@contextmanager
def resolved(one: DataSet, watch: Stopwatch) -> Iterator[GraphStore]:
    """A fresh SQLite store that holds the set, resolved; gone afterwards."""
    with loaded(one, watch) as store:
        resolve(store, LOCAL, open_engine("local"), watch=watch)
        yield store


def kinds_of(reader: Reader, one: DataSet) -> dict[str, pa.Table]:
    """For each kind that the store has records of, its truth: of a mixed file, the rows of that kind."""
    out: dict[str, pa.Table] = {}
    for kind in Kind:
        records = live_records(reader, kind)
        if records.num_rows and kind.value in one.truths:
            truth = truth_labels(read_texts(one.truths[kind.value]))
            if one.records:
                truth = truth.filter(pc.is_in(truth["record_id"], records["record_id"].combine_chunks()))
            out[kind.value] = truth
    return out


@dataclass
class Experiment:
    """One kind of one set, matched: what any policy builds its merge trees from, and the truth of each row."""

    name: str
    gathered: Gathered
    matched: Matched
    entities: Ints

    @cached_property
    def connected(self) -> Ints:
        """The components before any cap."""
        return connected(len(self.matched.rows), self.matched.left, self.matched.right)

    @cached_property
    def inside(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Every pair inside components: ends, weight in trees (SILENT where nothing is compared), weight."""
        one, other, _ = inside_pairs(self.connected)
        scored = score(self.matched.model, self.matched.encoded, one, other)
        return one, other, scored.in_tree.astype(np.int64), scored.weight.astype(np.int64)

    def trees(self, policy: Policy, weights: Ints | None = None) -> Trees:
        """The merge trees under a policy; `weights` of the pairs of `inside`, else those that the product takes."""
        matched = self.matched
        one, other, in_tree, _ = self.inside
        weights = in_tree if weights is None else weights
        labels = capping.split(self.connected, matched.left, matched.right, matched.weight, cap=policy.cap)
        kept = labels[one] == labels[other]
        return merge_tree.build(
            self.gathered.order[matched.rows],
            labels,
            one[kept],
            other[kept],
            weights[kept],
            forbidden=_apart(self.gathered, matched.rows, matched.encoded, labels, [])[2],
            group=_contents(matched.encoded),
            policy=policy,
        )

    def joins(self, trees: Trees) -> tuple[Ints, Floats, Floats]:
        """Every join of the trees: its height, how many pairs with a known truth it makes, how many rightly."""
        taken = np.flatnonzero(trees.step >= 0)
        taken = taken[np.lexsort((trees.step[taken], trees.component[taken]))]
        pairs, right = joined_pairs(trees.target[taken], taken, self.entities[trees.rows])
        return trees.height[taken].astype(np.int64), pairs, right


def experiments(one: DataSet) -> Iterator[Experiment]:
    """The kinds of a set, matched with models trained on it, as a resolve does."""
    watch = Stopwatch()
    with loaded(one, watch) as store:
        yield from experiments_in(store, one)


def experiments_in(store: GraphStore, one: DataSet) -> Iterator[Experiment]:
    """The same of a store that holds the set; a model that it has is used."""
    with store.reading(LOCAL) as reader:
        gathered = gather(reader)
        for kind, truth in kinds_of(reader, one).items():
            model = stored_model(reader, Kind(kind))
            matched = match(gathered, Kind(kind), open_engine("local"), model, Stopwatch())
            rows = gathered.records.select(["source", "record_id"]).take(pa.array(matched.rows))
            name = one.name if one.records else f"{one.name}, {kind}s"
            yield Experiment(name, gathered, matched, truth_of(truth, rows))
