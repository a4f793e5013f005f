"""Records whose homes are hard to find in parts: crowds, institutions, movers, shared numbers, declared family."""

from collections.abc import Iterator
from typing import Any

from batches import person, relation

from spine.ports import Row

GIVEN = ("Ada", "Bela", "Cora", "Dora", "Egon", "Fritz", "Gerda", "Hugo", "Ilse", "Jonas", "Karla", "Ludwig", "Mona")
SURNAMES = ("Abelard", "Brockmann", "Castellan", "Dragomir", "Estevez", "Falkenrath", "Gundersen", "Hollander",
            "Ivanovich", "Jablonski", "Kowalczyk")  # fmt: skip
TOWN = {"city": "Odessa", "region": "TX", "postcode": "79761"}


def _people() -> Iterator[dict[str, Any]]:
    """People with different names and birth dates, without end."""
    number = 0
    while True:
        year, month, day = 1930 + number % 70, 1 + number % 12, 1 + number * 7 % 28
        yield {
            "record_id": f"odd-{number}",
            "given_name": GIVEN[number % len(GIVEN)],
            "surname": SURNAMES[number // len(GIVEN) % len(SURNAMES)],
            "birth_date": f"{year}-{month:02}-{day:02}",
        }
        number += 1


def odd_homes() -> tuple[list[Row], list[Row]]:
    """Records, and later versions of some of them that live elsewhere."""
    people = _people()
    rows: list[Row] = []

    def add(*identifiers: str, at: str = "2024-01-01", **more: Any) -> Row:
        one = next(people)
        row = person(one.pop("record_id"), at, *identifiers, **{**one, **more})
        rows.append(row)
        return row

    prison = {"house_number": "1", "street": "Prison Road", **TOWN}
    for _ in range(130):
        add(**prison, household_role="inmate", dwelling_type="prison")
    for street in ("Prison Raod", "Prisn Road", "Prison Road"):
        add(**{**prison, "street": street}, household_role="inmate")
    add(household_role="inmate", street="Prison Road", **TOWN)
    for _ in range(2):
        add(**prison, household_role="head")
    nursing = {"house_number": "77", "street": "Meadow Lane", **TOWN}
    for street in ("Meadow Lane", "Meadow Lane", "Meadow Lane", "Meadow Lane", "Meadw Lane"):
        add(**{**nursing, "street": street}, household_role="resident of institution")
    for _ in range(110):
        add(house_number="5", street="Tower Street", **TOWN)
    for _ in range(30):
        add("phone:+14325550100", house_number="9", street=f"{next(people)['surname']} Alley", **TOWN)
    for _ in range(3):
        add("phone:+14325550199", "email:shared@example.org")
    flat = {"house_number": "12", "street": "Quiet Close", **TOWN}
    head = add("account:A-77", **flat, household_role="head")
    add(**flat, relations=[relation("family", "record", f"crm/{head['record_id']}")], household_role="child")
    add(relations=[relation("family", "account", "A-77")])
    add(po_box="12", **TOWN)
    movers = [add(house_number=str(20 + n % 2), street="Old Street", **TOWN, at="2020-05-01") for n in range(6)]
    later = [
        {**row, "observed_at": "2024-06-01", "house_number": "40", "street": "New Street", "raw": row["raw"] + " "}
        for row in movers
    ]
    return rows, later
