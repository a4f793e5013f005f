"""Companies of one owner, alike in all but their numbers: an ERP lists a holding and its subsidiaries."""

from typing import Any

from batches import organisation, relation

OWNER = ("record", "erp/A1")


def company(record_id: str, name: str, *held: str, owner: tuple[str, str] | None = OWNER) -> Any:
    """A company of the house, by its ids and whom it declares as its owner."""
    seat = {"street": "Harbour Street", "house_number": "5", "city": "Hull", "website": "nordwind.example"}
    row = organisation(record_id, name, **seat)
    named = [text.partition(":") for text in held]
    blank = dict.fromkeys(("verified", "first_seen", "last_seen"))
    return {
        **row,
        "source": "erp",
        "identifiers": [{"namespace": name, "value": value, **blank} for name, _, value in named],
        "relations": [
            {**relation("subsidiary_of", *owner), **dict.fromkeys(("share", "role", "valid_from", "valid_to"))}
        ]
        if owner
        else [],
    }


def house() -> list[Any]:
    """A holding, two sisters with tax numbers of one country, and one of them with that of another country."""
    return [
        company("A1", "Nordwind Holding Ltd", "tax_id:DE111222333", owner=None),
        company("A2", "Nordwind Ltd", "tax_id:DE238845123"),
        company("A3", "Nordwind Ltd", "tax_id:DE238845124"),
        company("A4", "Nordwind Ltd", "tax_id:GB987654321"),
    ]
