"""Each named hard case of the demo world comes out as its file says, at the default confidence."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest

from seed.hard_cases import Case, cases
from spine.access.context import LOCAL
from spine.explore.explain import sentence, why
from spine.settings import DEFAULT_CONFIDENCE

SPLIT, JOINED = "should be one", "should be apart"


def explained(demo: Any, left: str, right: str, wrong: str) -> str:
    """What is wrong with two records, and the evidence that the product has for it."""
    with demo.store.reading(LOCAL) as reader:
        ids = {row["key"]: row["id"] for row in reader.get("record", "key", [left, right])}
        found = why(reader, LOCAL, ids[left], ids[right], DEFAULT_CONFIDENCE)
    return f"{left} and {right} {wrong}. {found.says} {sentence(found.direct) if found.direct else ''}"


def wrongs(demo: Any, expected: dict[str, Any]) -> Iterable[str]:
    """Everything in which the answers differ from what is expected."""
    for group in expected.get("same", []):
        for left, right in combinations(group, 2):
            if demo.entity[left] != demo.entity[right]:
                yield explained(demo, left, right, SPLIT)
    for left, right in combinations(expected.get("different", []), 2):
        if demo.entity[left] == demo.entity[right]:
            yield explained(demo, left, right, JOINED)
    homes = [{demo.households.get(key, key) for key in group} for group in expected.get("household", [])]
    for group, found in zip(expected.get("household", []), homes, strict=True):
        if len(found) != 1:
            yield f"{group} live together, and are in {sorted(found)}."
    for (left, here), (right, there) in combinations(zip(expected.get("household", []), homes, strict=True), 2):
        if here & there:
            yield f"{left} and {right} are two households, and are in {sorted(here & there)}."
    organisations = {row["id"]: row for row in demo.rows("organisation", "id", "ultimate", "cycle")}
    for key, top in expected.get("parent", {}).items():
        found_one = organisations[demo.number[key]]
        if found_one["cycle"] != (top is None):
            yield f"{key} is {'' if top is None else 'not '}in a cycle of owners."
        elif top is not None and found_one["ultimate"] != demo.number[top]:
            yield f"The ultimate parent of {key} is {top}, and not {found_one['ultimate']}."


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases()])
def test_hard_case(case: Case, demo: Any) -> None:
    expected = demo.cases[case.name]
    assert set(expected["records"]) <= set(demo.entity)
    assert list(wrongs(demo, expected)) == [], case.why
