"""One wide table each for persons, households, organisations and corporate groups, at a confidence and a day."""

from dataclasses import dataclass
from typing import Any

import duckdb

from spine.audiences.columns import Columns
from spine.audiences.fact_columns import column_of, fact_table, stepped, unknown_of
from spine.audiences.population import stage_names
from spine.explore.facts import BELIEVED, Facts

WIDE = ("persons", "households", "organisations", "groups")
"""The tables that are of a day, since facts are in them."""


@dataclass(frozen=True)
class Frame:
    """Everybody at one confidence and day: tables `persons…` and `households…` with all that is filtered on.

    `number` ends the names of the tables. `persons`: id, records, sources, seen, namespaces, stage, consents,
    verified_email, believed attributes and the records that say them, facts. `households`: id, size, adults, region,
    postcode, the same lists, facts.
    `organisations`: id, ultimate, facts; `groups`, by their ultimate parent: id, facts.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Columns
    confidence: float
    day: str
    cut: int
    number: int
    currencies: tuple[str, ...]

    @property
    def facts(self) -> Facts:
        """The declared facts."""
        return self.columns.facts

    def table(self, name: str) -> str:
        """The name of a table of this frame: of its day where facts are in it, else of its confidence."""
        return f"{name}{self.number if name in WIDE else self.cut}"

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows that a query answers."""
        return self.connection.execute(sql, parameters or {}).fetchall()


def make_persons(frame: Frame) -> None:
    """Make the table of persons: what is known and believed of each, with their facts."""
    connection, cut, number = frame.connection, frame.cut, frame.number
    _facts(frame, "person", f"(SELECT entity AS id, event FROM happened_to{cut} WHERE kind = 'person')")
    stages = "[" + ", ".join(f"'{name}'" for name in stage_names()) + "]"
    believed = {"city": "address", "region": "address", "postcode": "address", "country": "address"}
    values = ", ".join(f"b_{believed.get(name, name)}.it.{name} AS {name}" for name in BELIEVED)
    joins = " ".join(
        f"LEFT JOIN believed_{topic}{cut} b_{topic} ON b_{topic}.id = c.id"
        for topic in ("given", "surname", "birth_date", "sex", "address")
    )
    connection.execute(
        f"""CREATE TABLE persons{number} AS SELECT c.id, c.records, c.sources, c.seen,
            coalesce(k.namespaces, []) AS namespaces, coalesce(k.verified_email, false) AS verified_email,
            coalesce(p.consents, []) AS consents, {stages}[1 + greatest(coalesce(k.stage, 0),
                CASE WHEN b_given.id IS NULL AND b_surname.id IS NULL THEN 0 ELSE 2 END)] AS stage,
            {values}, b_given.it.record AS given_record, b_surname.it.record AS surname_record,
            b_address.it.record AS address_record,
            {_fact_values(frame, "f")}
        FROM card{cut} c LEFT JOIN claimed{cut} k ON k.id = c.id LEFT JOIN purposes{cut} p ON p.id = c.id {joins}
        LEFT JOIN person_facts{number} f ON f.id = c.id ORDER BY c.id"""
    )
    _drop(frame, "person")


def make_households(frame: Frame) -> None:
    """Make the table of households out of their members', each event of a household once."""
    connection, cut, number = frame.connection, frame.cut, frame.number
    homes = f"""(SELECT DISTINCT l.household AS id, h.event FROM lives{cut} l
        JOIN happened_to{cut} h ON h.entity = l.person AND h.kind = 'person')"""
    _facts(frame, "household", homes)
    connection.execute(
        f"""CREATE TABLE households{number} AS
        WITH home AS (SELECT household AS id, count(*) AS size,
            count(*) FILTER (role IS DISTINCT FROM 'child') AS adults FROM lives{cut} GROUP BY ALL),
        listed AS (SELECT l.household AS id, {
            ", ".join(
                f"list_sort(list_distinct(flatten(list({name})))) AS {name}"
                for name in ("namespaces", "sources", "consents")
            )
        } FROM lives{cut} l JOIN persons{number} p ON p.id = l.person GROUP BY ALL)
        SELECT h.id, o.size, o.adults, h.cohesion, h.region, h.postcode, namespaces, sources, consents,
            {_fact_values(frame, "f", without_believed=True)}
        FROM household h JOIN home o USING (id) JOIN listed USING (id) LEFT JOIN household_facts{number} f USING (id)
        ORDER BY h.id"""
    )
    _drop(frame, "household")


def make_organisations(frame: Frame) -> None:
    """Make the tables of organisations and of corporate groups, each event of a group once."""
    connection, number = frame.connection, frame.number
    happened = f"happened_to{frame.cut} h JOIN organisation o ON o.id = h.entity AND h.kind = 'organisation'"
    for name, subject in (("organisation", "o.id"), ("group", "o.ultimate")):
        _facts(frame, name, f"(SELECT DISTINCT {subject} AS id, h.event FROM {happened})")
    values = _fact_values(frame, "f", without_believed=True)
    connection.execute(
        f"""CREATE TABLE organisations{number} AS SELECT o.id, o.ultimate, {values}
        FROM organisation o LEFT JOIN organisation_facts{number} f USING (id) ORDER BY o.id"""
    )
    connection.execute(
        f"""CREATE TABLE groups{number} AS SELECT o.id, {values}
        FROM (SELECT DISTINCT ultimate AS id FROM organisation WHERE ultimate IS NOT NULL) o
        LEFT JOIN group_facts{number} f USING (id)"""
    )
    _drop(frame, "organisation", "group")


def _facts(frame: Frame, name: str, source: str) -> None:
    fact_table(frame.connection, frame.facts, frame.currencies, source, f"{name}_facts{frame.number}", frame.day)


def _drop(frame: Frame, *names: str) -> None:
    for name in names:
        frame.connection.execute(f"DROP TABLE {name}_facts{frame.number}")


def _fact_values(frame: Frame, alias: str, without_believed: bool = False) -> str:
    """Every fact as a column; those of subjects to whom nothing happened have their unknown value."""
    columns = ["1 AS one"]
    for fact in frame.facts.facts:
        if fact.kind == "money":
            columns += [f'{alias}."{column_of(fact, one)}"' for one in frame.currencies]
        elif fact.measure == "steps":
            number = f'{alias}."{column_of(frame.facts.named(fact.fact or ""))}"'
            columns.append(f'{stepped(fact, number)} AS "{column_of(fact)}"')
        elif fact.measure == "believed":
            field = fact.field or ""
            topic = "address" if field in ("city", "region", "postcode", "country") else field
            value = "NULL::VARCHAR" if without_believed else f"b_{topic}.it.{field}"
            columns.append(f'{value} AS "{column_of(fact)}"')
        else:
            columns.append(f'coalesce({alias}."{column_of(fact)}", {unknown_of(fact)}) AS "{column_of(fact)}"')
    return ", ".join(columns)
