"""Who works for whom, who is related, who is owned: statements where they meet, then one edge from all of its own."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.engines.spark_components import components
from spine.engines.spark_groups import AT_ONCE, by_group, columns_of, gathered
from spine.engines.spark_rows import resolved_of, unfolded
from spine.normalise.columns import compute
from spine.normalise.emails import company_domain
from spine.normalise.organisations import split_organisation
from spine.ports import arrow_schema
from spine.resolution.employment import declared_jobs, implied_jobs
from spine.resolution.organisations import hierarchy, standing
from spine.resolution.relationships import SHARING, declared_family, sharing
from spine.resolution.resolved import CLAIMS, Resolved
from spine.resolution.statements import DATED, Said, rows_of_statements

RELATED = ("employed_by", "related_to")

_MEETS = "meets string, person bigint, organisation bigint, identifier bigint, namespace string, value string, " \
    "employer_name string, name string"  # fmt: skip
_SAID = (
    "`table` string, place int, start bigint, end bigint, weight double, kind string, detail string, about bigint, "
    "nth bigint, declared boolean, role string, valid_from string, valid_to string"
)
_STANDING = "id bigint, controller bigint, ultimate bigint, parents bigint, children bigint, cycle boolean"


def statements(rows: DataFrame) -> DataFrame:
    """What records declare of relations, and what they imply by what they carry or name in common: `_SAID`."""
    declared = rows.where("relations is not null").mapInArrow(_declared, _SAID)
    plain = rows.select("person", "organisation", "claims", "came_employer_name", "field_organisation")
    meeting = plain.mapInArrow(_meetings, _MEETS).withColumn("group", F.xxhash64("meets"))
    return declared.unionByName(by_group(meeting, "group", _implied, _SAID, AT_ONCE))


def related(said: DataFrame, table: str) -> DataFrame:
    """The table `employed_by` or `related_to` of all statements."""
    own = said.where(F.col("table") == table)
    return by_group(own, "start", partial(_together, table=table), columns_of(table), AT_ONCE)


def owned(rows: DataFrame) -> DataFrame:
    """The table `subsidiary_of`."""
    declaring = rows.where("organisation >= 0 and relations is not null")
    return by_group(declaring, "organisation", _owned, columns_of("subsidiary_of"))


def standings(spark: SparkSession, edges: DataFrame) -> DataFrame:
    """Of every organisation with an owner or a subsidiary (`subsidiary_of`) how it stands to them."""
    if edges.isEmpty():
        return spark.createDataFrame([], _STANDING)
    pairs = edges.selectExpr("least(start, end) as left", "greatest(start, end) as right").distinct()
    group = components(spark, pairs).withColumnRenamed("row", "start").withColumnRenamed("component", "group")
    return by_group(edges.join(group, "start"), "group", _standings, _STANDING, AT_ONCE)


# --------------------------------------------------------------------------------------------- in one Python function


def _declared(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for rows in gathered(batches):
        resolved = resolved_of(rows)
        (jobs, _), (family, _) = declared_jobs(resolved), declared_family(resolved)
        for table, said in zip(RELATED, (jobs, family), strict=True):
            yield from _told(table, 0, said).to_batches()


def _implied(rows: pa.Table) -> Iterator[pa.Table]:
    """Statements of rows that meet: each claim or name a record of its own."""
    nothing = pa.nulls(rows.num_rows, pa.string())
    claims = rows.append_column("row", pa.array(np.arange(rows.num_rows))).filter(compute.is_valid(rows["namespace"]))
    resolved = Resolved(
        pa.table({"id": np.arange(rows.num_rows), "source": nothing}),
        pa.table({"organisation": rows["name"]}),
        np.asarray(rows["person"], np.int64),
        np.asarray(rows["organisation"], np.int64),
        pa.table({"employer_name": rows["employer_name"]}),
        claims.select([name for name in CLAIMS.names if name in claims.column_names]),
    )
    for table, several in zip(RELATED, (implied_jobs(resolved), sharing(resolved)), strict=True):
        yield from (_told(table, place, said) for place, said in enumerate(several, 1))


def _meetings(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What persons and organisations may meet in: identifiers, domains, and names of employers."""
    for batch in batches:
        claims = _claims(batch)
        hosted = compute.is_in(claims["namespace"], pa.array(["email", "domain"])).to_numpy(zero_copy_only=False)
        value = claims["value"].to_pylist()
        meets: list[str | None] = [None] * claims.num_rows
        for at in np.flatnonzero(hosted).tolist():
            host = company_domain((value[at] or "").rpartition("@")[2])
            meets[at] = f"domain/{host}" if host else None
        shared = compute.is_in(claims["namespace"], pa.array(sorted(SHARING))).to_numpy(zero_copy_only=False)
        number = claims["identifier"].to_pylist()
        for at in np.flatnonzero(shared & (np.asarray(claims["person"]) >= 0)).tolist():
            meets[at] = f"identifier/{number[at]}"
        yield from _meeting(claims, meets)
        employer, name = batch["came_employer_name"].to_pylist(), batch["field_organisation"].to_pylist()
        plain = {text: split_organisation(text)[0] or None for text in set(employer) if text}
        person = pa.table({"person": batch["person"], "organisation": batch["organisation"],
                           "employer_name": batch["came_employer_name"]})  # fmt: skip
        yield from _meeting(person, [f"name/{plain[text]}" if text and plain[text] else None for text in employer])
        company = pa.table({"person": batch["person"], "organisation": batch["organisation"],
                            "name": batch["field_organisation"]})  # fmt: skip
        yield from _meeting(company, [f"name/{text}" if text else None for text in name])


def _claims(batch: pa.RecordBatch) -> pa.Table:
    rows = pa.Table.from_batches([batch])
    claims = unfolded(rows, "claims")
    for name in ("person", "organisation"):
        claims = claims.append_column(name, rows[name].take(claims["row"]))
    return claims


def _meeting(table: pa.Table, meets: Sequence[str | None]) -> Iterator[pa.RecordBatch]:
    kept = table.append_column("meets", pa.array(meets, pa.string()))
    kept = kept.filter(compute.is_valid(kept["meets"]))
    types = {"person": pa.int64(), "organisation": pa.int64(), "identifier": pa.int64()}
    names = ("meets", "person", "organisation", "identifier", "namespace", "value", "employer_name", "name")
    columns = {
        name: kept[name] if name in kept.column_names else pa.nulls(kept.num_rows, types.get(name, pa.string()))
        for name in names
    }
    yield from pa.table(columns).to_batches()


def _told(table: str, place: int, said: Said) -> pa.Table:
    """Statements as rows of `_SAID`."""
    size = len(said.start)
    nothing = pa.nulls(size, pa.string())
    dated = said.declared if said.declared is not None else pa.table(dict.fromkeys(DATED, nothing))
    about = np.zeros(size, np.int64) if said.about is None else said.about
    columns: dict[str, Any] = {
        "table": pa.repeat(table, size),
        "place": pa.array(np.full(size, place, np.int32)),
        "start": said.start,
        "end": said.end,
        "weight": said.weight,
        "kind": pa.repeat(said.kind, size),
        "detail": said.detail if said.detail is not None else nothing,
        "about": about,
        "nth": np.arange(size),
        "declared": pa.repeat(said.declared is not None, size),
        **{name: dated[name] for name in DATED},
    }
    return pa.table(columns)


def _together(rows: pa.Table, table: str) -> Iterator[pa.Table]:
    found = []
    rows = rows.sort_by(
        [("place", "ascending"), ("weight", "descending"), ("about", "ascending"), ("nth", "ascending")]
    )
    place = np.asarray(rows["place"])
    for one in np.unique(place).tolist():
        some = rows.filter(pa.array(place == one))
        declared = some["declared"][0].as_py()
        start, end, about = (np.asarray(some[name], np.int64) for name in ("start", "end", "about"))
        detail = None if some["detail"].null_count else some["detail"]
        found.append(
            Said(start, end, np.asarray(some["weight"], np.float64), some["kind"][0].as_py(), detail,
                 some.select(DATED) if declared else None, None if declared else about)
        )  # fmt: skip
    yield rows_of_statements(table, found)


def _owned(rows: pa.Table) -> Iterator[pa.Table]:
    yield hierarchy(resolved_of(rows)).subsidiary_of


def _standings(edges: pa.Table) -> Iterator[pa.Table]:
    table = edges.select(arrow_schema("subsidiary_of").names).sort_by([("start", "ascending"), ("end", "ascending")])
    ids = np.unique(np.concatenate([np.asarray(table[name], np.int64) for name in ("start", "end")]))
    stands = standing(ids, table)
    yield pa.table({"id": ids, **stands._asdict()})
