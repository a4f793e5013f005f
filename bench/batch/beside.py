"""Splink on DuckDB, set up as its documentation does for customers: names, birth date, e-mail, phone, postcode.

    python -m bench.batch.beside RECORDS.parquet

Prints the seconds of training (prior, u by random pairs, two rounds of EM), prediction and clustering, processor
seconds and peak memory.
"""

import json
import logging
import resource
import sys
import time
from typing import Any

import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI

U_PAIRS = 1_000_000
THRESHOLD = 0.95


def main() -> None:
    """Measure once."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    table = pq.read_table(sys.argv[1])
    found: dict[str, Any] = {"records": table.num_rows}
    linker = _linker(table)
    begun, before = time.perf_counter(), time.process_time()
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given", "surname", "birth_date"), block_on("email")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS)
    for rule in (block_on("given", "surname"), block_on("birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found["train"] = round(time.perf_counter() - begun, 2)
    begun = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found["predict"] = round(time.perf_counter() - begun, 2)
    begun = time.perf_counter()
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=THRESHOLD)
    found["cluster"] = round(time.perf_counter() - begun, 2)
    found["processor"] = round(time.process_time() - before, 2)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def _linker(table: Any) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ForenameSurnameComparison("given", "surname"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.EmailComparison("email"),
            cl.LevenshteinAtThresholds("phone", [1, 2]),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"), block_on("phone"), block_on("given", "surname"), block_on("surname", "birth_date"),
            block_on("given", "birth_date"), block_on("surname", "postcode"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )  # fmt: skip
    database = DuckDBAPI()
    return Linker(database.register(table), settings)


if __name__ == "__main__":
    main()
