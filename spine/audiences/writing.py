"""What records say of those who are contacted, as they write it: the words that a golden record shows too."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.audiences.frames import Frame
from spine.normalise.columns import compute
from spine.resolution.best_written import BEST, WELL, Ways, best_written
from spine.resolution.components import Ints
from spine.resolution.grouping import coded
from spine.resolution.written import CODE, CODED, LETTERS

_CAME = {
    "given": ("as_given", "as_full"), "surname": ("as_surname", "as_full"), "city": ("as_city", "as_address"),
    "region": ("as_region", "as_address"), "postcode": ("as_postcode", "as_address"),
    "country": ("as_country", "as_address"),
}  # fmt: skip
"""The columns of a record in which a field is looked for, as `spine.resolution.written.CAME_FROM` has them."""


def as_written(frame: Frame, persons: Any, records: Any, name: str) -> "pa.Array[Any]":
    """A field of these records, best written by any record of the persons; a short region or country is a code.

    `persons` and `records` are columns of numbers, one row for each answer; null where there is no record.
    """
    own = pa.table({"row": range(len(records)), "person": persons, "record": records})
    if name not in _CAME:
        sql = f"SELECT r.{name} AS it FROM asked a LEFT JOIN record r ON r.id = a.record ORDER BY a.row"
        return _table(frame, own, sql)["it"].combine_chunks()
    first, second = _CAME[name]
    said = _table(
        frame, own,
        f"""SELECT r.{name} AS key, r.{first} AS first, r.{second} AS second
        FROM asked a LEFT JOIN record r ON r.id = a.record ORDER BY a.row""",
    )  # fmt: skip
    number = np.arange(len(said))
    ways = _ways(name, said)
    if not len(ways.rows):
        return pa.nulls(len(said), pa.string())
    there = ways.key.codes >= 0
    rank = np.where(there, ways.rank(ways.of), BEST)
    shown = best_written(ways, number, len(said), np.where(there, number, -1))
    unsure = np.flatnonzero(rank < BEST)
    others = _others(frame, own, name, unsure, said["key"], rank[unsure] < WELL)
    if not len(others):
        return shown
    # Those of whom others may write it better: their own record first, then the others by their numbers.
    asked, place = np.unique(others["row"].to_numpy(), return_inverse=True)
    both = pa.concat_tables([said.take(pa.array(asked)), others.select(["key", "first", "second"])])
    better = best_written(_ways(name, both), np.append(np.arange(len(asked)), place), len(asked), np.arange(len(asked)))
    mask = np.zeros(len(said), bool)
    mask[asked] = True
    out: pa.Array[Any] = compute.replace_with_mask(shown, pa.array(mask), better)
    return out


def _ways(name: str, said: pa.Table) -> Ways:
    """How records write a field, by its `key` and the two columns that it is looked for in; a code is but a code."""
    came = [said["first"], said["second"]]
    if name in CODED:
        codes = compute.less_equal(compute.utf8_length(said["key"]), CODE)
        came = [compute.if_else(codes, pa.scalar(None, pa.string()), column) for column in came]
    key = coded(said["key"])
    return Ways(name, key, came, np.flatnonzero(key.codes >= 0))


def _others(frame: Frame, own: pa.Table, name: str, unsure: Ints, keys: Any, poor: NDArray[np.bool_]) -> pa.Table:
    """The other records that may write a field better: `row`, `key`, `first`, `second`, by row and record.

    Those with letters that ASCII has not, which few have and a look at their length tells; and of whom writes it all in
    capitals or small letters (`poor`), those that say the same.
    """
    here: Any = pa.array(unsure)
    asked = own.take(here)
    asked = asked.append_column("key", keys.take(here)).append_column("poor", pa.array(poor))
    first, second = _CAME[name]
    return _table(
        frame, asked,
        f"""WITH said AS (SELECT id, {name} AS key, {first} AS first, {second} AS second FROM record
            WHERE {name} IS NOT NULL),
        lettered AS (SELECT * FROM said
            WHERE (strlen(first) > length(first) OR strlen(second) > length(second))
            AND regexp_matches(concat(first, second), $letters)),
        told AS (SELECT a.row, a.record, a.key AS own, a.poor, e.record AS other
            FROM asked a JOIN {frame.table("entity")} e ON e.entity = a.person AND e.kind = 'person')
        SELECT row, key, first, second FROM (
            SELECT t.row, r.* FROM told t JOIN lettered r ON r.id = t.other WHERE r.id <> t.record
            UNION SELECT t.row, r.* FROM told t JOIN said r ON r.id = t.other
            WHERE t.poor AND r.key = t.own AND r.id <> t.record)
        ORDER BY row, id""",
        {"letters": LETTERS},
    )  # fmt: skip


def at_home(frame: Frame, persons: Any, households: Any) -> Any:
    """The record that tells where each of these households lives: its person's, where one is of there, else a member's.

    Of a person's records the one whose address is believed comes first, then the earliest.
    """
    asked = pa.table({"row": range(len(persons)), "person": persons, "household": households})
    return _numbers(
        frame, asked,
        f"""SELECT (SELECT arg_min(r.id, (l.person <> a.person, r.id IS DISTINCT FROM p.address_record, r.id))
            FROM {frame.table("lives")} l JOIN {frame.table("persons")} p ON p.id = l.person
            JOIN {frame.table("entity")} e ON e.entity = l.person AND e.kind = 'person' JOIN record r ON r.id = e.record
            WHERE l.household = a.household AND r.postcode IS NOT DISTINCT FROM h.postcode
                AND (r.city IS NOT NULL OR r.postcode IS NOT NULL))
        AS it FROM asked a JOIN {frame.table("households")} h ON h.id = a.household ORDER BY a.row""",
    )  # fmt: skip


def at_address(frame: Frame, persons: Any, addresses: Any) -> Any:
    """The earliest record of each of these persons that carries the address at which it is contacted."""
    asked = pa.table({"row": range(len(persons)), "person": persons, "address": addresses})
    return _numbers(
        frame, asked,
        f"""SELECT (SELECT min(e.record) FROM identifier i JOIN holds h ON h.identifier = i.id
            JOIN {frame.table("entity")} e ON e.record = h.record AND e.kind = 'person'
            WHERE i.namespace = 'address' AND i.value = a.address AND e.entity = a.person AND h.valid_to IS NULL)
        AS it FROM asked a ORDER BY a.row""",
    )  # fmt: skip


def _numbers(frame: Frame, asked: pa.Table, sql: str) -> Any:
    return _table(frame, asked, sql)["it"].cast(pa.int64())


def _table(frame: Frame, asked: pa.Table, sql: str, parameters: dict[str, Any] | None = None) -> pa.Table:
    frame.connection.register("asked", asked)
    try:
        found: pa.Table = frame.connection.sql(sql, params=parameters or {}).to_arrow_table()
        return found
    finally:
        frame.connection.unregister("asked")
