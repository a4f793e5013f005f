"""Splink's charts of a model, as pages that need no network; for who has the `splink` extra."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spine.domain.weights import SCALE
from spine.errors import FileError, SettingsError
from spine.matching.model import Model


def write_charts(model: Model, folder: Path) -> list[Path]:
    """Write match weights and m/u charts of a model into a folder; the files written.

    SettingsError where Splink is not installed, FileError where the folder can't be written.
    """
    try:
        from splink.internals import charts
        from splink.internals.settings import ModelParameterDetailedRecord
    except ImportError as error:
        raise SettingsError(
            "Splink, which draws the charts, is not installed.",
            remedy="Install it: pip install 'identity-spine[splink]'.",
        ) from error
    records = [ModelParameterDetailedRecord(**fields) for fields in _levels(model)]
    written = []
    for name, chart in (("match-weights", charts.MatchWeightsChart), ("m-u", charts.MUParametersChart)):
        file = folder / f"{model.kind}-{name}.html"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(chart(records).to_html(inline=True), encoding="utf-8")
        except OSError as error:
            raise FileError(f"{file}: can't be written: {error.strerror}.", remedy="Name another folder.") from error
        written.append(file)
    return written


def _levels(model: Model) -> Iterator[dict[str, Any]]:
    """Each level as Splink describes its own; a group of a comparison is a comparison of its own there."""
    share = 1 / (1 + 2 ** (-model.prior / SCALE))
    for order, comparison in enumerate(model.comparisons):
        groups: dict[str, list[Any]] = {}
        for level in comparison.levels:
            groups.setdefault(level.group, []).append(level)
        for group, levels in groups.items():
            name = f"{comparison.name}, {group}" if group else comparison.name
            for number, level in enumerate(levels):
                bayes = level.m / level.u
                yield {
                    "sql_condition": None,
                    "label_for_charts": level.label,
                    "has_tf_adjustments": bool(level.frequency),
                    "tf_adjustment_column": level.frequency or None,
                    "tf_adjustment_weight": 1.0 if level.frequency else None,
                    "is_null_level": False,
                    "m_probability": level.m,
                    "u_probability": level.u,
                    "m_probability_description": f"Among records of one {model.kind}, {level.m:.2%} are here.",
                    "u_probability_description": f"Among records of two {model.kind}s, {level.u:.4%} are here.",
                    "bayes_factor": bayes,
                    "log2_bayes_factor": math.log2(bayes),
                    "bayes_factor_description": f"{bayes:,.4g} times as likely among matches.",
                    "comparison_vector_value": number,
                    "max_comparison_vector_value": len(levels) - 1,
                    "comparison_name": name,
                    "probability_two_random_records_match": share,
                    "comparison_sort_order": order,
                }
