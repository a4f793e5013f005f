"""The columnar projection that audiences are asked of: kept in memory, made again when the change log moves on.

It lives in an in-memory DuckDB and nowhere on disk. One question at a time works on it; DuckDB itself uses all cores.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from spine.audiences.columns import Columns, read_columns
from spine.audiences.fact_columns import column_of, dated_events, fact_table, stepped, unknown_of
from spine.audiences.population import base_tables, population, stage_names
from spine.explore.facts import BELIEVED, Facts
from spine.ports import Reader

POPULATIONS = 3
"""How many (confidence, day) are kept ready."""


_OF_A_DAY = ("persons", "households", "organisations", "groups")


@dataclass(frozen=True)
class Frame:
    """Everybody at one confidence and day: tables `persons…` and `households…` with all that is filtered on.

    `number` ends the names of the tables. `persons`: id, records, sources, seen, namespaces, stage, consents,
    verified_email, believed attributes, facts. `households`: id, size, adults, region, postcode, the same lists, facts.
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
        return f"{name}{self.number if name in _OF_A_DAY else self.cut}"

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows that a query answers."""
        return self.connection.execute(sql, parameters or {}).fetchall()


class Projections:
    """The projection of one store: asked for a frame, it reads what moved since the last time and nothing else."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._columns: Columns | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._currencies: tuple[str, ...] = ()
        self._cuts: dict[float, int] = {}
        self._frames: OrderedDict[tuple[float, str], Frame] = OrderedDict()
        self._next = 0

    @contextmanager
    def frame(self, reader: Reader, confidence: float, day: str) -> Iterator[Frame]:
        """Everybody at a confidence and a day (ISO 8601), as of the reader's view of the graph."""
        with self._lock:
            self._advance(reader)
            yield self._frame(confidence, day)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._forget()
            self._columns = None

    def _advance(self, reader: Reader) -> None:
        before = self._columns
        now = read_columns(reader, before)
        if before is not None and now is not before and _same(before, now):
            self._columns = now
            return
        if now is not before or self._connection is None:
            self._forget()
            self._columns = now
            self._connection = duckdb.connect(config={"autoinstall_known_extensions": False})
            base_tables(self._connection, now)
            self._currencies = tuple(dated_events(self._connection, now.facts))

    def _forget(self) -> None:
        self._frames.clear()
        self._cuts.clear()
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _frame(self, confidence: float, day: str) -> Frame:
        found = self._frames.get((confidence, day))
        if found is None:
            found = self._made(confidence, day)
            self._frames[confidence, day] = found
            self._drop_oldest()
        self._frames.move_to_end((confidence, day))
        return found

    def _made(self, confidence: float, day: str) -> Frame:
        assert self._connection is not None  # `_advance` comes first
        assert self._columns is not None
        if confidence not in self._cuts:
            self._next += 1
            population(self._connection, self._columns, confidence, self._next)
            self._cuts[confidence] = self._next
        self._next += 1
        frame = Frame(
            self._connection, self._columns, confidence, day, self._cuts[confidence], self._next, self._currencies
        )
        _wide(frame)
        return frame

    def _drop_oldest(self) -> None:
        """Drop the tables of the frames that nobody asked for longest, and of confidences that no frame is left of."""
        while len(self._frames) > POPULATIONS:
            _, gone = self._frames.popitem(last=False)
            self._drop(gone.number)
        kept = {frame.cut for frame in self._frames.values()}
        for confidence, cut in list(self._cuts.items()):
            if cut not in kept:
                del self._cuts[confidence]
                self._drop(cut)

    def _drop(self, number: int) -> None:
        assert self._connection is not None  # there are frames
        names = self._connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE regexp_extract(table_name, '[0-9]+$') = $1", [str(number)]
        ).fetchall()
        for (name,) in names:
            self._connection.execute(f'DROP TABLE "{name}"')


def _same(before: Columns, now: Columns) -> bool:
    """True where the log moved, but nothing that audiences are made of."""
    return (
        all(now.tables[name] is table for name, table in before.tables.items())
        and now.forests is before.forests
        and all(now.models[kind].version == model.version for kind, model in before.models.items())
        and now.facts == before.facts
        and now.rules == before.rules
    )


def _wide(frame: Frame) -> None:
    """Make the wide tables of a frame: what is known of each person and household, with their facts."""
    connection, cut, number = frame.connection, frame.cut, frame.number
    people = f"(SELECT entity AS id, event FROM happened_to{cut} WHERE kind = 'person')"
    fact_table(connection, frame.facts, frame.currencies, people, f"person_facts{number}", frame.day)
    homes = f"""(SELECT DISTINCT l.household AS id, h.event FROM lives{cut} l
        JOIN happened_to{cut} h ON h.entity = l.person AND h.kind = 'person')"""
    fact_table(connection, frame.facts, frame.currencies, homes, f"household_facts{number}", frame.day)
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
            {values}, b_given.it.written AS given_written, b_surname.it.written AS surname_written,
            {_fact_values(frame, "f")}
        FROM card{cut} c LEFT JOIN claimed{cut} k ON k.id = c.id LEFT JOIN purposes{cut} p ON p.id = c.id {joins}
        LEFT JOIN person_facts{number} f ON f.id = c.id ORDER BY c.id"""
    )
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
        SELECT h.id, o.size, o.adults, h.region, h.postcode, namespaces, sources, consents,
            {_fact_values(frame, "f", without_believed=True)}
        FROM household h JOIN home o USING (id) JOIN listed USING (id) LEFT JOIN household_facts{number} f USING (id)
        ORDER BY h.id"""
    )
    _organisations(frame)
    for name in ("person", "household", "organisation", "group"):
        connection.execute(f"DROP TABLE {name}_facts{number}")


def _organisations(frame: Frame) -> None:
    """Make the tables of organisations and of corporate groups, each event of a group once."""
    connection, number = frame.connection, frame.number
    happened = f"happened_to{frame.cut} h JOIN organisation o ON o.id = h.entity AND h.kind = 'organisation'"
    for name, subject in (("organisation", "o.id"), ("group", "o.ultimate")):
        source = f"(SELECT DISTINCT {subject} AS id, h.event FROM {happened})"
        fact_table(connection, frame.facts, frame.currencies, source, f"{name}_facts{number}", frame.day)
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
