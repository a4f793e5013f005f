"""Filters as SQL over a frame: a tree of conditions, each of which can be asked alone to explain an answer.

A condition on something unknown does not hold; `not` turns that round too. Values are always bound, never spliced.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spine.audiences.fact_columns import column_of
from spine.audiences.filters import EventCondition, FactCondition, Filter, HouseholdFilter, PersonFilter
from spine.audiences.frames import Frame
from spine.domain.ids import decode_id
from spine.domain.statuses import status_word
from spine.errors import BadId, QueryError, TooExpensive
from spine.explore.fact_values import comparable, spellings

DEPTH, MOST = 10, 200
"""How deep filters may nest, and how many conditions one may have."""


@dataclass(frozen=True)
class Condition:
    """One condition: where it stands in the document, what it asks in words, and the SQL of its truth and its value."""

    path: str
    says: str
    sql: str
    value: str


@dataclass(frozen=True)
class Group:
    """Conditions that must all hold (`and`), one of which must (`or`), or which must not (`not`)."""

    op: Literal["and", "or", "not"]
    parts: tuple["Condition | Group", ...]

    @property
    def sql(self) -> str:
        """The SQL of the whole; an empty `and` holds for everybody, an empty `or` for nobody."""
        joined = f" {'OR' if self.op == 'or' else 'AND'} ".join(part.sql for part in self.parts)
        joined = f"({joined or ('false' if self.op == 'or' else 'true')})"
        return f"(NOT {joined})" if self.op == "not" else joined

    def leaves(self) -> Iterator[Condition]:
        """Every condition, in order."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.leaves()
            else:
                yield part


def compiled(frame: Frame, asked: Filter | None, parameters: dict[str, Any], subject: str = "p") -> Group:
    """A filter as a tree of conditions on the row `subject`; their values are added to `parameters`."""
    compiler = _Compiler(frame, parameters)
    return compiler.group(asked, subject, "") if asked is not None else Group("and", ())


def of_facts(
    frame: Frame, asked: Sequence[FactCondition], parameters: dict[str, Any], subject: str, path: str
) -> Group:
    """Conditions on facts alone, on the row `subject`; their values are added to `parameters`."""
    compiler = _Compiler(frame, parameters)
    return Group("and", tuple(compiler.fact(one, subject, f"{path}[{at}]") for at, one in enumerate(asked)))


class _Compiler:
    def __init__(self, frame: Frame, parameters: dict[str, Any]) -> None:
        self.frame = frame
        self.parameters = parameters
        self.count = 0
        self.depth = 0

    def bound(self, value: Any) -> str:
        """A place for a value."""
        name = f"v{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def leaf(self, path: str, says: str, sql: str, value: str) -> Condition:
        self.count += 1
        if self.count > MOST:
            raise TooExpensive(f"The filter has more than {MOST} conditions.", remedy="Ask for less at once.")
        return Condition(path, says, f"coalesce({sql}, false)", value)

    def group(self, asked: Filter, subject: str, path: str) -> Group:
        self.depth += 1
        if self.depth > DEPTH:
            raise TooExpensive(f"The filter nests deeper than {DEPTH}.", remedy="Write it flatter.")
        parts: list[Condition | Group] = []
        parts += self.common(asked, subject, path)
        parts += self.person(asked, subject, path) if isinstance(asked, PersonFilter) else []
        parts += self.household(asked, subject, path) if isinstance(asked, HouseholdFilter) else []
        if asked.and_ is not None:
            parts.append(Group("and", self.each(asked.and_, subject, f"{path}and")))
        if asked.or_ is not None:
            parts.append(Group("or", self.each(asked.or_, subject, f"{path}or")))
        if asked.not_ is not None:
            parts.append(Group("not", (self.group(asked.not_, subject, f"{path}not."),)))
        self.depth -= 1
        return Group("and", tuple(parts))

    def each(self, asked: Sequence[Filter], subject: str, path: str) -> tuple[Group, ...]:
        return tuple(self.group(one, subject, f"{path}[{at}].") for at, one in enumerate(asked))

    def common(self, asked: Filter, s: str, path: str) -> Iterator[Condition]:
        """What persons and households can both be asked."""
        table = "person" if isinstance(asked, PersonFilter) else "household"
        if asked.ids is not None:
            numbers = [_number(table, text) for text in asked.ids]
            yield self.leaf(
                f"{path}ids", f"is one of {len(numbers)}", f"list_contains({self.bound(numbers)}, {s}.id)", f"{s}.id"
            )
        if asked.regions is not None:
            yield self.one_of(f"{path}regions", f"{s}.region", "region", asked.regions)
        if asked.postcode_prefix is not None:
            start = comparable("postcode", asked.postcode_prefix)
            sql = f"starts_with({s}.postcode, {self.bound(start)})"
            yield self.leaf(f"{path}postcode_prefix", f"postcode begins {start}", sql, f"{s}.postcode")
        for name in ("namespaces", "sources", "consents"):
            for value in getattr(asked, name) or ():
                sql = f"list_contains({s}.{name}, {self.bound(value)})"
                yield self.leaf(f"{path}{name}", f"{name} have {value}", sql, f"{s}.{name}")
        for at, fact in enumerate(asked.facts or ()):
            yield self.fact(fact, s, f"{path}facts[{at}]")
        for at, event in enumerate(asked.events or ()):
            yield self.events(event, s, f"{path}events[{at}]", table)

    def person(self, asked: PersonFilter, s: str, path: str) -> Iterator[Condition]:
        if asked.stages is not None:
            yield self.one_of(f"{path}stages", f"{s}.stage", "stage", asked.stages)
        if asked.countries is not None:
            yield self.one_of(f"{path}countries", f"{s}.country", "country", asked.countries)
        if asked.min_records is not None:
            yield self.bounds(f"{path}min_records", f"{s}.records", "records", asked.min_records, None)
        for at, one in enumerate(asked.attributes or ()):
            column, place = f"{s}.{one.name}", f"{path}attributes[{at}]"
            parts = [f"({column} IS NOT NULL) = {self.bound(one.known)}"] if one.known is not None else []
            if one.one_of is not None:
                parts.append(f"list_contains({self.bound(_spellings(one.name, one.one_of))}, {column})")
            if one.prefix is not None:
                begun = [f"starts_with({column}, {self.bound(way)})" for way in spellings(one.name, one.prefix)]
                parts.append(f"({' OR '.join(begun)})")
            # A date may be partial: 1980 lies between 1980 and 1980.
            for limit, op in ((one.at_least, ">="), (one.at_most, "<=")):
                if limit is not None:
                    text = comparable(one.name, limit)
                    cut = f"left({column}, {len(text)})" if op == "<=" else column
                    parts.append(f"{cut} {op} {self.bound(text)}")
            yield self.leaf(place, _said(one.name, one), " AND ".join(parts or [f"{column} IS NOT NULL"]), column)
        if asked.household is not None:
            yield self.nested(
                asked.household, s, f"{path}household", "lives in a household that fulfils this", "household", "person"
            )

    def household(self, asked: HouseholdFilter, s: str, path: str) -> Iterator[Condition]:
        if asked.region is not None:
            yield self.one_of(f"{path}region", f"{s}.region", "region", (asked.region,))
        for name in ("size", "adults"):
            least, most = getattr(asked, f"min_{name}"), getattr(asked, f"max_{name}")
            if least is not None:
                yield self.bounds(f"{path}min_{name}", f"{s}.{name}", name, least, None)
            if most is not None:
                yield self.bounds(f"{path}max_{name}", f"{s}.{name}", name, None, most)
        if asked.min_confidence is not None:
            yield self.bounds(f"{path}min_confidence", f"{s}.cohesion", "confidence", asked.min_confidence, None)
        if asked.member is not None:
            yield self.nested(asked.member, s, f"{path}member", "has a member who fulfils this", "person", "household")
        if asked.every_member is not None:
            others = PersonFilter.model_validate({"not": asked.every_member})
            none = self.nested(others, s, f"{path}every_member", "no member fails this", "person", "household")
            yield Condition(none.path, none.says, f"(NOT {none.sql})", none.value)

    def nested(self, asked: Filter, s: str, path: str, says: str, far: str, near: str) -> Condition:
        """True where somebody at the far side (a member, a household) fulfils a filter; the value is how many do."""
        inner = f"{s}x"
        group = self.group(asked, inner, f"{path}.")
        lives, table = self.frame.table("lives"), self.frame.table(f"{far}s")
        source = f"SELECT l.{near} FROM {lives} l JOIN {table} {inner} ON {inner}.id = l.{far} WHERE {group.sql}"
        value = f"(SELECT count(*) FROM ({source}) t({near}) WHERE t.{near} = {s}.id)"
        return self.leaf(path, says, f"{s}.id IN ({source})", value)

    def one_of(self, path: str, column: str, name: str, values: Sequence[str]) -> Condition:
        folded = [comparable(name, value) for value in values]
        return self.leaf(
            path, f"{name} is one of {', '.join(folded)}", f"list_contains({self.bound(folded)}, {column})", column
        )

    def bounds(self, path: str, column: str, name: str, least: float | None, most: float | None) -> Condition:
        parts = [f"{column} >= {self.bound(least)}"] if least is not None else []
        parts += [f"{column} <= {self.bound(most)}"] if most is not None else []
        says = " and ".join(
            [*([f"{name} is at least {least}"] if least is not None else []),
             *([f"{name} is at most {most}"] if most is not None else [])]
        )  # fmt: skip
        return self.leaf(path, says, " AND ".join(parts), column)

    def fact(self, asked: FactCondition, s: str, path: str) -> Condition:
        fact = self.frame.facts.named(asked.name)
        numeric = asked.at_least is not None or asked.at_most is not None
        if (fact.kind == "text" and numeric) or (fact.kind != "text" and asked.one_of is not None):
            takes = "oneOf" if fact.kind == "text" else "atLeast and atMost"
            raise QueryError(f"{path}: the fact {fact.name} is a {fact.kind}.", remedy=f"It takes {takes}, and known.")
        column = f'{s}."{column_of(fact, self.currency(asked, path) if fact.kind == "money" else "")}"'
        if fact.kind == "money" and self.currency(asked, path) not in self.frame.currencies:
            column = "NULL::DOUBLE"
        parts = [f"({column} IS NOT NULL) = {self.bound(asked.known)}"] if asked.known is not None else []
        if asked.one_of is not None:
            values = _spellings(fact.field, asked.one_of) if fact.measure == "believed" else list(asked.one_of)
            parts.append(f"list_contains({self.bound(values)}, {column})")
        parts += [f"{column} >= {self.bound(asked.at_least)}"] if asked.at_least is not None else []
        parts += [f"{column} <= {self.bound(asked.at_most)}"] if asked.at_most is not None else []
        return self.leaf(path, _said(asked.name, asked), " AND ".join(parts or [f"{column} IS NOT NULL"]), column)

    def currency(self, asked: FactCondition, path: str) -> str:
        """The currency that a condition on money is in: as asked, or the only one that there is."""
        if asked.currency is not None:
            return asked.currency
        there = self.frame.currencies
        if self.frame.facts.currency is not None:
            return self.frame.facts.currency
        if len(there) > 1:
            raise QueryError(
                f"{path}: {asked.name} is in several currencies, which are never added up.",
                remedy=f"Name one of {', '.join(one or '(none)' for one in there)}, or declare rates.",
            )
        return there[0] if there else ""

    def events(self, asked: EventCondition, s: str, path: str, table: str) -> Condition:
        parts = ["d.day IS NULL OR d.day <= " + self.bound(self.frame.day) + "::DATE"]
        words = None if asked.statuses is None else [status_word(text) for text in asked.statuses]
        for column, values in (("kind", asked.kinds), ("channel", asked.channels), ("word", words)):
            if values is not None:
                parts.append(f"list_contains({self.bound(list(values))}, d.{column})")
        if asked.since is not None:
            parts.append(f"d.moment >= {self.bound(asked.since)}")
        if asked.until is not None:
            parts.append(f"d.moment <> '' AND left(d.moment, {len(asked.until)}) <= {self.bound(asked.until)}")
        where = " AND ".join(f"({part})" for part in parts)
        happened, lives = self.frame.table("happened_to"), self.frame.table("lives")
        source = f"""SELECT h.entity AS id, h.event FROM {happened} h JOIN dated d ON d.id = h.event
            WHERE h.kind = 'person' AND {where}"""
        if table == "household":
            source = f"SELECT DISTINCT l.household AS id, o.event FROM ({source}) o JOIN {lives} l ON l.person = o.id"
        many = f"SELECT id FROM ({source}) GROUP BY id HAVING count(*)"
        sql = f"{s}.id IN ({many} >= {self.bound(max(asked.at_least, 1))})" if asked.at_least else "true"
        if asked.at_most is not None:
            sql = f"({sql}) AND {s}.id NOT IN ({many} > {self.bound(asked.at_most)})"
        return self.leaf(path, _said("events", asked), sql, f"(SELECT count(*) FROM ({source}) c WHERE c.id = {s}.id)")


def _spellings(name: str | None, texts: Sequence[str]) -> list[str]:
    return [way for text in texts for way in spellings(name or "", text)]


def _number(table: str, text: str) -> int:
    found, number = decode_id(text)
    if found != table:
        raise BadId(f"{text[:80]!r} is the id of a {found}.", remedy=f"Give ids of {table}s.")
    return number


_WORDS: dict[str, Callable[[Any], str]] = {
    "one_of": lambda value: f"is one of {', '.join(value)}",
    "prefix": lambda value: f"begins {value}",
    "at_least": lambda value: f"is at least {value:g}" if isinstance(value, float) else f"is at least {value}",
    "at_most": lambda value: f"is at most {value:g}" if isinstance(value, float) else f"is at most {value}",
    "known": lambda value: "is known" if value else "is not known",
    "currency": lambda value: f"in {value}",
    "kinds": lambda value: f"of kind {', '.join(value)}",
    "channels": lambda value: f"by {', '.join(value)}",
    "statuses": lambda value: f"with status {', '.join(value)}",
    "since": lambda value: f"since {value}",
    "until": lambda value: f"until {value}",
}


def _said(name: str, asked: Any) -> str:
    given = {key: value for key, value in asked.model_dump().items() if value is not None and key in _WORDS}
    return " ".join([name, *(_WORDS[key](value) for key, value in given.items())])
