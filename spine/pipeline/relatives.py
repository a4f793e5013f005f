"""Entities of a rebuilt region written with all that relates them: persons, organisations, relationships, parents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.pipeline.consenting import CROWD, Around, consents_around
from spine.pipeline.differing import Differing
from spine.pipeline.golden_rules import golden_rules
from spine.pipeline.rebuild import Rebuilt
from spine.pipeline.surroundings import RELATED, Declarers, nobody, surroundings
from spine.pipeline.waiting import wait
from spine.ports import Row, Writer, arrow_schema
from spine.resolution.organisation_facts import organisation_table
from spine.resolution.organisations import hierarchy, standing
from spine.resolution.person_facts import person_table
from spine.resolution.relationships import related_to
from spine.resolution.resolved import Resolved

Entities = set[tuple[str, int]]
_STANDING = ("controller", "ultimate", "parents", "children", "cycle")
MOST_IN_GROUP = 20_000
"""A corporate group of more organisations keeps its ultimate parents until the next resolve of everything."""


@dataclass(frozen=True)
class EntityChanges:
    """The entities that are `gone`; per organisation with a `new_parent` the ultimate parent before and after; per
    person whose consents changed those that hold now; `left` are records whose identifiers' consents wait."""

    gone: frozenset[tuple[str, int]]
    new_parent: Mapping[int, tuple[int, int]]
    consented: Mapping[int, list[str]]
    left: frozenset[int]


def write_entities(
    writer: Writer, rebuilt: Rebuilt, out: Differing, declarers: Declarers = nobody, limited: bool = True
) -> EntityChanges:
    """Write the entities of a region and what relates them; entities that are gone are still there after it.

    Where it is `limited`, consents at what very many carry are left to be worked off.
    """
    around = surroundings(
        writer, rebuilt.built.gathered, rebuilt.built.region.records, rebuilt.before, rebuilt.after, declarers
    )
    was, now = set(rebuilt.before.values()), set(rebuilt.after.values())
    gone = was - now
    born = {number for kind, number in now - was if kind == "organisation"}
    heard = consents_around(writer, rebuilt.built.region.records, rebuilt.after, limited)
    wait(writer, heard.left, f"consents at what more than {CROWD} records carry")
    consented = _put_entities(writer, rebuilt, out, heard)
    _put_members(rebuilt, out)
    tables = {"related_to": _related(around.resolved), "subsidiary_of": _owned(around.resolved)}
    moved: Entities = set()
    for name, table in tables.items():
        kinds = RELATED[name]
        inner = {(kind, number) for kind, number in around.inner if kind in kinds}
        before = _inside(name, _from(writer, name, inner), inner)
        after = [row for row in _inside(name, table.to_pylist(), inner) if _live(row, kinds, gone)]
        out.replace(name, before, after)
        if name == "subsidiary_of":
            moved = {("organisation", row[end]) for row in (*before, *after) for end in ("start", "end")}
    parents = _put_standing(writer, out, {one for one in moved | now if one[0] == "organisation"} - gone, born)
    return EntityChanges(frozenset(gone), parents, consented, frozenset(heard.left))


def _related(resolved: Resolved) -> pa.Table:
    """The table `related_to` of these records; nothing is looked at where there are no two persons."""
    persons = resolved.person[resolved.person >= 0]
    if not len(persons) or (persons == persons[0]).all():
        return arrow_schema("related_to").empty_table()
    return related_to(resolved)[0]


def _owned(resolved: Resolved) -> pa.Table:
    """The table `subsidiary_of` of these records; nothing is looked at where nothing is declared."""
    if not resolved.relations.num_rows or (resolved.organisation < 0).all():
        return arrow_schema("subsidiary_of").empty_table()
    return hierarchy(resolved).subsidiary_of


def _put_entities(writer: Writer, rebuilt: Rebuilt, out: Differing, heard: Around) -> dict[int, list[str]]:
    """Write persons and organisations; the consents of the persons of whom they changed, also outside the region."""
    built = rebuilt.built
    consented: dict[int, list[str]] = {}
    people, companies = built.found.get(Kind.PERSON), built.found.get(Kind.ORGANISATION)
    rules = golden_rules(writer)
    if people:
        probability = people[0].model.probabilities
        persons = person_table(built.resolved, people[1], built.flags, probability, rules, heard.agreed).to_pylist()
        before = writer.get("person", "id", [row["id"] for row in persons])
        known = {row["id"]: row["consents"] for row in before}
        consented = {row["id"]: row["consents"] for row in persons if row["consents"] != known.get(row["id"], [])}
        out.put("person", persons, before)
    if heard.others:
        held = writer.get("person", "id", sorted(heard.others))
        purposes = heard.agreed.purposes_of(np.array([row["id"] for row in held], np.int64)).to_pylist()
        moved = [{**row, "consents": said} for row, said in zip(held, purposes, strict=True) if row["consents"] != said]
        consented |= {row["id"]: row["consents"] for row in moved}
        out.put("person", moved, held)
    if companies:
        probability = companies[0].model.probabilities
        over = hierarchy(built.resolved)
        made = organisation_table(built.resolved, over, companies[1], built.flags, probability, rules)
        # How an organisation stands to its parents is kept as it was until `_put_standing` has looked at all of them.
        stood = {row["id"]: row for row in writer.get("organisation", "id", made["id"].to_pylist())}
        rows = [
            {**row, **({name: stood[row["id"]][name] for name in _STANDING} if row["id"] in stood else {})}
            for row in made.to_pylist()
        ]
        out.put("organisation", rows, stood.values())
    return consented


def _put_members(rebuilt: Rebuilt, out: Differing) -> None:
    for kind in (Kind.PERSON.value, Kind.ORGANISATION.value):
        before = [{"start": record, "end": one} for record, (of, one) in rebuilt.before.items() if of == kind]
        after = [{"start": record, "end": one} for record, (of, one) in rebuilt.after.items() if of == kind]
        out.replace(f"resolves_to_{kind}", before, after)


def _from(writer: Writer, table: str, inner: Entities) -> list[Row]:
    """The stored rows of a table that start at these entities."""
    asked = sorted(number for kind, number in inner if kind == RELATED[table][0])
    return writer.get(table, "start", asked) if asked else []


def _inside(table: str, rows: list[Row], inner: Entities) -> list[Row]:
    """The rows that hang on these entities alone: what one is a subsidiary of, whom two of them are related to."""
    start, end = RELATED[table]
    mine = [row for row in rows if (start, row["start"]) in inner]
    return mine if table == "subsidiary_of" else [row for row in mine if (end, row["end"]) in inner]


def _live(row: Row, kinds: tuple[str, str], gone: Entities) -> bool:
    return (kinds[0], row["start"]) not in gone and (kinds[1], row["end"]) not in gone


def _put_standing(
    writer: Writer, out: Differing, organisations: Entities, born: set[int]
) -> dict[int, tuple[int, int]]:
    """Ultimate parents, counts and cycles of every organisation that hangs together with these; new parents.

    Who was `born` with this change was its own parent before.
    """
    seen: set[int] = set()
    ahead = {number for _, number in organisations}
    edges: dict[tuple[int, int], Row] = {}
    while ahead and len(seen) <= MOST_IN_GROUP:
        seen |= ahead
        asked = sorted(ahead)
        rows = [row for column in ("start", "end") for row in writer.get("subsidiary_of", column, asked)]
        edges |= {(row["start"], row["end"]): row for row in rows}
        ahead = {row[end] for row in rows for end in ("start", "end")} - seen
    if ahead or not seen:
        return {}
    ids = np.array(sorted(seen), np.int64)
    table = pa.Table.from_pylist([row for _, row in sorted(edges.items())], schema=arrow_schema("subsidiary_of"))
    stands = standing(ids, table)
    held = {row["id"]: row for row in writer.get("organisation", "id", ids.tolist())}
    above = [None if number < 0 else number for number in stands.controller.tolist()]
    rest = (getattr(stands, name).tolist() for name in _STANDING[1:])
    columns: Iterable[Any] = zip(ids.tolist(), above, *rest, strict=True)
    changed = [
        {**held[number], **dict(zip(_STANDING, values, strict=True))} for number, *values in columns if number in held
    ]
    out.put("organisation", [row for row in changed if row != held[row["id"]]])
    ends = {
        row["id"]: (row["id"] if row["id"] in born else held[row["id"]]["ultimate"], row["ultimate"]) for row in changed
    }
    return {number: both for number, both in ends.items() if both[0] != both[1]}
