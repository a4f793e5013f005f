"""What a document may ask for: tokens, depth, aliases, cost, introspection; refused before anything is executed."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from spine.api import contract
from spine.api.limits import BOUNDS, Bounds, measure
from spine.errors import TooExpensive

Ask = Callable[..., dict[str, Any]]
HOUSEHOLDS = "{ households(first: %d) { edges { node { members(first: %d) { edges { node { id name } } } } } } }"


def refused(answer: dict[str, Any]) -> str:
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "TOO_EXPENSIVE"
    assert error["extensions"]["remedy"]
    message: str = error["message"]
    return message


def test_too_many_aliases(ask: Ask) -> None:
    def fields(count: int) -> str:
        return "{" + " ".join(f"a{at}: __typename" for at in range(count)) + "}"

    assert "errors" not in ask(fields(BOUNDS.aliases))
    assert "aliases" in refused(ask(fields(BOUNDS.aliases + 1)))


def test_too_many_tokens(ask: Ask) -> None:
    assert "tokens" in refused(ask("{" + " __typename" * BOUNDS.tokens + "}"))


def test_too_deep(ask: Ask) -> None:
    inner = "id"
    for _ in range(6):
        inner = f"ultimateParent {{ children(first: 1) {{ edges {{ node {{ {inner} }} }} }} }}"
    assert "depth" in refused(ask("{ organisations(first: 1) { edges { node { " + inner + " } } } }"))


def test_too_expensive_by_first_times_children(ask: Ask) -> None:
    assert "errors" not in ask(HOUSEHOLDS % (20, 20))
    assert "cost" in refused(ask(HOUSEHOLDS % (500, 500)))


def test_first_is_counted_from_variables_too(ask: Ask) -> None:
    query = "query Q($n: Int) " + HOUSEHOLDS.replace("%d", "$n")
    assert "errors" not in ask(query, n=10)
    assert "errors" not in ask(query)
    assert "cost" in refused(ask(query, n=500))
    assert "cost" in refused(ask(query.replace("Int", "Int = 500")))


def test_first_is_counted_through_fragments(ask: Ask) -> None:
    query = """{ households(first: 500) { ... on HouseholdConnection { ...E } } }
    fragment E on HouseholdConnection { edges { node { members(first: 500) { edges { cursor } } } } }"""
    assert "cost" in refused(ask(query))


def test_fragments_are_counted_where_they_are_spread_and_cycles_do_not_hang(ask: Ask) -> None:
    levels = " ".join(f"fragment F{at} on Query {{ ...F{at + 1} ...F{at + 1} }}" for at in range(40))
    bomb = "{ ...F0 } " + levels + " fragment F40 on Query { __typename }"
    assert "size" in refused(ask(bomb))
    cycle = ask("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")
    assert {error["extensions"]["code"] for error in cycle["errors"]} == {"BAD_QUERY"}


def test_introspection_works_but_does_not_descend_into_itself(ask: Ask) -> None:
    assert ask(get_introspection_query())["data"]["__schema"]["queryType"]["name"] == "Query"
    deep = "name"
    for _ in range(4):
        deep = f"fields {{ type {{ {deep} }} }}"
    assert "introspection" in refused(ask("{ __schema { types { " + deep + " } } }"))


@pytest.mark.parametrize("operation", contract.operations(), ids=lambda one: one.name)
def test_every_ready_made_operation_stays_far_below_the_limits(operation: contract.ReadyMade) -> None:
    cost = measure(parse(operation.document), None, operation.variables, BOUNDS)
    assert cost <= BOUNDS.cost / 2


def test_cost_grows_with_first() -> None:
    costs = [measure(parse(HOUSEHOLDS % (n, 10)), None, {}, BOUNDS) for n in (1, 10, 100)]
    assert costs[1] > 8 * costs[0]
    assert costs[2] > 8 * costs[1]
    with pytest.raises(TooExpensive, match="depth"):
        measure(parse(HOUSEHOLDS % (1, 1)), None, {}, Bounds(depth=3))
