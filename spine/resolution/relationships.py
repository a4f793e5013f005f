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
from spine.resolution.grouping import coded, distinct, equal, rows_where, spread, whole_numbers
from spine.resolution.links import entity_of_targets, shared_identifiers
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
    """Statements, one per row: start, end, how sure, whether declared, what was said and between which dates."""

    start: Ints
    end: Ints
    weight: NDArray[np.float64]
    kind: str
    role: list[str | None] | None = None
    valid_from: list[str | None] | None = None
    valid_to: list[str | None] | None = None
    detail: list[Any] | None = None


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
    texts = {name: kept[name].to_pylist() for name in ("role", "valid_from", "valid_to")}
    said = _Said(start[known], end[known], np.full(int(known.sum()), DECLARED), f"declared_{kind}", **texts)
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
    employer = coded(resolved.text("employer_name"))
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
        detail = [
            {"namespace": namespace, "identifier": identifier, "carriers": carriers}
            for identifier, carriers in zip(shared.identifier.tolist(), shared.carriers.tolist(), strict=True)
        ]
        out.append(_Said(shared.left, shared.right, sure * 2 / np.maximum(shared.carriers, 2), kind, detail=detail))
    return out


def _gathered(table: str, statements: list[_Said]) -> pa.Table:
    """One row per key of the table: weights of independent statements add up as 1 - (1 - a)(1 - b)."""
    keyed = table == "related_to"
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for said in statements:
        empty: list[Any] = [None] * len(said.start)
        columns = (said.start.tolist(), said.end.tolist(), said.weight.tolist(), *(
            empty if column is None else column for column in (said.role, said.valid_from, said.valid_to, said.detail)
        ))  # fmt: skip
        for start, end, weight, role, since, until, detail in zip(*columns, strict=True):
            key = (start, end, said.kind) if keyed else (start, end)
            row = rows.setdefault(key, {"doubt": 1.0, "evidence": [], "declared": False})
            row["doubt"] *= 1 - weight
            row["evidence"].append({"kind": said.kind, "weight": round(weight, 4)} | (detail or {}))
            if said.kind.startswith("declared_") or said.kind == "family":
                row["declared"] = True
                row.update({name: value for name, value in
                            (("role", role), ("valid_from", since), ("valid_to", until)) if value})  # fmt: skip
    return _table(table, rows)


def _table(table: str, rows: dict[tuple[Any, ...], dict[str, Any]]) -> pa.Table:
    keys = sorted(rows)
    names = ("start", "end", "kind")
    columns: dict[str, Any] = {
        **{name: [key[place] for key in keys] for place, name in enumerate(names) if keys and place < len(keys[0])},
        "weight": [round(1 - rows[key]["doubt"], 6) for key in keys],
        "evidence": [json.dumps(rows[key]["evidence"]) for key in keys],
        **{name: [rows[key].get(name) for key in keys] for name in ("declared", "role", "valid_from", "valid_to")},
    }
    schema = arrow_schema(table)
    return pa.table({name: columns[name] if keys else [] for name in schema.names}, schema=schema)
