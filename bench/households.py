"""How well households are found: pairwise F1 of the household of each record, on data with a known truth.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.households [NAME ...]

reads NAME/records.csv and NAME/truth.csv (record_id, entity_id, household_id) below the directory, normalises them as a
load does, and compares four ways: grouping by the exact address; grouping by normalised number, street, unit and box;
households with every record a person of its own; households with the persons of the truth. Records without a true
household are not scored. `homes` leaves out households of thirty persons and more, which are institutions.
"""

import csv
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from spine.evaluate import accuracy
from spine.normalise.record import prepare
from spine.ports import RECORD_COLUMNS
from spine.resolution.components import Ints
from spine.resolution.grouping import coded, groups_of
from spine.resolution.households import households
from spine.resolution.resolved import Resolved

ATTRIBUTES = {
    "first_name": "given_name",
    "middle_initial": "middle_name",
    "last_name": "surname",
    "date_of_birth": "birth_date",
    "age": "age",
    "street_number": "house_number",
    "street_name": "street",
    "unit_number": "unit",
    "po_box": "po_box",
    "city": "city",
    "state": "region",
    "zipcode": "postcode",
    "housing_type": "dwelling_type",
    "relationship_to_reference_person": "household_role",
}
"""The columns of the data sets and the attributes that a mapping would give them."""
INSTITUTION = 30


def _read(path: Path) -> dict[str, list[str | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] or None for row in rows] for name in rows[0]}


def _first_rows(labels: list[str | None]) -> Ints:
    """For each row the smallest number (from 1) of a row with its label."""
    _, number = np.unique(np.array([str(label) for label in labels]), return_inverse=True)
    first = np.full(int(number.max()) + 1, len(labels), np.int64)
    np.minimum.at(first, number, np.arange(len(labels)))
    return first[number] + 1


def _resolved(columns: dict[str, list[str | None]], person: Ints) -> Resolved:
    size = len(person)
    given: dict[str, Any] = {
        "source": pa.array([source or "" for source in columns["source"]]),
        "record_id": pa.array(columns["record_id"]),
        "kind": pa.array(["person"] * size),
        "observed_at": pa.array(columns.get("survey_date", [None] * size), pa.string()),
        "raw": pa.nulls(size, pa.string()),
    }
    for name in ("identifiers", "relations"):
        given[name] = pa.array([[]] * size, RECORD_COLUMNS.field(name).type)
    for name, attribute in ATTRIBUTES.items():
        if name in columns:
            given[attribute] = pa.array(columns[name], pa.string())
    table = pa.table(given)
    ids = pa.array(np.arange(1, size + 1))
    return Resolved(
        records=table.select(["source", "record_id", "kind", "observed_at"]).append_column("id", ids),
        fields=prepare(table).fields,
        extras=table.select([name for name in ATTRIBUTES.values() if name in table.column_names]),
        person=person,
        organisation=np.full(size, -1),
    )


def _by_address(columns: list[Any]) -> Ints:
    return groups_of([coded(column).codes for column in columns])[0]


def measure(directory: Path) -> dict[str, tuple[float, float, float, float]]:
    """For each way: F1, precision and recall over all records, and F1 over homes."""
    columns, truth = _read(directory / "records.csv"), _read(directory / "truth.csv")
    place = {record: at for at, record in enumerate(truth["record_id"])}
    order = [place[record] for record in columns["record_id"]]
    person = _first_rows([truth["entity_id"][at] for at in order])
    told = [truth["household_id"][at] for at in order]
    scored = np.array([household is not None for household in told])
    true = _first_rows(told)
    persons = np.zeros(len(true) + 1, np.int64)
    pairs = np.unique(np.stack([true[scored], person[scored]]), axis=1)
    np.add.at(persons, pairs[0], 1)
    homes = scored & (persons[true] < INSTITUTION)
    resolved = _resolved(columns, person)
    alone = _resolved(columns, np.arange(1, len(person) + 1))
    address = ("street_number", "street_name", "unit_number", "po_box", "city", "state", "zipcode")
    as_written = [pa.array(columns[name], pa.string()) for name in address if name in columns]
    started = time.perf_counter()
    by_person = households(resolved).of_row
    seconds = time.perf_counter() - started
    ways = {
        "exact address": _by_address(as_written),
        "normalised number, street, unit, box": _by_address(
            [resolved.fields[name] for name in ("house_number", "street", "unit", "po_box")]
        ),
        "households, each record a person": households(alone).of_row,
        f"households, true persons ({seconds:.1f} s)": by_person,
    }
    out = {}
    for way, labels in ways.items():
        found = np.where(labels < 0, -1 - np.arange(len(labels)), labels)
        whole, part = (accuracy(found[rows], true[rows]) for rows in (scored, homes))
        out[way] = (whole.pairwise_f1, whole.pairwise_precision, whole.pairwise_recall, part.pairwise_f1)
    return out


def main(names: list[str]) -> None:
    """Print one table per data set."""
    root = Path(os.environ["SPINE_BENCH_DATA"])
    for name in names or ["pp_default_s0", "pp_census_acs"]:
        sys.stdout.write(f"\n| {name} | F1 | precision | recall | F1, homes |\n|---|---|---|---|---|\n")
        for way, figures in measure(root / name).items():
            sys.stdout.write(f"| {way} | " + " | ".join(f"{figure:.4f}" for figure in figures) + " |\n")


if __name__ == "__main__":
    main(sys.argv[1:])
