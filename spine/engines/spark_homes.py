"""Households where the data lies: whoever's homes may depend on each other goes before the functions of one machine.

What a home depends on is found by keys of single records (decision record 51). Persons who share one that few hold, an
identifier that few carry, or a declaration of family, are one neighbourhood; the connected neighbourhoods are groups,
and a group is to `households` what all persons are on one machine. What is counted over all records - who holds a key,
which identifier a crowd carries - goes with the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spine.domain.graph import GRAPH
from spine.engines.spark_components import components
from spine.engines.spark_groups import WIDE, by_group, columns_of, gathered
from spine.engines.spark_rows import resolved_of, unfolded
from spine.engines.spark_tables import Kept
from spine.normalise.columns import compute
from spine.ports import arrow_schema
from spine.resolution.address_forms import PARTS, forms_of
from spine.resolution.grouping import coded
from spine.resolution.home_keys import CROWD, FORM, KEYS, part_of, row_groups
from spine.resolution.household_tables import tables
from spine.resolution.household_weights import SHARED, SHARED_CROWD, SHARED_RECORDS
from spine.resolution.households import households
from spine.resolution.past_homes import home_places
from spine.resolution.residencies import residents
from spine.resolution.resolved import Resolved
from spine.resolution.surnames import COMMON, Surnames

HOMES = ("household", "member_of", "resides_in")
_KEYS = "id bigint, person bigint, place int, sort int, said string, resident boolean, counted boolean"
_SORT = {key.name: at for at, key in enumerate(KEYS)}


def surnames(rows: DataFrame) -> Surnames:
    """How common surnames are, as `resolution.surnames.count_surnames` counts them."""
    persons = rows.where("person >= 0")
    named = persons.where("field_surname is not null and field_surname != ''").groupBy("field_surname")
    common = named.agg(F.countDistinct("person").alias("carriers")).where(F.col("carriers") >= COMMON).collect()
    day = rows.agg(F.max("observed_at")).collect()[0][0] or ""
    carriers = {row["field_surname"]: row["carriers"] for row in common}
    return Surnames(persons.select("person").distinct().count(), carriers, day[:10])


def homes(kept: Kept, rows: DataFrame, common: Surnames) -> dict[str, DataFrame]:
    """The tables of `HOMES`, of rows of `spark_rows`."""
    people = rows.where("person >= 0")
    keys = kept.step("home_keys", _keys(people))
    held = keys.groupBy("sort", "key").agg(
        F.count("*").alias("held"), F.min("person").alias("hub"), F.max("resident").alias("institution")
    )
    counted = kept.step("home_held", keys.join(held, ["sort", "key"]))
    carriers = kept.step("home_carriers", _carriers(people))
    few = (F.col("persons") <= SHARED_CROWD) & (F.col("records") <= SHARED_RECORDS)
    met = [_by_keys(counted), *_by_institution(counted), carriers.where(few).select("person", "hub"), _family(people)]
    edges = met[0]
    for more in met[1:]:
        edges = edges.unionByName(more)
    pairs = edges.selectExpr("least(person, hub) as left", "greatest(person, hub) as right").where("left < right")
    groups = kept.step("neighbourhoods", components(kept.spark, pairs.distinct())).select(
        F.col("row").alias("person"), F.col("component").alias("group")
    )
    crowds = carriers.where(~few).groupBy("id").agg(F.collect_set("identifier").alias("crowds"))
    lists = counted.groupBy("id").agg(F.array_sort(F.collect_list(F.struct("place", "sort", "held"))).alias("held"))
    whole = people.join(groups, "person", "left").join(lists, "id", "left").join(crowds, "id", "left")
    whole = whole.withColumn("group", F.coalesce("group", "person"))
    schema = ", ".join(f"{name} struct<{_struct(name)}>" for name in HOMES)
    made = by_group(whole, "group", partial(_homes, common=common.to_document()), schema)
    made = kept.step("homes", made)
    return {name: made.where(F.col(name).isNotNull()).select(f"{name}.*") for name in HOMES}


def _struct(table: str) -> str:
    return columns_of(table).replace("` ", "`:")


# ------------------------------------------------------------------------------------------------------- who may meet


def _keys(people: DataFrame) -> DataFrame:
    """The keys that each record holds, and each home that it had before: `place` 0 is its home now."""
    made = people.drop("claims", "relations", "consents").mapInArrow(_key_rows, _KEYS)
    return made.withColumn("key", F.xxhash64("said")).drop("said")


def _by_keys(counted: DataFrame) -> DataFrame:
    """Who shares a key that few hold."""
    most = F.element_at(F.array(*(F.lit(key.most) for key in KEYS)), F.col("sort") + 1)
    return counted.where(F.col("held") <= most).select("person", "hub").distinct()


def _by_institution(counted: DataFrame) -> list[DataFrame]:
    """Who is counted, to an institution or to ordinary households, at an address of a crowd that has residents."""
    crowds = counted.where((F.col("sort") == _SORT[FORM.name]) & (F.col("held") > CROWD))
    resident = counted.where("resident").select("person").distinct()
    houses = crowds.join(resident, "person").select("key").distinct()
    told = counted.where("counted").select("person").distinct()
    return [crowds.join(houses, "key").join(told, "person").select("person", "hub").distinct()]


def _carriers(people: DataFrame) -> DataFrame:
    """The claims (id, person, identifier) of namespaces that speak for a home, with how many carry each."""
    claims = people.select("id", "person", F.explode("claims").alias("claim")).where(
        F.col("claim.namespace").isin(sorted(SHARED))
    )
    held = claims.select("id", "person", F.col("claim.identifier").alias("identifier"))
    counts = held.groupBy("identifier").agg(
        F.count("*").alias("records"), F.countDistinct("person").alias("persons"), F.min("person").alias("hub")
    )
    return held.join(counts, "identifier")


def _family(people: DataFrame) -> DataFrame:
    declared = people.select("person", F.explode("relations").alias("declared")).where("declared.kind = 'family'")
    return declared.select("person", F.col("declared.value").cast("bigint").alias("hub")).where("hub is not null")


# --------------------------------------------------------------------------------------------- in one Python function


def _key_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for rows in gathered(batches, WIDE):
        resolved = resolved_of(rows, past=True)
        forms, written = forms_of({part: resolved.text(part) for part in PARTS})
        surname, resident = coded(resolved.text("surname")), residents(resolved)
        counted = _has(resolved, "household_role") | _has(resolved, "dwelling_type")
        place = home_places(resolved)
        for sort, key in enumerate(KEYS):
            group = row_groups(forms, written, surname.codes, key)
            at = np.flatnonzero((group >= 0) & (resident if key.resident else True))
            parts = []
            for part in key.parts:
                column = surname if part == "surname" else part_of(forms, part)
                codes = surname.codes[at] if part == "surname" else column.codes[written[at]]
                parts.append(column.arrow(codes).fill_null(""))
            columns: dict[str, Any] = {
                "id": resolved.ids[at],
                "person": resolved.person[at],
                "place": pa.array(place[at], pa.int32()),
                "sort": pa.array(np.full(len(at), sort), pa.int32()),
                "said": compute.binary_join_element_wise(*parts, "\x1f"),
                "resident": resident[at],
                "counted": counted[at],
            }
            yield from pa.table(columns).to_batches()


def _has(resolved: Resolved, name: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    told: np.ndarray[Any, np.dtype[np.bool_]] = coded(resolved.text(name)).codes >= 0
    return told


def _homes(rows: pa.Table, common: str) -> Iterator[pa.Table]:
    """The tables of the households of whole groups, one struct a row."""
    rows = rows.sort_by("id")
    resolved = _with_held(resolved_of(rows, past=True), unfolded(rows, "held"))
    found = households(_uncrowded(resolved, rows), common=Surnames.from_document(common))
    made = tables(resolved, found)
    for name in HOMES:
        table: pa.Table = getattr(made, name)
        whole = table.select(GRAPH[name].names).combine_chunks().to_struct_array()
        types = {other: pa.struct(list(arrow_schema(other))) for other in HOMES}
        yield pa.table(
            {other: whole if other == name else pa.nulls(table.num_rows, types[other]) for other in HOMES}
        )  # fmt: skip


def _with_held(resolved: Resolved, held: pa.Table) -> Resolved:
    """The same rows with how many of all records hold the keys of each."""
    now = resolved.size - resolved.before
    ids, place = resolved.ids, home_places(resolved)
    row = np.asarray(held["row"], np.int64)
    nth, sort, many = (np.asarray(held[name], np.int64) for name in ("place", "sort", "held"))
    first = np.searchsorted(ids[now:], ids[:now][row])
    at = np.where(nth == 0, row, now + first + nth - 1)
    assert np.array_equal(place[at], nth)
    counts = {}
    for number, key in enumerate(KEYS):
        counts[key.name] = np.zeros(resolved.size, np.int64)
        mine = sort == number
        counts[key.name][at[mine]] = many[mine]
    return replace(resolved, held=counts)


def _uncrowded(resolved: Resolved, rows: pa.Table) -> Resolved:
    """The same without the claims to what a crowd carries, of whom only some may be here."""
    crowds = np.unique(np.asarray(compute.list_flatten(rows["crowds"]), np.int64))
    if not len(crowds):
        return resolved
    alone = ~np.isin(np.asarray(resolved.claims["identifier"], np.int64), crowds)
    return resolved.looked_at_anew(claims=resolved.claims.filter(pa.array(alone)))
