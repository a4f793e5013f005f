"""Traversals and overviews as answers: neighbourhoods, why two are one, shared identifiers, status."""

import strawberry

from spine.api.asking import Info, chosen
from spine.api.evidence import Explanation, explanation_of
from spine.api.fields import resolved
from spine.api.graphs import NODES, Neighbourhood, around
from spine.api.records import Identifier, identifier_of
from spine.domain.ids import decode_id
from spine.domain.vocabulary import NAMESPACES
from spine.domain.weights import SCALE
from spine.errors import BadId, QueryError
from spine.explore import explain, graph, overview

SHARED_MAX = 200


@strawberry.type(description="An identifier that many records carry at present.")
class SharedIdentifier:
    identifier: Identifier
    records: int
    entities: int = strawberry.field(description="How many persons and organisations share it.")


@strawberry.type(description="How many there are of something.")
class Count:
    name: str
    count: int


@strawberry.type(description="An outcome of a comparison: how frequent among matches and others, and what it weighs.")
class ModelLevel:
    comparison: str
    label: str
    matches: float = strawberry.field(description="The share of pairs of one entity that come out so.")
    others: float = strawberry.field(description="The share of all other pairs that come out so.")
    bits: float


@strawberry.type(description="A join of so many bits is right with this probability.")
class CalibrationPoint:
    bits: float
    probability: float


@strawberry.type(description="The model in use for a kind of record.")
class ModelFacts:
    kind: str
    version: str
    comparisons: list[str]
    prior: float = strawberry.field(description="log2 odds that two records taken at random match.")
    levels: list[ModelLevel] = strawberry.field(description="Every outcome of every comparison, and what it weighs.")
    calibration: list[CalibrationPoint]


@strawberry.type(description="How far that is which audiences are asked of; it is kept in memory, and read at first.")
class Readiness:
    position: int | None = strawberry.field(description="The position of the change log it is as of; null before that.")
    doing: str | None = strawberry.field(description="What is being read anew; counts are as of `position` meanwhile.")
    done: float = strawberry.field(description="Which share of that is done.")


@strawberry.type(description="What the graph holds now.")
class Status:
    counts: list[Count]
    models: list[ModelFacts]
    position: int = strawberry.field(description="The position of the change log.")
    ultimate_parents: int
    unlearned: int = strawberry.field(
        description="Judgements and proofs that came after the models were trained: the next training learns from them."
    )
    confidence: float = strawberry.field(description="The default confidence.")
    audiences: Readiness


@strawberry.type(description="Traversals and overviews, for analysts.")
class AnalysisQueries:
    @resolved("All within some hops of a node, over all kinds of edges or those named.")
    async def neighbourhood(
        self,
        info: Info,
        id: strawberry.ID,
        hops: int = 2,
        nodes: int = NODES,
        kinds: list[str] | None = None,
        fan_out: int = graph.FAN_OUT,
    ) -> Neighbourhood:
        return await around(info, decode_id(id), hops, nodes, kinds, fan_out)

    @resolved("Why two are one, or not: by ids of records or persons, `source/record_id`, or `namespace:value`.")
    async def why(self, info: Info, a: strawberry.ID, b: strawberry.ID, confidence: float | None = None) -> Explanation:
        sure = chosen(info, confidence)
        left, right = await info.context.ask(explain.records_named, [_place(a), _place(b)])
        return explanation_of(await info.context.ask(explain.why, left, right, sure))

    @resolved("The identifiers that most records carry: shared phones, call centres, test data.")
    async def shared_identifiers(
        self, info: Info, namespace: str | None = None, least: int = 3, first: int = 20
    ) -> list[SharedIdentifier]:
        if not 1 <= first <= SHARED_MAX:
            raise QueryError(f"first is {first}.", remedy=f"Ask for 1 to {SHARED_MAX} identifiers.")
        if namespace is not None and namespace not in NAMESPACES and not namespace.startswith("x_"):
            raise QueryError(
                f"There is no namespace {namespace[:40]!r}.", remedy=f"Choose from {', '.join(NAMESPACES)}."
            )
        found = await info.context.ask(overview.shared_identifiers, namespace, least, first)
        default = info.context.settings.confidence
        return [
            SharedIdentifier(
                identifier=identifier_of(one.identifier, default), records=one.records, entities=one.entities
            )
            for one in found
        ]

    @resolved("How much there is of everything, and which model is in use.")
    async def status(self, info: Info) -> Status:
        found, ready = await info.context.ask(overview.status), info.context.projections.readiness()
        return Status(
            counts=[Count(name=name, count=count) for name, count in found.counts.items()],
            models=[_model_facts(one) for one in found.models],
            position=found.position,
            ultimate_parents=found.ultimate_parents,
            unlearned=found.unlearned,
            confidence=info.context.settings.confidence,
            audiences=Readiness(position=ready.position, doing=ready.doing, done=ready.done),
        )


def _model_facts(one: overview.ModelFacts) -> ModelFacts:
    model = one.model
    return ModelFacts(
        kind=one.kind,
        version=one.version,
        comparisons=list(one.comparisons),
        prior=model.prior / SCALE,
        levels=[
            ModelLevel(
                comparison=comparison.name,
                label=level.label,
                matches=level.m,
                others=level.u,
                bits=level.weight / SCALE,
            )
            for comparison in model.comparisons
            for level in comparison.levels
        ],
        calibration=[CalibrationPoint(bits=height / SCALE, probability=sure) for height, sure in model.calibration],
    )


def _place(named: str) -> int | str:
    """The record that a name stands for: an id of it or of its entity (the earliest record), or its key."""
    if explain.is_identifier(named) or "/" in named:
        return named
    table, number = decode_id(named)
    if table not in ("record", "person", "organisation"):
        raise BadId(
            f"{named[:80]!r} is the id of a {table}.",
            remedy="Give ids of records, persons or organisations, keys such as crm/17, or email:a@example.org.",
        )
    return number
