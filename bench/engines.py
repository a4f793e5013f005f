"""Both match engines on the same made-up persons: `python -m bench.engines 10000 100000` prints seconds as Markdown."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from spine.domain.vocabulary import Kind
from spine.engines.local_engine import LocalEngine
from spine.engines.spark_components import components
from spine.engines.spark_engine import SparkEngine
from spine.engines.spark_flow import FLOOR
from spine.engines.spark_records import records_table
from spine.engines.spark_session import local_session
from spine.engines.spark_steps import score_pairs
from spine.matching.blocking import REFINE, keys, rules_of
from spine.matching.encoded import encode
from spine.matching.model import Breadth
from spine.matching.scorer import score
from spine.matching.training import untrained
from spine.ports import Candidates
from spine.resolution.components import connected


def persons(size: int, seed: int = 0) -> pa.Table:
    """Records of persons, three of ten a second record of another with a slip in the surname and another telephone."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(rng.choice(letters, rng.integers(4, 10))) for _ in range(20_000)]

    def drawn(count: int) -> list[str]:
        return [words[place] for place in (rng.pareto(1.0, size) * 20).astype(int) % count]

    day = rng.integers(0, 25_000, size)
    birth = [str(np.datetime64("1940-01-01") + int(one)) for one in day]
    columns = {"given": drawn(600), "surname": drawn(20_000), "birth_date": birth, "city": drawn(300)}
    columns["street"] = drawn(5_000)
    columns["house_number"] = rng.integers(1, 150, size).astype(str).tolist()
    columns["postcode"] = rng.integers(10_000, 60_000, size).astype(str).tolist()
    columns["phone"] = [f"+4420{number}" for number in rng.integers(10_000_000, 99_999_999, size)]
    columns["email"] = [f"{g}.{s}{d % 97}@example.com" for g, s, d in
                        zip(columns["given"], columns["surname"], day, strict=True)]  # fmt: skip
    second = np.flatnonzero(rng.random(size) < 0.3)
    first = rng.integers(0, size, len(second))
    for name, column in columns.items():
        if name != "phone":
            for here, there in zip(second.tolist(), first.tolist(), strict=True):
                column[here] = column[there] + "x" if name == "surname" else column[there]
    return pa.table({name: pa.chunked_array([column], pa.string()) for name, column in columns.items()})


def main(sizes: list[int]) -> None:
    """Time each step of both engines and compare their answers."""
    begun = time.perf_counter()
    spark = local_session(spark__master="local[2]")
    engines = {"local": LocalEngine(), "spark": SparkEngine(spark)}
    say(f"session {time.perf_counter() - begun:.1f} s\n")
    say("| records | pairs | step | one machine | Spark |\n|---|---|---|---|---|")
    measure(1000, engines, spark, quiet=True)
    for size in sizes:
        measure(size, engines, spark)
    spark.stop()


def measure(size, engines, spark, quiet=False) -> None:  # type: ignore[no-untyped-def]
    """One size; the first, quiet one lets the virtual machine compile what it needs."""
    kind, encoded = Kind.PERSON, encode(fields := persons(size))
    table, rules, model = keys(kind, encoded), rules_of(kind, Breadth.WIDE, encoded), untrained(kind)
    seconds: dict[str, dict[str, float]] = {"candidates": {}, "score": {}, "components": {}}
    found: dict[str, Candidates] = {}
    with tempfile.TemporaryDirectory() as folder:
        parquet.write_table(records_table(fields, {}, {}), path := str(Path(folder) / "records.parquet"))
        for name, engine in engines.items():
            with timed(seconds["candidates"], name):
                found[name] = engine.candidates(table, rules, REFINE[kind, Breadth.WIDE])
        pairs = found["local"]
        assert np.array_equal(pairs.left, found["spark"].left)
        assert np.array_equal(pairs.right, found["spark"].right)
        with timed(seconds["score"], "local"):
            weight = score(model, encoded, pairs.left, pairs.right).weight
        with timed(seconds["score"], "spark"):
            frame = spark.createDataFrame(pa.table({"left": pairs.left, "right": pairs.right}))
            score_pairs(spark, path, frame, model).where(f"weight >= {FLOOR}").write.parquet(folder + "/matches")
        assert spark.read.parquet(folder + "/matches").count() == (weight >= FLOOR).sum()
        left, right = pairs.left[weight >= FLOOR], pairs.right[weight >= FLOOR]
        with timed(seconds["components"], "local"):
            labels = connected(size, left, right)
        with timed(seconds["components"], "spark"):
            edges = spark.createDataFrame(pa.table({"left": left, "right": right}))
            whole = components(spark, edges).toArrow()
        assert np.array_equal(labels[whole["row"].to_numpy()], whole["component"].to_numpy())
    if not quiet:
        for step, one in seconds.items():
            say(f"| {size:,} | {len(pairs.left):,} | {step} | {one['local']:.2f} | {one['spark']:.1f} |")


class timed:
    """Writes the seconds of a block into a dict."""

    def __init__(self, into: dict[str, float], name: str) -> None:
        self.into, self.name = into, name

    def __enter__(self) -> None:
        self.begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.into[self.name] = time.perf_counter() - self.begun


def say(text: str) -> None:
    """One line of the table, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [10_000])
