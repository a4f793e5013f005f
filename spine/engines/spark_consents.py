"""Whose consents are, found where all who carry an identifier are together; which of them hold is asked per person."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spine.engines.spark_groups import AT_ONCE, by_group
from spine.normalise.columns import at_positions, compute
from spine.resolution.consent_state import Agreed, agreed, heard, whose
from spine.resolution.resolved import SAID

_NAMES = ("consent", "identifier", "purpose", "status", "at")
_OWNED = "consent bigint, identifier bigint, purpose string, status string, at string, id bigint"


def owned_consents(
    live: DataFrame, carries: DataFrame, consent: DataFrame, consent_of: DataFrame, labels: DataFrame
) -> DataFrame:
    """What was said of each entity: `_OWNED`, where `id` is the entity's number, that of its first record.

    `carries` are all edges, closed ones too; `labels` (start, end) say what each record resolves to.
    """
    key = F.when(F.col("reference") != "", F.concat("source", F.lit("/"), "reference")).alias("key")
    told = consent_of.select(F.col("start").alias("consent"), F.col("end").alias("identifier")).join(
        consent.select(F.col("id").alias("consent"), key, "purpose", "status", "at"), "consent"
    )
    speakers = live.select("key", F.col("id").alias("speaker"))
    said = told.join(speakers, "key", "left").select(*_NAMES, F.coalesce("speaker", F.lit(-1)).alias("speaker"))
    edges = carries.join(told.select(F.col("identifier").alias("end")).distinct(), "end").join(
        labels.select("start", F.col("end").alias("holder")), "start", "left"
    )
    held = edges.select(
        F.col("end").alias("identifier"), "start", "valid_from", "valid_to",
        F.coalesce("holder", F.lit(-1)).alias("holder"),
    )  # fmt: skip
    return by_group(said.unionByName(held, allowMissingColumns=True), "identifier", _owned, _OWNED, AT_ONCE)


def _owned(rows: pa.Table) -> Iterator[pa.Table]:
    consents = rows.filter(compute.is_valid(rows["consent"]))
    edges = rows.filter(compute.is_null(rows["consent"]))
    carried = edges.select(["start", "valid_from", "valid_to"]).append_column("end", edges["identifier"])
    said = heard(consents.select(list(_NAMES)), np.asarray(consents["speaker"], np.int64), carried)
    start, holder = (np.asarray(edges[name], np.int64) for name in ("start", "holder"))
    order = np.argsort(start, kind="stable")
    place = np.searchsorted(start[order], np.asarray(said["record"], np.int64))
    row, owner = whose(said, holder[order][place] if len(order) else np.empty(0, np.int64))
    yield at_positions(said, row).select(list(_NAMES)).append_column("id", pa.array(owner))


def agreed_of(said: pa.Table, entity: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Agreed:
    """Which of these consents (`_NAMES`) hold; `entity` says of whom each is."""
    sure = pa.repeat(True, said.num_rows)
    whole = said.select(list(_NAMES)).append_column("record", pa.array(entity))
    whole = whole.append_column("held", sure).append_column("own", sure)
    return agreed(whole.select(SAID.names).cast(SAID), entity)
