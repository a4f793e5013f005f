"""An audience as a document: whom it wants, for which purpose, at which confidence and day, reached how."""

import json
from datetime import date
from typing import Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from spine.audiences.filters import Filter, HouseholdFilter, PersonFilter, wrong
from spine.documents import Strict
from spine.errors import QueryError

ContactRule = Literal["verified_email", "most_recent", "freshest", "head", "surest"]
Channel = Literal["email", "phone", "address"]
DEFAULT_RULES: tuple[ContactRule, ...] = ("verified_email", "head", "most_recent")


class Definition(Strict):
    """What an audience is: exactly one of `persons` and `households`, and the purpose it is contacted for.

    `channel` keeps those who can be reached by it. `contact` orders the members of a household: the first rule decides,
    then the next, then the earliest id; a declared child is never the contact. `as_of` is a day, else today;
    `confidence` between 0 and 1, else the default. `facts` are columns of its export.
    """

    purpose: str = Field(min_length=1, max_length=100)
    persons: PersonFilter | None = None
    households: HouseholdFilter | None = None
    confidence: float | None = Field(default=None, gt=0, lt=1)
    as_of: date | None = None
    channel: Channel | None = None
    contact: tuple[ContactRule, ...] = DEFAULT_RULES
    facts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> "Definition":
        if (self.persons is None) == (self.households is None):
            raise ValueError("an audience is of persons or of households: give one of the two, {} for all of them")
        return self

    @property
    def of(self) -> Literal["person", "household"]:
        """What its members are."""
        return "person" if self.persons is not None else "household"

    @property
    def filter(self) -> Filter:
        """What its members fulfil."""
        found = self.persons if self.persons is not None else self.households
        assert found is not None  # one of the two is given
        return found

    def document(self) -> str:
        """The definition as JSON, without what is left open."""
        return self.model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True)


def read_definition(text: str) -> Definition:
    """A definition in YAML or JSON; QueryError says what is wrong with it, and where."""
    try:
        return defined(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise QueryError(f"The audience is no YAML: {error}.", remedy="See docs/audiences.md.") from error


def defined(document: object) -> Definition:
    """A definition out of a parsed document; QueryError says what is wrong with it, and where."""
    try:
        return Definition.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        raise wrong("Audience", error) from error
