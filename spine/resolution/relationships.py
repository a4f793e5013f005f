"""Relationships of persons: who is family, who shares a device, an account or a telephone; and who works for whom."""

import json
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from spine.resolution.employment import employment
from spine.resolution.grouping import equal, rows_where, whole_numbers
from spine.resolution.links import entity_of_targets, joined_texts, shared_identifiers
from spine.resolution.resolved import Resolved
from spine.resolution.statements import DATED, DECLARED, Said, rows_of_statements

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


@dataclass(frozen=True)
class Relationships:
    """The tables `employed_by` and `related_to`, ordered by key; `unresolved` counts targets that nobody answers to."""

    employed_by: pa.Table
    related_to: pa.Table
    unresolved: dict[str, int] = field(default_factory=dict)


def relationships(resolved: Resolved) -> Relationships:
    """All relationships of persons that records declare or imply."""
    employed, lost_jobs = employment(resolved)
    related, lost_family = related_to(resolved)
    return Relationships(employed, related, {"employed_by": lost_jobs, "family": lost_family})


def related_to(resolved: Resolved) -> tuple[pa.Table, int]:
    """The table `related_to`, ordered by key, and how many declared relatives nobody answers to."""
    family, lost = declared_family(resolved)
    return rows_of_statements("related_to", [family, *sharing(resolved)]), lost


def declared_family(resolved: Resolved) -> tuple[Said, int]:
    """Family goes both ways: the smaller label stands first. And how many declared relatives nobody answers to."""
    declared = rows_where(resolved.relations, equal(resolved.relations["kind"], "family"))
    one = resolved.person[whole_numbers(declared, "row")]
    other = entity_of_targets(resolved, declared, resolved.person)
    known = (one >= 0) & (other >= 0) & (one != other)
    kept = rows_where(declared, known)
    low, high = np.minimum(one, other)[known], np.maximum(one, other)[known]
    about = resolved.ids[whole_numbers(kept, "row")]
    said = Said(low, high, np.full(kept.num_rows, DECLARED), "family", declared=kept.select(DATED), about=about)
    return said, int(((one >= 0) & (other < 0)).sum())


def sharing(resolved: Resolved) -> list[Said]:
    """Who carries one identifier of a namespace, for each of `SHARING`."""
    out = []
    for namespace, (kind, sure) in SHARING.items():
        shared = shared_identifiers(resolved, namespace, CROWD)
        if not len(shared.left):
            continue
        numbers = [pa.array(column).cast(pa.string()) for column in (shared.identifier, shared.carriers)]
        words = f', "namespace": {json.dumps(namespace)}, "identifier": ', ', "carriers": '
        fixed = [pa.repeat(word, len(shared.left)) for word in words]
        detail = joined_texts(fixed[0], numbers[0], fixed[1], numbers[1])
        weight = sure * 2 / np.maximum(shared.carriers, 2)
        out.append(Said(shared.left, shared.right, weight, kind, detail, about=shared.identifier))
    return out
