"""Derived facts of one subject, from its timeline and its golden record: the same as the engine gives for everybody."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum, isfinite

from spine.domain.statuses import status_word
from spine.errors import QueryError
from spine.explore.facts import Fact, Facts
from spine.normalise.countries import normalise_country, normalise_region
from spine.normalise.folding import alnum, fold, without_umlauts
from spine.ports import Row
from spine.resolution.written import spelled_out


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact and what it is: a number, a text, or amounts by currency; nothing where it isn't known."""

    fact: Fact
    number: float | None = None
    text: str | None = None
    amounts: tuple[tuple[str, float], ...] = ()


def checked_day(text: str) -> str:
    """A day as ISO 8601; QueryError where it is none."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError as error:
        raise QueryError(f"{text[:40]!r} is no date.", remedy="Write it as 2026-06-30.") from error


def comparable(name: str, text: str) -> str:
    """A value as it is asked for, as the golden record compares it; dates keep their marks, postcodes do not."""
    if name in ("region", "country"):
        return (normalise_region(text) if name == "region" else normalise_country(text)) or ""
    if name == "birth_date":
        return text.strip().lower()
    return alnum(text) if name == "postcode" else fold(text)


def spellings(name: str, text: str) -> list[str]:
    """The values that somebody asks for who writes this: Munich's with an umlaut and without, however it is asked."""
    own = comparable(name, text)
    if name not in ("given", "surname", "city"):
        return [own]
    return list(dict.fromkeys((own, fold(spelled_out(text)), without_umlauts(own))))


def fact_values(facts: Facts, events: Sequence[Row], believed: Mapping[str, str], day: str) -> list[FactValue]:
    """Every declared fact as of the end of a day (ISO 8601); what happened later is not known yet.

    An event without a whole date counts where no period is asked for.
    """
    until = date.fromisoformat(day)
    dated = [(row, _day(row["at"])) for row in events]
    known = [(row, at) for row, at in dated if at is None or at <= until]
    found: dict[str, FactValue] = {}
    for fact in facts.facts:
        if fact.measure == "steps":
            found[fact.name] = FactValue(fact, text=_step(fact, found[fact.fact or ""].number))
        elif fact.measure == "believed":
            found[fact.name] = FactValue(fact, text=believed.get(fact.field or ""))
        else:
            found[fact.name] = _measured(facts, fact, [one for one in known if _counts(fact, *one, until)], until)
    return list(found.values())


def _day(at: str | None) -> date | None:
    try:
        return date.fromisoformat((at or "")[:10])
    except ValueError:
        return None


def _counts(fact: Fact, row: Row, at: date | None, until: date) -> bool:
    if fact.within_days is not None and (at is None or (until - at).days >= fact.within_days):
        return False
    return (
        (not fact.kinds or row["kind"] in fact.kinds)
        and (not fact.channels or row["channel"] in fact.channels)
        and (not fact.statuses or status_word(row["status"]) in fact.statuses)
        and (not fact.sources or row["source"] in fact.sources)
        and status_word(row["status"]) not in fact.not_statuses
    )


def _measured(facts: Facts, fact: Fact, rows: Sequence[tuple[Row, date | None]], until: date) -> FactValue:
    days = [at for _, at in rows if at is not None]
    if fact.measure == "count":
        return FactValue(fact, number=float(len(rows)))
    if fact.measure in ("days_since_last", "days_since_first"):
        end = max(days, default=None) if fact.measure == "days_since_last" else min(days, default=None)
        return FactValue(fact, number=None if end is None else float((until - end).days))
    if fact.kind == "money":
        return FactValue(fact, amounts=_amounts(facts, fact, [row for row, _ in rows]))
    said = [((row["at"] or "", row["id"]), text) for row, _ in rows if (text := _said(fact, row)) is not None]
    if fact.measure == "distinct":
        return FactValue(fact, number=float(len({text for _, text in said})))
    if not said:
        return FactValue(fact)
    if fact.measure == "most_frequent":
        times: dict[str, list[str]] = {}
        for (at, _), text in said:
            times.setdefault(text, []).append(at)
        most = max((len(times[text]), max(times[text])) for text in times)
        return FactValue(fact, text=min(text for text in times if (len(times[text]), max(times[text])) == most))
    return FactValue(fact, text=(max if fact.measure == "last" else min)(said)[1])


def _said(fact: Fact, row: Row) -> str | None:
    if not fact.attributes:
        value = row[fact.field or "kind"]
        return str(value) if value else None
    held = json.loads(row["attributes"] or "{}")
    for name in fact.attributes:
        value = held.get(name) if isinstance(held, dict) else None
        if isinstance(value, str) and value:
            return value
    return None


def _amounts(facts: Facts, fact: Fact, rows: Sequence[Row]) -> tuple[tuple[str, float], ...]:
    by_currency: dict[str, list[float]] = {}
    for row in rows:
        worth = facts.worth(row["currency"] or "")
        if worth is not None and row["value"] is not None and isfinite(row["value"]):
            by_currency.setdefault(worth[0], []).append(row["value"] * worth[1])
    return tuple((currency, _amount(fact, values)) for currency, values in sorted(by_currency.items()))


def _amount(fact: Fact, values: Sequence[float]) -> float:
    if fact.measure == "largest":
        return round(max(values), 4)
    if fact.measure == "smallest":
        return round(min(values), 4)
    return round(fsum(values) / (len(values) if fact.measure == "average" else 1), 4)


def _step(fact: Fact, number: float | None) -> str | None:
    if number is None:
        return fact.unknown
    return next((step.value for step in fact.steps if number < step.below), fact.otherwise)
