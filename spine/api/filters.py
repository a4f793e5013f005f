"""What persons and households must fulfil, as GraphQL inputs: the documents of `spine.audiences.filters`."""

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import strawberry


@strawberry.enum(description="How well a person is known.")
class Stage(Enum):
    ANONYMOUS = "anonymous"
    PSEUDONYMOUS = "pseudonymous"
    REGISTERED = "registered"
    VERIFIED = "verified"


@strawberry.enum(description="An attribute of the golden record that can be filtered on.")
class AttributeName(Enum):
    GIVEN = "given"
    SURNAME = "surname"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    COUNTRY = "country"


@strawberry.input(description="An attribute of the golden record: one of some values, begins so, or lies between.")
class AttributeCondition:
    name: AttributeName
    one_of: list[str] | None = None
    prefix: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    known: bool | None = None


@strawberry.input(description="A derived fact: its number or amount lies between, or its text is one of some.")
class FactCondition:
    name: str
    currency: str | None = strawberry.field(
        default=None, description="For amounts, where there are several: currencies are never added up."
    )
    one_of: list[str] | None = None
    at_least: float | None = None
    at_most: float | None = None
    known: bool | None = None


@strawberry.input(description="So many events (one at least, if not said) of these kinds, channels and statuses.")
class EventCondition:
    kinds: list[str] | None = None
    channels: list[str] | None = None
    statuses: list[str] | None = None
    since: str | None = None
    until: str | None = None
    at_least: int = 1
    at_most: int | None = None


@strawberry.input(description="What persons must fulfil; everything that is given must hold.")
class PersonFilter:
    and_: list["PersonFilter"] | None = strawberry.field(default=None, name="and")
    or_: list["PersonFilter"] | None = strawberry.field(default=None, name="or")
    not_: "PersonFilter | None" = strawberry.field(default=None, name="not")
    ids: list[strawberry.ID] | None = None
    stages: list[Stage] | None = None
    regions: list[str] | None = None
    countries: list[str] | None = None
    postcode_prefix: str | None = None
    namespaces: list[str] | None = strawberry.field(
        default=None, description="Identifier kinds that the person must have, all of them, such as loyalty."
    )
    sources: list[str] | None = None
    consents: list[str] | None = strawberry.field(default=None, description="Purposes consented to, all of them.")
    min_records: int | None = None
    attributes: list[AttributeCondition] | None = None
    facts: list[FactCondition] | None = None
    events: list[EventCondition] | None = None
    household: "HouseholdFilter | None" = strawberry.field(
        default=None, description="A household that the person lives in."
    )


@strawberry.input(description="What households must fulfil; everything that is given must hold.")
class HouseholdFilter:
    and_: list["HouseholdFilter"] | None = strawberry.field(default=None, name="and")
    or_: list["HouseholdFilter"] | None = strawberry.field(default=None, name="or")
    not_: "HouseholdFilter | None" = strawberry.field(default=None, name="not")
    ids: list[strawberry.ID] | None = None
    min_size: int | None = None
    max_size: int | None = None
    min_adults: int | None = None
    max_adults: int | None = None
    min_confidence: float | None = strawberry.field(
        default=None,
        description="How sure at least that all of them live together (`cohesion`): leaves others out, cuts none.",
    )
    region: str | None = None
    regions: list[str] | None = None
    postcode_prefix: str | None = None
    namespaces: list[str] | None = strawberry.field(
        default=None, description="Identifier kinds that must occur among the members, such as loyalty."
    )
    sources: list[str] | None = None
    consents: list[str] | None = strawberry.field(
        default=None, description="Purposes that a member must have consented to, such as marketing."
    )
    facts: list[FactCondition] | None = None
    events: list[EventCondition] | None = None
    member: PersonFilter | None = strawberry.field(default=None, description="One of the members.")
    every_member: PersonFilter | None = strawberry.field(default=None, description="All of the members.")


def document(value: Any) -> Any:
    """An input as the document that it stands for: what was not given is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name.rstrip("_"): document(getattr(value, field.name)) for field in fields(value)}
        return {name: found for name, found in given.items() if found is not None}
    if isinstance(value, list):
        return [document(one) for one in value]
    return value.value if isinstance(value, Enum) else value
