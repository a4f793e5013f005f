"""Small worlds of residents, written as dicts, for tests of households."""

import zlib
from typing import Any

import numpy as np
import pyarrow as pa

from spine.resolution.households import households
from spine.resolution.resolved import Resolved

FIELDS = ("given", "surname", "birth_date", "age", "house_number", "street", "unit", "po_box", "city", "postcode")
EXTRAS = ("household_role", "dwelling_type")
TOWN = {"city": "springfield", "postcode": "12345"}


def home(number: str | None, street: str | None, **more: str) -> dict[str, str | None]:
    """The parts of an address in the one town of these worlds."""
    return {"house_number": number, "street": street, **TOWN, **more}


def world(rows: list[dict[str, Any]], order: list[int] | None = None) -> Resolved:
    """Records from dicts: `person` is any name, `at` the time, `carries` a list of (namespace, value)."""
    numbers = {id(row): place + 1 for place, row in enumerate(rows)}
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row["person"], place + 1)
    rows = [rows[place] for place in order] if order else rows
    carried: list[dict[str, Any]] = [
        {
            "row": place,
            "namespace": namespace,
            "value": value,
            "identifier": zlib.crc32(f"{namespace}/{value}".encode()),
        }
        for place, row in enumerate(rows)
        for namespace, value in row.get("carries", [])
    ]
    related = [
        {"row": place, "kind": "family", "namespace": namespace, "value": value}
        for place, row in enumerate(rows)
        for namespace, value in row.get("family", [])
    ]

    def text(name: str) -> pa.Array:
        return pa.array([row.get(name) for row in rows], pa.string())

    return Resolved(
        records=pa.table(
            {
                "id": [numbers[id(row)] for row in rows],
                "source": pa.array([row.get("source", "crm") for row in rows]),
                "record_id": pa.array([f"r{numbers[id(row)]:04}" for row in rows]),
                "observed_at": text("at"),
            }
        ),
        fields=pa.table({name: text(name) for name in FIELDS}),
        extras=pa.table({name: text(name) for name in EXTRAS}),
        person=np.array([first[row["person"]] for row in rows]),
        organisation=np.full(len(rows), -1),
        **({"claims": pa.Table.from_pylist(carried)} if carried else {}),
        **({"relations": pa.Table.from_pylist(related)} if related else {}),
    )


def together(rows: list[dict[str, Any]], **options: Any) -> list[int]:
    """The household of each row."""
    return households(world(rows), **options).of_row.tolist()


STREETS = ("oak", "birch", "willow", "cedar", "juniper", "magnolia", "sycamore", "hawthorn", "poplar", "chestnut")
NAMES = ("abbott", "brandt", "castillo", "dubois", "eriksson", "fontaine", "grigoriev", "hashimoto", "ivanov", "jensen")


def neighbours(count: int = 40) -> list[dict[str, Any]]:
    """Other people, so that surnames and streets have frequencies."""
    return [
        {
            "person": f"n{i}",
            "surname": NAMES[i % 10] + "aeiou"[i // 10 % 5],
            **home(str(100 + 7 * i), f"{STREETS[i % 10]} {'abcdefgh'[i // 10]}venue"),
        }
        for i in range(count)
    ]


def family_that_moves(second: str) -> list[dict[str, Any]]:
    """Three of one name on one street, and the same three on another at the time `second`."""
    first = [{"person": p, "surname": "quintana", "at": "2019-03-01", **home("8", "elm st")} for p in ("a", "b", "c")]
    return first + [
        {"person": p, "surname": "quintana", "at": second, **home("90", "harbour view dr")} for p in ("a", "b", "c")
    ]
