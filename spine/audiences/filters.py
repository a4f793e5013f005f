"""What persons and households must fulfil, as documents: every condition that is given must hold; and/or/not nest.

The same documents are GraphQL's inputs (in camel case), the command line's files and what saved audiences keep.
"""

import json
from typing import Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from spine.documents import Strict, explained
from spine.errors import QueryError

AttributeName = Literal["given", "surname", "birth_date", "sex", "city", "region", "postcode", "country"]
STAGES = ("anonymous", "pseudonymous", "registered", "verified")
Texts = tuple[str, ...]


class AttributeCondition(Strict):
    """An attribute of the golden record: one of some values, begins so, lies between, or is known at all."""

    name: AttributeName
    one_of: Texts | None = None
    prefix: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    known: bool | None = None


class FactCondition(Strict):
    """A derived fact: its number or amount lies between, its text is one of some, or it is known at all."""

    name: str
    currency: str | None = None
    one_of: Texts | None = None
    at_least: float | None = None
    at_most: float | None = None
    known: bool | None = None


class EventCondition(Strict):
    """So many events of these kinds, channels and statuses, in this period: at least one, unless said otherwise."""

    kinds: Texts | None = None
    channels: Texts | None = None
    statuses: Texts | None = None
    since: str | None = None
    until: str | None = None
    at_least: int = Field(default=1, ge=0)
    at_most: int | None = Field(default=None, ge=0)


class PersonFilter(Strict):
    """Persons: everything that is given must hold. `household` is one that the person lives in."""

    and_: tuple["PersonFilter", ...] | None = Field(default=None, alias="and")
    or_: tuple["PersonFilter", ...] | None = Field(default=None, alias="or")
    not_: "PersonFilter | None" = Field(default=None, alias="not")
    ids: Texts | None = None
    stages: tuple[Literal["anonymous", "pseudonymous", "registered", "verified"], ...] | None = None
    regions: Texts | None = None
    countries: Texts | None = None
    postcode_prefix: str | None = None
    namespaces: Texts | None = None
    sources: Texts | None = None
    consents: Texts | None = None
    min_records: int | None = None
    attributes: tuple[AttributeCondition, ...] | None = None
    facts: tuple[FactCondition, ...] | None = None
    events: tuple[EventCondition, ...] | None = None
    household: "HouseholdFilter | None" = None


class HouseholdFilter(Strict):
    """Households: everything that is given must hold. `member` is one person of it, `every_member` all of them."""

    and_: tuple["HouseholdFilter", ...] | None = Field(default=None, alias="and")
    or_: tuple["HouseholdFilter", ...] | None = Field(default=None, alias="or")
    not_: "HouseholdFilter | None" = Field(default=None, alias="not")
    ids: Texts | None = None
    min_size: int | None = None
    max_size: int | None = None
    min_adults: int | None = None
    max_adults: int | None = None
    min_confidence: float | None = Field(default=None, gt=0, lt=1)
    region: str | None = None
    regions: Texts | None = None
    postcode_prefix: str | None = None
    namespaces: Texts | None = None
    sources: Texts | None = None
    consents: Texts | None = None
    facts: tuple[FactCondition, ...] | None = None
    events: tuple[EventCondition, ...] | None = None
    member: PersonFilter | None = None
    every_member: PersonFilter | None = None


PersonFilter.model_rebuild()
Filter = PersonFilter | HouseholdFilter
AnyFilter = TypeVar("AnyFilter", PersonFilter, HouseholdFilter)


def read_filter(kind: type[AnyFilter], document: object) -> AnyFilter:
    """A filter out of a parsed document; QueryError says what is wrong with it, and where."""
    try:
        return kind.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        raise wrong("Filter", error) from error


def read_facts(document: object) -> tuple[FactCondition, ...]:
    """Conditions on facts out of a parsed document; QueryError says what is wrong with it, and where."""
    try:
        return TypeAdapter(tuple[FactCondition, ...]).validate_json(json.dumps(document))
    except ValidationError as error:
        raise wrong("Facts", error) from error


def wrong(what: str, error: ValidationError) -> QueryError:
    """What is wrong with a document, and where."""
    return QueryError(f"{what}: {explained(error)}.", remedy="See docs/audiences.md.")
