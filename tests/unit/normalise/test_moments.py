"""Moments: one instant is one text, and a later instant the greater one, in whichever zone it was written."""

from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import sql
from spine.normalise.moments import latest_moment, normalise_moment

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


@given(MOMENTS, MOMENTS, ZONES, ZONES)
def test_texts_are_ordered_as_the_instants_are(one: datetime, other: datetime, here: timezone, there: timezone) -> None:
    texts = [normalise_moment(at.astimezone(zone).isoformat()) for at, zone in ((one, here), (other, there))]
    first, second = (text or "" for text in texts)
    # A whole second and a fraction of the same one are the same length of text away: the plus sign is below the dot.
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026", "2026"), ("2026-05", "2026-05"), ("2026-05-01", "2026-05-01"), (" 2026-05-01 ", "2026-05-01"),
        ("2026-01-31T10:00:00", "2026-01-31T10:00:00+00:00"), ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00+00:00"),
        ("2026-01-31 10:00:00+02:00", "2026-01-31T08:00:00+00:00"),
        ("2026-01-31T10:00:00.5Z", "2026-01-31T10:00:00.500000+00:00"), ("1769850000", "2026-01-31T09:00:00+00:00"),
        ("1769850000123", "2026-01-31T09:00:00.123000+00:00"), ("2026-13", None), ("2026-02-30", None),
        ("2026-02-30T10:00:00", None), ("yesterday", None), ("", None), ("0000", None),
    ],
)  # fmt: skip
def test_iso_8601_is_read_as_mappings_read_it(text: str, read: str | None) -> None:
    assert normalise_moment(text) == read
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        (found,) = connection.execute(f"SELECT {sql.moment('cell', None)} FROM (SELECT ? AS cell)", [text]).fetchall()
    assert text != text.strip() or text == "0000" or found == (read,)


def test_all_of_tomorrow_may_be_past_somewhere() -> None:
    latest = latest_moment("2026-12-31T23:00:00+00:00")
    assert max("2027-01-01", "2027-01-01T23:59:59.999999+00:00", "2027") < latest < min("2027-01-02", "2027-02", "2028")
