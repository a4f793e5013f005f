"""Derived facts, declared as data: what is known of a person, household or organisation from what happened to it.

A declaration names the events that count (kinds, channels, statuses, sources, the last days before the day asked for)
and what is measured of them. The shipped ones stand in `shipped_facts.yaml`; a store's own document adds to them.
Amounts of different currencies are never added: a sum of money is one sum for each currency, unless the document
declares a currency and the rates of others into it; amounts without a rate are then left out.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pyarrow as pa
import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from spine.documents import Strict, explained, meant, near
from spine.domain.statuses import status_word
from spine.errors import MappingError, QueryError
from spine.ports import Clock, Reader, Row, Writer, arrow_schema

DOCUMENT = "facts"
Measure = Literal[
    "count", "distinct", "sum", "average", "largest", "smallest", "days_since_last", "days_since_first",
    "last", "first", "most_frequent", "steps", "believed",
]  # fmt: skip
Kind = Literal["number", "money", "text"]
MONEY = ("sum", "average", "largest", "smallest")
TEXT = ("last", "first", "most_frequent", "steps", "believed")
EVENT_FIELDS = ("kind", "channel", "status", "source")
BELIEVED = ("given", "surname", "birth_date", "sex", "city", "region", "postcode", "country")
"""The attributes of the golden record that are kept for everybody, to filter on."""


class Step(Strict):
    """Below this number, this word."""

    below: float
    value: str


class Fact(Strict):
    """One declared fact.

    `field` is `value` for money; for `last`, `first`, `most_frequent` and `distinct` kind, channel, status, source or
    `attribute:NAME|OTHER` (the first name that the event's attributes have); for `believed` an attribute of the golden
    record. `steps` puts a number fact that stands before it into words.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    says: str = Field(min_length=1, max_length=200)
    measure: Measure
    field: str | None = None
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    not_statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    within_days: int | None = Field(default=None, ge=1, le=100_000)
    fact: str | None = None
    steps: tuple[Step, ...] = ()
    otherwise: str | None = None
    unknown: str | None = None

    @field_validator("statuses", "not_statuses")
    @classmethod
    def _words(cls, said: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(status_word(text) for text in said)

    @model_validator(mode="after")
    def _fits(self) -> "Fact":
        field = self.field or ""
        if self.measure in MONEY and field != "value":
            raise ValueError(f"{self.name}: {self.measure} is of the field value")
        if self.measure in ("last", "first", "most_frequent", "distinct") and not (
            field in EVENT_FIELDS or (field.startswith("attribute:") and len(field) > 10)
        ):
            raise ValueError(f"{self.name}: {self.measure} needs a field: {', '.join(EVENT_FIELDS)} or attribute:NAME")
        if self.measure == "believed" and field not in BELIEVED:
            raise ValueError(f"{self.name}: believed needs a field: {', '.join(BELIEVED)}")
        if (self.measure == "steps") != bool(self.fact and self.steps):
            raise ValueError(f"{self.name}: the measure steps, and only it, has a fact and steps")
        return self

    @property
    def kind(self) -> Kind:
        """What its value is."""
        return "money" if self.measure in MONEY else "text" if self.measure in TEXT else "number"

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names in an event's attributes that it looks at, in order."""
        field = self.field or ""
        return tuple(field.removeprefix("attribute:").split("|")) if field.startswith("attribute:") else ()


class Facts(Strict):
    """All declared facts, and where money is to be one number: the currency and what one unit of others is worth."""

    facts: tuple[Fact, ...] = ()
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    rates: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "Facts":
        names: set[str] = set()
        for fact in self.facts:
            if fact.name in names:
                raise ValueError(f"{fact.name} is declared twice")
            names.add(fact.name)
        if self.rates and not self.currency:
            raise ValueError("rates need a currency")
        if any(rate <= 0 for rate in self.rates.values()):
            raise ValueError("a rate is above 0")
        return self

    def named(self, name: str) -> Fact:
        """The fact of that name; QueryError names those that there are."""
        for fact in self.facts:
            if fact.name == name:
                return fact
        known = [fact.name for fact in self.facts]
        remedy = f"{meant(name[:60], known)}Choose from {', '.join(known)}."
        raise QueryError(f"There is no fact {name[:60]!r}.", remedy=remedy)

    def worth(self, currency: str) -> tuple[str, float] | None:
        """The currency in which an amount is added up, and what one unit is worth there; None where it is left out."""
        if self.currency is None or currency == self.currency:
            return currency, 1.0
        rate = self.rates.get(currency)
        return (self.currency, rate) if rate is not None else None


@lru_cache(maxsize=1)
def shipped() -> Facts:
    """The facts that come with the product."""
    return _in_order(read_facts(Path(__file__).with_name("shipped_facts.yaml").read_text(encoding="utf-8")))


def read_facts(text: str) -> Facts:
    """A document of facts, in YAML or JSON; MappingError says what is wrong with it.

    Its steps may be of facts that come with the product: `together` says whether all that they name is there.
    """
    try:
        return Facts.model_validate(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise MappingError(f"The facts are no YAML: {error}.", remedy="See docs/audiences.md.") from error
    except ValidationError as error:
        raise MappingError(f"Facts: {explained(error)}.", remedy="See docs/audiences.md.") from error


def declared(reader: Reader) -> Facts:
    """The facts of a store: the shipped ones, with its own added, or put in the place of those of the same name."""
    return declared_in(reader.get("document", "id", [DOCUMENT]))


def declared_in(rows: Sequence[Row]) -> Facts:
    """The facts of a store, out of the document that it keeps them in."""
    return together(read_facts(rows[0]["body"])) if rows else shipped()


def together(own: Facts) -> Facts:
    """The shipped facts and these; MappingError where they don't fit together."""
    mine = {fact.name: fact for fact in own.facts}
    kept = [mine.pop(fact.name, fact) for fact in shipped().facts]
    whole = {"facts": [fact.model_dump() for fact in (*kept, *mine.values())]}
    return _in_order(read_facts(json.dumps({**whole, "currency": own.currency, "rates": own.rates})))


def _in_order(facts: Facts) -> Facts:
    """The same facts; MappingError where steps are of no number fact that stands before them."""
    numbers: list[str] = []
    for fact in facts.facts:
        if fact.fact is not None and fact.fact not in numbers:
            raise MappingError(
                f"Facts: {fact.name}: {fact.fact} is no number fact that stands before it.",
                remedy=f"There are before it: {', '.join(near(fact.fact, numbers) or numbers)}.",
            )
        if fact.kind == "number":
            numbers.append(fact.name)
    return facts


def declare(writer: Writer, own: Facts, clock: Clock) -> None:
    """Keep a store's own facts; MappingError where they don't fit with the shipped ones."""
    together(own)
    row = {"id": DOCUMENT, "kind": "facts", "at": clock.now(), "body": own.model_dump_json(exclude_defaults=True)}
    writer.put("document", pa.Table.from_pylist([row], schema=arrow_schema("document")))
