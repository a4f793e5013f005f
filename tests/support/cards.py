"""What a look-up answers, for identifiers of every namespace: to compare stores by what people see of them."""

from typing import Any

from spine.access.context import LOCAL
from spine.api import contract
from spine.api.execution import run
from spine.ports import GraphStore
from spine.settings import Settings


def cards(store: GraphStore) -> dict[str, Any]:
    """What a look-up answers for some identifiers of each namespace."""
    operation = contract.operation("person-card")
    with store.reading(LOCAL) as reader:
        rows = reader.scan("identifier", ["namespace", "value"]).to_pylist()
    asked: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda one: (one["namespace"], one["value"])):
        asked.setdefault(row["namespace"], []).append(row["value"])
    return {
        value: run(store, Settings(), operation.document, {"value": value})["data"]
        for values in asked.values() for value in values[:2]
    }  # fmt: skip
