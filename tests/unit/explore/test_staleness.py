"""How stale a value is: by the half-life of its kind, for reading only."""

import pytest

from spine.explore.spans import span
from spine.explore.staleness import staleness

TODAY = "2026-07-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("space", "last_seen", "word", "half_lives"),
    [
        ("phone", "2026-06-30T08:00:00+00:00", "fresh", 0.0),
        ("phone", "2024-07-01", "ageing", 0.67),
        ("phone", "2020-07-01", "stale", 2.0),
        ("phone", "2015-01-01", "probably given up", 3.83),
        ("cookie", "2024-07-01", "probably given up", 4.06),
        ("login", "2001-01-01", "lasting", None),
        ("phone", "2027-01-01", "fresh", 0.0),
    ],
)
def test_the_word_follows_the_half_life(space: str, last_seen: str, word: str, half_lives: float | None) -> None:
    found = staleness(space, last_seen, TODAY)
    assert found is not None
    assert (found.word, found.half_lives) == (word, half_lives)


@pytest.mark.parametrize("last_seen", [None, "", "long ago"])
def test_what_was_never_dated_is_not_called_stale(last_seen: str | None) -> None:
    assert staleness("phone", last_seen, TODAY) is None


def test_it_says_how_long_ago() -> None:
    found = staleness("phone", "2020-07-01", TODAY)
    assert found is not None
    assert found.says == "stale: last seen 6 years ago"
    assert [span(days) for days in (0, 1, 59, 400, 3285)] == ["0 days", "1 day", "59 days", "13 months", "9 years"]
