"""Statuses of events: the same word however a source spells it, and what the usual ones say.

Sources write `cancelled`, `CANCELED`, `In progress` and `in_progress`. What the words below say holds for derived facts
and for roll-ups of corporate groups alike.
"""

from string import ascii_lowercase, ascii_uppercase

SPELT, ALIKE = ascii_uppercase + "_-", ascii_lowercase + "  "
"""Each letter of the one is compared as that of the other: ASCII only, as every engine does it alike."""
_SPELLING = str.maketrans(SPELT, ALIKE)

UNDONE = (
    "cancelled", "canceled", "returned", "refunded", "reversed", "void", "voided", "rejected", "declined", "failed",
    "abandoned",
)  # fmt: skip
"""Statuses of an order or invoice that came to nothing, or was paid back in full."""
CLOSED = (
    "closed", "resolved", "solved", "done", "completed", "cancelled", "canceled", "rejected", "spam", "deleted",
)  # fmt: skip
"""Statuses of a ticket that needs nothing more."""


def status_word(text: str | None) -> str:
    """A status as it is compared; empty where there is none."""
    return (text or "").translate(_SPELLING).strip(" ")
