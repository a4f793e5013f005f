"""strawberry's field decorator with a type that says what it does to a resolver: nothing that a caller sees."""

from collections.abc import Callable
from typing import TypeVar, cast

import strawberry

Resolver = TypeVar("Resolver", bound=Callable[..., object])


def resolved(description: str) -> Callable[[Resolver], Resolver]:
    """Make a method a field of the schema, with this description."""
    return cast(Callable[[Resolver], Resolver], strawberry.field(description=description))


def changing(description: str) -> Callable[[Resolver], Resolver]:
    """Make a method a mutation of the schema, with this description."""
    return cast(Callable[[Resolver], Resolver], strawberry.mutation(description=description))
