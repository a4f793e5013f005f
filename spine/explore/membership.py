"""Which entity holds a record at a confidence: the component's merge tree, cut where the reader asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spine.domain.ids import encode_id
from spine.errors import NotFound, QueryError
from spine.explore.models import no_model
from spine.explore.questions import Asking, Found, Question
from spine.explore.trees import Tree, read_tree
from spine.matching.model import Model
from spine.matching.stored import MODELS, models_in
from spine.ports import Row, Step

COMPANIONS_CAP = 200
"""How many records that carry an identifier of a deleted record are looked at."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person or organisation at a confidence: its records, its weakest join, and the join that would come next.

    `id` is its earliest record. `cohesion` and `next_join` are calibrated probabilities; `next_join` is None where no
    further join exists.
    """

    kind: str
    id: int
    members: tuple[int, ...]
    confidence: float
    cohesion: float = 1.0
    next_join: float | None = None
    tree: Tree | None = field(default=None, compare=False, repr=False)
    model: Model | None = field(default=None, compare=False, repr=False)

    @property
    def public_id(self) -> str:
        """The opaque id of the entity."""
        return encode_id(self.kind, self.id)

    def sureness(self, left: int, right: int) -> float:
        """How sure it is that two of the entity's records are one: the calibrated height of their join."""
        if left == right or self.tree is None or self.model is None:
            return 1.0
        return self.model.probability(self.tree.cophenetic(left, right))


def checked(confidence: float) -> float:
    """The confidence itself; QueryError where it is not strictly between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise QueryError(
            f"confidence is {confidence}.", remedy="Give a number above 0 and below 1, such as 0.95 or 0.8."
        )
    return confidence


def holding(values: Sequence[int] = (), after: Sequence[tuple[str, str]] = ()) -> dict[str, Step]:
    """The steps that find what holds records: those of these numbers, and those that earlier steps found.

    They are for `held_in`: memberships, components, what the records themselves say, models.
    """
    start, end = tuple(values), tuple(after)
    return {
        "inside": Step("in_component", "start", start, end),
        "component": Step("component", "id", after=(("inside", "end"),)),
        "record": Step("record", "id", start, end, columns=("key", "kind", "live")),
        "model": Step("document", "id", MODELS),
    }


def held_in(found: Found, records: Iterable[int], confidence: float) -> dict[int, Entity]:
    """For each live record the entity that holds it at this confidence, out of what the steps of `holding` found."""
    wanted = sorted(set(records))
    inside: dict[int, list[int]] = {}
    asked = set(wanted)
    for row in found["inside"]:
        if row["start"] in asked:
            inside.setdefault(row["end"], []).append(row["start"])
    models = models_in(found["model"])
    out: dict[int, Entity] = {}
    for row in found["component"]:
        if row["id"] in inside:
            out.update(_cut(row, models.get(row["kind"]), inside[row["id"]], confidence))
    for row in found["record"]:
        if row["id"] in asked and row["id"] not in out and row["live"]:
            out[row["id"]] = Entity(row["kind"], row["id"], (row["id"],), confidence)
    return out


@Question
def resolve(records: Iterable[int], confidence: float) -> Asking[dict[int, Entity]]:
    """For each live record the entity that holds it at this confidence; deleted and unknown records are absent."""
    wanted = sorted(set(records))
    checked(confidence)
    if not wanted:
        return {}
    return held_in((yield holding(wanted)), wanted, confidence)


@Question
def holders(kind: str, number: int, confidence: float) -> Asking[list[Entity]]:
    """The entity that an id of this kind answers with at this confidence.

    One entity where its record lives; where the record is deleted, the entities that its companions went to, found
    through the identifiers it carried. NotFound where no record has that number or it is of another kind.
    """
    found = yield holding([number])
    entity = held_in(found, [number], checked(confidence)).get(number)
    if entity is not None and entity.kind == kind:
        return [entity]
    rows = found["record"]
    if entity is not None or not rows or rows[0]["kind"] != kind:
        raise NotFound(f"There is no {kind} {encode_id(kind, number)}.", remedy="Search for it by an identifier.")
    carried = Step("carries", "start", (number,))
    others = Step("carries", "end", after=(("carried", "end"),), limit=COMPANIONS_CAP)
    found = yield {"carried": carried, "carriers": others, **holding(after=[("carriers", "start")])}
    companions = held_in(found, (row["start"] for row in found["carriers"]), confidence)
    return distinct(entity for entity in companions.values() if entity.kind == kind)


def distinct(entities: Iterable[Entity]) -> list[Entity]:
    """Each entity once, in the order of their ids."""
    return sorted({(entity.kind, entity.id): entity for entity in entities}.values(), key=lambda entity: entity.id)


def members_of(entities: Sequence[Entity]) -> list[int]:
    """All records of these entities, in order."""
    return sorted({record for entity in entities for record in entity.members})


def core(entity: Entity) -> int:
    """The record that an entity's certainty is measured from where none was asked for: its strongest core."""
    return entity.tree.core(entity.members) if entity.tree is not None else entity.id


def _cut(row: Row, model: Model | None, asked: Sequence[int], confidence: float) -> dict[int, Entity]:
    tree = read_tree(row["members"], row["value"])
    kind = str(row["kind"])
    if len(tree.members) > 1 and model is None:
        raise no_model(kind)
    if model is None:
        return {record: Entity(kind, record, (record,), confidence) for record in asked}
    height = model.height(confidence)
    out: dict[int, Entity] = {}
    for record in asked:
        if record in out:
            continue
        members = tree.holding(record, height)
        weakest = tree.weakest(members)
        following = tree.following(members)
        entity = Entity(
            kind,
            members[0],
            members,
            confidence,
            1.0 if weakest is None else model.probability(weakest.height),
            None if following is None else model.probability(following.height),
            tree,
            model,
        )
        out.update(dict.fromkeys((member for member in asked if member in members), entity))
    return out
