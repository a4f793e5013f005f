"""What a file may lack or call otherwise: accuracy with columns dropped, shuffled, renamed, and with fewer rows.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.variants [--rows N ...] [SET ...]

Per set and number of rows (whole entities are drawn): pairwise F1 at the default confidence of the file as it is, with
its columns in another order, under other common names, and without each of them. A variant that loses more than the
column can be worth shows where the mapping or the model collapses.
"""

import argparse
import csv
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.resolved import experiments
from bench.sets import DataSet, data_sets
from spine.evaluate import accuracy
from spine.settings import DEFAULT_CONFIDENCE

Rows = list[dict[str, str]]
NAMES = {
    "first_name": "Forename", "given_name": "FNAME", "last_name": "Surname", "surname": "LastName",
    "middle_initial": "MI", "dob": "BirthDate", "date_of_birth": "DOB", "ssn": "Social Security Number",
    "street_number": "House No", "street_name": "Street", "unit_number": "Apt", "po_box": "PO Box", "city": "Town",
    "state": "Region", "zipcode": "Postal Code", "postcode": "ZIP", "email": "E-Mail Address", "sex": "Gender",
    "soc_sec_id": "National ID", "suburb": "City", "address_1": "Street Address", "employer_name": "Company",
}  # fmt: skip


def variants(rows: Rows, seed: int = 0) -> Iterator[tuple[str, Rows]]:
    """The file as it is, then one change at a time; the column record_id stays."""
    draw = random.Random(seed)
    columns = [name for name in rows[0] if name != "record_id"]
    yield "as it is", rows
    order = ["record_id", *draw.sample(columns, len(columns))]
    yield "other order", [{name: row[name] for name in order} for row in rows]
    yield "other names", [{NAMES.get(name, name): value for name, value in row.items()} for row in rows]
    for gone in columns:
        if any(row[gone] for row in rows):
            yield f"without {gone}", [{name: value for name, value in row.items() if name != gone} for row in rows]


def drawn(one: DataSet, size: int, seed: int = 0) -> Rows:
    """Rows of whole entities, about so many; all where there are no more."""
    assert one.records
    assert one.truth_file
    with one.records.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with one.truth_file.open(encoding="utf-8", newline="") as file:
        truth = {row["record_id"]: row["entity_id"] for row in csv.DictReader(file)}
    of_entity: dict[str, Rows] = {}
    for row in rows:
        of_entity.setdefault(truth[row["record_id"]], []).append(row)
    chosen: Rows = []
    for entity in random.Random(seed).sample(sorted(of_entity), len(of_entity)):
        if len(chosen) >= size:
            break
        chosen += of_entity[entity]
    random.Random(seed).shuffle(chosen)
    return chosen


def measured(one: DataSet, rows: Rows) -> float:
    """Pairwise F1 at the default confidence of these rows as a file of their own, the mean of its kinds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        found = []
        for experiment in experiments(replace(one, files=((path, None),), records=path)):
            known = experiment.entities >= 0
            labels = experiment.matched.trees.cut(experiment.matched.model.height(DEFAULT_CONFIDENCE))
            found.append(accuracy(labels[known], experiment.entities[known]).pairwise_f1)
        return sum(found) / len(found)


def main() -> None:
    """Measure and print as it goes."""
    parser = argparse.ArgumentParser(prog="bench.variants")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--rows", type=int, nargs="*", default=[150, 500, 1000])
    asked = parser.parse_args()
    for one in data_sets(asked.sets):
        for size in asked.rows if one.records else ():
            rows = drawn(one, size)
            for name, changed in variants(rows):
                sys.stdout.write(f"{one.name}\t{len(rows)}\t{name}\t{measured(one, changed):.4f}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
