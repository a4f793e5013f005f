"""Why two records are one, as answers: evidence per comparison, bonds, paths, the weakest link."""

import strawberry

from spine.api.records import node_id
from spine.api.relay import Connection
from spine.explore import explain


@strawberry.type(description="What one comparison said of a pair: the level in words, and what it weighs.")
class Evidence:
    comparison: str
    label: str
    bits: float | None = strawberry.field(description="log2 of the Bayes factor; null where a side has no value.")
    days_apart: int | None = strawberry.field(
        description="Where it weighs less because it was seen in both so long apart: the days between."
    )
    fresh_bits: float | None = strawberry.field(description="What it would then weigh, seen in both at one time.")


@strawberry.type(description="A reason to connect two records: a match with its evidence, or a judgement.")
class Bond:
    left: strawberry.ID
    right: strawberry.ID
    bits: float | None = strawberry.field(description="The weight of a match; null for a judgement.")
    probability: float | None
    judged_by: str | None
    why: str
    evidence: list[Evidence]


@strawberry.type(description="A match or a judgement between two records of an entity.")
class BondEdge:
    node: Bond
    cursor: str


@strawberry.type
class BondConnection(Connection[BondEdge]):
    pass


@strawberry.type(description="The join that holds an entity together least: its two sides, and the best bond across.")
class WeakLink:
    left: list[strawberry.ID]
    right: list[strawberry.ID]
    probability: float
    strongest: Bond | None


@strawberry.type(description="Why two records are one entity at a confidence, or not.")
class Explanation:
    together: bool
    confidence: float
    probability: float | None = strawberry.field(
        description="How sure the join is that brings them together; null where none does at any confidence."
    )
    says: str
    direct: Bond | None = strawberry.field(description="The bond between the two themselves.")
    path: list[Bond] = strawberry.field(description="The chain of bonds whose weakest is as strong as can be.")
    weakest: Bond | None


def bond_of(bond: explain.Bond) -> Bond:
    """A bond as an answer."""
    return Bond(
        left=node_id("record", bond.left),
        right=node_id("record", bond.right),
        bits=bond.bits,
        probability=bond.probability,
        judged_by=bond.judged_by or None,
        why=explain.sentence(bond),
        evidence=[
            Evidence(
                comparison=one.comparison, label=one.label, bits=one.bits, days_apart=one.days, fresh_bits=one.fresh
            )
            for one in bond.evidence
        ],
    )


def explanation_of(found: explain.Explanation) -> Explanation:
    """An explanation as an answer."""
    return Explanation(
        together=found.together,
        confidence=found.confidence,
        probability=found.probability,
        says=found.says,
        direct=bond_of(found.direct) if found.direct is not None else None,
        path=[bond_of(bond) for bond in found.path],
        weakest=bond_of(found.weakest) if found.weakest is not None else None,
    )
