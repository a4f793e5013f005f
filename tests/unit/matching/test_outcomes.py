"""Levels have one home: what functions yield, what is declared and what training asks for can't drift apart."""

from dataclasses import replace

import numpy as np
import pytest
from compared import encoded

from spine.domain.vocabulary import Kind
from spine.errors import ModelError
from spine.matching.declared import DECLARED
from spine.matching.levels import FUNCTIONS
from spine.matching.outcomes import OUTCOMES, OWN, Outcome, Outcomes
from spine.matching.priors import comparison
from spine.matching.scorer import score
from spine.matching.training import untrained


def test_every_declared_comparison_has_its_function_and_its_levels() -> None:
    assert set(FUNCTIONS) == set(OUTCOMES)
    for comparisons in DECLARED.values():
        assert len({one.name for one in comparisons}) == len(comparisons)
        for one in comparisons:
            named = [(level.label, level.group) for level in one.levels]
            assert named == [(level.label, level.group) for level in OUTCOMES[one.function].all]


def test_declared_shares_sum_to_one_in_every_group() -> None:
    for comparisons in DECLARED.values():
        for one in comparisons:
            for group in {level.group for level in one.levels}:
                members = [level for level in one.levels if level.group == group]
                assert sum(level.m for level in members) == pytest.approx(1, abs=0.03), (one.name, group)
                assert sum(level.u for level in members) == pytest.approx(1, abs=0.03), (one.name, group)


def test_a_value_of_many_weighs_by_its_frequency() -> None:
    for comparisons in DECLARED.values():
        for one in comparisons:
            for level in one.levels:
                if level.common >= 0:
                    many = one.levels[level.common]
                    assert many.frequency
                    assert many.group == level.group
                    assert many.label == f"{level.label}, of many"


def test_agreement_weighs_more_than_disagreement_in_every_group() -> None:
    for comparisons in DECLARED.values():
        for one in comparisons:
            for group in {level.group for level in one.levels}:
                members = [level for level in one.levels if level.group == group and level.common < 0]
                if one.name != "order":
                    assert members[0].weight < 0 < max(level.weight for level in members), (one.name, group)


def test_priors_that_name_other_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="suffix"):
        comparison("suffix", {"": {"differs": (0.1, 0.9), "alike": (0.9, 0.1)}})


def test_a_level_is_named_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Outcomes("x", [Outcome("same"), Outcome("same")])


def test_levels_by_name_group_and_mark() -> None:
    found = Outcomes(
        "x",
        [
            Outcome("differs", "a"), Outcome("near", "a"), Outcome("same", "a", marks=frozenset({OWN})),
            Outcome("same", "b"), Outcome("differs", "b"),
        ],
    )  # fmt: skip
    both = np.array([True, True, True, False])
    levels = found.ranked(both, [("near", np.array([True, True, False, True])), ("same", both & False)], "a")
    assert levels.tolist() == [1, 1, 0, -1]
    levels = np.array([0, 1, 2, -1, 2], dtype=np.int8)
    moved = found.moved(levels, np.array([True, True, True, True, False]), "b")
    assert moved.tolist() == [4, 4, 3, -1, 2]
    assert found.named(moved, "same").tolist() == [False, False, True, False, True]
    assert found.marked(moved, OWN).tolist() == [False, False, False, False, True]
    with pytest.raises(KeyError):
        found.number("near", "b")


def test_a_model_of_other_levels_is_refused() -> None:
    model = untrained(Kind.PERSON)
    records = encoded([{"given": "a"}, {"given": "b"}])
    first, *others = model.comparisons
    for other in (replace(first, levels=first.levels[1:]), replace(first, function="gone")):
        changed = replace(model, comparisons=(other, *others))
        with pytest.raises(ModelError, match="does not know"):
            score(changed, records, np.array([0]), np.array([1]))
