"""Resolved records as rows that carry all that is derived from them, so that any whole group of them stands alone.

A row is a record with its fields and attributes, its entity, what it claims, declares and carried before, and the
consents that are its entity's. `resolved_of` makes of such rows what the batch of one machine works on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spine.domain.vocabulary import ATTRIBUTES, FIELDS
from spine.engines.spark_consents import owned_consents
from spine.normalise.columns import compute, one_array
from spine.normalise.identifiers import target_value
from spine.resolution.components import Ints
from spine.resolution.grouping import with_columns
from spine.resolution.past_homes import with_past
from spine.resolution.resolved import CLAIMS, PAST, RECORDS, RELATIONS, Resolved, text_schema
from spine.resolution.trees import NEVER

LABELS = "start bigint, end bigint, cohesion bigint, next_join bigint"
"""Of each record its entity, and how sure the weakest join of that is, and the join that would come next."""

_FIELD, _CAME = "field_", "came_"
_DECLARED = (
    "array<struct<kind:string,namespace:string,value:string,share:string,role:string,"
    "valid_from:string,valid_to:string>>"
)


@dataclass(frozen=True)
class Graph:
    """The tables that rows are made of: live records, edges of theirs, and the entities that they resolve to.

    `person` and `organisation` have the columns of `LABELS`, `flags` says of records (start) what their component is
    flagged with.
    """

    live: DataFrame
    carries: DataFrame
    identifier: DataFrame
    consent: DataFrame
    consent_of: DataFrame
    person: DataFrame
    organisation: DataFrame
    flags: DataFrame


def rows_of(graph: Graph) -> DataFrame:
    """One row per live record, by its number `id`; what relations name is the number of the entity that answers."""
    fields, came = (", ".join(f"`{name}` string" for name in names) for names in (FIELDS, sorted(ATTRIBUTES)))
    plain = graph.live.select(
        "id", "source", "record_id", "kind", "observed_at",
        F.from_json("fields", fields).alias("fields"), F.from_json("attributes", came).alias("came"),
    ).select(
        "id", "source", "record_id", "kind", "observed_at",
        *(F.col(f"fields.`{name}`").alias(_FIELD + name) for name in FIELDS),
        *(F.col(f"came.`{name}`").alias(_CAME + name) for name in sorted(ATTRIBUTES)),
    )  # fmt: skip
    person = graph.person.select(F.col("start").alias("id"), F.col("end").alias("person"), "cohesion", "next_join")
    organisation = graph.organisation.select(
        F.col("start").alias("id"), F.col("end").alias("organisation"),
        F.col("cohesion").alias("cohesion_"), F.col("next_join").alias("next_join_"),
    )  # fmt: skip
    whole = plain.join(person, "id", "left").join(organisation, "id", "left")
    whole = whole.withColumns(
        {
            "person": F.coalesce("person", F.lit(-1)),
            "organisation": F.coalesce("organisation", F.lit(-1)),
            "cohesion": F.coalesce("cohesion", "cohesion_", F.lit(NEVER)),
            "next_join": F.coalesce("next_join", "next_join_", F.lit(NEVER)),
        }
    ).drop("cohesion_", "next_join_")
    parts = [graph.flags.withColumnRenamed("start", "id"), *_carried(graph), _declared(graph)]
    return reduce(lambda frame, part: frame.join(part, "id", "left"), parts, whole)


def _carried(graph: Graph) -> list[DataFrame]:
    """Per record the lists `claims`, `past` and, at the first record of an entity, `consents`: what was said of it."""
    valued = graph.carries.join(graph.identifier.select(F.col("id").alias("end"), "value"), "end").select(
        F.col("start").alias("id"), F.col("end").alias("identifier"),
        "namespace", "value", "verified", "first_seen", "last_seen", "valid_to",
    )  # fmt: skip
    now = valued.where("valid_to is null")
    before = valued.where("valid_to is not null and namespace = 'address'")
    labels = graph.person.select("start", "end").unionByName(graph.organisation.select("start", "end"))
    said = owned_consents(graph.live, graph.carries, graph.consent, graph.consent_of, labels)
    return [
        _listed(now, "claims", "identifier", "namespace", "value", "verified", "first_seen", "last_seen"),
        _listed(before, "past", "identifier", "value", "first_seen", "last_seen"),
        _listed(said, "consents", "consent", "identifier", "purpose", "status", "at"),
    ]


def _listed(frame: DataFrame, name: str, *columns: str) -> DataFrame:
    return frame.groupBy("id").agg(F.array_sort(F.collect_list(F.struct(*columns))).alias(name))


def _declared(graph: Graph) -> DataFrame:
    """Per record the list `relations`, in the order of its declarations; `value` is the number of an entity, or null.

    Where several entities answer to what is named, the smallest number does, as on one machine.
    """
    declared = with_target(
        graph.live.select(
            "id", F.posexplode(F.from_json("relations", _DECLARED)).alias("place", "declared")
        ).select("id", "place", "declared.*")
    )  # fmt: skip
    of_kind = F.when(F.col("kind") == "family", "person").otherwise("organisation")
    declared = declared.withColumn("of", of_kind)
    wanted = declared.select("target").where("target is not null").distinct()
    identifiers = graph.identifier.select(
        F.col("id").alias("end"), F.concat("namespace", F.lit("/"), "value").alias("target")
    ).join(wanted, "target")
    holders = graph.carries.where("valid_to is null").join(identifiers, "end").select("start", "target")
    record = F.concat(F.lit("record/"), "source", F.lit("/"), "record_id").alias("target")
    holders = holders.unionByName(graph.live.select(F.col("id").alias("start"), record).join(wanted, "target"))
    labels = graph.person.select("start", "end", F.lit("person").alias("of")).unionByName(
        graph.organisation.select("start", "end", F.lit("organisation").alias("of"))
    )
    answers = holders.join(labels, "start").groupBy("target", "of").agg(F.min("end").alias("answer"))
    found = declared.drop("value").join(answers, ["target", "of"], "left")
    found = found.withColumn("value", F.col("answer").cast("string"))
    return _listed(
        found, "relations", "place", "kind", "namespace", "value", "share", "role", "valid_from", "valid_to"
    )  # fmt: skip


def with_target(declared: DataFrame) -> DataFrame:
    """Declarations (namespace, value, and whatever else) with `target`: both as one text, as a claim has them.

    Null where the value is none.
    """
    schema = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in declared.schema)
    return declared.mapInArrow(_with_targets, f"{schema}, target string")


def _with_targets(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        pairs = list(zip(batch["namespace"].to_pylist(), batch["value"].to_pylist(), strict=True))
        known = {pair: target_value(*pair) for pair in set(pairs)}
        texts = [
            None if pair[0] is None or known[pair] is None else f"{pair[0]}/{known[pair]}" for pair in pairs
        ]  # fmt: skip
        yield batch.append_column("target", pa.array(texts, pa.string()))


# ------------------------------------------------------------------------------------------------ rows as one machine's


def resolved_of(rows: pa.Table, *, past: bool = False) -> Resolved:
    """These rows, by their numbers, as the batch of one machine has them; with `past` also the homes of before."""
    rows = rows.sort_by("id")
    fields = pa.table([rows[_FIELD + name] for name in FIELDS], schema=text_schema(FIELDS))
    names = sorted(ATTRIBUTES)
    came = pa.table([rows[_CAME + name] for name in names], schema=text_schema(names))
    resolved = Resolved(
        with_columns(rows, RECORDS),
        fields,
        np.asarray(rows["person"], np.int64),
        np.asarray(rows["organisation"], np.int64),
        came,
        with_columns(unfolded(rows, "claims"), CLAIMS),
        with_columns(unfolded(rows, "relations"), RELATIONS),
        answered=True,
    )
    return with_past(resolved, with_columns(unfolded(rows, "past"), PAST)) if past else resolved


def unfolded(rows: pa.Table, name: str) -> pa.Table:
    """A column of lists of structs as a table: `row`, and what the structs hold; empty without the column."""
    if name not in rows.column_names:
        return pa.table({"row": pa.array([], pa.int64())})
    lists: Any = one_array(rows[name])
    parents: Ints = np.asarray(compute.list_parent_indices(lists), np.int64)
    flat = lists.flatten()
    return pa.Table.from_struct_array(flat).append_column("row", pa.array(parents))
