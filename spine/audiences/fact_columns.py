"""Derived facts of everybody at once: each declaration as SQL over the events that belong to each subject.

`spine.explore.fact_values` says the same of one subject; tests hold the two to each other.
"""

import re
from collections.abc import Sequence

import duckdb

from spine.domain.statuses import ALIKE, SPELT
from spine.explore.facts import Fact, Facts

Connection = duckdb.DuckDBPyConnection
CURRENCIES = 30
"""A fact of money has a column for each of the currencies most used, at most so many."""


def column_of(fact: Fact, currency: str = "") -> str:
    """The name of a fact's column; one of money has one for each currency."""
    return f"fact:{fact.name}:{currency}" if fact.kind == "money" else f"fact:{fact.name}"


def dated_events(connection: Connection, facts: Facts) -> None:
    """Make `dated`: events with their day, the word of their status, and the attributes that facts look at."""
    names = sorted({name for fact in facts.facts for name in fact.attributes})
    places = {f"a{at}": "$." + '"' + name.replace('"', "") + '"' for at, name in enumerate(names)}
    held = "".join(
        f", CASE WHEN json_type(attributes, ${key}) = 'VARCHAR' "
        f"THEN nullif(json_extract_string(attributes, ${key}), '') END"
        f' AS "attribute:{name}"'
        for (key, _), name in zip(places.items(), [name.replace('"', "") for name in names], strict=True)
    )
    connection.execute(
        f"""CREATE TABLE dated AS SELECT id, source, kind, coalesce("at", '') AS moment,
        try_cast(left("at", 10) AS DATE) AS day, CASE WHEN isfinite(value) THEN value END AS value,
        coalesce(currency, '') AS currency, nullif(channel, '') AS channel, status,
        trim(translate(coalesce(status, ''), '{SPELT}', '{ALIKE}'), ' ') AS word {held} FROM event""",
        places,
    )


def currencies_of(connection: Connection, facts: Facts, dated: str = "dated") -> list[str]:
    """The currencies that most amounts are in, as facts of money have columns for them."""
    used = connection.execute(
        f"SELECT currency FROM {dated} WHERE value IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, currency LIMIT $1",
        [CURRENCIES],
    ).fetchall()
    found = {worth[0] for (currency,) in used if (worth := facts.worth(currency)) is not None}
    return sorted(found)


def fact_table(
    connection: Connection, facts: Facts, currencies: Sequence[str], source: str, table: str, day: str
) -> None:
    """Make a table of all facts by `id`, out of pairs (id, event) in `source`, as of the end of a day."""
    columns: list[str] = []
    joins: list[str] = []
    used: dict[str, object] = {"day": day}
    for fact in facts.facts:
        condition = _counts(fact, used)
        if fact.measure in ("steps", "believed"):
            continue
        if fact.measure == "most_frequent":
            name = f"most{len(joins)}"
            joins.append(
                f"""LEFT JOIN (SELECT id, said AS it FROM (SELECT id, {_said(fact)} AS said, count(*) AS times,
                max(moment) AS latest FROM seen WHERE {condition} AND {_said(fact)} IS NOT NULL GROUP BY ALL)
                QUALIFY row_number() OVER (PARTITION BY id ORDER BY times DESC, latest DESC, said) = 1
                ) {name} ON {name}.id = measured.id"""
            )
            columns.append(f'{name}.it AS "{column_of(fact)}"')
        elif fact.kind == "money":
            columns += [f'measured."{column_of(fact, one)}"' for one in currencies]
        else:
            columns.append(f'measured."{column_of(fact)}"')
    measured = "".join(f", {text}" for fact in facts.facts for text in _measures(facts, fact, currencies, used))
    statement = f"""CREATE TABLE {table} AS WITH seen AS (SELECT s.id AS id, d.* EXCLUDE (id), d.id AS event
            FROM {source} s JOIN dated d ON d.id = s.event WHERE d.day IS NULL OR d.day <= $day::DATE),
        measured AS (SELECT id {measured} FROM seen GROUP BY ALL)
        SELECT measured.id, {", ".join(columns) or "1 AS one"} FROM measured {" ".join(joins)}"""
    # A fact of money has no column where no amount has a currency, and binds nothing then.
    connection.execute(statement, {name: value for name, value in used.items() if re.search(rf"\${name}\b", statement)})


def unknown_of(fact: Fact) -> str:
    """What a subject without any event has, as SQL."""
    return "0" if fact.measure in ("count", "distinct") else "NULL"


def stepped(fact: Fact, number: str) -> str:
    """A fact in steps, as SQL over its number."""
    steps = " ".join(f"WHEN {number} < {step.below!r} THEN {_quoted(step.value)}" for step in fact.steps)
    otherwise, unknown = _quoted(fact.otherwise), _quoted(fact.unknown)
    return f"CASE WHEN {number} IS NULL THEN {unknown} {steps} ELSE {otherwise} END"


def _quoted(text: str | None) -> str:
    return "NULL::VARCHAR" if text is None else "'" + text.replace("'", "''") + "'"


def _counts(fact: Fact, used: dict[str, object]) -> str:
    parts = ["true"]
    for column, values in (
        ("kind", fact.kinds), ("channel", fact.channels), ("word", fact.statuses), ("source", fact.sources),
    ):  # fmt: skip
        if values:
            used[f"{fact.name}_{column}"] = list(values)
            parts.append(f"coalesce(list_contains(${fact.name}_{column}, {column}), false)")
    if fact.not_statuses:
        used[f"{fact.name}_not"] = list(fact.not_statuses)
        parts.append(f"NOT coalesce(list_contains(${fact.name}_not, word), false)")
    if fact.within_days is not None:
        parts.append(f"coalesce($day::DATE - day < {fact.within_days}, false)")
    return " AND ".join(parts)


def _said(fact: Fact) -> str:
    if fact.attributes:
        names = ", ".join('"attribute:' + name.replace('"', "") + '"' for name in fact.attributes)
        return f"coalesce({names})"
    return f"nullif({fact.field}, '')"


def _measures(facts: Facts, fact: Fact, currencies: Sequence[str], used: dict[str, object]) -> list[str]:
    where = f"FILTER (WHERE {_counts(fact, used)})"
    name = f'AS "{column_of(fact)}"'
    if fact.measure == "count":
        return [f"count(*) {where} {name}"]
    if fact.measure == "days_since_last":
        return [f"$day::DATE - max(day) {where} {name}"]
    if fact.measure == "days_since_first":
        return [f"$day::DATE - min(day) {where} {name}"]
    if fact.measure == "distinct":
        return [f"count(DISTINCT {_said(fact)}) {where} {name}"]
    if fact.measure in ("last", "first"):
        function = "arg_max" if fact.measure == "last" else "arg_min"
        known = f"FILTER (WHERE {_counts(fact, used)} AND {_said(fact)} IS NOT NULL)"
        return [f"{function}({_said(fact)}, (moment, event)) {known} {name}"]
    if fact.kind == "money":
        return [_money(facts, fact, one, used) for one in currencies]
    return []


def _money(facts: Facts, fact: Fact, currency: str, used: dict[str, object]) -> str:
    """One sum (or other measure) of the amounts that are added up in this currency."""
    if facts.currency is None:
        amount, here = "value", f"currency = {_quoted(currency)}"
    else:
        rates = {facts.currency: 1.0, **facts.rates}
        cases = " ".join(f"WHEN {_quoted(name)} THEN {rate!r}" for name, rate in rates.items())
        amount, here = f"value * CASE currency {cases} END", f"currency IN ({', '.join(map(_quoted, rates))})"
    functions = {"sum": "fsum", "average": "favg", "largest": "max", "smallest": "min"}
    where = f"FILTER (WHERE {_counts(fact, used)} AND {here} AND value IS NOT NULL)"
    return f'round({functions[fact.measure]}({amount}) {where}, 4) AS "{column_of(fact, currency)}"'
