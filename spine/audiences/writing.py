"""What records say of those who are contacted, as they write it: the words that a golden record shows too."""

from typing import Any

import pyarrow as pa

from spine.audiences.frames import Frame
from spine.resolution.written import CODE, CODED, LETTERS, best_written, lettered, spelled_alike, well_written, written

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
        found = _asked(frame, own, f"SELECT r.{name} FROM asked a LEFT JOIN record r ON r.id = a.record ORDER BY a.row")
        return pa.array([text for (text,) in found], pa.string())
    came = ", ".join(f"r.{column}" for column in _CAME[name])
    said = _asked(
        frame, own, f"SELECT r.{name}, {came} FROM asked a LEFT JOIN record r ON r.id = a.record ORDER BY a.row"
    )
    known: dict[tuple[str | None, ...], str | None] = {}

    def shown(way: tuple[str | None, ...]) -> str | None:
        if way not in known:
            key = way[0]
            known[way] = None if key is None else _shown(name, key, way[1:])
        return known[way]

    texts = [shown(way) for way in said]
    unsure = [at for at, text in enumerate(texts) if text is not None and not (well_written(text) and lettered(text))]
    others: dict[int, list[str]] = {}
    for row, *way in _others(frame, own, name, unsure, said, texts):
        own_text, text = texts[row], shown(tuple(way))
        if own_text and text and (way[0] == said[row][0] or spelled_alike(text, own_text)):
            others.setdefault(row, []).append(text)
    for row, found_there in others.items():
        texts[row] = best_written(texts[row] or "", found_there)
    return pa.array(texts, pa.string())


def _shown(name: str, key: str, came: tuple[str | None, ...]) -> str:
    return key.upper() if name in CODED and len(key) <= CODE else written(name, key, came)


def _others(
    frame: Frame, own: pa.Table, name: str, unsure: list[int], said: list[Any], texts: list[str | None]
) -> list[tuple[Any, ...]]:
    """The person's other records that may write a field better: `row`, the value, and what it is found in."""
    if not unsure:
        return []
    asked = own.take(pa.array(unsure))
    asked = asked.append_column("key", pa.array([said[at][0] for at in unsure], pa.string()))
    asked = asked.append_column("poor", pa.array([not well_written(texts[at] or "") for at in unsure], pa.bool_()))
    first, second = _CAME[name]
    return _asked(
        frame, asked,
        f"""SELECT a.row, r.{name}, r.{first}, r.{second} FROM asked a
        JOIN {frame.table("entity")} e ON e.entity = a.person AND e.kind = 'person' JOIN record r ON r.id = e.record
        WHERE r.{name} IS NOT NULL AND r.id <> a.record
            AND ((a.poor AND r.{name} = a.key) OR regexp_matches(concat(r.{first}, r.{second}), $letters))
        ORDER BY a.row, r.id""",
        {"letters": LETTERS},
    )  # fmt: skip


def at_home(frame: Frame, persons: Any, households: Any) -> Any:
    """The record that tells where each of these households lives: its person's, where one is of there, else a member's.

    Of a person's records the one whose address is believed comes first, then the earliest.
    """
    asked = pa.table({"row": range(len(persons)), "person": persons, "household": households})
    found = _asked(
        frame, asked,
        f"""SELECT (SELECT arg_min(r.id, (l.person <> a.person, r.id IS DISTINCT FROM p.address_record, r.id))
            FROM {frame.table("lives")} l JOIN {frame.table("persons")} p ON p.id = l.person
            JOIN {frame.table("entity")} e ON e.entity = l.person AND e.kind = 'person' JOIN record r ON r.id = e.record
            WHERE l.household = a.household AND r.postcode IS NOT DISTINCT FROM h.postcode
                AND (r.city IS NOT NULL OR r.postcode IS NOT NULL))
        FROM asked a JOIN {frame.table("households")} h ON h.id = a.household ORDER BY a.row""",
    )  # fmt: skip
    return pa.array([record for (record,) in found], pa.int64())


def at_address(frame: Frame, persons: Any, addresses: Any) -> Any:
    """The earliest record of each of these persons that carries the address at which it is contacted."""
    asked = pa.table({"row": range(len(persons)), "person": persons, "address": addresses})
    found = _asked(
        frame, asked,
        f"""SELECT (SELECT min(e.record) FROM identifier i JOIN holds h ON h.identifier = i.id
            JOIN {frame.table("entity")} e ON e.record = h.record AND e.kind = 'person'
            WHERE i.namespace = 'address' AND i.value = a.address AND e.entity = a.person AND h.valid_to IS NULL)
        FROM asked a ORDER BY a.row""",
    )  # fmt: skip
    return pa.array([record for (record,) in found], pa.int64())


def _asked(frame: Frame, asked: pa.Table, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    frame.connection.register("asked", asked)
    try:
        return frame.rows(sql, parameters)
    finally:
        frame.connection.unregister("asked")
