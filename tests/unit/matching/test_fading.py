"""Agreement on what is shared or recycled weighs less the further apart two records saw it, whatever today is."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from compared import encoded
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.vocabulary import NAMESPACES, SEALED_NAMESPACES, Kind, Policy
from spine.domain.weights import SILENT
from spine.matching.carried import FADING
from spine.matching.fading import FACTORS, HALF_LIVES, STEPS, WHOLE
from spine.matching.model import Evidence, Model
from spine.matching.on_demand import Side, score_two
from spine.matching.scorer import score
from spine.matching.training import train, untrained
from spine.normalise.days import EVER_AFTER, EVER_BEFORE, first_days, last_days

MODEL = untrained(Kind.PERSON)
ADA = {"given": "ada", "surname": "oduya", "phone": "+46701234567"}
PHONE = NAMESPACES["phone"].half_life or 0
COOKIE = NAMESPACES["cookie"].half_life or 0
DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


def side(namespace: str, first: str | None, last: str | None, fields: dict[str, str] | None = None) -> Side:
    return Side(fields or {}, [(namespace, 7, first, last)])


def said(left: Side, right: Side, comparison: str) -> Evidence:
    return next(one for one in score_two(MODEL, left, right)[1] if one.comparison == comparison)


def at(days: int) -> str:
    return (date(2010, 1, 1) + timedelta(days)).isoformat()


def phones(gap: int) -> Evidence:
    return said(side("phone", at(0), at(30), ADA), side("phone", at(30 + gap), at(60 + gap), ADA), "phone")


def test_evidence_halves_with_each_half_life_between_the_sightings() -> None:
    fresh = phones(0)
    assert fresh.days is None
    assert fresh.bits is not None
    for times in range(1, 6):
        found = phones(times * PHONE)
        assert (found.label, found.days, found.fresh) == (fresh.label, times * PHONE, fresh.bits)
        assert found.bits == pytest.approx(fresh.bits / 2**times, abs=0.02)


def test_nothing_is_left_after_very_long_and_nothing_is_lost_at_once() -> None:
    assert phones(HALF_LIVES * PHONE).bits == 0
    assert phones(PHONE // STEPS - 1).days is None


def test_a_number_given_up_in_2015_and_had_by_another_in_2025_links_hardly() -> None:
    found = said(side("phone", "2015-01-01", "2015-06-01", ADA), side("phone", "2025-01-01", None, ADA), "phone")
    assert found.bits is not None
    assert found.bits < 0.12 * (found.fresh or 0)


def test_the_cookie_of_the_day_before_a_login_keeps_its_link_for_ever() -> None:
    for year in (1995, 2025):
        found = said(side("cookie", f"{year}-06-10", f"{year}-06-10"), side("cookie", f"{year}-06-11", None),
                     "shared_cookie")  # fmt: skip
        assert found.days is None
        assert found.bits is not None
        assert found.bits > 5


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((None, None), ("2025-01-01", "2025-01-01")),
        (("2010", "2025"), ("2025-01-01", "2025-01-01")),
        (("2010-01-01", "2026-01-01"), ("2015-01-01", "2015-01-01")),
        (("long ago", "long ago"), ("2025-01-01", "2025-01-01")),
        (("2010-01-01", None), ("2025-01-01", "2025-01-01")),
    ],
)
def test_sightings_that_overlap_or_are_unknown_do_not_fade(left: Any, right: Any) -> None:
    found = said(side("cookie", *left), side("cookie", *right), "shared_cookie")
    assert found.days is None
    assert (found.bits or 0) > 5


def test_of_several_in_common_the_nearest_sightings_count() -> None:
    here = Side({}, [("cookie", 7, at(0), at(0)), ("cookie", 9, at(0), at(0)), ("cookie", 8, at(5000), at(5000))])
    there = Side({}, [("cookie", 7, at(4000), at(4000)), ("cookie", 9, at(400), at(400))])
    assert said(here, there, "shared_cookie").days == 400


def test_what_speaks_against_does_not_fade() -> None:
    here = Side({}, [("cookie", 7, at(0), at(0))])
    there = Side({}, [("cookie", 8, at(9000), at(9000))])
    found = said(here, there, "shared_cookie")
    assert (found.label, found.days) == ("another cookie", None)
    assert (found.bits or 0) < 0


def test_a_stale_cookie_says_nothing_in_a_merge_tree_and_not_that_they_differ() -> None:
    records = encoded([{}, {}], [{"cookie": [7]}, {"cookie": [7]}], {"cookie": [0, 9000]})
    found = score(MODEL, records, np.array([0]), np.array([1]))
    assert found.in_tree.tolist() == [SILENT]


@given(DAYS, DAYS, DAYS, DAYS, st.sampled_from(sorted(FADING - {"address", "domain", "ip"})), st.integers(-4000, 4000))
def test_decay_is_symmetric_and_moves_with_both_records(
    a: date, b: date, c: date, d: date, namespace: str, later: int
) -> None:
    fields = {"email": "ada@example.org", "phone": "+46701234567"}
    sides = [side(namespace, min(one, other).isoformat(), max(one, other).isoformat(), fields)
             for one, other in ((a, b), (c, d))]  # fmt: skip
    moved = [
        Side(one.fields, [(namespace, 7, *(str(date.fromisoformat(str(day)) + timedelta(later)) for day in spot[2:]))])
        for one in sides
        for spot in one.identifiers
    ]
    weight, evidence = score_two(MODEL, *sides)
    assert score_two(MODEL, *reversed(sides)) == (weight, evidence)
    assert score_two(MODEL, *moved) == (weight, evidence)


@given(st.lists(st.integers(0, 20 * 1095), min_size=2, max_size=5))
def test_further_apart_never_weighs_more(gaps: list[int]) -> None:
    bits = [phones(gap).bits or 0 for gap in sorted(gaps)]
    assert bits == sorted(bits, reverse=True)


def test_the_steps_are_those_of_halving() -> None:
    assert FACTORS[0] == WHOLE
    assert FACTORS[STEPS] == WHOLE // 2
    assert FACTORS[-1] == 0
    assert (np.diff(FACTORS) <= 0).all()


def test_every_namespace_that_fades_has_levels_that_do_and_no_other() -> None:
    for kind in Kind:
        for comparison in untrained(kind).comparisons:
            for level in comparison.levels:
                assert bool(level.fades) == bool(level.half_life)
                if level.fades:
                    assert level.half_life == NAMESPACES[level.fades].fades_in
                    assert level.m >= level.u
    faded = {one.fades for kind in Kind for two in untrained(kind).comparisons for one in two.levels} - {""}
    volatile = {name for name, one in NAMESPACES.items() if one.policy in (Policy.SHAREABLE, Policy.VOLATILE)}
    # An internet address alone never brings records together and is not compared; bank details speak of homes alone.
    assert faded == volatile - {"ip", *SEALED_NAMESPACES}


def test_a_model_kept_before_decay_reads_and_scores_as_it_did() -> None:
    plain = json.loads(MODEL.to_document())
    for comparison in plain["comparisons"]:
        for level in comparison["levels"]:
            del level["fades"], level["half_life"]
    old = Model.from_document(json.dumps(plain))
    pair = (side("phone", at(0), at(0), ADA), side("phone", at(9000), at(9000), ADA))
    assert [one for one in score_two(old, *pair)[1] if one.comparison == "phone"] == [phones(0)]


def test_days_of_texts() -> None:
    texts = pa.array(["2020-02-29T23:59:59+00:00", "2020-02", "2020", "2020-02-30", "soon", "", None], pa.string())
    leap = date(2020, 2, 29).toordinal()
    assert first_days(texts).tolist() == [
        leap, date(2020, 2, 1).toordinal(), date(2020, 1, 1).toordinal(), *[EVER_BEFORE] * 4
    ]  # fmt: skip
    assert last_days(texts).tolist() == [leap, leap, date(2020, 12, 31).toordinal(), *[EVER_AFTER] * 4]


def trained_on(gaps: Sequence[int]) -> Model:
    """A model trained on a hundred persons of two records with one phone, seen so far apart in turn."""
    records = encoded(
        [{"given": f"g{of % 23}", "surname": f"s{of}", "phone": f"+4670{of:07}"} for of in range(100) for _ in "ab"],
        [{"phone": [row // 2 + 1]} for row in range(200)],
        {"phone": [0 if row % 2 == 0 else gaps[row // 2 % len(gaps)] for row in range(200)]},
    )
    return train(Kind.PERSON, records, *(side.astype(np.int64) for side in np.triu_indices(200, 1)))


def phone_bits(model: Model) -> int:
    comparison = next(one for one in model.comparisons if one.name == "phone")
    return next(level.weight for level in comparison.levels if level.label == "same")


def test_training_takes_a_faded_agreement_for_as_much_as_is_left_of_it() -> None:
    assert phone_bits(trained_on([0])) == phone_bits(trained_on([PHONE // STEPS - 1]))
    # What nothing is left of neither teaches that phones agree nor that they differ.
    gone, fresh = trained_on([HALF_LIVES * PHONE]), trained_on([0])
    assert phone_bits(gone) != phone_bits(fresh)
    declared = phone_bits(MODEL)
    assert abs(phone_bits(gone) - declared) < 1500
