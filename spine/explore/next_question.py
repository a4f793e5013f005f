"""The question to ask next: the identifier whose verification would settle the most doubt about who this is."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from spine.domain.vocabulary import Policy, namespace
from spine.explore.membership import Entity
from spine.explore.proof import proof_of
from spine.explore.questions import Asking, Question
from spine.ports import Row, Step

FLOOR, SETTLED = 0.5, 0.999
"""Joins between these probabilities are in doubt: below, nobody thinks them one; above, nobody asks."""
_SETTLING = (Policy.UNIQUE, Policy.STRONG)
"""What a proof of which says who somebody is: of what may be shared it says only that they hold it."""


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

    Once `record` has proved it (`stewardship.confirming`), the joins it bears on are doubtful no more. Identifiers that
    are verified already, and those that prove nothing because they may be shared, are not asked for.
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
    latest = ""
    for edge in edges:
        latest = max(latest, edge["last_seen"] or "")
        fit = edge["start"] in records and edge["end"] not in verified and edge["valid_to"] is None
        if fit and namespace(edge["namespace"]).policy in _SETTLING:
            carriers.setdefault(edge["end"], set()).add(edge["start"])
    known = [row for row in found["identifier"] if row["id"] in carriers]
    asked = [_question(row, doubtful, carriers[row["id"]]) for row in known]
    for one in sorted(asked, key=lambda one: (-one.gain, one.identifier["namespace"], one.identifier["id"])):
        proof = yield from proof_of.of(record, one.identifier, latest)
        settles = _question(one.identifier, doubtful, carriers[one.identifier["id"]] & {*proof.proven})
        if settles.links:
            return settles
    return None


def _question(identifier: Row, doubtful: list[Doubt], proven: set[int]) -> NextQuestion:
    """What it would settle that these records are proven to be of the one who is asked."""
    settled = [doubt for doubt in doubtful if not proven.isdisjoint(doubt.records)]
    return NextQuestion(identifier, len(settled), sum(doubt.bits for doubt in settled))
