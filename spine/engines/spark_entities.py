"""Persons and organisations with their facts, made by the functions of one machine from whole entities."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spine.engines.spark_consents import agreed_of
from spine.engines.spark_groups import by_group, columns_of
from spine.engines.spark_rows import resolved_of, unfolded
from spine.matching.model import Model
from spine.ports import arrow_schema
from spine.resolution.entities import Entities
from spine.resolution.golden_rules import Rules
from spine.resolution.organisation_facts import organisation_table
from spine.resolution.organisations import Hierarchy, Standing
from spine.resolution.person_facts import person_table


def persons(rows: DataFrame, model: Model, rules: Rules) -> DataFrame:
    """The table `person` of rows (`spark_rows`): names and regions by these survivorship rules."""
    work = partial(_persons, document=model.to_document(), rules=rules)
    return by_group(rows.where("person >= 0").drop("relations", "past"), "person", work, columns_of("person"))


def organisations(rows: DataFrame, standing: DataFrame, model: Model, rules: Rules) -> DataFrame:
    """The table `organisation`; `standing` (`id` and the columns of `Standing`) is of those who own or are owned."""
    work = partial(_organisations, document=model.to_document(), rules=rules)
    placed = (
        rows.where("organisation >= 0")
        .drop("relations", "past")
        .join(standing.withColumnRenamed("id", "organisation"), "organisation", "left")
    )
    whole = placed.withColumns(
        {
            "controller": F.coalesce("controller", F.lit(-1)),
            "ultimate": F.coalesce("ultimate", "organisation"),
            "parents": F.coalesce("parents", F.lit(0)),
            "children": F.coalesce("children", F.lit(0)),
            "cycle": F.coalesce("cycle", F.lit(False)),
        }
    )
    return by_group(whole, "organisation", work, columns_of("organisation"))


def _persons(rows: pa.Table, document: str, rules: Rules) -> Iterator[pa.Table]:
    found, flags = _as_cut(rows, "person")
    said = unfolded(rows, "consents")
    agreed = agreed_of(said, np.asarray(rows["person"], np.int64)[np.asarray(said["row"], np.int64)])
    yield person_table(resolved_of(rows), found, flags, Model.from_document(document).probabilities, rules, agreed)


def _organisations(rows: pa.Table, document: str, rules: Rules) -> Iterator[pa.Table]:
    found, flags = _as_cut(rows, "organisation")
    first = np.unique(np.asarray(rows["organisation"], np.int64), return_index=True)[1]
    stands = Standing(*(rows[name].to_numpy(zero_copy_only=False)[first] for name in Standing._fields))
    over = Hierarchy(arrow_schema("subsidiary_of").empty_table(), found.id, *stands)
    probability = Model.from_document(document).probabilities
    yield organisation_table(resolved_of(rows), over, found, flags, probability, rules)


def _as_cut(rows: pa.Table, entity: str) -> tuple[Entities, dict[int, list[str]]]:
    """How sure these entities are, and their flags, as they stand on their records."""
    label = np.asarray(rows[entity], np.int64)
    ids, first, number = np.unique(label, return_index=True, return_inverse=True)
    weakest, coming = (np.asarray(rows[name], np.int64)[first] for name in ("cohesion", "next_join"))
    order = np.argsort(number, kind="stable")
    start = np.searchsorted(number[order], np.arange(len(ids) + 1))
    flagged: Iterator[Any] = zip(rows["id"].to_pylist(), rows["flags"].to_pylist(), strict=True)
    flags = {record: marks for record, marks in flagged if marks}
    return Entities(ids, start, order, weakest, coming, number), flags
