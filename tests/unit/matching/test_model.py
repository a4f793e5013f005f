"""A model is data: it reads back as it was written, its probability never falls, its evidence is put in words."""

import json
from dataclasses import replace

import numpy as np
import pytest
from compared import encoded, logistic
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.errors import ModelError
from spine.matching.model import Frequencies, Model
from spine.matching.scorer import score
from spine.matching.training import untrained

HEIGHTS = st.integers(-30_000, 40_000)
CALIBRATIONS = st.builds(logistic, st.floats(0.2, 2.0), st.floats(-4.0, 6.0))


def _model(calibration: tuple[tuple[int, float], ...]) -> Model:
    return replace(untrained(Kind.PERSON), calibration=calibration)


@pytest.mark.parametrize("kind", Kind)
def test_a_document_reads_back(kind: Kind) -> None:
    model = replace(untrained(kind), frequencies={"surname": Frequencies({"smith": -1200}, 800)})
    assert Model.from_document(model.to_document()) == model


@pytest.mark.parametrize("body", ["", "[]", "null", "{}", '{"comparisons": [{"name": 1}]}', "not json"])
def test_other_documents_are_refused(body: str) -> None:
    with pytest.raises(ModelError, match="can't be read"):
        Model.from_document(body)


def test_a_document_with_a_level_too_strange_is_refused() -> None:
    data = json.loads(untrained(Kind.PERSON).to_document())
    data["comparisons"][0]["levels"][0]["colour"] = "red"
    with pytest.raises(ModelError):
        Model.from_document(json.dumps(data))


@given(CALIBRATIONS, HEIGHTS, HEIGHTS)
def test_probability_never_falls(calibration: tuple[tuple[int, float], ...], one: int, other: int) -> None:
    model = _model(calibration)
    low, high = sorted((one, other))
    assert 0 < model.probability(low) <= model.probability(high) < 1


@given(CALIBRATIONS, st.lists(HEIGHTS, min_size=1, max_size=9))
def test_many_probabilities_at_once(calibration: tuple[tuple[int, float], ...], heights: list[int]) -> None:
    model = _model(calibration)
    together = model.probabilities(np.array(heights, dtype=np.int64))
    assert together == pytest.approx([model.probability(height) for height in heights], abs=1e-12)


@given(CALIBRATIONS, st.floats(0.001, 0.9999))
def test_height_is_the_least_that_reaches_a_confidence(
    calibration: tuple[tuple[int, float], ...], confidence: float
) -> None:
    model = _model(calibration)
    height = model.height(confidence)
    lowest, highest = calibration[0][0], calibration[-1][0]
    if height <= highest:
        assert model.probability(height) >= confidence
    else:
        assert model.probability(highest) < confidence
    if height > lowest:
        assert model.probability(height - 1) < confidence


@pytest.mark.parametrize("kind", Kind)
def test_evidence_says_what_the_scorer_wrote(kind: Kind) -> None:
    one = {"given": "anna", "surname": "berg", "organisation": "acme", "city": "boston", "phone": "+14155550100"}
    records = encoded([one, {**one, "city": "chicago", "phone": "+14155550101"}])
    model = untrained(kind)
    found = score(model, records, np.array([0]), np.array([1]))
    evidence = model.evidence(found.texts(np.array([0]))[0].as_py())
    assert [one.comparison for one in evidence] == [comparison.name for comparison in model.comparisons]
    assert sum(one.bits or 0 for one in evidence) * 1000 + model.prior == pytest.approx(int(found.weight[0]))
    by_name = {one.comparison: one for one in evidence}
    assert by_name["address"].label == "place differs"
    assert by_name["phone"].label == "slip"
    assert (by_name["email"].level, by_name["email"].label, by_name["email"].bits) == (-1, "not compared", None)


@pytest.mark.parametrize("text", ["", "1:5", "0:0,0:0"])
def test_evidence_of_another_model_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="was not written by"):
        untrained(Kind.PERSON).evidence(text)


def _texts(word: str) -> str:
    return ",".join([word] * len(untrained(Kind.PERSON).comparisons))


@pytest.mark.parametrize("word", ["x:1", "0:x", "99:5", "", "7"])
def test_damaged_evidence_is_refused(word: str) -> None:
    with pytest.raises(ModelError, match="was not written by"):
        untrained(Kind.PERSON).evidence(_texts(word))


def test_versions_follow_from_contents() -> None:
    assert untrained(Kind.PERSON).version == untrained(Kind.PERSON).version
    assert untrained(Kind.PERSON).version != untrained(Kind.ORGANISATION).version


def test_fresh_weights_start_from_odds_of_two_to_the_bits() -> None:
    model = _model(logistic(1.0, 0.0))
    assert model.probability(0) == pytest.approx(0.5)
    assert model.probability(4000) == pytest.approx(16 / 17, abs=1e-6)
    assert model.height(0.5) == 0
