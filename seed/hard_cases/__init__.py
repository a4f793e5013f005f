"""Named hard cases: a few records each, written down one by one, with what must come out of them."""

from seed.hard_cases.case import Case
from seed.hard_cases.corporate import CORPORATE
from seed.hard_cases.families import FAMILIES
from seed.hard_cases.households import HOUSEHOLDS
from seed.hard_cases.identities import IDENTITIES
from seed.hard_cases.shared import SHARED


def cases() -> tuple[Case, ...]:
    """All hard cases, always in the same order."""
    return (*FAMILIES, *HOUSEHOLDS, *IDENTITIES, *SHARED, *CORPORATE)


__all__ = ["Case", "cases"]
