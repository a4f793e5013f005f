"""How stale a value is, as an answer."""

import strawberry

from spine.explore.staleness import staleness
from spine.ports import SystemClock

_OF_ADDRESS = frozenset(
    ("address", "house_number", "street", "unit", "po_box", "city", "region", "postcode", "country")
)


@strawberry.type(description="How stale a value is today: for reading and contact, matching never looks at it.")
class Staleness:
    days: int = strawberry.field(description="Days since it was last seen.")
    half_lives: float | None = strawberry.field(
        description="How many half-lives of its kind that is; null for kinds that keep for ever."
    )
    word: str = strawberry.field(description="lasting, fresh, ageing, stale or probably given up.")
    says: str


def staleness_of(space: str, last_seen: str | None, day: str | None = None) -> Staleness | None:
    """The staleness of an identifier on a day, else now; None where it is unknown when it was last seen."""
    found = staleness(space, last_seen, day or SystemClock().now())
    if found is None:
        return None
    return Staleness(days=found.days, half_lives=found.half_lives, word=found.word, says=found.says)


def staleness_of_field(name: str, observed_at: str | None) -> Staleness | None:
    """The same of a golden value, where it is one to be reached at."""
    space = "address" if name in _OF_ADDRESS else name
    return staleness_of(space, observed_at) if space in ("email", "phone", "address", "domain") else None
