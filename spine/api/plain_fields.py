"""What an answer already holds is read from it at once, without a resolver, a path and an info object for each field.

Three of four fields of an answer are such: a text, a number or a truth value that an object holds under the field's
name. Everything else, and whatever is not of the type that the field declares, goes through graphql-core as always, so
that errors are found and told in one place.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from graphql import GraphQLField, GraphQLList, GraphQLNonNull, GraphQLObjectType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

_TYPES: Mapping[str, type] = {"String": str, "ID": str, "Int": int, "Float": float, "Boolean": bool}
_WHOLE = 2**31
"""GraphQL's whole numbers are below it."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A field that is an attribute of its object: the attribute's name, the type of its values, whether one is null."""

    name: str
    type: type
    nullable: bool
    listed: bool

    def fits(self, value: object) -> bool:
        """True where the value is an answer as it stands."""
        if value is None:
            return self.nullable
        if self.listed:
            return type(value) is list and all(_is(self.type, item) for item in value)
        return _is(self.type, value)


def _is(kind: type, value: Any) -> bool:
    fitting = type(value) is kind
    if kind is int:
        return fitting and bool(-_WHOLE <= value < _WHOLE)
    return fitting and (kind is not float or isfinite(value))


@lru_cache(maxsize=1024)
def plain_fields(parent: GraphQLObjectType) -> dict[str, Plain]:
    """The plain fields of a type, by name."""
    found = {name: plain_field(field) for name, field in parent.fields.items()}
    return {name: plain for name, plain in found.items() if plain is not None}


def plain_field(field: GraphQLField) -> Plain | None:
    """How a field is read, or None where it is no attribute, or none of a simple type."""
    declared = field.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField) or not declared.is_basic_field or field.args:
        return None
    kind: Any = field.type
    nullable = not isinstance(kind, GraphQLNonNull)
    kind = kind if nullable else kind.of_type
    listed = isinstance(kind, GraphQLList)
    if listed:
        kind = kind.of_type
        if not isinstance(kind, GraphQLNonNull):
            return None
        kind = kind.of_type
    known = _TYPES.get(getattr(kind, "name", ""))
    return Plain(declared.python_name, known, nullable, listed) if known is not None else None


class PlainFieldsFirst(StrawberryGraphQLCoreExecutionContext):
    """Executes a document as graphql-core does, and gives the same answer, with its plain fields read first."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """The answers of fields of one object, in the order in which they were asked for."""
        plains = plain_fields(parent_type)
        results: dict[str, Any] = {}
        others: dict[str, Any] = {}
        for response_name, details in grouped_field_set.items():
            plain = plains.get(details[0].node.name.value)
            value = getattr(source_value, plain.name, None) if plain is not None else None
            results[response_name] = value
            if plain is None or not plain.fits(value):
                others[response_name] = details
        if not others:
            return results
        answered: Any = super().execute_fields(parent_type, source_value, path, others, position_context)
        if self.is_awaitable(answered):
            return _completed(results, others, answered)
        return _with(results, others, answered)


async def _completed(results: dict[str, Any], others: Mapping[str, Any], answered: Awaitable[dict[str, Any]]) -> Any:
    return _with(results, others, await answered)


def _with(results: dict[str, Any], others: Mapping[str, Any], answered: Mapping[str, Any]) -> dict[str, Any]:
    """The results with what the others answered; a field that the type does not have is left out."""
    results.update(answered)
    for name in others.keys() - answered.keys():
        del results[name]
    return results
