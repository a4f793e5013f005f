"""Values of an answer in Cypher as plain JSON, within a budget: a question may gather the whole graph into one cell."""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from spine.domain.graph import GRAPH
from spine.domain.ids import PREFIXES, encode_id
from spine.errors import TooExpensive

EXACT = 1 << 53
"""Beyond this a reader of JSON may take whole numbers for fractions."""

_TABLES = {table.label: table.name for table in GRAPH.values() if not table.is_edge}


@dataclass(slots=True)
class Budget:
    """How many more characters and values an answer may hold; TooExpensive where it is used up."""

    left: int = 8_000_000

    def spend(self, size: int) -> None:
        """Take so much of it."""
        self.left -= size
        if self.left < 0:
            raise TooExpensive(
                "The answer is larger than 8 MB.", remedy="Return fewer rows, or properties instead of whole nodes."
            )


def plain(value: Any, budget: Budget, special: Callable[[Any, Budget], Any]) -> Any:
    """A value as plain JSON; `special` turns what only one store knows into what is known here."""
    if value is None or isinstance(value, bool):
        budget.spend(4)
        return value
    if isinstance(value, int):
        budget.spend(8)
        return value if -EXACT <= value <= EXACT else str(value)
    if isinstance(value, float):
        budget.spend(8)
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        budget.spend(len(value) + 2)
        return value
    if isinstance(value, bytes | bytearray):
        budget.spend(len(value) * 4 // 3)
        return base64.b64encode(value).decode()
    if isinstance(value, date | datetime | time):
        budget.spend(24)
        return value.isoformat()
    if isinstance(value, dict):
        budget.spend(2)
        return {str(name): plain(inner, budget, special) for name, inner in value.items()}
    if type(value) in (list, tuple, set):
        budget.spend(2)
        return [plain(inner, budget, special) for inner in value]
    return special(value, budget)


def public_id(label: str, number: Any) -> str | None:
    """The public id of a node with this label and `id`; None where such nodes have none."""
    table = _TABLES.get(label, "")
    return encode_id(table, number) if table in PREFIXES and isinstance(number, int) else None
