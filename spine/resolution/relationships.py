"""Relationships of persons: who works for whom, who is family, who shares a device, an account or a telephone."""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.compute import ReplaceSubstringOptions, call_function

from spine.normalise.emails import company_domain
from spine.normalise.organisations import split_organisation
from spine.ports import arrow_schema
from spine.resolution.components import Ints
from spine.resolution.grouping import (
    Coded,
    coded,
    distinct,
    equal,
    groups_of,
    largest,
    rows_where,
    spread,
    whole_numbers,
)
from spine.resolution.links import entity_of_targets, joined_texts, shared_identifiers
from spine.resolution.resolved import Resolved

DECLARED = 0.99
"""A source says so; sources err rarely, but they do."""
BY_DOMAIN = 0.85
"""A company e-mail address: mostly staff, sometimes contractors and pensioners."""
BY_EMPLOYER_NAME = 0.75
"""The employer's name as the person gave it equals the organisation's: namesakes of companies exist."""
MOST_EMPLOYERS = 5
"""A domain or name that more organisations carry says nothing about which one."""
CROWD = 20
"""An identifier that more persons carry relates nobody."""
SHARING = {
    "device": ("shares_device", 0.6),
    "mobile_token": ("shares_device", 0.6),
    "cookie": ("shares_device", 0.5),
    "account": ("shares_account", 0.8),
    "loyalty": ("shares_account", 0.8),
    "phone": ("shares_phone", 0.5),
}
"""Per namespace the kind of relationship, and how sure it is when two carry the identifier; with n, 2/n of that."""


class _Said(NamedTuple):
    """Statements, one per row: who, whom, how sure, and more to say as JSON members; `declared` has role and dates."""

    start: Ints
    end: Ints
    weight: NDArray[np.float64]
    kind: str
    detail: "pa.ChunkedArray[Any] | None" = None
    declared: pa.Table | None = None


_DATED = ["role", "valid_from", "valid_to"]


@dataclass(frozen=True)
class Relationships:
    """The tables `employed_by` and `related_to`, ordered by key; `unresolved` counts targets that nobody answers to."""

    employed_by: pa.Table
    related_to: pa.Table
    unresolved: dict[str, int] = field(default_factory=dict)


def relationships(resolved: Resolved) -> Relationships:
    """All relationships of persons that records declare or imply."""
    jobs, lost_jobs = _declared(resolved, "employed_by", resolved.organisation)
    family, lost_family = _declared(resolved, "family", resolved.person)
    employed = _gathered("employed_by", [jobs, _by_domain(resolved), _by_name(resolved)])
    related = _gathered("related_to", [_both_ways(family), *_sharing(resolved)])
    return Relationships(employed, related, {"employed_by": lost_jobs, "family": lost_family})


def _declared(resolved: Resolved, kind: str, entity: Ints) -> tuple[_Said, int]:
    declared = rows_where(resolved.relations, equal(resolved.relations["kind"], kind))
    start = resolved.person[whole_numbers(declared, "row")]
    end = entity_of_targets(resolved, declared, entity)
    known = (start >= 0) & (end >= 0) & ((start != end) | (kind == "employed_by"))
    kept = rows_where(declared, known)
    sure = np.full(kept.num_rows, DECLARED)
    said = _Said(start[known], end[known], sure, f"declared_{kind}", declared=kept.select(_DATED))
    return said, int(((start >= 0) & (end < 0)).sum())


def _both_ways(said: _Said) -> _Said:
    """Family goes both ways: the smaller label stands first."""
    low, high = np.minimum(said.start, said.end), np.maximum(said.start, said.end)
    return said._replace(start=low, end=high, kind="family")


def _by_domain(resolved: Resolved) -> _Said:
    """Persons whose e-mail address lies in a domain that organisations claim; never a free-mail one."""
    emails = rows_where(resolved.claims, equal(resolved.claims["namespace"], "email"))
    domains = rows_where(resolved.claims, equal(resolved.claims["namespace"], "domain"))
    domain = call_function("replace_substring_regex", [emails["value"]], ReplaceSubstringOptions("^.*@", ""))
    values = coded(pa.chunked_array([*domain.chunks, *domains["value"].chunks], pa.string()))
    hosts = [company_domain(text) or "" for text in values.texts.tolist()]
    host = coded(pa.chunked_array([pa.array(hosts, pa.string())]))
    of_claim = np.append(host.codes, -1)[values.codes]
    person = resolved.person[whole_numbers(emails, "row")]
    organisation = resolved.organisation[whole_numbers(domains, "row")]
    return _matched(person, of_claim[: len(person)], organisation, of_claim[len(person) :], BY_DOMAIN, "email_domain")


def _by_name(resolved: Resolved) -> _Said:
    """Persons who name an employer whose name, without its legal form, is that of an organisation."""
    employer = resolved.coded_text("employer_name")
    plain = [split_organisation(text)[0] or "" for text in employer.texts.tolist()]
    names = resolved.text("organisation")
    both = coded(pa.chunked_array([pa.array(plain, pa.string()), *names.chunks], pa.string()))
    given = np.append(both.codes[: len(plain)], -1)[employer.codes]
    carried = both.codes[len(plain) :]
    return _matched(resolved.person, given, resolved.organisation, carried, BY_EMPLOYER_NAME, "employer_name")


def _matched(person: Ints, asked: Ints, organisation: Ints, carried: Ints, sure: float, kind: str) -> _Said:
    """Persons and organisations that meet in a code; the more organisations carry it, the less it says of each."""
    usable = (person >= 0) & (asked >= 0)
    person, asked = distinct(person[usable], asked[usable])
    usable = (organisation >= 0) & (carried >= 0)
    code, organisation = distinct(carried[usable], organisation[usable])
    place, found = spread(asked, code, organisation)
    many = np.bincount(place, minlength=len(asked))[place]
    kept = many <= MOST_EMPLOYERS
    return _Said(person[place[kept]], found[kept], sure / many[kept], kind)


def _sharing(resolved: Resolved) -> list[_Said]:
    out = []
    for namespace, (kind, sure) in SHARING.items():
        shared = shared_identifiers(resolved, namespace, CROWD)
        numbers = [pa.array(column).cast(pa.string()) for column in (shared.identifier, shared.carriers)]
        words = f', "namespace": {json.dumps(namespace)}, "identifier": ', ', "carriers": '
        fixed = [pa.repeat(word, len(shared.left)) for word in words]
        detail = joined_texts(fixed[0], numbers[0], fixed[1], numbers[1])
        out.append(_Said(shared.left, shared.right, sure * 2 / np.maximum(shared.carriers, 2), kind, detail))
    return out


def _gathered(table: str, statements: list[_Said]) -> pa.Table:
    """One row per key of the table: weights of independent statements add up as 1 - (1 - a)(1 - b)."""
    start, end, weight = (np.concatenate([said[at] for said in statements]) for at in range(3))
    schema = arrow_schema(table)
    if not len(start):
        return schema.empty_table()
    kinds, many = [said.kind for said in statements], [len(said.start) for said in statements]
    names = coded(pa.chunked_array([pa.array(kinds, pa.string())]))
    kind = np.repeat(names.codes, many)
    key = [start, end, kind] if "kind" in schema.names else [start, end]
    group, first = groups_of(key)
    doubt = np.bincount(group, weights=np.log1p(-weight))
    told = pa.concat_tables([_dated(said) for said in statements])
    spoken = np.repeat([said.declared is not None for said in statements], many)
    # Of several declarations, the last that says something about a role or date is believed.
    latest = {name: largest(group, np.where(coded(told[name]).codes >= 0, np.arange(len(group)), -1), len(first))
              for name in _DATED}  # fmt: skip
    columns: dict[str, Any] = {
        "start": start[first],
        "end": end[first],
        "kind": names.arrow(kind[first]),
        "weight": np.round(-np.expm1(doubt), 6),
        "declared": np.bincount(group, weights=spoken) > 0,
        "evidence": _evidence(statements, group, len(first)),
        **{name: told[name].take(pa.array(at, pa.int64(), mask=at < 0)) for name, at in latest.items()},
    }
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _dated(said: _Said) -> pa.Table:
    """Role and dates of each statement; nulls where it is not declared."""
    if said.declared is not None:
        return said.declared
    nothing: Any = pa.nulls(len(said.start), pa.string())
    return pa.table(dict.fromkeys(_DATED, nothing))


def _evidence(statements: list[_Said], group: Ints, size: int) -> "pa.Array[Any]":
    """Per group the JSON list of what was said: kind, weight, and the details."""
    chunks = []
    for said in statements:
        weights, place = np.unique(np.round(said.weight, 4), return_inverse=True)
        texts = [f'{{"kind": {json.dumps(said.kind)}, "weight": {weight}' for weight in weights.tolist()]
        begun = Coded(place, np.array(texts, dtype=object)).arrow(place)
        detail = said.detail if said.detail is not None else pa.repeat("", len(place))
        chunks.extend(joined_texts(begun, detail, pa.repeat("}", len(place))).chunks)
    order: Any = np.argsort(group, kind="stable")
    offsets: Any = pa.array(np.searchsorted(group[order], np.arange(size + 1)).astype(np.int32))
    sorted_texts: Any = pa.concat_arrays(chunks).take(pa.array(order))
    lists = pa.ListArray.from_arrays(offsets, sorted_texts)
    joined = call_function("binary_join", [lists, ", "])
    return joined_texts(pa.repeat("[", size), joined, pa.repeat("]", size)).combine_chunks()
