"""The demo world: a folder of exports as many systems would write them, with their mappings and the truth.

The same size and seed give the same bytes on every machine. Row order, ids and dates come from seeded draws; the last
day of the world is `seed.dates.TODAY`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seed.catalogue import CONSENTS, SOURCES
from seed.chance import Texts, texts
from seed.facts import Facts, Town, stated, town
from seed.hard_cases import Case, cases
from seed.sources.source import Source, Table
from seed.writing import write

_MAPPINGS = Path(__file__).parent / "mappings"


@dataclass(frozen=True)
class WorldSource:
    """A file of the world and its mapping; `mapping` is None where the file explains itself (Senzing JSON)."""

    name: str
    path: Path
    mapping: Path | None
    format: str


@dataclass(frozen=True)
class World:
    """Where a world lies: its sources in the order to load them, its truth, its hard cases, and how many of what."""

    folder: Path
    persons: int
    seed: int
    sources: tuple[WorldSource, ...]
    truth_person: Path
    truth_household: Path
    truth_organisation: Path
    truth_parent: Path
    hard_cases: Path
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows of each file, by its name."""


@dataclass(frozen=True)
class _Seen:
    source: Source
    facts: Facts
    ids: Texts


def build(out: Path, persons: int = 2000, seed: int = 0) -> World:
    """Write the world of this size and seed into the folder `out`, which is made where it does not exist.

    `persons` counts the ordinary inhabitants; those of the named hard cases come on top."""
    out.mkdir(parents=True, exist_ok=True)
    where = town(persons, seed)
    named = cases()
    counts: dict[str, int] = {}
    sources: list[WorldSource] = []

    def put(file: str, table: Table, name: str, *, mapped: bool = True) -> None:
        stem = file.split(".")[0]
        write(out / file, table)
        mapping = None
        if mapped:
            mapping = out / f"{stem}.yaml"
            mapping.write_bytes((_MAPPINGS / f"{stem}.yaml").read_bytes())
        counts[file] = len(next(iter(table.values())))
        sources.append(WorldSource(name, out / file, mapping, "file" if mapped else "senzing"))

    seen = [_look(source, where, named) for source in SOURCES]
    for part in seen:
        put(
            part.source.file,
            part.source.table(where, part.facts, part.ids),
            part.source.name,
            mapped=part.source.mapped,
        )
    for part in seen:
        for extra in part.source.extras:
            put(extra.file, extra.table(where, part.facts, part.ids), part.source.name)
        if part.source.name == "ciam":
            put(CONSENTS.file, CONSENTS.table(where, part.facts, part.ids), "consent")
    _write_truth(out, where, seen, named)
    _write_cases(out / "hard_cases.json", seen, named)
    return World(
        out, persons, seed, tuple(sources), out / "truth_person.csv", out / "truth_household.csv",
        out / "truth_organisation.csv", out / "truth_parent.csv", out / "hard_cases.json", counts,
    )  # fmt: skip


def _look(source: Source, where: Town, named: tuple[Case, ...]) -> _Seen:
    """The rows of a source: ordinary ones in no order, then those of the hard cases; numbered from the first."""
    facts = source.seen(where)
    facts = facts.take(where.chance(f"order of {source.name}").order(facts.size))
    rows = [row for case in named for row in case.rows if row["source"] == source.name]
    if rows:
        facts = facts.then(stated(rows))
    return _Seen(source, facts, texts([source.number(row) for row in range(facts.size)]))


def _write_truth(out: Path, where: Town, seen: list[_Seen], named: tuple[Case, ...]) -> None:
    person, household, organisation = [], [], []
    for part in seen:
        kinds, homes = part.facts.text("kind").tolist(), part.facts.text("household").tolist()
        entities = part.facts.text("entity").tolist()
        for record, kind, entity, home in zip(part.ids.tolist(), kinds, entities, homes, strict=True):
            if kind == "organisation":
                organisation.append((part.source.name, record, entity))
            else:
                person.append((part.source.name, record, entity))
                household.append((part.source.name, record, home if part.source.shows_home else None))
    for file, rows in (("person", person), ("household", household), ("organisation", organisation)):
        columns = [texts([row[at] for row in rows]) for at in range(3)]
        write(out / f"truth_{file}.csv", dict(zip(("source", "record_id", "entity_id"), columns, strict=True)))
    ultimate = where.companies.ultimate.tolist()
    parents: list[tuple[str, str | None]] = [(f"O{row:07}", f"O{top:07}") for row, top in enumerate(ultimate)]
    parents += [pair for case in named for pair in case.ultimate.items()]
    write(out / "truth_parent.csv", {
        "entity_id": texts([row[0] for row in parents]), "ultimate_parent": texts([row[1] for row in parents]),
    })  # fmt: skip


def _write_cases(path: Path, seen: list[_Seen], named: tuple[Case, ...]) -> None:
    """The cases with the keys that their records got."""
    left = {part.source.name: list(part.ids.tolist()) for part in seen}
    stated_rows = {
        part.source.name: sum(row["source"] == part.source.name for case in named for row in case.rows) for part in seen
    }
    at = {name: len(left[name]) - count for name, count in stated_rows.items()}
    document = {}
    for case in named:
        keys = []
        for row in case.rows:
            name = row["source"]
            keys.append(f"{name}/{left[name][at[name]]}")
            at[name] += 1
        document[case.name] = case.expectation(keys)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
