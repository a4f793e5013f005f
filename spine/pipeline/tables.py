"""What a resolve found, as tables of the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.pipeline.gather import Gathered
from spine.pipeline.matching import Compared, Known, Matched
from spine.pipeline.room import give_back
from spine.ports import arrow_schema
from spine.resolution.components import Ints
from spine.resolution.consent_state import agreed, holders, nothing_agreed
from spine.resolution.entities import Entities, entities
from spine.resolution.flags import over_merge
from spine.resolution.golden_rules import SHIPPED, Rules
from spine.resolution.organisation_facts import organisation_table
from spine.resolution.organisations import Hierarchy, hierarchy
from spine.resolution.packing import pack_all
from spine.resolution.person_facts import person_table
from spine.resolution.relationships import relationships
from spine.resolution.resolved import Resolved

DERIVED = (
    "match", "component", "in_component", "person", "organisation", "resolves_to_person", "resolves_to_organisation",
    "household", "resides_in", "member_of", "related_to", "employed_by", "subsidiary_of",
)  # fmt: skip
"""The tables that a resolve makes anew, in an order in which nodes come before their edges."""
COMPARED, MATCHED, RESOLVED = 1, 3, 7
"""So many of them are known when pairs were compared, when trees have grown, and when records resolve to entities."""


def resolved_of(gathered: Gathered, found: Iterable[tuple[Known, Entities]]) -> Resolved:
    """The records with the entity that each resolves to."""
    label = {kind: np.full(gathered.size, -1, np.int64) for kind in Kind}
    for matched, entity in found:
        label[matched.kind][matched.rows] = entity.id[entity.entity]
    label = gathered.aside.arrays(label)
    return Resolved(
        gathered.records,
        gathered.fields,
        label[Kind.PERSON],
        label[Kind.ORGANISATION],
        gathered.attributes,
        gathered.claims,
        gathered.relations,
        aside=gathered.aside,
    )


def entities_of(gathered: Gathered, matched: Matched, confidence: float) -> Entities:
    """The entities of a kind at a confidence."""
    found = entities(matched.trees, matched.model.height(confidence), gathered.ids[matched.rows])
    return Entities(**gathered.aside.arrays({one.name: getattr(found, one.name) for one in fields(Entities)}))


def component_tables(gathered: Gathered, matched: Matched) -> tuple[dict[str, pa.Table], dict[int, list[str]]]:
    """`component` and `in_component` of one kind; and the over-merge flags of each record's component."""
    ids, trees = gathered.ids[matched.rows], matched.trees
    member = ids[trees.rows]
    first = np.minimum.reduceat(member, trees.start[:-1]) if len(trees) else member
    start, data = pack_all(trees)
    flags = over_merge(trees, _names(matched))
    buffers = [None, pa.py_buffer(start.astype(np.int64).tobytes()), pa.py_buffer(data.tobytes())]
    values = pa.Array.from_buffers(pa.large_binary(), len(trees), buffers)
    component = pa.table(
        {
            "id": first,
            "kind": pa.array([matched.kind.value] * len(trees), pa.string()),
            "size": np.diff(trees.start),
            "members": pa.ListArray.from_arrays(pa.array(trees.start, pa.int32()), pa.array(member)),
            "value": values.cast(pa.binary()),
            "flags": pa.array(flags, pa.list_(pa.string())),
        },
        schema=arrow_schema("component"),
    )
    # In the order of its key a table is written piece by piece.
    order = np.argsort(member)
    edges = {"start": member[order], "end": first[trees.component][order]}
    inside = pa.table(edges, schema=arrow_schema("in_component"))
    flagged = {c: found for c, found in enumerate(flags) if found}
    by_record = {int(ids[row]): found for c, found in flagged.items() for row in trees.members(c).tolist()}
    return {"component": component, "in_component": inside}, by_record


def match_table(gathered: Gathered, found: Compared) -> pa.Table:
    """The matches of a kind."""
    ids = gathered.ids[found.rows]
    left, right = ids[found.left], ids[found.right]
    columns: dict[str, Any] = {
        "start": left,
        "end": right,
        "weight": found.weight,
        "probability": found.model.probabilities(found.weight),
        "levels": found.levels,
        "model": pa.repeat(found.model.version, len(left)),
    }
    return pa.table(columns, schema=arrow_schema("match"))


def _names(matched: Matched) -> Ints:
    """A number for each record's whole name, negative where there is none."""
    codes = matched.encoded.codes
    if matched.kind is Kind.ORGANISATION:
        return codes["organisation"].astype(np.int64)
    given, surname = codes["given"].astype(np.int64), codes["surname"].astype(np.int64)
    whole = given * (len(matched.encoded.texts_of("surname")) + 1) + surname
    return np.where((given < 0) | (surname < 0), -1, whole)


def entity_tables(
    resolved: Resolved,
    found: Mapping[Kind, tuple[Known, Entities]],
    flags: dict[int, list[str]],
    rules: Rules = SHIPPED,
    consents: pa.Table | None = None,
) -> tuple[dict[str, pa.Table], Hierarchy, dict[str, int]]:
    """Persons, organisations and all that relates them; the hierarchy, and declared targets that nobody answers to.

    `consents` are what was said at the identifiers of all of these records.
    """
    said = nothing_agreed() if consents is None else agreed(consents, holders(resolved, consents))
    over = hierarchy(resolved)
    linked = relationships(resolved)
    give_back()
    tables = {"employed_by": linked.employed_by, "related_to": linked.related_to, "subsidiary_of": over.subsidiary_of}
    people, companies = found.get(Kind.PERSON), found.get(Kind.ORGANISATION)
    tables["person"] = (
        person_table(resolved, people[1], flags, people[0].model.probabilities, rules, said)
        if people
        else _none("person")
    )
    tables["organisation"] = (
        organisation_table(resolved, over, companies[1], flags, companies[0].model.probabilities, rules)
        if companies
        else _none("organisation")
    )
    for kind, labels in ((Kind.PERSON, resolved.person), (Kind.ORGANISATION, resolved.organisation)):
        rows = labels >= 0
        edges = {"start": resolved.ids[rows], "end": labels[rows]}
        tables[f"resolves_to_{kind.value}"] = pa.table(edges, schema=arrow_schema(f"resolves_to_{kind.value}"))
    unresolved = {**linked.unresolved, **{f"parent {name}": n for name, n in over.unresolved.items()}}
    return tables, over, {name: count for name, count in unresolved.items() if count}


def _none(table: str) -> pa.Table:
    return arrow_schema(table).empty_table()
