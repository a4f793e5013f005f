"""Whose consents hold, for many at once: the rules of `spine.explore.consents`, over columns.

A consent is of the person of the record that it came with; else of the one who carries the identifier at that time;
else, if it was given, of nobody, and if it was withdrawn, of all of them (decision record 31).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from spine.normalise.columns import at_positions
from spine.resolution.carriage import given_up_before, held_at
from spine.resolution.components import Ints
from spine.resolution.grouping import (
    Coded,
    coded,
    distinct,
    equal,
    groups_of,
    spread,
    text_lists_of,
    whole_numbers,
)
from spine.resolution.resolved import SAID, Resolved


def heard(consents: pa.Table, speaker: Ints, carried: pa.Table) -> pa.Table:
    """The table `resolved.SAID`: of each consent all records that carry, or carried, its identifier.

    `consents`: consent, identifier, purpose, status, at; `speaker` is the record that each came with, -1 for none.
    `carried`: start, end, valid_from, valid_to, all edges of these identifiers.
    """
    place, edge = spread(
        whole_numbers(consents, "identifier"), whole_numbers(carried, "end"), np.arange(carried.num_rows)
    )
    record = whole_numbers(carried, "start")[edge]
    told = at_positions(consents, place)
    columns: dict[str, Any] = {
        **{name: told[name] for name in SAID.names[:5]},
        "record": record,
        "held": _held(told["at"], edge, carried),
        "own": record == speaker[place],
    }
    return pa.table(columns, schema=SAID)


def _held(at: "pa.ChunkedArray[Any]", edge: Ints, carried: pa.Table) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Whether each was said of who carries the edge beside it; most identifiers never change hands."""
    ends: Mapping[int, list[str]] = _ends(carried)
    changing = np.isin(whole_numbers(carried, "end")[edge], list(ends))
    out = np.ones(len(edge), dtype=bool)
    rows = np.flatnonzero(changing)
    times = at_positions(at, rows).to_pylist()
    edges = at_positions(carried, edge[rows]).to_pylist()
    for row, when, one in zip(rows.tolist(), times, edges, strict=True):
        since = given_up_before(one["valid_from"], ends[one["end"]])
        out[row] = held_at(when, one["valid_from"], one["valid_to"], since)
    return out


def _ends(carried: pa.Table) -> dict[int, list[str]]:
    """By identifier the times at which records gave it up."""
    given_up = carried["valid_to"].is_valid().to_numpy()
    out: dict[int, list[str]] = {}
    for one in at_positions(carried, np.flatnonzero(given_up)).select(["end", "valid_to"]).to_pylist():
        if one["valid_to"]:
            out.setdefault(one["end"], []).append(one["valid_to"])
    return out


class Agreed(NamedTuple):
    """The consents that hold: `entity` and the `code` of a purpose, sorted, and the `purposes` behind the codes."""

    entity: Ints
    code: Ints
    purposes: Coded

    def purposes_of(self, entities: Ints) -> "pa.Array[Any]":
        """The purposes that each of these entities, sorted, has consented to, sorted."""
        place = np.searchsorted(entities, self.entity)
        known = place < len(entities)
        known[known] = entities[place[known]] == self.entity[known]
        return text_lists_of(place[known], self.code[known], self.purposes, len(entities))


def nothing_agreed() -> Agreed:
    """No consents."""
    return agreed(SAID.empty_table(), np.empty(0, np.int64))


def holders(resolved: Resolved, said: pa.Table) -> Ints:
    """The person or organisation that the record of each row resolves to, -1 where it is not among these records."""
    ids, asked = resolved.ids, whole_numbers(said, "record")
    if not len(ids):
        return np.full(len(asked), -1, np.int64)
    place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    label = np.where(resolved.person >= 0, resolved.person, resolved.organisation)
    return np.where(ids[place] == asked, label[place], -1)


def agreed(said: pa.Table, holder: Ints) -> Agreed:
    """The consents that hold; `holder` is the entity of the record of each row of `said`, -1 for one that is not there.

    The newest word on a purpose holds; of two at one time, the withdrawal.
    """
    row, owner = whose(said, holder)
    purpose, given = coded(said["purpose"]), equal(said["status"], "given")[row]
    at, code = coded(said["at"]).codes[row], purpose.codes[row]
    order = np.lexsort((whole_numbers(said, "consent")[row], ~given, at, code, owner))
    given, owner, code = given[order], owner[order], code[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (owner[1:] != owner[:-1]) | (code[1:] != code[:-1])
    holds = last & given & (code >= 0)
    return Agreed(owner[holds], code[holds], purpose)


def whose(said: pa.Table, holder: Ints) -> tuple[Ints, Ints]:
    """Of whom each consent is: (a row of `said` that tells of it, the entity), once for each that it is of."""
    here: Ints = np.flatnonzero(holder >= 0)
    said, holder = at_positions(said, here), holder[here]
    consent = whole_numbers(said, "consent")
    group, first = groups_of([consent, whole_numbers(said, "identifier")]) if len(consent) else (consent, consent)
    own, held = (said[name].to_numpy().astype(bool) for name in ("own", "held"))
    spoken = np.zeros(len(first), dtype=bool)
    spoken[group[own]] = True
    mine = np.where(spoken[group], own, held)
    group, owner = distinct(group[mine], holder[mine])
    given = equal(said["status"], "given")[first]
    alone = np.bincount(group, minlength=len(first)) == 1
    counts = (spoken | ~given | alone)[group]
    return here[first[group[counts]]], owner[counts]
