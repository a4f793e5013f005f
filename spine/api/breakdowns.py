"""How households are spread, as answers: counts by region, size, identifier kinds, sources and consents."""

from collections.abc import Sequence

import strawberry

from spine.api.asking import Info, chosen
from spine.api.fields import resolved
from spine.api.filters import HouseholdFilter, document
from spine.audiences import breakdown as spread
from spine.audiences import filters
from spine.audiences.selection import as_day


@strawberry.type(description="How many households hold a value.")
class Share:
    value: str
    count: int


@strawberry.type(description="How the households that fulfil a filter are spread.")
class HouseholdBreakdown:
    total: int
    persons: int = strawberry.field(description="How many memberships they have in all.")
    regions: list[Share] = strawberry.field(description="By region, as if the filter named none.")
    sizes: list[Share]
    adults: list[Share]
    namespaces: list[Share]
    sources: list[Share]
    consents: list[Share]
    truncated: bool = strawberry.field(description="True where a cap kept something out; none does.")


@strawberry.type(description="How households are spread.")
class BreakdownQueries:
    @resolved("How the households that fulfil a filter are spread: by region, size, identifier kinds, consents.")
    async def household_breakdown(
        self, info: Info, filter: HouseholdFilter | None = None, confidence: float | None = None
    ) -> HouseholdBreakdown:
        asked = filters.read_filter(filters.HouseholdFilter, document(filter or HouseholdFilter()))
        sure, projections = chosen(info, confidence), info.context.projections
        found = await info.context.ask(spread.breakdown, projections, asked, sure, as_day(None))
        return HouseholdBreakdown(
            total=found.total,
            persons=found.persons,
            regions=_shares(found.regions),
            sizes=_shares(found.sizes),
            adults=_shares(found.adults),
            namespaces=_shares(found.namespaces),
            sources=_shares(found.sources),
            consents=_shares(found.consents),
            truncated=False,
        )


def _shares(counted: Sequence[tuple[object, int]]) -> list[Share]:
    return [Share(value=str(value), count=count) for value, count in counted]
