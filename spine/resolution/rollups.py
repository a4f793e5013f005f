"""What a corporate group adds up to: customers, employees, orders, invoices and open tickets, along the tree.

Orders and invoices that were cancelled, returned or refunded add nothing, as in the shipped facts. One function on
columns for one group and for all. An event, a person or a customer number that several members of a group have in
common counts once in the group.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.domain.statuses import CLOSED, UNDONE, status_word
from spine.resolution.components import Ints
from spine.resolution.grouping import coded, distinct, groups_of

CUSTOMER = ("customer",)
"""Namespaces of which each number is an account of a customer."""


_MONEY: dict[str, Any] = {"id": pa.int64(), "currency": pa.string(), "amount": pa.float64()}
MONEY = pa.schema(_MONEY)


@dataclass(frozen=True)
class Facts:
    """What is known of organisations, as tables; ids are those of the graph.

    `carried`: organisation, identifier, namespace. `happened`: organisation, event, kind, value, currency, status.
    `employed`: organisation, person. Rows may repeat.
    """

    carried: pa.Table
    happened: pa.Table
    employed: pa.Table


@dataclass(frozen=True)
class RollUps:
    """Per organisation (`id`, sorted) the sums over itself, or over itself and all that it controls.

    `ordered` and `invoiced` have the columns id, currency, amount: one row per organisation and currency that occurs.
    """

    id: Ints
    organisations: Ints
    customers: Ints
    employees: Ints
    open_tickets: Ints
    ordered: pa.Table
    invoiced: pa.Table


def forest(ids: Ints, controller: Ints, ultimate: Ints) -> tuple[Ints, Ints]:
    """(above, below): every organisation under each that controls it, directly or not, and under itself; as places.

    `ids` is sorted, `controller` -1 for none. A cycle is cut at its smallest member, which is its ultimate parent.
    Controllers that are not among `ids` count as none.
    """
    own = np.arange(len(ids), dtype=np.int64)
    place = np.minimum(np.searchsorted(ids, controller), max(len(ids) - 1, 0))
    known = (controller >= 0) & (ids != ultimate)
    known &= ids[place] == controller
    target = np.where(known, place, own)
    aboves, belows = [own], [own]
    above, below = own, own
    while True:
        moved = target[above] != above
        above, below = target[above[moved]], below[moved]
        if not len(above):
            return np.concatenate(aboves), np.concatenate(belows)
        aboves.append(above)
        belows.append(below)


def roll_up(ids: Ints, above: Ints, below: Ints, facts: Facts) -> RollUps:
    """The sums of every organisation over those below it; give `above` = `below` = all places for its own alone."""
    size = len(ids)
    owner, start = _by_owner(above, below, size)
    carried, happened, employed = facts.carried, facts.happened, facts.employed
    customers = carried.take(_where(np.isin(_texts(carried["namespace"]), CUSTOMER)))
    kind = _texts(happened["kind"])
    status = _texts(happened["status"], status_word)
    tickets = happened.take(_where((kind == "ticket") & ~np.isin(status, CLOSED)))
    kept = ~np.isin(status, UNDONE)

    def counted(table: pa.Table, name: str) -> Ints:
        group, _ = _spread(ids, owner, start, table, name)
        return np.bincount(group, minlength=size).astype(np.int64)

    def money(what: str) -> pa.Table:
        return _money(ids, owner, start, happened.take(_where((kind == what) & kept)))

    return RollUps(
        ids,
        np.bincount(above, minlength=size).astype(np.int64),
        counted(customers, "identifier"),
        counted(employed, "person"),
        counted(tickets, "event"),
        money("order"),
        money("invoice"),
    )


def _by_owner(above: Ints, below: Ints, size: int) -> tuple[Ints, Ints]:
    """Those above, ordered by those below, and where each one's begin."""
    order = np.argsort(below, kind="stable")
    return above[order], np.searchsorted(below[order], np.arange(size + 1))


def _spread(ids: Ints, owner: Ints, start: Ints, table: pa.Table, name: str) -> tuple[Ints, Ints]:
    """The distinct (place of an organisation above, value) of a table's rows."""
    org, value = (table[column].to_numpy().astype(np.int64) for column in ("organisation", name))
    at = np.minimum(np.searchsorted(ids, org), max(len(ids) - 1, 0))
    kept = np.flatnonzero(ids[at] == org) if len(ids) else np.empty(0, np.int64)
    at, value = distinct(at[kept], value[kept])
    many = start[at + 1] - start[at]
    row = np.repeat(np.arange(len(at)), many)
    step = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    return distinct(owner[start[at][row] + step], value[row])


def _money(ids: Ints, owner: Ints, start: Ints, happened: pa.Table) -> pa.Table:
    group, event = _spread(ids, owner, start, happened, "event")
    number, first = np.unique(happened["event"].to_numpy(), return_index=True)
    at = first[np.searchsorted(number, event)] if len(event) else event
    value = happened["value"].to_numpy(zero_copy_only=False).astype(np.float64)[at]
    currency = coded(happened["currency"])
    kept = ~np.isnan(value)
    group, value, code = group[kept], value[kept], currency.codes[at][kept]
    pair, begin = groups_of([group, code]) if len(group) else (group, group)
    columns: dict[str, Any] = {
        "id": ids[group[begin]],
        "currency": currency.arrow(code[begin]),
        "amount": np.round(np.bincount(pair, weights=value, minlength=len(begin)), 2),
    }
    return pa.table(columns, MONEY)


def _texts(column: "pa.ChunkedArray[Any]", alike: Callable[[str], str] = str) -> NDArray[np.object_]:
    """A text column as an array, each text as it is compared, empty where null."""
    found = coded(column)
    return np.array([*map(alike, found.texts.tolist()), ""], dtype=object)[found.codes]


def _where(found: NDArray[np.bool_]) -> Any:
    return pa.array(np.flatnonzero(found), pa.int64())
