"""What a corporate group adds up to, as an answer."""

import strawberry

from spine.explore import groups as explore


@strawberry.type(description="An amount of money; the currency is null where no source said one.")
class Money:
    currency: str | None
    amount: float


@strawberry.type(description="What an organisation, or a group, adds up to.")
class Sums:
    organisations: int = strawberry.field(description="How many organisations are added up.")
    customers: int = strawberry.field(description="How many customer numbers they carry now.")
    employees: int = strawberry.field(description="How many persons work there now, at a confidence of 0.5 and more.")
    open_tickets: int
    ordered: list[Money]
    invoiced: list[Money]


@strawberry.type(description="The sums of one organisation alone, and with all that it controls.")
class RollUp:
    own: Sums
    group: Sums
    truncated: bool = strawberry.field(description="True where the group is larger than what was added up.")


def roll_up_of(found: explore.RollUp) -> RollUp:
    """The sums as an answer."""
    return RollUp(own=_sums(found.own), group=_sums(found.group), truncated=found.truncated)


def _sums(found: explore.Sums) -> Sums:
    return Sums(
        organisations=found.organisations,
        customers=found.customers,
        employees=found.employees,
        open_tickets=found.open_tickets,
        ordered=_money(found.ordered),
        invoiced=_money(found.invoiced),
    )


def _money(amounts: dict[str, float]) -> list[Money]:
    return [Money(currency=currency or None, amount=amount) for currency, amount in sorted(amounts.items())]
