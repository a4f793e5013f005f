"""Whom an audience reaches: counted, listed in a stable order, and explained; consent for its purpose always enforced.

Who fulfils the filter but has not consented, or can't be reached by the channel asked for, is counted and never listed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from spine.access.context import Context
from spine.audiences.conditions import Condition, Group, compiled
from spine.audiences.definition import Definition
from spine.audiences.frames import Frame
from spine.audiences.projection import Projections
from spine.domain.ids import encode_id
from spine.errors import NotFound
from spine.explore.membership import checked
from spine.ports import Clock, Reader, SystemClock

SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """How many fulfil the filter, how many of them are left out and why, and how many remain."""

    matching: int
    without_consent: int
    unreachable: int
    size: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an audience: its number, the person to contact, and through what (None where no channel is asked).

    `last_seen` is when that was last seen, None where nobody knows.
    """

    id: int
    person: int
    reached_by: str | None
    last_seen: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One condition of an explanation: whether it holds, of which value."""

    path: str
    says: str
    holds: bool
    value: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why somebody is in an audience, or is not."""

    inside: bool
    reason: str
    matching: bool
    consented: bool
    reachable: bool
    contact: int | None
    conditions: tuple[Outcome, ...]


class Selection:
    """An audience over a frame."""

    def __init__(self, frame: Frame, definition: Definition) -> None:
        self.frame = frame
        self.definition = definition
        self.parameters: dict[str, Any] = {}
        self.conditions: Group = compiled(frame, definition.filter, self.parameters)

    def counts(self) -> Counts:
        """How many, and how many are left out."""
        consented, reached = self._bound()
        rows = self.frame.rows(
            f"""SELECT count(*), count(*) FILTER (NOT consented), count(*) FILTER (consented AND NOT reached)
            FROM ({self._states()})""",
            {**self.parameters, **consented, **reached},
        )
        matching, without, unreachable = rows[0]
        return Counts(matching, without, unreachable, matching - without - unreachable)

    def page(self, first: int, after: int | None = None) -> tuple[list[Member], bool]:
        """The first members after an id, in the order of their ids, and whether more follow."""
        found = self.members(first + 1, after)
        return found[:first], len(found) > first

    def sample(self, size: int = SAMPLE) -> list[Member]:
        """Some members, the same ones each time: those whose hashed ids come first."""
        return self.members(size, order="hash(id), id")

    def members(self, limit: int | None = None, after: int | None = None, order: str = "id") -> list[Member]:
        """The members, in the order of their ids."""
        columns = "m.id, person, contact, contact_seen"
        return [Member(*row) for row in self.run_members(columns, limit, after, order).fetchall()]

    def run_members(
        self, columns: str, limit: int | None = None, after: int | None = None, order: str = "id", joins: str = ""
    ) -> duckdb.DuckDBPyRelation:
        """A query over the members: `id`, `person`, `contact`, `contact_seen` of each, and what `joins` brings."""
        consented, reached = self._bound()
        beyond = "AND s.id > $after" if after is not None else ""
        cut = "LIMIT $limit" if limit is not None else ""
        given = {"after": after, "limit": limit}
        places = {name: value for name, value in given.items() if value is not None}
        found: duckdb.DuckDBPyRelation = self.frame.connection.sql(
            f"""SELECT {columns} FROM (SELECT s.id, s.person, s.contact, s.contact_seen FROM ({self._states()}) s
            WHERE s.consented AND s.reached {beyond} ORDER BY {order} {cut}) m {joins}
            ORDER BY {order.replace("id", "m.id")}""",
            params={**self.parameters, **consented, **reached, **places},
        )
        return found

    def explain(self, number: int) -> Explanation:
        """Why this person or household is a member, or is not; NotFound where there is none of that number."""
        leaves = list(self.conditions.leaves())
        asked = ", ".join(f"{one.sql}, CAST({one.value} AS VARCHAR)" for one in leaves)
        table, kind = self.frame.table(f"{self.definition.of}s"), self.definition.of
        rows = self.frame.rows(
            f"SELECT {self.conditions.sql}{', ' + asked if asked else ''} FROM {table} p WHERE p.id = $number",
            {**self.parameters, "number": number},
        )
        if not rows:
            raise NotFound(
                f"There is no {kind} {encode_id(kind, number)} at this confidence.",
                remedy="Take its id from a search at the same confidence.",
            )
        matching, *told = rows[0]
        outcomes = tuple(_outcome(one, told[2 * at], told[2 * at + 1]) for at, one in enumerate(leaves))
        consented, reached = self._bound()
        state = self.frame.rows(
            f"SELECT consented, reached, person FROM ({self._states('p.id = $number')})",
            {"number": number, **consented, **reached},
        )
        agreed, reachable, contact = state[0]
        inside = matching and agreed and reachable
        return Explanation(
            inside, self._reason(matching, agreed, reachable), matching, agreed, reachable,
            contact if inside else None, outcomes,
        )  # fmt: skip

    def _reason(self, matching: bool, agreed: bool, reachable: bool) -> str:
        purpose, channel = self.definition.purpose, self.definition.channel
        whom = "The person" if self.definition.of == "person" else "No adult member"
        has = "has not" if self.definition.of == "person" else "has"
        if not matching:
            return "It does not fulfil the filter."
        if not agreed:
            return f"{whom} {has} consented to {purpose}."
        if not reachable:
            return f"Nobody who consented to {purpose} can be reached by {channel}."
        return f"It fulfils the filter, and there is consent to {purpose}."

    def _bound(self) -> tuple[dict[str, Any], dict[str, Any]]:
        channel = {"channel": self.definition.channel} if self.definition.channel is not None else {}
        return {"purpose": self.definition.purpose}, channel

    def _states(self, where: str | None = None) -> str:
        """Everybody who fulfils the filter: `id`, `consented`, `reached`, and the `person` and `contact` to take, with
        the day on which that was last seen."""
        frame, condition = self.frame, where or self.conditions.sql
        persons = frame.table("persons")
        agreed = f"(SELECT person FROM {frame.table('consented')} WHERE purpose = $purpose)"
        reach = self._reach()
        if self.definition.of == "person":
            joined = f"LEFT JOIN {reach} r ON r.person = p.id" if reach else ""
            contact, seen = ("r.value", "r.seen") if reach else _NOBODY
            reached = "r.person IS NOT NULL" if reach else "true"
            return f"""SELECT p.id, p.id IN {agreed} AS consented, {reached} AS reached, p.id AS person,
                {contact} AS contact, {seen} AS contact_seen FROM {persons} p {joined} WHERE {condition}"""
        joined = f"LEFT JOIN {reach} r ON r.person = l.person" if reach else ""
        contact, seen = ("r.value", "r.seen") if reach else _NOBODY
        reached = "r.person IS NOT NULL" if reach else "true"
        first = ["(r.person IS NULL)"] if reach else []
        rules = [_RULES[rule] for rule in self.definition.contact if reach or rule != "freshest"]
        order = ", ".join([*first, *rules, "l.person"])
        return f"""WITH home AS (SELECT p.id FROM {frame.table("households")} p WHERE {condition}),
            choice AS (SELECT l.household, l.person, {contact} AS contact, {seen} AS seen, {reached} AS reached
                FROM {frame.table("lives")} l JOIN home ON home.id = l.household
                JOIN {persons} m ON m.id = l.person {joined}
                WHERE l.role IS DISTINCT FROM 'child' AND l.person IN {agreed}
                QUALIFY row_number() OVER (PARTITION BY l.household ORDER BY {order}) = 1)
            SELECT home.id, choice.person IS NOT NULL AS consented, coalesce(choice.reached, false) AS reached,
                choice.person, choice.contact, choice.seen AS contact_seen
            FROM home LEFT JOIN choice ON choice.household = home.id"""

    def _reach(self) -> str:
        """Through what each person is reached by the channel: verified first, then least shared, last seen, smallest;
        and when that was last seen by any of the person's records.

        What the person itself has refused for the purpose is left out.
        """
        if self.definition.channel is None:
            return ""
        entity, refused = self.frame.table("entity"), self.frame.table("refused")
        rank = "(o.verified, -o.many, coalesce(o.seen, ''), -i.id)"
        return f"""(SELECT o.entity AS person, arg_max(i.value, {rank}) AS value,
                nullif(arg_max(coalesce(o.seen, ''), {rank}), '') AS seen
            FROM (SELECT e.entity, e.kind, h.identifier, bool_or(h.verified) AS verified, max(h.last_seen) AS seen,
                    count(*) OVER (PARTITION BY h.identifier) AS many
                FROM {entity} e JOIN holds h USING (record)
                WHERE h.namespace = $channel AND h.valid_to IS NULL GROUP BY e.entity, e.kind, h.identifier) o
            JOIN identifier i ON i.id = o.identifier
            LEFT JOIN {refused} n
                ON n.person = o.entity AND n.identifier = o.identifier AND n.purpose = $purpose
            WHERE o.kind = 'person' AND n.person IS NULL GROUP BY o.entity)"""


_NOBODY = ("NULL::VARCHAR", "NULL::VARCHAR")
_RULES = {
    "freshest": "r.seen DESC NULLS LAST",
    "verified_email": "m.verified_email DESC",
    "most_recent": "m.seen DESC NULLS LAST",
    "head": "(l.role IS NOT DISTINCT FROM 'head') DESC",
    "surest": "l.weight DESC",
}


@contextmanager
def selected(
    projections: Projections,
    reader: Reader,
    context: Context,
    definition: Definition,
    default: float,
    day: str | None = None,
    *,
    latest: bool = True,
) -> Iterator[Selection]:
    """The audience of a definition over the graph as the reader sees it.

    `default` is the confidence and `day` the day where the definition has none; today where there is neither. Where
    not the `latest` is asked for, a large change may not be seen yet: enough to count, not to contact anybody.
    """
    confidence = checked(default if definition.confidence is None else definition.confidence)
    with projections.frame(reader, confidence, as_day(definition.as_of, day), latest=latest) as frame:
        yield Selection(frame, definition)


def as_day(asked: date | None, day: str | None = None, clock: Clock | None = None) -> str:
    """The day that is asked for, or the given one, or today in UTC."""
    if asked is not None:
        return asked.isoformat()
    return day or (clock or SystemClock()).now()[:10]


def _outcome(one: Condition, holds: Any, value: Any) -> Outcome:
    return Outcome(one.path, one.says, bool(holds), None if value is None else str(value))
