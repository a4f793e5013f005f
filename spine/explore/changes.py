"""The outbox read in order: what happened to entities after a given change."""

import json
from typing import Any

from spine.access.context import Context
from spine.ports import Reader, Where

MOST_CHANGES = 1000


def changes_after(reader: Reader, context: Context, after: int, limit: int = 100) -> list[dict[str, Any]]:
    """Up to `limit` changes numbered above `after`, oldest first; 0 begins with the first.

    Each has `id` (as text: it is larger than a JavaScript number), `position`, `at`, `kind`, `entity` and `entry`.
    """
    size = max(1, min(limit, MOST_CHANGES))
    rows = reader.select("change", [Where("id", "gt", after)], "id", limit=size)
    return [
        {
            "id": str(row["id"]),
            "position": str(row["position"]),
            **{name: row[name] for name in ("at", "kind", "entity")},
            "entry": json.loads(row["entry"] or "{}"),
        }
        for row in rows
    ]
