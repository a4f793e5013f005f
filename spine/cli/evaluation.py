"""`spine evaluate` and `spine export`: how right a resolution is, and who belongs to whom as a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer

from spine.cli import output
from spine.cli.files import read_texts, write_table
from spine.cli.options import Confidence, EntityKind, Json, ResolvedKind, Store
from spine.cli.session import confidence_of, reading
from spine.domain.vocabulary import Kind
from spine.errors import QueryError
from spine.evaluate import CONFIDENCES, accuracy, aligned, calibration, joined_pairs, truth_labels, truth_of
from spine.memberships import live_records, memberships, read_forest, read_model
from spine.ports import Reader
from spine.resolution.households import DEFAULT_HEIGHT, probability

Document = dict[str, Any]

export_app = typer.Typer(no_args_is_help=True, help="Write what was resolved to files.")


def evaluate(
    truth: Annotated[Path, typer.Option("--truth", help="CSV or Parquet: record_id, entity_id, optional source.")],
    kind: ResolvedKind = EntityKind.PERSON,
    confidence: Confidence = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Compare what was resolved with a truth: precision, recall and F1 at several confidences, and calibration.

    A record without an entity_id is not scored; one that the store lacks stands alone. Households have one accuracy,
    at the confidence they were built with.
    """
    table = read_texts(truth)
    with reading(store) as reader:
        document = measured(reader, kind.value, table, _cut(kind, confidence))
    if as_json:
        output.as_json(document)
    else:
        show_accuracy(document)


@export_app.callback()
def root() -> None:
    """Write what was resolved to files."""


@export_app.command("memberships")
def export_memberships(
    out: Annotated[Path, typer.Option("--out", help="FILE.csv or FILE.parquet.")],
    kind: ResolvedKind = EntityKind.PERSON,
    confidence: Confidence = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Write source, record_id and entity_id of every record: who belongs to whom at a confidence."""
    chosen = _cut(kind, confidence)
    with reading(store) as reader:
        table = memberships(reader, kind.value, chosen)
    write_table(table, out)
    entities = len(table["entity_id"].unique())
    if as_json:
        output.as_json(
            {"kind": kind.value, "confidence": chosen, "rows": table.num_rows, "entities": entities, "out": str(out)}
        )
    else:
        output.say(f"{table.num_rows:,} records of {entities:,} {kind.value}s at confidence {chosen} in {out}")


def _cut(kind: EntityKind, confidence: float | None) -> float:
    """The confidence to cut at; QueryError where one is asked for that households were not built at."""
    if kind is not EntityKind.HOUSEHOLD:
        return confidence_of(confidence)
    built = round(float(probability(np.array([DEFAULT_HEIGHT]))[0]), 3)
    if confidence not in (None, built):
        raise QueryError(
            f"Households stand as they were built, at confidence {built}.", remedy="Leave --confidence out."
        )
    return built


def measured(reader: Reader, kind: str, truth: pa.Table, confidence: float) -> Document:
    """The figures of `spine evaluate` as a document."""
    labels = truth_labels(truth)
    # Households are cut when they are built, so they have one accuracy, whatever the confidence.
    cuts = [confidence] if kind == "household" else sorted({confidence, *CONFIDENCES})
    figures, missing = {}, 0
    for cut in cuts:
        clusters, entities, missing = aligned(labels, memberships(reader, kind, cut))
        figures[cut] = asdict(accuracy(clusters, entities))
    chosen = figures[confidence]
    return {
        "kind": kind,
        "confidence": confidence,
        "records": chosen["records"],
        "missing": missing,
        **{name: value for name, value in chosen.items() if name != "records"},
        "at": [{"confidence": cut, **figures[cut]} for cut in cuts],
        "calibration": None if kind == "household" else _calibrated(reader, Kind(kind), labels),
    }


def _calibrated(reader: Reader, kind: Kind, labels: pa.Table) -> Document | None:
    """What the joins of the merge trees promised, against the truth; nothing where there are none."""
    forest = read_forest(reader, kind)
    if not len(forest.order):
        return None
    records = live_records(reader, kind)
    place = np.searchsorted(records["id"].to_numpy(), forest.records)
    entities = truth_of(labels, records)[place]
    pairs, right = joined_pairs(forest.into[forest.order], forest.order, entities)
    model = read_model(reader, kind)
    heights, place = np.unique(forest.height[forest.order], return_inverse=True)
    promised = np.array([model.probability(int(height)) for height in heights])[place]
    return asdict(calibration(promised, pairs, right))


def show_accuracy(document: Document) -> None:
    """The figures of one kind, for people."""
    rows = [
        (
            f"{row['confidence']}" + (" *" if row["confidence"] == document["confidence"] else ""),
            *(row[f"{way}_{what}"] for way in ("pairwise", "bcubed") for what in ("precision", "recall", "f1")),
            row["clusters"],
        )
        for row in document["at"]
    ]
    columns = ("confidence", "#pairwise P", "#R", "#F1", "#B-cubed P", "#R", "#F1", "#clusters")
    title = f"{document['kind']}: {document['records']:,} records scored, {document['entities']:,} entities in truth"
    output.table(columns, rows, title)
    if document["missing"]:
        output.say(f"{document['missing']:,} records of the truth are not in the store: each counts as alone.")
    scale = document["calibration"]
    if scale is not None:
        output.say()
        buckets = [
            (f"{bucket['lower']} to {bucket['upper']}", bucket["links"], bucket["predicted"], bucket["actual"])
            for bucket in scale["buckets"]
        ]
        title = f"calibration: expected error {scale['expected_calibration_error']:.4f}"
        output.table(("confidence", "#pairs joined", "#promised", "#right"), buckets, title)
