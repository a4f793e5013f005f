"""The question to ask next: the identifier whose verification would settle the most doubt about who this is."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from spine.domain.vocabulary import Policy, namespace
from spine.explore.membership import Entity
from spine.explore.questions import Asking, Question
from spine.ports import Row, Step

FLOOR, SETTLED = 0.5, 0.999
"""Joins between these probabilities are in doubt: below, nobody thinks them one; above, nobody asks."""
_WORTH = {Policy.UNIQUE: 1.0, Policy.STRONG: 1.0, Policy.SHAREABLE: 0.5}
"""What a confirmed identifier settles: a shared one half, one that changes hands quickly nothing."""


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """Ask whether this identifier is theirs: it bears on `links` doubtful joins and takes away `gain` bits of doubt."""

    identifier: Row
    links: int
    gain: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Records that join the core at a probability that leaves doubt."""

    records: tuple[int, ...]
    probability: float

    @property
    def bits(self) -> float:
        """How much is unknown: the entropy of the join (Shannon 1948)."""
        p = self.probability
        return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def doubts(entity: Entity, record: int) -> Iterator[Doubt]:
    """The joins around a record that are in doubt, surest first; those beyond the entity's own confidence too."""
    if entity.tree is None or entity.model is None:
        return
    for join in entity.tree.joins:
        sides = (join.left, join.right)
        if any(record in side for side in sides):
            probability = entity.model.probability(join.height)
            if FLOOR <= probability < SETTLED:
                yield Doubt(next(side for side in sides if record not in side), probability)


@Question
def next_question(entity: Entity, record: int) -> Asking[NextQuestion | None]:
    """The identifier that settles most doubt around a record of the entity; None where nothing is in doubt.

    Whoever confirms or denies an identifier decides for every record that carries it now. Identifiers that are verified
    already, and those that their carrier can't know (cookies), are not asked for.
    """
    doubtful = list(doubts(entity, record))
    if not doubtful:
        return None
    records = {one for doubt in doubtful for one in doubt.records}
    found = yield {
        "carries": Step("carries", "start", tuple(sorted(records | {*entity.members}))),
        "identifier": Step("identifier", "id", after=(("carries", "end"),)),
    }
    edges = found["carries"]
    verified = {edge["end"] for edge in edges if edge["verified"]}
    carriers: dict[int, set[int]] = {}
    for edge in edges:
        fit = edge["start"] in records and edge["end"] not in verified and edge["valid_to"] is None
        if fit and namespace(edge["namespace"]).policy in _WORTH:
            carriers.setdefault(edge["end"], set()).add(edge["start"])
    known = {row["id"]: row for row in found["identifier"] if row["id"] in carriers}
    return min(
        (_question(row, [doubt for doubt in doubtful if carriers[number] & {*doubt.records}])
         for number, row in known.items()),
        key=lambda one: (-one.gain, one.identifier["namespace"], one.identifier["id"]),
        default=None,
    )  # fmt: skip


def _question(identifier: Row, settled: list[Doubt]) -> NextQuestion:
    worth = _WORTH[namespace(identifier["namespace"]).policy]
    return NextQuestion(identifier, len(settled), worth * sum(doubt.bits for doubt in settled))
