"""Every match engine finds the same pairs, components, trees, ids and entities; Spark where pyspark and Java are.

`SPINE_REQUIRE_SPARK=1` makes a missing Spark a failure. The plain oracles here are slow and obviously right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listed_rows import lists_table
from sisters import house

from loaders.open import open_source
from seed.world import build
from spine.access.context import LOCAL
from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import Kind
from spine.engines.local_engine import LocalEngine
from spine.matching.blocking import keys
from spine.matching.stored import stored_model
from spine.pipeline.gather import Gathered, gather
from spine.pipeline.load import load
from spine.pipeline.matching import Matched, match
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import BlockingRule, MatchEngine, Reader
from spine.resolution.components import connected
from spine.resolution.packing import pack, unpack
from spine.resolution.trees import CERTAIN, Policy
from spine.stores.memory import MemoryStore

PERSONS = 150
ENGINES = ["local", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.slow])]
RULES = (
    BlockingRule("a", ("a",), 3),
    BlockingRule("b", ("b",), 100),
    BlockingRule("a + c", ("a", "c"), 2),
    BlockingRule("many", ("many",), 3),
    BlockingRule("many + a", ("many", "a"), 2),
    BlockingRule("absent", ("absent",), 2),
)
REFINE = ("b", "c", "absent")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> MatchEngine:
    """Each engine."""
    return engine_of(request.param, request)


def engine_of(name: str, request: pytest.FixtureRequest) -> MatchEngine:
    if name == "local":
        return LocalEngine()
    session = request.getfixturevalue("spark")
    from spine.engines.spark_engine import SparkEngine

    return SparkEngine(session)


# ------------------------------------------------------------------------------------------------ pairs and components

small = st.one_of(st.none(), st.integers(-2, 2))
rows = st.fixed_dictionaries(
    {
        "a": small,
        "b": st.one_of(st.none(), st.integers(0, 12)),
        "c": small,
        "many": st.one_of(st.none(), st.lists(small, max_size=3)),
    }
)


def key_table(records: Sequence[dict[str, Any]]) -> pa.Table:
    types = {"a": pa.int64(), "b": pa.int64(), "c": pa.int64(), "many": pa.list_(pa.int64())}
    return pa.table({name: pa.array([one[name] for one in records], kind) for name, kind in types.items()})


def blocks(records: Sequence[dict[str, Any]], columns: Sequence[str]) -> dict[tuple[Any, ...], list[int]]:
    """Which rows hold which key."""
    held: dict[tuple[Any, ...], list[int]] = {}
    for row, record in enumerate(records):
        values = [record[name] if isinstance(record[name], list) else [record[name]] for name in columns]
        for key in set(product(*values)):
            if None not in key:
                held.setdefault(key, []).append(row)
    return held


def plain_candidates(records: Sequence[dict[str, Any]]) -> tuple[set[tuple[int, int]], dict[str, int]]:
    """The pairs and what crowded keys kept apart, straight from the words of the port."""
    found: set[tuple[int, int]] = set()
    skipped: dict[str, int] = {}
    for rule in RULES:
        if "absent" in rule.columns:
            continue
        for key, held in blocks(records, rule.columns).items():
            if len(held) <= rule.crowded:
                found.update(combinations(held, 2))
                continue
            skipped[rule.name] = skipped.get(rule.name, 0) + len(held) * (len(held) - 1) // 2
            for second in REFINE:
                if second == "absent" or second in rule.columns:
                    continue
                for finer, few in blocks(records, (*rule.columns, second)).items():
                    if finer[:-1] == key and len(few) <= rule.crowded:
                        found.update(combinations(few, 2))
    return found, skipped


def agrees_on_candidates(engine: MatchEngine, records: Sequence[dict[str, Any]]) -> None:
    found = engine.candidates(key_table(records), RULES, REFINE)
    expected, skipped = plain_candidates(records)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == sorted(expected)
    assert dict(found.skipped) == skipped


once = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@once
@given(st.lists(rows, max_size=25))
def test_random_keys_give_the_pairs_of_the_plain_oracle(records: list[dict[str, Any]]) -> None:
    agrees_on_candidates(LocalEngine(), records)


@pytest.mark.parametrize("seed", range(2))
def test_a_random_key_table(engine: MatchEngine, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def value(top: int) -> int | None:
        return None if rng.random() < 0.2 else int(rng.integers(top))

    records = [
        {
            "a": value(20),
            "b": value(40),
            "c": value(4),
            "many": None if rng.random() < 0.3 else [value(30) for _ in range(rng.integers(4))],
        }
        for _ in range(150)
    ]
    agrees_on_candidates(engine, records)


def test_nothing_to_pair(engine: MatchEngine) -> None:
    agrees_on_candidates(engine, [])
    found = engine.candidates(pa.table({"z": pa.array([1, 1])}), RULES, REFINE)
    assert (len(found.left), len(found.right), dict(found.skipped)) == (0, 0, {})


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.parametrize("shape", ["chain", "random"])
def test_components_on_spark_are_those_of_one_machine(spark: Any, shape: str) -> None:
    from spine.engines.spark_components import components

    rng = np.random.default_rng(0)
    order = rng.permutation(80)
    pairs = np.stack((order[:40], order[1:41]), axis=1) if shape == "chain" else rng.integers(0, 80, (50, 2))
    left, right = pairs[pairs[:, 0] != pairs[:, 1]].T
    found = components(spark, spark.createDataFrame(pa.table({"left": left, "right": right}))).toArrow()
    labels = dict(zip(found["row"].to_pylist(), found["component"].to_pylist(), strict=True))
    expected = connected(80, left, right)
    assert labels == {row: int(expected[row]) for row in {*left.tolist(), *right.tolist()}}


def test_text_keys(engine: MatchEngine) -> None:
    table = pa.table({"a": ["x", "y", "x", None, ""], "many": [["1"], ["x", "2"], ["2", "2"], None, ["1"]]})
    found = engine.candidates(table, (BlockingRule("a", ("a",), 5), BlockingRule("many", ("many",), 5)), ())
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 2), (0, 4), (1, 2)]


# ------------------------------------------------------------------------------------------------------ the demo world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build(tmp_path_factory.mktemp("world"), persons=PERSONS, seed=3)


def filled(world: Any) -> MemoryStore:
    store = MemoryStore()
    for source in world.sources:
        load(store, LOCAL, open_source(source.path, source.mapping, source.name), source.path.name, key="demo")
    put(store, *house())
    return store


@pytest.fixture(scope="module")
def local(world: Any) -> Iterator[MemoryStore]:
    """The world, resolved on one machine."""
    with filled(world) as store:
        resolve(store, LOCAL, LocalEngine(), "auto")
        yield store


def contents(reader: Reader) -> dict[str, list[dict[str, Any]]]:
    return {name: reader.scan(name).to_pylist() for name in DERIVED}


def test_the_demo_world_resolves_to_the_same_graph(engine: MatchEngine, local: MemoryStore, world: Any) -> None:
    with local.reading(LOCAL) as reader:
        expected = contents(reader)
        models = {kind: stored_model(reader, kind) for kind in Kind}
    with filled(world) as store:
        resolve(store, LOCAL, engine, "auto")
        with store.reading(LOCAL) as reader:
            found = contents(reader)
            assert {kind: stored_model(reader, kind) for kind in Kind} == models
    assert expected["match"]
    assert expected["component"]
    for name in expected:
        assert found[name] == expected[name], name


# ------------------------------------------------------------------------------------------- matching without a driver


def local_match(store: MemoryStore, kind: Kind, judgements: Sequence[Judgement] = ()) -> tuple[Gathered, Matched]:
    with store.reading(LOCAL) as reader:
        gathered = replace(gather(reader), judgements=judgements)
        return gathered, match(gathered, kind, LocalEngine(), stored_model(reader, kind), Stopwatch())


def written(gathered: Gathered, matched: Matched, folder: Path) -> None:
    """The records of a kind as several Parquet files, so that no partition has them all."""
    from spine.engines.spark_records import records_table

    table = records_table(gathered.fields.take(pa.array(matched.rows)), matched.encoded.shared, matched.encoded.seen)
    order = gathered.records["key"].take(pa.array(matched.rows))
    table = table.append_column("order", order)
    (folder / "records").mkdir(parents=True)
    local = {row: place for place, row in enumerate(matched.rows.tolist())}
    place = pa.array([local.get(row) for row in gathered.claims["row"].to_pylist()], pa.int64())
    claims = pa.table({"row": place, "namespace": gathered.claims["namespace"], "value": gathered.claims["value"],
                       "verified": gathered.claims["verified"]})  # fmt: skip
    parquet.write_table(claims.filter(place.is_valid()), folder / "claims")
    parquet.write_table(lists_table(gathered, local), folder / "lists")
    third = -(-table.num_rows // 3)
    for start in range(0, table.num_rows, third):
        parquet.write_table(table.slice(start, third), folder / "records" / f"{start}.parquet")


def packed(matched: Matched) -> dict[tuple[int, ...], bytes]:
    return {tuple(matched.trees.members(c).tolist()): pack(matched.trees.tree(c)) for c in range(len(matched.trees))}


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.parametrize("kind", list(Kind))
def test_pairs_weights_and_trees_without_a_driver(spark: Any, local: MemoryStore, tmp_path: Path, kind: Kind) -> None:
    from spine.engines.spark_flow import merge_trees

    gathered, matched = local_match(local, kind)
    written(gathered, matched, tmp_path)
    found = merge_trees(spark, str(tmp_path), kind, matched.model).toArrow()
    pairs = spark.read.parquet(str(tmp_path / "matches")).orderBy("left", "right").toArrow()
    assert pairs["left"].to_pylist() == matched.left.tolist()
    assert pairs["right"].to_pylist() == matched.right.tolist()
    assert pairs["weight"].to_pylist() == matched.weight.tolist()
    assert pairs["levels"].to_pylist() == matched.levels.to_pylist()
    assert spark.read.parquet(str(tmp_path / "candidates")).count() == matched.candidates
    trees = {tuple(row["members"]): row["value"] for row in found.to_pylist()}
    assert trees == packed(matched)
    assert {row["component"] for row in found.to_pylist()} == {min(members) for members in trees}


@pytest.mark.spark
@pytest.mark.slow
def test_keys_are_equal_where_those_of_one_machine_are(spark: Any, local: MemoryStore, tmp_path: Path) -> None:
    from spine.engines.spark_records import key_frame

    for kind in Kind:
        gathered, matched = local_match(local, kind)
        written(gathered, matched, tmp_path / kind.value)
        frame = spark.read.parquet(str(tmp_path / kind.value / "records")).drop("order")
        found = key_frame(frame, kind).orderBy("row").toArrow().drop(["row"])
        expected = keys(kind, matched.encoded)
        assert sorted(found.column_names) == sorted(expected.column_names)
        for name in expected.column_names:
            if not name.startswith("shared_"):
                assert numbered(found[name].to_pylist()) == numbered(expected[name].to_pylist()), name


def numbered(values: Sequence[Any]) -> list[int | None]:
    """Each value by where it first stands."""
    first: dict[Any, int] = {}
    return [None if value is None else first.setdefault(value, row) for row, value in enumerate(values)]


@pytest.mark.spark
@pytest.mark.slow
def test_judgements_and_the_cap_hold_without_a_driver(
    spark: Any, local: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spine.engines.spark_flow import merge_trees

    gathered, matched = local_match(local, Kind.PERSON)
    written(gathered, matched, tmp_path)
    policy = Policy(cap=3)
    first, last, two = (matched.trees.members(place) for place in (0, len(matched.trees) - 1, 1))
    judgements = [
        Judgement(int(min(first[0], last[0])), int(max(first[0], last[0])), Verdict.SAME, "steward", "2025-01-01"),
        Judgement(int(min(two[:2])), int(max(two[:2])), Verdict.DIFFERENT, "steward", "2025-01-01"),
    ]
    ids = gathered.ids[matched.rows]
    named = [replace(one, a=int(ids[one.a]), b=int(ids[one.b])) for one in judgements]
    monkeypatch.setattr("spine.pipeline.matching.TreePolicy", lambda: policy)
    _, judged = local_match(local, Kind.PERSON, named)
    expected = packed(judged)
    found = merge_trees(
        spark, str(tmp_path), Kind.PERSON, matched.model, judgements=judgements, policy=policy
    ).toArrow()
    assert {tuple(row["members"]): row["value"] for row in found.to_pylist()} == expected
    assert any(CERTAIN in unpack(value).height for value in expected.values())
    assert expected != packed(matched)
