"""Blocking in Spark SQL: the same pairs as the engine of one machine, wherever the keys lie.

All rules go through one plan: a block row is (rule, key, row). A window counts how many hold a key; it spills to disk
where that are millions. Only keys that few hold are gathered and paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegralType, StructType

from spine.ports import BlockingRule

WHOLE = -1
"""The number of the refining column of keys that need none."""


@dataclass(frozen=True)
class Blocked:
    """`pairs` (left, right: `left` < `right`, each once) and `crowds` (rule, pairs): what crowded keys kept apart."""

    pairs: DataFrame
    crowds: DataFrame


def blocked(keys: DataFrame, rules: Sequence[BlockingRule], refine: Sequence[str]) -> Blocked | None:
    """Pairs of rows (column `row`) that agree on a rule; None where no rule applies to these columns.

    A crowded key is joined with each of the `refine` columns. Keys are whole numbers or texts, or lists of them.
    """
    usable = [rule for rule in rules if all(column in keys.columns for column in rule.columns)]
    if not usable:
        return None
    kind = _common_type(keys.schema, usable, refine)
    names = [f"k{n}" for n in range(max(len(rule.columns) for rule in usable))]
    by = ["rule", "most", *names]
    blocks = _block_rows(keys, usable, names, kind)
    crowds = (
        blocks.groupBy(*by)
        .agg(F.count("*").alias("held"))
        .where("held > most")
        .groupBy("rule")
        .agg(F.expr("sum(held * (held - 1) div 2)").cast("long").alias("pairs"))
    )
    held = _counted(blocks, by)
    groups = held.where("held <= most").select(*by, F.lit(WHOLE).alias("n"), _none(kind).alias("s"), "row")
    finer = _refined(held.where("held > most").select(*by, "row"), keys, usable, refine, kind)
    if finer is not None:
        groups = groups.unionByName(_counted(finer, [*by, "n", "s"]).where("held <= most").drop("held"))
    gathered = groups.groupBy(*by, "n", "s").agg(F.collect_list("row").alias("rows"))
    pairs = (
        gathered.select("rows", F.explode("rows").alias("left"))
        .select("left", F.explode("rows").alias("right"))
        .where("left < right")
        .distinct()
    )
    return Blocked(pairs, crowds)


def _counted(blocks: DataFrame, by: Sequence[str]) -> DataFrame:
    """The rows of keys that two or more hold, and by how many each is held."""
    return blocks.withColumn("held", F.count("*").over(Window.partitionBy(*by))).where("held > 1")


def _common_type(schema: StructType, rules: Sequence[BlockingRule], refine: Sequence[str]) -> str:
    """Whole numbers where all key columns are, else texts."""
    used = {column for rule in rules for column in rule.columns} | {name for name in refine if name in schema.names}
    types = (schema[name].dataType for name in used)
    inner = (kind.elementType if isinstance(kind, ArrayType) else kind for kind in types)
    return "bigint" if all(isinstance(kind, IntegralType) for kind in inner) else "string"


def _none(kind: str) -> Column:
    return F.lit(0 if kind == "bigint" else "").cast(kind)


def _block_rows(keys: DataFrame, rules: Sequence[BlockingRule], names: Sequence[str], kind: str) -> DataFrame:
    """A row for each rule that a record has all key columns of.

    A record holds each combination of the values of list columns once.
    """
    lists = {field.name for field in keys.schema if isinstance(field.dataType, ArrayType)}
    plain: list[Column] = []
    parts: list[DataFrame] = []
    for number, rule in enumerate(rules):
        block = F.struct(*_block_fields(number, rule, names, kind))
        if lists.isdisjoint(rule.columns):
            plain.append(block)
            continue
        source = keys.select("row", *rule.columns)
        for column in lists.intersection(rule.columns):
            source = source.withColumn(column, F.explode(F.array_distinct(column)))
        parts.append(source.select(block.alias("block"), "row"))
    if plain:
        parts.append(keys.select(F.explode(F.array(*plain)).alias("block"), "row"))
    out = parts[0]
    for part in parts[1:]:
        out = out.unionByName(part)
    present = " and ".join(f"{name} is not null" for name in names)
    return out.select("block.*", "row").where(present)


def _block_fields(number: int, rule: BlockingRule, names: Sequence[str], kind: str) -> list[Column]:
    values = [F.col(column).cast(kind) for column in rule.columns]
    values += [_none(kind)] * (len(names) - len(values))
    named = (value.alias(name) for name, value in zip(names, values, strict=True))
    return [F.lit(number).alias("rule"), F.lit(rule.crowded).alias("most"), *named]


def _refined(
    crowded: DataFrame, keys: DataFrame, rules: Sequence[BlockingRule], refine: Sequence[str], kind: str
) -> DataFrame | None:
    """The rows of crowded keys, once for each refining column that they have and that is not part of the rule."""
    known = [column for column in refine if column in keys.columns]
    allowed = [
        number * len(known) + n
        for number, rule in enumerate(rules)
        for n, column in enumerate(known)
        if column not in rule.columns
    ]
    if not allowed:
        return None
    seconds = F.array(
        *(F.struct(F.lit(n).alias("n"), F.col(column).cast(kind).alias("s")) for n, column in enumerate(known))
    )
    each = crowded.join(keys.select("row", F.explode(seconds).alias("second")), "row")
    return (
        each.select(*crowded.columns, F.col("second.n").alias("n"), F.col("second.s").alias("s"))
        .where(F.col("s").isNotNull())
        .where((F.col("rule") * len(known) + F.col("n")).isin(allowed))
    )
