"""One kind of records matched: candidates, model, weights, components, merge trees."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.domain.judgements import PROOFS, Judgement
from spine.domain.vocabulary import NAMESPACES, Kind, Policy
from spine.matching.blocking import REFINE, breadth_for, keys, rules_of
from spine.matching.calibration import FEWEST, SHIPPED, learned
from spine.matching.encoded import Encoded, stirred
from spine.matching.model import Model
from spine.matching.training import compared, named, train, untrained
from spine.normalise.columns import compute
from spine.normalise.few_rows import FewRows
from spine.pipeline.gather import Gathered, encode_kind
from spine.pipeline.labels import told_of
from spine.pipeline.listed import listed_apart, owned_apart
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve_report import PROVEN
from spine.pipeline.room import give_back
from spine.pipeline.scoring import Weighed, matches, weights_in_trees
from spine.ports import Candidates, MatchEngine, Reader
from spine.resolution import capping
from spine.resolution.components import NO_PAIRS, Ints, Pairs, connected
from spine.resolution.constraints import LOGIN, may_be_one, proved_by_themselves, sole_values, unique_conflicts
from spine.resolution.forest import grow
from spine.resolution.judgements import Refused, Settled, settle
from spine.resolution.proofs import Hushed, hushed
from spine.resolution.trees import Method, Trees
from spine.resolution.trees import Policy as TreePolicy

_UNIQUE_NAMES = [name for name, namespace in NAMESPACES.items() if namespace.policy is Policy.UNIQUE]
_UNIQUE = range(len(_UNIQUE_NAMES))
NO_LEVELS: "pa.ChunkedArray[Any]" = pa.chunked_array([], pa.string())
"""No evidence, or none that anybody still needs."""


@dataclass(frozen=True)
class Known:
    """Which `rows` of what was gathered are of a kind, and the model that matched them: little, kept to the end."""

    kind: Kind
    rows: Ints
    model: Model


@dataclass(frozen=True)
class Compared(Known):
    """One kind, its candidates compared; pair ends count within its rows.

    `left`, `right`, `weight`, `levels` are the candidate pairs at or above the floor, with their evidence as text.
    """

    encoded: Encoded
    left: Ints
    right: Ints
    weight: Ints
    levels: "pa.ChunkedArray[Any]"
    candidates: int
    skipped: dict[str, int]


@dataclass(frozen=True)
class Matched(Compared):
    """One kind, matched: its merge trees count within its rows."""

    trees: Trees
    refused: tuple[Refused, ...]

    @property
    def known(self) -> Known:
        """What is needed once the tables of components and matches are made."""
        return Known(self.kind, self.rows, self.model)


def match(
    gathered: Gathered, kind: Kind, engine: MatchEngine, model: Model | None, watch: Stopwatch, *, learn: bool = True
) -> Matched:
    """Match the records of one kind with a model; where none is given, with one trained on them or the shipped one."""
    return joined(gathered, compare(gathered, kind, engine, model, watch, learn=learn), watch)


def compare(
    gathered: Gathered, kind: Kind, engine: MatchEngine, model: Model | None, watch: Stopwatch, *, learn: bool = True
) -> Compared:
    """Compare the candidates of one kind with such a model as `match` does."""
    rows = gathered.rows_of(kind)
    with watch.stage(f"{kind.value}: encode"):
        encoded = encode_kind(gathered, rows)
        give_back()
    breadth = breadth_for(len(rows)) if model is None else model.breadth
    with watch.stage(f"{kind.value}: candidates"):
        pairs = engine.candidates(keys(kind, encoded), rules_of(kind, breadth, encoded), REFINE[kind, breadth])
        give_back()
        worth = may_be_one(proven(gathered, rows), pairs.left, pairs.right)
        skipped = Counter(pairs.skipped) + Counter({PROVEN: int((~worth).sum())})
        candidates = int(worth.sum())
        if candidates < len(worth):
            # One side after the other, so that not both are there twice.
            left, right, pairs = pairs.left, pairs.right, Candidates(*NO_PAIRS)
            left = left[worth]
            pairs = Candidates(left, right[worth])
            del left, right
        del worth
        sides = gathered.aside.arrays({"left": pairs.left, "right": pairs.right})
        pairs = Candidates(sides["left"], sides["right"])
        give_back()
    if model is None:
        with watch.stage(f"{kind.value}: train"):
            model = _learned(gathered, kind, encoded, (pairs.left, pairs.right)) if learn else untrained(kind)
            model = compared(model, breadth)
            give_back()
    with watch.stage(f"{kind.value}: score", candidates):
        found = matches(model, encoded, (pairs.left, pairs.right), watch.progress.advance, gathered.aside)
    # All that follows looks at the few that match: the candidates take more room than the records.
    (left, right), weight, levels = found
    return Compared(kind, rows, model, encoded, left, right, weight, levels, candidates, dict(skipped))


def joined(gathered: Gathered, found: Compared, watch: Stopwatch, linkage: Method = "merge_tree") -> Matched:
    """Join what was compared; `linkage` `components` joins by the strongest pair alone, as plain components do."""
    with watch.stage(f"{found.kind.value}: merge trees"):
        pairs, judged = (found.left, found.right), judged_among(gathered, found.rows)
        trees, refused = trees_of(
            gathered, found.rows, found.encoded, found.model, pairs, found.weight, judged, linkage,
            Weighed(pairs, found.weight),
        )  # fmt: skip
    return Matched(**{one.name: getattr(found, one.name) for one in fields(Compared)}, trees=trees, refused=refused)


def judged_among(gathered: Gathered, rows: Ints) -> list[Judgement]:
    """The judgements of two records that are both among these rows."""
    ids = gathered.ids[rows]
    here = np.flatnonzero(np.isin(_ends(gathered.judgements), ids).all(axis=1))
    return [gathered.judgements[at] for at in here.tolist()]


def _ends(judgements: Sequence[Judgement]) -> Ints:
    """The two records of each judgement, [judgements, 2]."""
    return np.array([(one.a, one.b) for one in judgements], dtype=np.int64).reshape(-1, 2)


def _learned(gathered: Gathered, kind: Kind, encoded: Encoded, pairs: Pairs) -> Model:
    """A model trained on the candidates, with what was judged as certain, and calibrated by labels."""
    rows = gathered.rows_of(kind)
    ids = gathered.ids[rows]
    judged = judged_among(gathered, rows)
    settled = settle(judged)
    same, different = _places(ids, settled.same), _places(ids, settled.forbidden)
    model = train(kind, encoded, *pairs, rank=gathered.order[rows], same=same, different=different)
    told = told_of(gathered, rows, judged)
    if told.most < FEWEST:
        return model
    kept, weight, _ = matches(model, encoded, told.without_proofs(pairs))
    trees, _ = trees_of(gathered, rows, encoded, model, kept, weight, [])
    labels = told.labels(trees)
    change = learned(labels, SHIPPED[kind])
    if change is None:
        return model
    notes = {
        "labels": len(labels), "labels right": int(labels.right.sum()), "labels proved": int(labels.proved.sum()),
        "calibration shift": round(change.shift, 3), "calibration stretch": round(change.stretch, 3),
    }  # fmt: skip
    return named(replace(model, calibration=change.of(SHIPPED[kind]), training={**model.training, **notes}))


def trees_of(
    gathered: Gathered,
    rows: Ints,
    encoded: Encoded,
    model: Model,
    pairs: Pairs,
    weight: Ints,
    judged: Sequence[Judgement],
    linkage: Method = "merge_tree",
    weighed: Weighed | None = None,
) -> tuple[Trees, tuple[Refused, ...]]:
    """The merge trees over rows of one kind, given its matches and what was judged of it; and what was refused.

    Pairs that are `weighed` are not scored again.
    """
    ids = gathered.ids[rows]
    same = _places(ids, settle(judged).same)
    left, right = np.concatenate((pairs[0], same[0])), np.concatenate((pairs[1], same[1]))
    whole = connected(len(rows), left, right)
    policy = replace(TreePolicy(), method=linkage)
    labels = capping.split(whole, pairs[0], pairs[1], weight, same=same, cap=policy.cap)
    # Records in two pieces never join, so only what keeps apart inside a piece matters.
    settled, refused, forbidden = _apart(gathered, rows, encoded, labels, judged)
    before, same = same, _places(ids, settled.same)
    if not all(map(np.array_equal, before, same)):
        labels = capping.split(whole, pairs[0], pairs[1], weight, same=same, cap=policy.cap)
    quiet = _proofs(gathered, rows, same)

    def weigh(one: Ints, other: Ints) -> Ints:
        found = weights_in_trees(model, encoded, one, other, weighed)
        return found if quiet is None else quiet.weights(one, other, found)

    trees = grow(
        gathered.order[rows], labels, weigh, same=same, forbidden=forbidden, group=_contents(encoded), policy=policy
    )
    return trees, refused


def _proofs(gathered: Gathered, rows: Ints, same: Pairs) -> Hushed | None:
    """What the records that keep proofs of other than unique identifiers may say; None where there are none."""
    records, claims = gathered.records, gathered.claims
    if isinstance(records, FewRows) and PROOFS not in records.listed("source"):
        return None
    proofs = np.array(compute.equal(records["source"], PROOFS).to_numpy())
    if not proofs.any():
        return None
    owner = claims["row"].to_numpy()
    unique = compute.is_in(claims["namespace"], pa.array(_UNIQUE_NAMES, pa.string())).to_numpy()
    proofs[owner[unique]] = False
    place = gathered.places(rows)[owner]
    here = place >= 0
    return hushed(proofs[rows], same, place[here], claims["identifier"].to_numpy()[here])


def _apart(
    gathered: Gathered, rows: Ints, encoded: Encoded, labels: Ints, judged: Sequence[Judgement]
) -> tuple[Settled, tuple[Refused, ...], Pairs]:
    """What judgements say together with all else that keeps records apart, the refused ones, and all pairs kept apart.

    Only what lies in a piece (`labels`) where somebody judged has to be weighed: the rest can't contradict itself.
    """
    ids = gathered.ids[rows]
    conflicts = _conflicts(gathered, rows, labels)
    listed = [*listed_apart(gathered, rows, encoded, labels), *owned_apart(gathered, rows, encoded, labels)]
    ends = _ends(listed)
    beside = _places(ids, (ends[:, 0], ends[:, 1]))
    pieces = labels[np.searchsorted(ids, _ends(judged).ravel())]
    weighed, heard = np.isin(labels[conflicts[0]], pieces), np.isin(labels[beside[0]], pieces)
    said = [listed[at] for at in np.flatnonzero(heard).tolist()]
    settled = settle([*judged, *said], (ids[conflicts[0][weighed]], ids[conflicts[1][weighed]]))
    stands = _places(ids, settled.forbidden)
    one, other = (np.concatenate((stands[side], conflicts[side][~weighed], beside[side][~heard])) for side in (0, 1))
    refused = tuple(one for one in settled.refused if one.judgement not in said)
    return settled, refused, (one, other)


def _places(ids: Ints, pairs: Pairs) -> Pairs:
    return np.searchsorted(ids, pairs[0]), np.searchsorted(ids, pairs[1])


def _conflicts(gathered: Gathered, rows: Ints, labels: Ints) -> Pairs:
    """Pairs of rows that verified values of a unique namespace keep apart."""
    record, namespace, value = _verified(gathered, rows)
    if not len(record):
        return NO_PAIRS
    return unique_conflicts(labels, record, namespace, value, np.ones(len(record), bool), _UNIQUE)


def proven(gathered: Gathered, rows: Ints) -> list[Ints]:
    """Per unique namespace the one verified value of each of these rows, for `may_be_one`."""
    return sole_values(len(rows), *_verified(gathered, rows))


def _verified(gathered: Gathered, rows: Ints) -> tuple[Ints, NDArray[np.int8], Ints]:
    """The verified claims of unique namespaces: place among `rows`, number of the namespace, number of the value."""
    claims = gathered.claims
    if isinstance(claims, FewRows):
        proofs = zip(claims.listed("verified"), claims.listed("namespace"), strict=True)
        if not any((proved or name == LOGIN) and name in _UNIQUE_NAMES for proved, name in proofs):
            return NO_PAIRS[0], np.empty(0, np.int8), NO_PAIRS[0]
    verified = proved_by_themselves(claims["row"], claims["namespace"], claims["verified"])
    if not verified.any():
        return NO_PAIRS[0], np.empty(0, np.int8), NO_PAIRS[0]
    number = compute.index_in(claims["namespace"], pa.array(_UNIQUE_NAMES, pa.string())).fill_null(-1).to_numpy()
    place = gathered.places(rows)[claims["row"].to_numpy()]
    here = np.flatnonzero(verified & (place >= 0) & (number >= 0))
    return place[here], number[here].astype(np.int8), claims["identifier"].to_numpy()[here]


def _contents(encoded: Encoded) -> Ints:
    """A number for each row's whole content, equal where all fields and compared identifiers are equal."""
    number = np.zeros(encoded.size, np.uint64)
    for name in sorted(encoded.codes):
        number = stirred(number, encoded.codes[name].astype(np.int64))
    for name in sorted(encoded.shared):
        for column in encoded.shared[name].T:
            number = stirred(number, column)
    return number.view(np.int64)


def same_model(reader: Reader, model: Model) -> bool:
    """The store keeps this very model."""
    rows = reader.get("document", "id", [f"model:{model.kind}"])
    return bool(rows) and json.loads(rows[0]["body"])["version"] == model.version
