"""The product measured as its user would: the figures of `spine evaluate`, and plain components beside."""

from typing import Any

import pyarrow.csv

from bench.households import measure
from bench.resolved import experiments_in, kinds_of, resolved
from bench.sets import DataSet
from spine.access.context import LOCAL
from spine.cli.evaluation import measured
from spine.cli.files import read_texts
from spine.evaluate import accuracy, truth_labels
from spine.pipeline.progress import Stopwatch
from spine.resolution.trees import Policy
from spine.settings import DEFAULT_CONFIDENCE

Row = dict[str, Any]
PLAIN = Policy(method="components")


def rows_of(one: DataSet) -> list[Row]:
    """One row per kind for the product, one for its weights with plain components, and households where known."""
    watch = Stopwatch()
    out = []
    with resolved(one, watch) as store:
        seconds = round(sum(watch.seconds.values()), 1)
        with store.reading(LOCAL) as reader:
            for kind, truth in kinds_of(reader, one).items():
                found = measured(reader, kind, truth, DEFAULT_CONFIDENCE)
                out.append(_row(one, kind, found, seconds))
            if "household" in one.truths:
                truth = truth_labels(read_texts(one.truths["household"]))
                found = measured(reader, "household", truth, DEFAULT_CONFIDENCE)
                out.append(_row(one, "household", found, seconds))
        out += [_plain(one, experiment) for experiment in experiments_in(store, one)]
    if "household" in one.truths and one.records:
        out += _addresses(one)
    return out


def _row(one: DataSet, kind: str, found: Row, seconds: float) -> Row:
    at = {f"{cut['confidence']:g}": {name: round(cut[name], 5) for name in SHARES} for cut in found["at"]}
    scale = found["calibration"]
    return {
        "set": one.name,
        "kind": kind,
        "way": "identity spine",
        "records": found["records"],
        "true_pairs": found["true_pairs"],
        "at": at,
        "default": f"{DEFAULT_CONFIDENCE:g}",
        "error": None if scale is None else round(scale["expected_calibration_error"], 5),
        "seconds": seconds,
    }


SHARES = (
    "pairwise_precision", "pairwise_recall", "pairwise_f1", "bcubed_precision", "bcubed_recall", "bcubed_f1",
)  # fmt: skip


def shares(clusters: Any, entities: Any) -> dict[str, float]:
    """The shares of `spine.evaluate.Accuracy`."""
    found = accuracy(clusters, entities)
    return {name: round(getattr(found, name), 5) for name in SHARES}


def _plain(one: DataSet, experiment: Any) -> Row:
    """The same pairs and weights, joined by the strongest pair alone."""
    known = experiment.entities >= 0
    model = experiment.matched.model
    trees = experiment.trees(PLAIN)
    at = {
        f"{confidence:g}": shares(trees.cut(model.height(confidence))[known], experiment.entities[known])
        for confidence in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
    }
    kind = experiment.matched.kind.value
    return {"set": one.name, "kind": kind, "way": "our weights, plain components", "at": at, "default": "0.95"}


def _addresses(one: DataSet) -> list[Row]:
    """Grouping by address alone, where the columns are those that `bench.households` knows."""
    assert one.records
    names = set(pyarrow.csv.open_csv(one.records).schema.names)
    if not {"source", "street_number", "street_name", "po_box", "housing_type"} & names:
        return []
    out = []
    for way, figures in measure(one.records.parent).items():
        if way.startswith(("exact", "normalised")):
            at = {"": dict(zip(("pairwise_f1", "pairwise_precision", "pairwise_recall"), figures, strict=False))}
            out.append({"set": one.name, "kind": "household", "way": way, "at": at, "default": ""})
    return out
