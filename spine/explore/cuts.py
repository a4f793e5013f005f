"""What another confidence would change: at which ones an entity grows or splits, and into whom."""

from dataclasses import dataclass

from spine.explore.membership import Entity, checked, distinct, resolve
from spine.explore.questions import Asking, Question


@dataclass(frozen=True, slots=True)
class Step:
    """Up to `probability`, `size` records hold together with the record asked for; above it fewer."""

    probability: float
    size: int


@dataclass(frozen=True, slots=True)
class Other:
    """An entity that is apart at this confidence and one with the asked one at a lower: how sure that join is."""

    entity: Entity
    probability: float


def steps(entity: Entity, record: int) -> list[Step]:
    """The confidences at which what holds this record changes, surest first; the entity's own component only."""
    if entity.tree is None or entity.model is None:
        return []
    found: list[Step] = []
    for join in entity.tree.joins:
        if record in join.left or record in join.right:
            step = Step(entity.model.probability(join.height), len(join.left) + len(join.right))
            if found and found[-1].probability == step.probability:
                found[-1] = step
            else:
                found.append(step)
    return found


@Question
def others(entity: Entity, confidence: float) -> Asking[list[Other]]:
    """Who would be one with this entity at a lower confidence, surest first; nobody where it is not lower."""
    if checked(confidence) >= entity.confidence or entity.tree is None or entity.model is None:
        return []
    members = entity.tree.holding(entity.id, entity.model.height(confidence))
    apart = [record for record in members if record not in set(entity.members)]
    found = distinct((yield from resolve.of(apart, entity.confidence)).values())
    return sorted((_other(entity, one) for one in found), key=lambda other: (-other.probability, other.entity.id))


def _other(entity: Entity, other: Entity) -> Other:
    """The join at which the two come together; both are subtrees, so any record of either meets it."""
    assert entity.tree is not None
    assert entity.model is not None  # `others` asks of entities with a tree only
    height = entity.tree.cophenetic(entity.id, other.id)
    return Other(other, entity.model.probability(height))
