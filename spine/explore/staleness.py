"""How stale a value is where it is looked up or used for contact: when it was last seen, by its kind's half-life.

This is for people who read it. Matching never looks at today's date.
"""

from dataclasses import dataclass
from datetime import date

from spine.domain.vocabulary import namespace
from spine.explore.spans import span

_WORDS = ((0.5, "fresh"), (1.0, "ageing"), (3.0, "stale"))
_GIVEN_UP = "probably given up"


@dataclass(frozen=True, slots=True)
class Staleness:
    """Days since it was last seen; how many half-lives of its kind that is, None where it has none; a plain word."""

    days: int
    half_lives: float | None
    word: str

    @property
    def says(self) -> str:
        """The word, and how long ago it was last seen."""
        ago = "today" if self.days == 0 else f"{span(self.days)} ago"
        return f"{self.word}: last seen {ago}"


def staleness(space: str, last_seen: str | None, today: str) -> Staleness | None:
    """How stale an identifier of this namespace is; None where nobody knows when it was last seen."""
    try:
        seen, now = (date.fromisoformat((text or "")[:10]) for text in (last_seen, today))
    except ValueError:
        return None
    days = max((now - seen).days, 0)
    half_life = namespace(space).half_life
    if half_life is None:
        return Staleness(days, None, "lasting")
    passed = days / half_life
    return Staleness(days, round(passed, 2), next((word for most, word in _WORDS if passed < most), _GIVEN_UP))
