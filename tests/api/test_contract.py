"""The published contract: the committed schema is the one that is served, and the operations fit it."""

import pytest
from graphql import build_schema, parse, validate

from spine.api import contract
from spine.api.schema import sdl
from spine.errors import NotFound


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert contract.committed_schema() == sdl(), "write spine.api.schema.sdl() to graphql/schema.graphql"


def test_there_are_operations_for_each_audience() -> None:
    for audience in contract.AUDIENCES:
        assert sum(one.audience == audience for one in contract.operations()) >= 5


@pytest.mark.parametrize("operation", contract.operations(), ids=lambda one: one.name)
def test_operations_fit_the_schema_and_say_their_question(operation: contract.ReadyMade) -> None:
    document = parse(operation.document)
    assert validate(build_schema(contract.committed_schema()), document) == []
    assert operation.question.endswith("?")
    assert operation.document.startswith("# ")


@pytest.mark.parametrize("name", ["support/person-card", "person-card", "person-card.graphql"])
def test_operations_are_found_by_name(name: str) -> None:
    assert contract.operation(name).name == "person-card"


def test_an_unknown_operation_names_those_that_there_are() -> None:
    with pytest.raises(NotFound, match="support/person-card"):
        contract.operation("nothing")
