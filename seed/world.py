"""The demo world: a folder of exports as many systems would write them, with their mappings and the truth.

The same size and seed give the same bytes on every machine. Row order, ids and dates come from seeded draws; the last
day of the world is `seed.dates.TODAY`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seed.catalogue import SOURCES
from seed.chance import Texts, texts
from seed.facts import Facts, Town, stated, town
from seed.hard_cases import Case, cases
from seed.sources.source import Source, Table
from seed.writing import write
from spine.errors import InputError

_MAPPINGS = Path(__file__).parent / "mappings"


@dataclass(frozen=True)
class WorldSource:
    """A file of the world and its mapping; `mapping` is None where the file explains itself (Senzing JSON)."""

    name: str
    path: Path
    mapping: Path | None


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


def build(out: Path, persons: int = 2000, seed: int = 0) -> World:
    """Write the world of this size and seed into the folder `out`, which is made where it does not exist.

    `persons` counts the ordinary inhabitants, at least one; those of the named hard cases come on top. InputError
    where there is nobody."""
    if persons < 1:
        raise InputError(f"A world of {persons} persons can't be made.", remedy="Ask for at least one.")
    out.mkdir(parents=True, exist_ok=True)
    where = town(persons, seed)
    named = cases()
    counts: dict[str, int] = {}

    def put(file: str, table: Table, name: str, *, mapped: bool = True) -> WorldSource:
        write(out / file, table)
        counts[file] = len(next(iter(table.values())))
        if not mapped:
            return WorldSource(name, out / file, None)
        mapping = out / f"{file.split('.')[0]}.yaml"
        mapping.write_bytes((_MAPPINGS / mapping.name).read_bytes())
        return WorldSource(name, out / file, mapping)

    records: list[WorldSource] = []
    events: list[WorldSource] = []
    truth = _Truth()
    for source in SOURCES:
        facts = _look(source, where, named)
        ids = texts([source.number(row) for row in range(facts.size)])
        records.append(put(source.file, source.table(where, facts, ids), source.name, mapped=source.mapped))
        for extra in source.extras:
            events.append(put(extra.file, extra.table(where, facts, ids), extra.source or source.name))
        truth.add(source, facts, ids, sum(row["source"] == source.name for case in named for row in case.rows))
    return World(
        out, persons, seed, (*records, *events), *truth.write(out, where, named),
        _write_cases(out / "hard_cases.json", truth.ids, named), counts,
    )  # fmt: skip


def _look(source: Source, where: Town, named: tuple[Case, ...]) -> Facts:
    """The rows of a source: ordinary ones in no order, then those of the hard cases."""
    facts = source.seen(where)
    facts = facts.take(where.chance(f"order of {source.name}").order(facts.size))
    rows = [row for case in named for row in case.rows if row["source"] == source.name]
    return facts.then(stated(rows)) if rows else facts


class _Truth:
    """Which record is whose, gathered source by source, so that no source has to stay in memory."""

    def __init__(self) -> None:
        self.ids: dict[str, list[str]] = {}
        self._rows: dict[str, list[tuple[str, str, str | None]]] = {"person": [], "household": [], "organisation": []}

    def add(self, source: Source, facts: Facts, ids: Texts, named: int) -> None:
        """The records of a source, its last ones those of hard cases, which say themselves whose home they are of; else
        a residency is a record of a person that shows a home."""
        self.ids[source.name] = ids.tolist()
        kinds, homes, entities = (facts.text(name).tolist() for name in ("kind", "household", "entity"))
        if not source.shows_home:
            homes[: len(homes) - named] = [None] * (len(homes) - named)
        for record, kind, entity, home in zip(self.ids[source.name], kinds, entities, homes, strict=True):
            if kind == "organisation":
                self._rows["organisation"].append((source.name, record, entity))
            else:
                self._rows["person"].append((source.name, record, entity))
                self._rows["household"].append((source.name, record, home))

    def write(self, out: Path, where: Town, named: tuple[Case, ...]) -> tuple[Path, Path, Path, Path]:
        """Write the four truth files: of persons, households, organisations and ultimate parents."""
        for name, rows in self._rows.items():
            columns = [texts([row[at] for row in rows]) for at in range(3)]
            write(out / f"truth_{name}.csv", dict(zip(("source", "record_id", "entity_id"), columns, strict=True)))
        tops = where.companies.ultimate.tolist()
        parents: list[tuple[str, str | None]] = [(f"O{row:07}", f"O{top:07}") for row, top in enumerate(tops)]
        parents += [pair for case in named for pair in case.ultimate.items()]
        table = {"entity_id": texts([row[0] for row in parents]), "ultimate_parent": texts([row[1] for row in parents])}
        write(out / "truth_parent.csv", table)
        person, household, organisation = (out / f"truth_{name}.csv" for name in self._rows)
        return person, household, organisation, out / "truth_parent.csv"


def _write_cases(path: Path, ids: Mapping[str, list[str]], named: tuple[Case, ...]) -> Path:
    """The cases with the keys that their records got: the last ids of each source, in the order of the cases."""
    rows = [row for case in named for row in case.rows]
    left = {name: iter(known[len(known) - sum(row["source"] == name for row in rows) :]) for name, known in ids.items()}
    document = {
        case.name: case.expectation([f"{row['source']}/{next(left[row['source']])}" for row in case.rows])
        for case in named
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return path
