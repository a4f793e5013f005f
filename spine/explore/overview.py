"""The whole graph at a glance: how much there is of everything, which model, and which identifiers many share."""

import json
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from spine.access.context import Context
from spine.matching.model import Model
from spine.matching.stored import MODELS, stored_models
from spine.ports import Reader, Row, Where

COUNTED = ("record", "identifier", "carries", "match", "component", "person", "household", "organisation",
           "subsidiary_of", "event", "consent")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The model in use for a kind of record."""

    kind: str
    version: str
    comparisons: tuple[str, ...]
    model: Model


@dataclass(frozen=True, slots=True)
class Status:
    """Counts per table, the models in use, the position of the change log, and how many ultimate parents there are.

    `unlearned` counts judgements and proofs (and what was taken back) that came after the models were trained: the next
    training learns from them.
    """

    counts: dict[str, int]
    models: tuple[ModelFacts, ...]
    position: int
    ultimate_parents: int
    unlearned: int


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier carried by many records: how many records, how many entities at the default confidence."""

    identifier: Row
    records: int
    entities: int


def status(reader: Reader, context: Context) -> Status:
    """What the graph holds now."""
    counts = {table: reader.count(table) for table in COUNTED}
    models = stored_models(reader, ("person", "organisation"))
    facts = tuple(
        ModelFacts(kind, model.version, tuple(comparison.name for comparison in model.comparisons), model)
        for kind, model in sorted(models.items())
    )
    last = reader.select("log", descending=True, limit=1)
    return Status(counts, facts, last[0]["id"] if last else 0, _ultimate_parents(reader), _unlearned(reader))


def _unlearned(reader: Reader) -> int:
    """How often somebody judged or proved after the last model was trained; not at all where none was."""
    trained = [row["at"] for row in reader.get("document", "id", MODELS) if row["at"]]
    if not trained:
        return 0
    return reader.count("log", [Where("cause", "eq", "judgement"), Where("at", "gt", max(trained))])


def _ultimate_parents(reader: Reader) -> int:
    """How many organisations that nobody controls have somebody below them."""
    rows = reader.scan("organisation", ["id", "controller", "ultimate"])
    below, tops = pc.is_valid(rows["controller"]), rows["id"].filter(pc.is_null(rows["controller"]))
    found = pc.unique(rows["ultimate"].filter(below))
    return int(pc.is_in(found, tops).to_numpy(zero_copy_only=False).sum())


def shared_identifiers(reader: Reader, context: Context, namespace: str | None, least: int, limit: int) -> list[Shared]:
    """The identifiers that most entities share at present, at least `least` of them; reads all CARRIES edges."""
    edges = reader.scan("carries", ["start", "end", "namespace", "valid_to"])
    edges = edges.filter(pc.is_null(edges["valid_to"]))
    if namespace is not None:
        edges = edges.filter(pc.equal(edges["namespace"], pa.scalar(namespace)))
    held = pa.concat_tables(
        reader.scan(table, ["start", "end"]).rename_columns(["start", "entity"])
        for table in ("resolves_to_person", "resolves_to_organisation")
    )
    joined = edges.select(["start", "end"]).join(held, "start", join_type="inner")
    counted = joined.group_by("end").aggregate([("entity", "count_distinct"), ("start", "count_distinct")])
    counted = counted.filter(pc.greater_equal(counted["entity_count_distinct"], pa.scalar(max(least, 2))))
    order = [("entity_count_distinct", "descending"), ("start_count_distinct", "descending"), ("end", "ascending")]
    top = counted.sort_by(order).slice(0, limit).to_pylist()  # type: ignore[arg-type]  # a list of literal pairs
    rows = {row["id"]: row for row in reader.get("identifier", "id", [one["end"] for one in top])} if top else {}
    return [
        Shared(rows[one["end"]], one["start_count_distinct"], one["entity_count_distinct"])
        for one in top
        if one["end"] in rows
    ]


def summaries(reader: Reader, context: Context) -> list[Row]:
    """What the product noted about its own runs, newest first."""
    rows = reader.get("document", "kind", ["summary"])
    return [json.loads(row["body"]) for row in sorted(rows, key=lambda row: row["at"] or "", reverse=True)]
