"""A pair scored as it comes is the pair scored in a batch, for every pair of the demo world."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.vocabulary import Kind
from spine.matching.blocking import REFINE, keys, rules_of
from spine.matching.model import Breadth
from spine.pipeline.gather import encode_kind, gather
from spine.pipeline.linking import scored
from spine.pipeline.rebuild import models_of
from spine.ports import Reader

Pair = tuple[int, int]
ALONE = 150
"""So many records are scored one by one, the others in micro-batches of `TOGETHER`."""
TOGETHER = 100


def test_every_pair_is_scored_online_as_in_the_batch(demo: Any) -> None:
    batch = {(row["start"], row["end"]): row for row in demo.rows("match")}
    with demo.store.reading(LOCAL) as reader:
        pairs, models = candidates(reader), models_of(reader)
        assert batch.keys() <= {pair for some in pairs.values() for pair in some}
        online: dict[Pair, Any] = {}
        for some in pieces(pairs):
            online |= scored(reader, some, models)
    assert online == batch


def candidates(reader: Reader) -> dict[int, set[Pair]]:
    """The pairs that the batch scored, under the later record of each: the one that would bring it."""
    gathered = gather(reader)
    found: dict[int, set[Pair]] = defaultdict(set)
    for kind in Kind:
        rows = gathered.rows_of(kind)
        encoded, ids = encode_kind(gathered, rows), gathered.ids[rows]
        pairs = open_engine("local").candidates(
            keys(kind, encoded), rules_of(kind, Breadth.WIDE, encoded), REFINE[kind, Breadth.WIDE]
        )
        for left, right in zip(ids[pairs.left].tolist(), ids[pairs.right].tolist(), strict=True):
            found[max(left, right)].add((min(left, right), max(left, right)))
    return found


def pieces(pairs: dict[int, set[Pair]]) -> Iterator[set[Pair]]:
    """The pairs as records bring them: some alone, the others with theirs in micro-batches."""
    numbers = sorted(pairs, key=lambda number: number * 2_654_435_761 % (1 << 32))
    yield from (pairs[number] for number in numbers[:ALONE])
    for start in range(ALONE, len(numbers), TOGETHER):
        yield {pair for number in numbers[start : start + TOGETHER] for pair in pairs[number]}
