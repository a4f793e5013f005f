"""Moments: ISO 8601 in UTC, so that a later one is the greater text, whoever wrote it in whichever zone."""

import re
from datetime import UTC, date, datetime, timedelta

_PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?", re.ASCII)
_SINCE_1970 = re.compile(r"\d{10}(\d{3})?", re.ASCII)


def normalise_moment(text: str) -> str | None:
    """The time in UTC, a day, month or year where no more is said; None for what is none of ISO 8601.

    Without a zone it is of UTC. Ten and thirteen digits are seconds and milliseconds since 1970. As mappings read it.
    """
    text = text.strip()
    if _PARTIAL.fullmatch(text):
        return text if text[:4] > "0000" else None
    try:
        if _SINCE_1970.fullmatch(text):
            return _in_utc(datetime.fromtimestamp(int(text) / (1000 if len(text) > 10 else 1), UTC))
        if not text[:4].isdigit():
            return None
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        return None


def latest_moment(now: str) -> str:
    """The greatest moment that may be past, by clocks that are somewhat fast too: the end of tomorrow.

    What is greater as a text was not seen yet.
    """
    return f"{datetime.fromisoformat(now).date() + timedelta(days=1)}T24"


def _in_utc(moment: datetime) -> str:
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat()
