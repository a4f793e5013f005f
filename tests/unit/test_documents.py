"""Documents that people write by hand: what is wrong is told with its place, and with the names that there are."""

import re
from pathlib import Path

import pytest

from spine.audiences.definition import read_definition
from spine.documents import hint, near
from spine.errors import SpineError
from spine.explore.facts import read_facts, shipped, together
from spine.resolution.golden_rules import read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("purpose: x\nchanel: email\npersons: {}", "unknown key 'chanel'; did you mean channel?"),
        ("purpose: x\npersons: {ctiy: x}", "persons: unknown key 'ctiy'"),
        ("purpose: x\npersons: {qqqqq: x}", "known are: and, or, not, ids, stages"),
        ("purpose: x\npersons: {and: [{stages: [verifed]}]}", "persons.and.0.stages.0: 'verifed' is none of anonymous"),
        ("purpose: x\npersons: {stages: [verifed]}", "did you mean verified?"),
        ("purpose: x\npersons: {regions: CA}", "persons.regions: is a list: write [CA]"),
        ("purpose: x\npersons: {attributes: [{name: city, in: [x]}]}", "persons.attributes.0: unknown key 'in'"),
        ("purpose: x\nhouseholds: {member: 3}", "households.member: is a mapping of keys to values, not 3"),
        ("persons: {}", "purpose: is missing"),
    ],
)
def test_an_audience_says_what_is_allowed_and_what_was_meant(text: str, says: str) -> None:
    with pytest.raises(SpineError) as error:
        read_definition(text)
    assert says in error.value.message
    assert "Extra inputs" not in error.value.message


def test_names_of_graphql_and_of_python_are_both_taken() -> None:
    assert read_definition("purpose: x\npersons: {and: []}") == read_definition("purpose: x\npersons: {and_: []}")


def test_facts_and_rules_say_it_alike() -> None:
    with pytest.raises(SpineError, match="unknown key 'kind'; did you mean kinds"):
        read_facts("facts: [{name: a, says: b, measure: count, kind: [order]}]")
    with pytest.raises(SpineError, match=r"'cuont' is none of count, distinct, .*; did you mean count"):
        read_facts("facts: [{name: a, says: b, measure: cuont}]")
    with pytest.raises(SpineError) as unknown:
        shipped().named("recensy")
    assert unknown.value.remedy.startswith("Did you mean recency")
    with pytest.raises(SpineError) as rule:
        read({"order": {"surname": ["recencey"]}})
    assert rule.value.remedy.startswith("Did you mean recency")


def test_the_documents_of_the_page_on_audiences_are_taken_as_they_stand() -> None:
    page = (Path(__file__).parents[2] / "docs" / "audiences.md").read_text("utf-8")
    spring, own = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert read_definition(spring).channel == "email"
    assert together(read_facts(own)).named("size").fact == "orders"


def test_what_looks_alike_comes_best_first() -> None:
    assert near("surnme", ["name", "surname", "city"]) == ["surname", "name"]
    assert hint("zzz", ["a", "b"]) == "known are: a, b"
    assert hint("zzz", []) == "there are none"
