"""The claims of a few records, value by value: what `claims` makes of whole columns, without any."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from spine.normalise.claims import CLAIM_COLUMNS, Claims
from spine.normalise.identifiers import normaliser

FEW = 16
"""Of up to so many records claims are made value by value."""
_Claim = dict[str, Any]


def few_claims(
    identifiers: Sequence[Sequence[Mapping[str, Any] | None] | None],
    regions: Sequence[str],
    made: Iterable[tuple[str, Sequence[str | None]]],
    observed: Sequence[str | None],
) -> Claims:
    """The claims that came with some records, and those `made` of what they say (namespace, value of each record).

    Every value is canonical by its namespace, local phones by the region of their record; what is not dated was seen
    when the record was observed; each identifier stands once per row, as in `claims.once_per_row`.
    """
    came: list[_Claim] = []
    unusable: list[tuple[int, str, str]] = []
    for row, some in enumerate(identifiers):
        for one in some or ():
            if one is None or one["namespace"] is None or one["value"] is None:
                continue
            namespace, text = one["namespace"], one["value"]
            value = normaliser(namespace, regions[row] if namespace == "phone" else "")(text)
            if value is None:
                unusable.append((row, namespace, text))
            else:
                came.append({**one, "row": row, "value": value})
    for namespace, values in made:
        told = ((row, value) for row, value in enumerate(values) if value is not None)
        came += [{"row": row, "namespace": namespace, "value": value} for row, value in told]
    once: dict[tuple[int, str, str], _Claim] = {}
    for claim in sorted(came, key=lambda one: int(one["row"])):
        seen = observed[claim["row"]]
        first, last = (seen if claim.get(name) is None else claim[name] for name in _SEEN)
        claim = {**claim, "verified": bool(claim.get("verified")), "first_seen": first, "last_seen": last}
        key = claim["row"], claim["namespace"], claim["value"]
        once[key] = _joined(once[key], claim) if key in once else claim
    table = pa.Table.from_pylist(list(once.values()), schema=CLAIM_COLUMNS)
    return Claims(table, unusable, dict(Counter(namespace for _, namespace, _ in unusable)))


_SEEN = ("first_seen", "last_seen")


def _joined(one: _Claim, other: _Claim) -> _Claim:
    """Two claims of one identifier: verified if one was, first to last sighting."""
    first, last = ([side[name] for side in (one, other) if side[name] is not None] for name in _SEEN)
    return {
        **one,
        "verified": one["verified"] or other["verified"],
        "first_seen": min(first, default=None),
        "last_seen": max(last, default=None),
    }
