"""On the same levels of the same pairs, our expectation maximisation ends where Splink's ends."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from spine.matching.fading import WHOLE
from spine.matching.fitting import PRIOR_MATCHES, Fit
from spine.matching.model import Comparison, Level
from spine.matching.sampling import Sample

SHARES = {
    "one": ((0.1, 0.9), (0.97, 0.03)),
    "two": ((0.1, 0.2, 0.7), (0.9, 0.07, 0.03)),
    "three": ((0.05, 0.95), (0.9, 0.1)),
    "four": ((0.2, 0.1, 0.7), (0.94, 0.05, 0.01)),
}
"""Per comparison the m and u that pairs are drawn by, from differs upward."""
WORDS = ("differs", "near", "same")
MATCHES, OTHERS = 6000, 120_000


def drawn() -> dict[str, Any]:
    """The level of every pair in every comparison; matches first."""
    draw = np.random.default_rng(11)
    return {
        name: np.concatenate((draw.choice(len(m), MATCHES, p=m), draw.choice(len(u), OTHERS, p=u)))
        for name, (m, u) in SHARES.items()
    }


def ours(levels: dict[str, Any]) -> tuple[list[float], list[float]]:
    """m and u of all levels, as our training finds them."""
    first = np.cumsum([0, *(len(m) for m, _ in SHARES.values())])[:-1]
    index = np.column_stack([levels[name] + at for name, at in zip(SHARES, first, strict=True)])
    no, size = np.zeros(len(index), dtype=bool), len(index)
    whole = np.full(index.shape, WHOLE, np.int16)
    sample = Sample(index, np.zeros(size), no, no, np.full(size, np.nan), np.ones(size), whole).collapsed()
    declared = tuple(
        Comparison(name, "middle", tuple(Level(str(at), "", (at + 1) / 6, (3 - at) / 6) for at in range(len(m))))
        for name, (m, _) in SHARES.items()
    )
    fit = Fit(declared, pairs=float(size))
    fit.run(sample, sample, MATCHES * 2)
    # The declared m takes part as so many matches; without them, as Splink does.
    found = fit.m * (fit.matches + PRIOR_MATCHES) - fit.prior_m * PRIOR_MATCHES
    return (found / fit.matches).tolist(), fit.u.tolist()


def splinks(levels: dict[str, Any]) -> tuple[list[float], list[float]]:
    """The same as Splink finds them: a pair is a row here and a row there, that show its level by a word."""
    splink = pytest.importorskip("splink")
    numbers = [str(at) for at in range(MATCHES + OTHERS)]
    here: dict[str, Any] = {"unique_id": numbers, "pair": numbers}
    there = dict(here)
    for name, found in levels.items():
        # Of a comparison of two levels, the upper one is `same`.
        words = np.array(WORDS if len(SHARES[name][0]) == 3 else ("differs", "same"))[found]
        here[name] = ["same"] * len(numbers)
        there[name] = words.tolist()
    settings = splink.SettingsCreator(
        link_type="link_only",
        comparisons=[_comparison(name, len(m)) for name, (m, _) in SHARES.items()],
        blocking_rules_to_generate_predictions=[splink.block_on("pair")],
        probability_two_random_records_match=0.05,
        em_convergence=0.000001,
        max_iterations=200,
    )
    engine = splink.DuckDBAPI()
    frames = [engine.register(pa.table(table)) for table in (here, there)]
    linker = splink.Linker(frames, settings)
    linker.training.estimate_parameters_using_expectation_maximisation(
        splink.block_on("pair"), fix_u_probabilities=False, record_sample_proportion=1.0
    )
    found = linker.misc.save_model_to_json()["comparisons"]
    # Splink lists the null level first and then from the best level down.
    steps = [level for one in found for level in one["comparison_levels"][:0:-1]]
    return [level["m_probability"] for level in steps], [level["u_probability"] for level in steps]


def _comparison(name: str, size: int) -> dict[str, Any]:
    """Splink's comparison of one column by its words."""
    null = {"sql_condition": f"{name}_l IS NULL", "label_for_charts": "null", "is_null_level": True}
    upper = reversed(WORDS[1:] if size == 3 else WORDS[2:])
    steps = [{"sql_condition": f"{name}_r = '{word}'", "label_for_charts": word} for word in upper]
    other = {"sql_condition": "ELSE", "label_for_charts": "differs"}
    return {"output_column_name": name, "comparison_levels": [null, *steps, other]}


def test_both_end_at_the_same_shares() -> None:
    levels = drawn()
    m, u = ours(levels)
    their_m, their_u = splinks(levels)
    assert m == pytest.approx(their_m, abs=0.01)
    assert u == pytest.approx(their_u, abs=0.002)
