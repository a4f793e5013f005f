"""From records that changed to the matches that change: through the key index and the one scorer."""

from collections.abc import Iterable, Mapping

import numpy as np

from spine.domain.vocabulary import Kind
from spine.matching.model import Model
from spine.pipeline.asking_ahead import ask_about_records
from spine.pipeline.candidates import Pair, Rekeying
from spine.pipeline.gather import encode_kind
from spine.pipeline.gather_some import gather_some
from spine.pipeline.matching import proven
from spine.pipeline.rebuild import Delta
from spine.pipeline.scoring import matches
from spine.ports import Reader, Row, Writer
from spine.resolution.constraints import may_be_one


def link(writer: Writer, changed: Iterable[int], models: Mapping[Kind, Model], secret: bytes) -> Delta:
    """Bring the key index up to date with records that are new, changed or deleted; what that does to matches."""
    numbers = set(changed)
    ask_about_records(writer, numbers)
    gathered = gather_some(writer, numbers)
    pairs = Rekeying(writer, numbers, gathered, secret).run()
    found = scored(writer, pairs.fresh, models)
    # Pairs that came together because a key is crowded no more have rows already where another key held them, too.
    moved = {key: frozenset(records) for key, records in pairs.moved.items()}
    return Delta(frozenset(), frozenset(numbers), frozenset(pairs.lost), found, frozenset(pairs.left), moved)


def scored(reader: Reader, pairs: set[Pair], models: Mapping[Kind, Model]) -> dict[Pair, Row]:
    """The rows of `match` of those of these pairs of records that are at or above the floor."""
    if not pairs:
        return {}
    numbers = {number for pair in pairs for number in pair}
    ask_about_records(reader, numbers)
    gathered = gather_some(reader, numbers)
    ends = np.array(sorted(pairs), dtype=np.int64)
    out: dict[Pair, Row] = {}
    for kind in Kind:
        rows = gathered.rows_of(kind)
        ids = gathered.ids[rows]
        own = ends[np.isin(ends, ids).all(axis=1)]
        if not len(own):
            continue
        places = np.searchsorted(ids, own)
        places = places[may_be_one(proven(gathered, rows), places[:, 0], places[:, 1])]
        model = models[kind]
        kept, weight, levels = matches(model, encode_kind(gathered, rows), (places[:, 0], places[:, 1]))
        likely = model.probabilities(weight)
        for left, right, bits, sure, text in zip(
            *kept, weight.tolist(), likely.tolist(), levels.to_pylist(), strict=True
        ):
            start, end = int(ids[left]), int(ids[right])
            out[start, end] = {
                "start": start, "end": end, "weight": bits, "probability": sure, "levels": text,
                "model": model.version,
            }  # fmt: skip
    return out
