"""What is known of matches is not asked again: trees weigh them as if it were."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from batches import Ticking, batch, person
from compared import all_pairs, encoded
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.vocabulary import Kind
from spine.matching.frequencies import frequencies_of
from spine.matching.scorer import score
from spine.matching.training import untrained
from spine.pipeline import scoring
from spine.pipeline.ingest import ingest
from spine.pipeline.scoring import FLOOR, Weighed, matches, weights_in_trees
from spine.settings import Settings

ROW = st.fixed_dictionaries(
    {"given": st.sampled_from(["anna", "ann", "maria"]), "surname": st.sampled_from(["berg", "bergh", "smith"])},
    optional={
        "birth_date": st.sampled_from(["1980-05-21", "1980-05-12", "1950-07-07"]),
        "email": st.sampled_from(["anna.berg@a.example", "ana.berg@a.example"]),
        "street": st.sampled_from(["oak street", "river road"]),
        "sex": st.sampled_from(["f", "m"]),
    },
)
DAYS = st.lists(st.integers(0, 9000), min_size=8, max_size=8)


@settings(max_examples=80, deadline=None)
@given(st.lists(ROW, min_size=2, max_size=8), DAYS, st.booleans(), st.sampled_from([-1, scoring.FEW]))
def test_trees_weigh_matches_as_they_were_scored(rows: list[Any], days: list[int], backwards: bool, few: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "FEW", few)
        _weighed_as_scored(rows, days, backwards)


def _weighed_as_scored(rows: list[Any], days: list[int], backwards: bool) -> None:
    phones = [{"phone": [1]} for _ in rows]
    records = encoded([{**row, "phone": "+14155550100"} for row in rows], phones, {"phone": days[: len(rows)]})
    model = replace(untrained(Kind.PERSON), frequencies=frequencies_of(Kind.PERSON, records))
    pairs = all_pairs(len(rows))
    (left, right), weight, _ = matches(model, records, pairs)
    step = -1 if backwards else 1
    weighed = Weighed((left[::step], right[::step]), weight[::step])
    plain = weights_in_trees(model, records, *pairs)
    assert weights_in_trees(model, records, *pairs, weighed).tolist() == plain.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=2, max_size=8), DAYS, st.randoms(use_true_random=False), st.booleans())
def test_matches_stand_as_their_pairs_do(rows: list[Any], days: list[int], chance: Any, few: bool) -> None:
    phones = [{"phone": [1]} for _ in rows]
    records = encoded([{**row, "phone": "+14155550100"} for row in rows], phones, {"phone": days[: len(rows)]})
    model = replace(untrained(Kind.PERSON), frequencies=frequencies_of(Kind.PERSON, records))
    order = np.arange(len(all_pairs(len(rows))[0]))
    chance.shuffle(order)
    pairs = tuple(side[order] for side in all_pairs(len(rows)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "FEW", scoring.FEW if few else -1)
        (left, right), weight, levels = matches(model, records, (pairs[0], pairs[1]))
    scored = score(model, records, *pairs)
    here = np.flatnonzero(scored.weight >= FLOOR)
    assert (left.tolist(), right.tolist()) == (pairs[0][here].tolist(), pairs[1][here].tolist())
    assert weight.tolist() == scored.weight[here].tolist()
    assert levels.to_pylist() == [scored.texts(here[at : at + 1])[0].as_py() for at in range(len(here))]


@pytest.mark.parametrize("few", [-1, scoring.FEW])
def test_a_match_is_not_scored_again(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(scoring, "FEW", few)
    records = encoded([{"given": "anna", "surname": "berg", "birth_date": "1980-05-21"}] * 2 + [{"given": "bo"}])
    model = untrained(Kind.PERSON)
    pairs = all_pairs(3)
    (left, right), weight, _ = matches(model, records, pairs)
    assert len(left) == 1
    asked: list[tuple[int, int]] = []
    score, score_few = scoring.score, scoring.score_few

    def heard(model: Any, records: Any, one: Any, other: Any) -> Any:
        asked.extend(zip(one.tolist(), other.tolist(), strict=True))
        return score(model, records, one, other)

    def heard_one_by_one(model: Any, records: Any, pairs: Any) -> Any:
        some = list(pairs)
        asked.extend(some)
        return score_few(model, records, some)

    monkeypatch.setattr(scoring, "score", heard)
    monkeypatch.setattr(scoring, "score_few", heard_one_by_one)
    found = weights_in_trees(model, records, *pairs, Weighed((left, right), weight))
    assert asked == [(0, 2), (1, 2)]
    assert found[0] == weight[0]
    none = Weighed((left[:0], right[:0]), weight[:0])
    assert np.array_equal(weights_in_trees(model, records, *pairs, none), found)


def test_a_change_scores_a_match_once(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    asked: list[int] = []
    score_few = scoring.score_few

    def heard(model: Any, records: Any, pairs: Any) -> Any:
        some = list(pairs)
        asked.append(len(some))
        return score_few(model, records, some)

    monkeypatch.setattr(scoring, "score_few", heard)
    said = {"given_name": "Ann", "surname": "Quist", "birth_date": "1980-05-01"}
    with open_store("memory:", settings) as store:
        for name in ("r1", "r2", "r3"):
            asked.clear()
            ingest(store, LOCAL, batch([person(name, "2024-01-01", **said)]), Ticking())
        # Each of the two others matches the third; the trees know all of it.
        assert [many for many in asked if many] == [2]
