"""One kind of records matched: candidates, model, weights, components, merge trees."""

import json
from dataclasses import dataclass

import numpy as np

from spine.domain.vocabulary import NAMESPACES, Kind, Policy
from spine.matching.blocking import REFINE, keys, rules_of
from spine.matching.encoded import Encoded
from spine.matching.model import Model
from spine.matching.scorer import score
from spine.matching.training import train, untrained
from spine.normalise.columns import at_positions, compute
from spine.pipeline.gather import Gathered, encode_kind
from spine.pipeline.progress import Stopwatch
from spine.ports import MatchEngine, Reader
from spine.resolution import capping, merge_tree
from spine.resolution.components import NO_PAIRS, Ints, Pairs, connected, inside_pairs
from spine.resolution.constraints import unique_conflicts
from spine.resolution.judgements import Refused, settle
from spine.resolution.trees import Policy as TreePolicy
from spine.resolution.trees import Trees

_MIX = np.uint64(0xBF58476D1CE4E5B9)

FLOOR = 0
"""Pairs of at least so many thousandths of a bit connect."""


@dataclass(frozen=True)
class Matched:
    """One kind, matched: `rows` of what was gathered; pair ends and trees count within them.

    `left`, `right`, `weight`, `levels` are the candidate pairs at or above the floor, with their evidence as text.
    """

    kind: Kind
    rows: Ints
    encoded: Encoded
    model: Model
    left: Ints
    right: Ints
    weight: Ints
    levels: list[str]
    trees: Trees
    candidates: int
    skipped: dict[str, int]
    refused: tuple[Refused, ...]


def match(
    gathered: Gathered, kind: Kind, engine: MatchEngine, model: Model | None, watch: Stopwatch, *, learn: bool = True
) -> Matched:
    """Match the records of one kind with a model; where none is given, with one trained on them or the shipped one."""
    rows = gathered.rows_of(kind)
    with watch.stage(f"{kind.value}: encode"):
        encoded = encode_kind(gathered, rows)
    with watch.stage(f"{kind.value}: candidates"):
        pairs = engine.candidates(keys(kind, encoded), rules_of(kind, encoded), REFINE[kind])
    if model is None:
        with watch.stage(f"{kind.value}: train"):
            model = train(kind, encoded, pairs.left, pairs.right) if learn else untrained(kind)
    with watch.stage(f"{kind.value}: score"):
        scored = score(model, encoded, pairs.left, pairs.right)
        kept = np.flatnonzero(scored.weight >= FLOOR)
        left, right, weight = pairs.left[kept], pairs.right[kept], scored.weight[kept].astype(np.int64)
        levels = scored.texts(kept)
    with watch.stage(f"{kind.value}: merge trees"):
        trees, refused = _trees(gathered, rows, encoded, model, (left, right), weight)
    return Matched(
        kind, rows, encoded, model, left, right, weight, levels, trees, len(pairs.left), dict(pairs.skipped), refused
    )


def _trees(
    gathered: Gathered, rows: Ints, encoded: Encoded, model: Model, pairs: Pairs, weight: Ints
) -> tuple[Trees, tuple[Refused, ...]]:
    ids = gathered.ids[rows]
    judged = [one for one in gathered.judgements if np.isin([one.a, one.b], ids).all()]
    asserted = settle(judged).same
    same = np.searchsorted(ids, asserted[0]), np.searchsorted(ids, asserted[1])
    left, right = np.concatenate((pairs[0], same[0])), np.concatenate((pairs[1], same[1]))
    labels = connected(len(rows), left, right)
    conflicts = _conflicts(gathered, rows, labels)
    settled = settle(judged, (ids[conflicts[0]], ids[conflicts[1]]))
    same, forbidden = _places(ids, settled.same), _places(ids, settled.forbidden)
    policy = TreePolicy()
    labels = capping.split(labels, pairs[0], pairs[1], weight, same=same, cap=policy.cap)
    one, other, _ = inside_pairs(labels)
    weights = score(model, encoded, one, other).in_tree
    trees = merge_tree.build(
        gathered.order[rows], labels, one, other, weights,
        same=same, forbidden=forbidden, group=_contents(encoded), policy=policy,
    )  # fmt: skip
    return trees, settled.refused


def _places(ids: Ints, pairs: Pairs) -> Pairs:
    return np.searchsorted(ids, pairs[0]), np.searchsorted(ids, pairs[1])


def _conflicts(gathered: Gathered, rows: Ints, labels: Ints) -> Pairs:
    """Pairs of rows that verified values of a unique namespace keep apart."""
    claims = gathered.claims
    verified = compute.fill_null(claims["verified"], False).to_numpy()
    if not verified.any():
        return NO_PAIRS
    local = np.full(gathered.size, -1, np.int64)
    local[rows] = np.arange(len(rows))
    here = np.flatnonzero(verified & (local[claims["row"].to_numpy()] >= 0))
    chosen = at_positions(claims, here)
    unique = [name for name, namespace in NAMESPACES.items() if namespace.policy is Policy.UNIQUE]
    return unique_conflicts(
        labels,
        local[chosen["row"].to_numpy()],
        np.array(chosen["namespace"].to_pylist(), dtype=str),
        chosen["identifier"].to_numpy(),
        np.ones(len(here), bool),
        unique,
    )


def _contents(encoded: Encoded) -> Ints:
    """A number for each row's whole content, equal where all fields and compared identifiers are equal."""
    columns = [encoded.codes[name].astype(np.int64) for name in sorted(encoded.codes)]
    for name in sorted(encoded.shared):
        columns.extend(encoded.shared[name].T)
    number = np.zeros(encoded.size, np.uint64)
    for column in columns:
        number = (number ^ (number >> np.uint64(29))) * _MIX + column.astype(np.uint64)
    return np.unique(number, return_inverse=True)[1].astype(np.int64)


def stored_model(reader: Reader, kind: Kind) -> Model | None:
    """The model that the store keeps for a kind."""
    rows = reader.get("document", "id", [f"model:{kind.value}"])
    return Model.from_document(rows[0]["body"]) if rows else None


def same_model(reader: Reader, model: Model) -> bool:
    """The store keeps this very model."""
    rows = reader.get("document", "id", [f"model:{model.kind}"])
    return bool(rows) and json.loads(rows[0]["body"])["version"] == model.version
