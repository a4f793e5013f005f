"""How the households that fulfil a filter are spread: by region, size, adults, identifier kinds, sources, consents."""

from dataclasses import dataclass
from typing import Any

from spine.access.context import Context
from spine.audiences.conditions import compiled
from spine.audiences.filters import HouseholdFilter
from spine.audiences.projection import Projections
from spine.ports import Reader

LISTS = ("namespaces", "sources", "consents")


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many households there are in all, and per value; each list is ordered by count, numbers by value.

    Regions are counted without the filter's own region, so that its alternatives show.
    """

    total: int
    persons: int
    regions: tuple[tuple[str, int], ...]
    sizes: tuple[tuple[int, int], ...]
    adults: tuple[tuple[int, int], ...]
    namespaces: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    consents: tuple[tuple[str, int], ...]


def breakdown(
    reader: Reader, context: Context, projections: Projections, asked: HouseholdFilter, confidence: float, day: str
) -> Breakdown:
    """The spread at a confidence of the persons, facts as of a day."""
    with projections.frame(reader, confidence, day) as frame:
        table = frame.table("households")

        def counted(column: str, order: str, wanted: HouseholdFilter = asked) -> tuple[Any, ...]:
            used: dict[str, Any] = {}
            where = compiled(frame, wanted, used).sql
            return tuple(
                frame.rows(
                    f"""SELECT value, count(*) AS many FROM (SELECT {column} AS value FROM {table} p WHERE {where})
                    WHERE value IS NOT NULL GROUP BY ALL ORDER BY {order}""",
                    used,
                )
            )

        everywhere = asked.model_copy(update={"region": None, "regions": None})
        sizes = counted("p.size", "value")
        named = {name: counted(f"unnest(p.{name})", "many DESC, value") for name in LISTS}
        return Breakdown(
            sum(many for _, many in sizes),
            sum(size * many for size, many in sizes),
            counted("p.region", "many DESC, value", everywhere),
            sizes,
            counted("p.adults", "value"),
            named["namespaces"],
            named["sources"],
            named["consents"],
        )
