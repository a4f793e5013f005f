"""Corporate groups: what one adds up to, alone and with all that it controls; for a few or for the whole graph."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pyarrow as pa

from spine.access.context import Context
from spine.normalise.columns import at_positions, compute
from spine.ports import Reader, arrow_schema
from spine.resolution.grouping import spread
from spine.resolution.rollups import Facts, RollUps, forest, roll_up

GROUP_CAP = 5000
"""How many organisations of one group are added up when it is asked for alone."""
LEAST = 0.5
"""Who is surer than this to work somewhere counts as an employee."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What an organisation, or a group, adds up to; money per currency, `""` where none was said."""

    organisations: int = 0
    customers: int = 0
    employees: int = 0
    open_tickets: int = 0
    ordered: dict[str, float] = field(default_factory=dict)
    invoiced: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RollUp:
    """The sums of an organisation alone, and of it and all that it controls; `truncated` where the group is larger."""

    own: Sums
    group: Sums
    truncated: bool = False


def group_of(reader: Reader, context: Context, number: int) -> list[int]:
    """The stored organisations of the group that one belongs to, at most `GROUP_CAP`; itself where it is not stored."""
    rows = reader.get("organisation", "id", [number])
    if not rows or rows[0]["ultimate"] is None:
        return [number]
    return [row["id"] for row in reader.get("organisation", "ultimate", [rows[0]["ultimate"]], GROUP_CAP)]


def roll_ups(reader: Reader, context: Context, numbers: Sequence[int]) -> dict[int, RollUp]:
    """For each organisation what it and all that it controls add up to, by a few indexed reads for all together."""
    rows = {row["id"]: row for row in reader.get("organisation", "id", sorted(set(numbers)))}
    tops = sorted({row["ultimate"] for row in rows.values()})
    groups = reader.get("organisation", "ultimate", tops, GROUP_CAP + 1) if tops else []
    many = {top: sum(row["ultimate"] == top for row in groups) for top in tops}
    table = pa.Table.from_pylist(
        sorted({row["id"]: row for row in (*groups, *rows.values())}.values(), key=lambda row: int(row["id"])),
        schema=arrow_schema("organisation"),
    )
    whole = _sums(table, _of_some(reader, table["id"].to_numpy().tolist()))
    return {
        number: RollUp(own, group, many[rows[number]["ultimate"]] > GROUP_CAP) if number in rows else RollUp(own, group)
        for number in numbers
        for own, group in [whole.get(number, (Sums(), Sums()))]
    }


def all_roll_ups(reader: Reader, context: Context) -> pa.Table:
    """One row per organisation that controls, or is controlled by, another: id, name, ultimate, own and group sums.

    Columns `own_…` and `group_…` for organisations, customers, employees and open_tickets; `…_ordered` and
    `…_invoiced` are lists of {currency, amount}.
    """
    table = reader.scan("organisation", ("id", "name", "country", "controller", "ultimate", "cycle"))
    own, group = _both(table, _of_all(reader))
    inside = np.isin(own.id, table["ultimate"].filter(compute.is_valid(table["controller"])).to_numpy())
    inside |= table["controller"].is_valid().to_numpy(zero_copy_only=False)
    columns: dict[str, Any] = {name: table[name] for name in table.column_names}
    for prefix, found in (("own", own), ("group", group)):
        for name in ("organisations", "customers", "employees", "open_tickets"):
            columns[f"{prefix}_{name}"] = getattr(found, name)
        for name in ("ordered", "invoiced"):
            columns[f"{prefix}_{name}"] = _lists(own.id, getattr(found, name))
    return pa.table(columns).filter(pa.array(inside))


def _both(table: pa.Table, facts: Facts) -> tuple[RollUps, RollUps]:
    ids, ultimate = (table[name].to_numpy().astype(np.int64) for name in ("id", "ultimate"))
    controller = compute.fill_null(table["controller"], pa.scalar(-1, pa.int64())).to_numpy().astype(np.int64)
    alone = np.arange(len(ids), dtype=np.int64)
    return roll_up(ids, alone, alone, facts), roll_up(ids, *forest(ids, controller, ultimate), facts)


def _sums(table: pa.Table, facts: Facts) -> dict[int, tuple[Sums, Sums]]:
    own, group = _both(table, facts)
    return dict(zip(own.id.tolist(), zip(_rows(own), _rows(group), strict=True), strict=True))


def _rows(found: RollUps) -> list[Sums]:
    out = [
        Sums(*counts)
        for counts in zip(
            *(getattr(found, name).tolist() for name in ("organisations", "customers", "employees", "open_tickets")),
            strict=True,
        )
    ]
    place = {number: at for at, number in enumerate(found.id.tolist())}
    for name in ("ordered", "invoiced"):
        for row in getattr(found, name).to_pylist():
            getattr(out[place[row["id"]]], name)[row["currency"] or ""] = row["amount"]
    return out


def _lists(ids: "np.ndarray[Any, np.dtype[np.int64]]", money: pa.Table) -> "pa.Array[Any]":
    """Per organisation the list of its sums by currency; `money` is ordered by id."""
    offsets = np.searchsorted(money["id"].to_numpy(), np.append(ids, np.iinfo(np.int64).max)).astype(np.int32)
    items = pa.StructArray.from_arrays(
        [money[name].combine_chunks() for name in ("currency", "amount")], ["currency", "amount"]
    )
    lists: pa.Array[Any] = pa.ListArray.from_arrays(cast(Any, pa.array(offsets)), items)
    return lists


def _of_all(reader: Reader) -> Facts:
    members = reader.scan("resolves_to_organisation", ("start", "end"))
    carries = reader.scan("carries", ("start", "end", "namespace", "valid_from", "valid_to"))
    carries = carries.filter(compute.is_in(carries["start"], compute.unique(members["start"])))
    hung = reader.scan("event_of", ("start", "end"))
    events = reader.scan("event", ("id", "kind", "at", "value", "currency", "status"))
    jobs = reader.scan("employed_by", ("start", "end", "weight", "valid_to"))
    return _facts(members, carries, hung, events, jobs)


def _of_some(reader: Reader, numbers: list[int]) -> Facts:
    def asked(table: str, column: str, values: Sequence[Any]) -> pa.Table:
        rows = reader.get(table, column, values) if values else []
        return pa.Table.from_pylist(rows, schema=arrow_schema(table))

    members = asked("resolves_to_organisation", "end", numbers)
    carries = asked("carries", "start", sorted(set(members["start"].to_pylist())))
    hung = asked("event_of", "end", sorted(set(carries["end"].to_pylist())))
    events = asked("event", "id", sorted(set(hung["start"].to_pylist())))
    return _facts(members, carries, hung, events, asked("employed_by", "end", numbers))


def _facts(members: pa.Table, carries: pa.Table, hung: pa.Table, events: pa.Table, jobs: pa.Table) -> Facts:
    """The facts of organisations, out of edges as a store has them; present employees, identifiers carried now.

    A happening outside the period in which the record carried the identifier is another owner's, and left out.
    """
    record, organisation = (members[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    place, owner = spread(carries["start"].to_numpy().astype(np.int64), record, organisation)
    carried = at_positions(carries, place).append_column("organisation", pa.array(owner))
    at, edge = spread(
        carried["end"].to_numpy().astype(np.int64),
        hung["end"].to_numpy().astype(np.int64),
        np.arange(hung.num_rows, dtype=np.int64),
    )
    ids = events["id"].to_numpy().astype(np.int64)
    number = hung["start"].to_numpy().astype(np.int64)[edge]
    row = np.minimum(np.searchsorted(ids, number), max(len(ids) - 1, 0))
    there = np.flatnonzero(ids[row] == number) if len(ids) else np.empty(0, np.int64)
    happened = at_positions(events, row[there]).append_column("event", pa.array(number[there]))
    period = at_positions(carried, at[there])
    late = compute.fill_null(compute.greater(happened["at"], period["valid_to"]), False)
    early = compute.fill_null(compute.less(happened["at"], period["valid_from"]), False)
    happened = happened.append_column("organisation", period["organisation"])
    present = compute.and_(compute.is_null(jobs["valid_to"]), compute.greater_equal(jobs["weight"], pa.scalar(LEAST)))
    now = carried.filter(compute.is_null(carried["valid_to"]))
    return Facts(
        now.select(["organisation", "end", "namespace"]).rename_columns(["organisation", "identifier", "namespace"]),
        happened.filter(compute.invert(compute.or_(late, early))),
        jobs.filter(present).select(["end", "start"]).rename_columns(["organisation", "person"]),
    )
