"""Residencies: a person at a dwelling over a period, the units that households are made of.

Records of one person at one dwelling are one residency; two homes are two. A person without any address is one
residency nowhere, so that shared accounts can still make a household.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.compute import SortOptions, call_function

from spine.resolution.address_forms import Flags
from spine.resolution.components import Ints
from spine.resolution.dwellings import Dwellings, dwellings
from spine.resolution.grouping import (
    Coded,
    coded,
    distinct,
    groups_of,
    largest,
    rows_where,
    smallest,
    whole_numbers,
)
from spine.resolution.institutions import INSTITUTION_TYPES, RESIDENT_ROLES, collective_forms, settle
from spine.resolution.resolved import Resolved

HEAD_ROLES = (
    "reference person", "head", "householder", "self", "subscriber", "policyholder", "policy holder", "contract holder",
    "account holder",
)  # fmt: skip
FAMILY_ROLES = (
    "spouse", "child", "parent", "sibling", "grandchild", "relative", "partner", "husband", "wife", "son", "daughter",
    "mother", "father", "brother", "sister", "in-law", "dependent", "dependant",
)  # fmt: skip
RESIDENT_COLUMNS = {"household_role": RESIDENT_ROLES, "dwelling_type": INSTITUTION_TYPES}
"""By the columns that tell of the residents of an institution the words that do."""
CHILD_ROLES = ("child", "son", "daughter", "dependent", "dependant")


@dataclass(frozen=True)
class Residencies:
    """One row per residency; `of_row` [records] is the residency of each record, -1 for none.

    `person` is the person's label, `dwelling` a form of `dwellings.forms` (-1: nowhere). `first` and `last` are codes
    of `dates` (-1: not known), `since` and `until` [records] those of each record. `surnames` and `identifiers` are
    (residency, code or identifier id) pairs, sorted. `head`, `family` and `child` are declared roles; `collective`
    marks residents of an institution that a source declares as such; `rank` is the order that breaks ties, by the
    smallest record key.
    """

    of_row: Ints
    person: Ints
    dwelling: Ints
    dwellings: Dwellings
    first: Ints
    last: Ints
    since: Ints
    until: Ints
    dates: Coded
    surname: Coded
    surnames: tuple[Ints, Ints]
    head: Ints
    family: Flags
    child: Flags
    collective: Flags
    rank: Ints

    def __len__(self) -> int:
        return len(self.person)


def words_in(column: NDArray[np.object_], words: tuple[str, ...]) -> Flags:
    """Which texts contain one of the words."""
    return np.array([any(word in text.lower() for word in words) for text in column.tolist()], dtype=bool)


def flagged(resolved: Resolved, name: str, words: tuple[str, ...], negated: str = "") -> Flags:
    """Which records have one of the words in a column; never where the text begins with `negated`."""
    column = resolved.coded_text(name)
    found = words_in(column.texts, words)
    if negated:
        found &= ~np.array([text.lower().startswith(negated) for text in column.texts.tolist()], dtype=bool)
    return np.append(found, False)[column.codes]


def residents(resolved: Resolved) -> Flags:
    """Which records a source counts to the residents of an institution."""
    role, dwelling = (flagged(resolved, name, words) for name, words in RESIDENT_COLUMNS.items())
    return role | dwelling


def residencies(resolved: Resolved) -> Residencies:
    """The residencies of all persons, in the order of their smallest record key."""
    homes = dwellings(resolved)
    resident = residents(resolved)
    homes = settle(homes, resident, collective_forms(resolved, homes, resident), resolved.held)
    person, dwelling = resolved.person, homes.of_row
    lives = np.zeros(int(person.max(initial=-1)) + 2, dtype=bool)
    lives[person[dwelling >= 0]] = True
    takes_part = (person >= 0) & ((dwelling >= 0) | ~lives[person])
    rows = np.flatnonzero(takes_part)
    key_rank = _key_rank(resolved)
    group, first = groups_of([person[rows], dwelling[rows]])
    order = np.argsort(smallest(group, key_rank[rows], len(first)))
    place = np.empty(len(first), np.int64)
    place[order] = np.arange(len(first))
    of_row = np.full(resolved.size, -1, np.int64)
    of_row[rows] = place[group]
    inside = np.append(collective_forms(resolved, homes, resident), 0)
    return _described(resolved, homes, of_row, rows[first[order]], inside > 0)


def _described(resolved: Resolved, homes: Dwellings, of_row: Ints, first: Ints, collective: Flags) -> Residencies:
    size = len(first)
    surname = resolved.coded_text("surname")
    named = (of_row >= 0) & (surname.codes >= 0)
    since, until, dates = _sightings(resolved)
    heads, family = declared_roles(resolved)
    young = flagged(resolved, "household_role", CHILD_ROLES) & ~flagged(resolved, "household_role", ("person",))
    marked = np.zeros(size, dtype=bool)
    marked[of_row[family & (of_row >= 0)]] = True
    residency_dwelling = homes.of_row[first]
    return Residencies(
        of_row=of_row,
        person=resolved.person[first],
        dwelling=residency_dwelling,
        dwellings=homes,
        first=smallest(of_row, since, size),
        last=largest(of_row, until, size),
        since=since,
        until=until,
        dates=dates,
        surname=surname,
        surnames=distinct(of_row[named], surname.codes[named]),
        head=largest(of_row, heads, size),
        family=marked,
        child=np.isin(resolved.person[first], resolved.person[young & (resolved.person >= 0)]),
        collective=collective[residency_dwelling] & (residency_dwelling >= 0),
        rank=np.arange(size),
    )


def declared_roles(resolved: Resolved) -> tuple[Ints, Flags]:
    """Per record the source (a code) that counts it as the head of a household, -1 where none does; and which are
    family of a head."""
    heads = flagged(resolved, "household_role", HEAD_ROLES)
    family = flagged(resolved, "household_role", FAMILY_ROLES, "nonrelative") & ~flagged(
        resolved, "household_role", ("nonrelative", "foster")
    )
    return np.where(heads, resolved.coded_of_records("source").codes, -1), family


def _key_rank(resolved: Resolved) -> Ints:
    """The place of each record in the order of (source, record_id)."""
    keys = {name: resolved.records[name] for name in ("source", "record_id", "id")}
    order: Any = call_function("sort_indices", [pa.table(keys)], SortOptions([(name, "ascending") for name in keys]))
    rank = np.empty(resolved.size, np.int64)
    rank[np.asarray(order)] = np.arange(resolved.size)
    return rank


def _sightings(resolved: Resolved) -> tuple[Ints, Ints, Coded]:
    """Per record the first and last time it was seen, as codes of one column of times (-1: not known).

    That is when it was observed, widened by the sightings of its address.
    """
    seen = rows_where(resolved.claims, resolved.claims_of("address"))
    rows = whole_numbers(seen, "row")
    observed = resolved.records["observed_at"]
    both = coded(
        pa.chunked_array([c for column in (observed, seen["first_seen"], seen["last_seen"]) for c in column.chunks],
                         pa.string())
    )  # fmt: skip
    at = both.codes[: resolved.size]
    starts, ends = np.split(both.codes[resolved.size :], 2)
    since = smallest(np.concatenate([np.arange(len(at)), rows]), np.concatenate([at, starts]), len(at))
    until = largest(np.concatenate([np.arange(len(at)), rows]), np.concatenate([at, ends]), len(at))
    return np.where(since < 0, until, since), np.where(until < 0, since, until), both
