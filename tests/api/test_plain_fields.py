"""Fields that are read at once: the same answer as without, errors included."""

import asyncio
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from spine.api.plain_fields import PlainFieldsFirst, plain_fields
from spine.api.schema import schema


@strawberry.type
class Thing:
    text: str
    maybe: str | None
    whole: int
    real: float
    truth: bool
    words: list[str]
    id: strawberry.ID

    @strawberry.field
    async def later(self) -> str:
        return f"{self.text} later"

    @strawberry.field
    def things(self) -> list["Thing"]:
        return [self]


GOOD = Thing(text="a", maybe=None, whole=1, real=0.5, truth=True, words=["x"], id=strawberry.ID("1"))
ODD: Any = [
    {"text": 7}, {"maybe": 7}, {"whole": True}, {"whole": 2**31}, {"whole": 1.0}, {"whole": None}, {"real": 1},
    {"real": float("nan")}, {"truth": 1}, {"words": ("x", "y")}, {"words": [1]}, {"words": [None]}, {"id": 3},
]  # fmt: skip
QUERY = """{ thing { again: later __typename id real named: text whole later text maybe truth words
  things { words text later } } }"""


def answer(thing: Thing, way: type[StrawberryGraphQLCoreExecutionContext]) -> tuple[Any, list[str]]:
    @strawberry.type
    class Query:
        @strawberry.field
        def thing(self) -> Thing:
            return thing

    class Quiet(strawberry.Schema):
        def process_errors(self, errors: Any, execution_context: Any = None) -> None:
            pass

    found = asyncio.run(Quiet(Query, execution_context_class=way).execute(QUERY))
    return found.data, sorted(f"{one.path} {one.message}" for one in found.errors or ())


@pytest.mark.parametrize("odd", [{}, *ODD], ids=str)
def test_answers_are_those_of_graphql_core(odd: dict[str, Any]) -> None:
    thing = Thing(**{**vars(GOOD), **odd})
    plain, usual = answer(thing, PlainFieldsFirst), answer(thing, StrawberryGraphQLCoreExecutionContext)
    assert plain == usual
    if plain[0] is not None:
        assert list(plain[0]["thing"]) == list(usual[0]["thing"])


def test_what_an_object_holds_is_plain_and_what_is_asked_of_it_is_not() -> None:
    person = schema._schema.type_map["Person"]
    assert isinstance(person, GraphQLObjectType)
    assert {"id", "size", "cohesion"} <= plain_fields(person).keys()
    assert plain_fields(person).keys().isdisjoint({"name", "households", "identities", "neighbourhood"})
