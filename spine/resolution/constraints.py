"""Verified values of unique namespaces: two that differ can't be one person."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from spine.resolution.components import Ints, inside_pairs

_AT_ONCE = 1 << 20
"""So many pairs are looked at at a time."""
LOGIN = "login"
SESSION = ("cookie", "device", "mobile_token")
"""What a browser or an app is known by: a login that a record has beside one of these took place there."""


def proved_by_themselves(row: Any, namespace: Any, verified: Any) -> NDArray[np.bool_]:
    """Which claims of records (Arrow columns) are verified, or logins that a browser or an app was seen with.

    Nobody types the id of a login account into a form: where it is told of a session, somebody had logged in.
    """
    proved: NDArray[np.bool_] = compute.fill_null(verified, False).to_numpy()
    login: NDArray[np.bool_] = compute.is_in(namespace, pa.array([LOGIN], pa.string())).to_numpy()
    if login.any():
        seen = compute.is_in(namespace, pa.array(SESSION, pa.string())).to_numpy()
        number = row.to_numpy()
        proved = proved | (login & np.isin(number, number[seen]))
    return proved


def unique_conflicts(
    labels: NDArray[Any],
    record: NDArray[Any],
    namespace: NDArray[Any],
    value: NDArray[Any],
    verified: NDArray[Any],
    unique: Collection[Any],
) -> tuple[Ints, Ints]:
    """Pairs of rows of one component (`labels`) whose verified values of a `unique` namespace have none in common.

    `record`, `namespace`, `value` and `verified` are the columns of the claims: row number, namespace, normalised value
    (or its number), and whether it is verified; unverified ones are evidence only and count for nothing here. Each
    pair comes once, smaller row first, sorted.
    """
    used = verified.astype(np.bool_) & np.isin(namespace, list(unique))
    used &= np.bincount(labels, minlength=len(labels))[labels[record]] > 1
    record = record[used].astype(np.int64)
    if len(record) == 0:
        return record, record.copy()
    kind = np.unique(namespace[used], return_inverse=True)[1]
    number = np.unique(value[used], return_inverse=True)[1]
    # A holder is a record with what it claims in one namespace; holders of one component and namespace are compared.
    holder, first = _numbered(kind, record)
    record, cell = record[first], labels[record[first]] + kind[first] * len(labels)
    left, right, _ = inside_pairs(cell)
    _, first = _numbered(holder, number)
    together, _ = _numbered(cell[holder[first]], number[first])
    one, other, _ = inside_pairs(together)
    one, other = holder[first][one], holder[first][other]
    shared = np.minimum(one, other) * len(record) + np.maximum(one, other)
    apart = ~np.isin(left * len(record) + right, shared)
    left, right = record[left[apart]], record[right[apart]]
    _, first = _numbered(np.minimum(left, right), np.maximum(left, right))
    return np.minimum(left, right)[first], np.maximum(left, right)[first]


def sole_values(size: int, record: Ints, namespace: NDArray[Any], value: Ints) -> list[Ints]:
    """Per namespace the value of each of `size` records that has exactly one; 0 for those with none or several.

    The columns are those of verified claims of unique namespaces; values are numbers, never 0.
    """
    out = []
    for kind in np.unique(namespace):
        here = namespace == kind
        row, number = record[here], value[here]
        sole = np.zeros(size, np.int64)
        sole[row] = number
        several = row[sole[row] != number]
        sole[several] = 0
        out.append(sole)
    return out


def may_be_one(soles: Sequence[Ints], left: Ints, right: Ints) -> NDArray[np.bool_]:
    """Which pairs of records no two different `sole_values` keep apart: the others need not be compared.

    They could only join what is kept apart anyway. A record with several values is left to `unique_conflicts`.
    """
    out = np.ones(len(left), dtype=np.bool_)
    for start in range(0, len(left), _AT_ONCE):
        piece = slice(start, start + _AT_ONCE)
        for sole in soles:
            one, other = sole[left[piece]], sole[right[piece]]
            out[piece] &= (one == other) | (one == 0) | (other == 0)
    return out


def _numbered(*columns: NDArray[Any]) -> tuple[Ints, Ints]:
    """Equal rows of the columns get one number, in sorted order; and where each number first stands."""
    order = np.lexsort(columns[::-1])
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(fresh) - 1
    return number, order[fresh].astype(np.int64)
