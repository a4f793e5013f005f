"""Training: known weights are recovered, few records keep the declared ones, judged pairs count as certain."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from compared import all_pairs, encoded, said_by
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.matching import sampling, training
from spine.matching.fading import WHOLE
from spine.matching.fitting import Fit
from spine.matching.model import Comparison, Level, Model
from spine.matching.outcomes import FAR, GIVEN_NAME, NAMESAKES, NEAR, SHARED
from spine.matching.sampling import Sample, certain_of, in_order
from spine.matching.training import train, untrained

PERSON = Kind.PERSON
NAMES = ["anna", "peter", "maria", "johan", "elsa", "karl", "greta", "otto", "ida", "nils", "vera", "axel"]
STEMS, ENDS = ("berg", "lind", "strom", "holm", "dahl"), ("", "man", "gren", "qvist")
SURNAMES = [stem + end for stem in STEMS for end in ENDS]


def world(persons: int, seed: int = 0) -> tuple[list[dict[str, str | None]], list[int]]:
    """Two records of every person, the second with slips now and then; and whose each record is."""
    draw = np.random.default_rng(seed)
    rows: list[dict[str, str | None]] = []
    truth = []
    for number in range(persons):
        row: dict[str, str | None] = {
            "given": str(draw.choice(NAMES)),
            "surname": str(draw.choice(SURNAMES)),
            "birth_date": f"{draw.integers(1940, 2005)}-{draw.integers(1, 13):02d}-{draw.integers(1, 29):02d}",
            "city": str(draw.choice(["lund", "kiel", "oslo", "turku"])),
            "email": f"person{number * 7919}@mail{number % 90}.example",
        }
        other = dict(row)
        if draw.random() < 0.3:
            other["city"] = str(draw.choice(["lund", "kiel", "oslo", "turku"]))
        if draw.random() < 0.4:
            other["email"] = f"new{number * 104_729}@post{number % 70}.example"
        if draw.random() < 0.1:
            other["birth_date"] = None
        rows += [row, other]
        truth += [number, number]
    return rows, truth


def fitted(rows: list[dict[str, str | None]], **judged: Any) -> Model:
    """Trained on all pairs."""
    return train(PERSON, encoded(rows), *all_pairs(len(rows)), **judged)


def level(model: Model, comparison: str, label: str) -> Level:
    """The first level of that label."""
    found = next(one for one in model.comparisons if one.name == comparison)
    return next(one for one in found.levels if one.label == label)


SHAPES = {"one": 2, "two": 3, "three": 2, "four": 3}


def _unsure(number: int, size: int) -> Level:
    """A level that starts with a slight idea that agreement speaks for a pair."""
    return Level(str(number), "", (0.6 + number * 0.3) / size, (1.4 - number * 0.3) / size)


def _simulated(matches: int, others: int, candidates: int) -> tuple[tuple[Comparison, ...], Sample, Sample, Any, Any]:
    """Level vectors of pairs with known m and u: all matches and some others as candidates, others as random pairs."""
    draw = np.random.default_rng(3)
    m = [np.array(one) for one in ([0.1, 0.9], [0.1, 0.2, 0.7], [0.05, 0.95], [0.2, 0.1, 0.7])]
    u = [np.array(one) for one in ([0.97, 0.03], [0.9, 0.07, 0.03], [0.9, 0.1], [0.94, 0.05, 0.01])]
    comparisons = tuple(
        Comparison(name, "middle", tuple(_unsure(number, size) for number in range(size)))
        for name, size in SHAPES.items()
    )

    def draws(shares: list[Any], count: int) -> Any:
        first = np.cumsum([0, *SHAPES.values()])[:-1]
        return np.column_stack([draw.choice(len(p), count, p=p) + at for p, at in zip(shares, first, strict=True)])

    def as_sample(index: Any) -> Sample:
        no = np.zeros(len(index), dtype=bool)
        size, whole = len(index), np.full(index.shape, WHOLE, np.int16)
        return Sample(index, np.zeros(size), no, no, np.full(size, np.nan), np.ones(size), whole)

    compared = np.concatenate((draws(m, matches), draws(u, candidates)))
    return comparisons, as_sample(compared), as_sample(draws(u, others)), np.concatenate(m), np.concatenate(u)


def test_known_shares_are_recovered_from_simulated_levels() -> None:
    comparisons, candidates, others, m, u = _simulated(6000, 200_000, 30_000)
    fit = Fit(comparisons, pairs=206_000.0)
    fit.run(candidates, others, 20_000)
    assert fit.m == pytest.approx(m, abs=0.05)  # the declared m counts as 300 matches
    assert fit.u == pytest.approx(u, rel=0.1, abs=0.002)
    assert fit.matches == pytest.approx(6000, rel=0.1)


def test_a_group_sums_to_one_and_what_differs_never_speaks_for_a_pair() -> None:
    model = fitted(world(80)[0])
    for comparison in model.comparisons:
        for group in {one.group for one in comparison.levels}:
            members = [one for one in comparison.levels if one.group == group]
            assert sum(one.u for one in members) == pytest.approx(1, abs=1e-3)
            assert members[0].weight <= 0


def test_no_data_give_the_declared_weights() -> None:
    none = np.zeros(0, dtype=np.int64)
    for rows in ([], [{"given": "anna"}], [{"given": "anna"}, {"given": "karl"}]):
        assert train(PERSON, encoded(rows), none, none) == untrained(PERSON)


def test_few_records_keep_the_declared_weights_of_what_they_do_not_show() -> None:
    model, start = fitted(world(4)[0]), untrained(PERSON)
    for comparison, before in zip(model.comparisons, start.comparisons, strict=True):
        for now, then in zip(comparison.levels, before.levels, strict=True):
            if now.label in ("slip", "nickname", "a part in common", "partial agrees", "same, of many"):
                assert abs(now.weight - then.weight) < 1000, (comparison.name, now.label)


def test_many_records_outvote_the_declared_weights() -> None:
    rows, truth = world(1500)
    records = encoded(rows)
    size = len(rows)
    left, right = all_pairs(size)
    codes = {name: records.codes[name] for name in ("city", "surname")}
    near = (codes["surname"][left] == codes["surname"][right]) | (np.array(truth)[left] == np.array(truth)[right])
    model = train(PERSON, records, left[near], right[near])
    assert model.training["matches"] == pytest.approx(1500, rel=0.05)
    assert level(model, "given", "same").u == pytest.approx(1 / 12, rel=0.1)
    assert level(model, "birth_date", "same").m == pytest.approx(0.97, abs=0.03)
    start = untrained(PERSON)
    assert level(start, "given", "same").u < 0.02


def test_training_is_deterministic_and_the_order_of_rows_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = world(60)
    monkeypatch.setattr("spine.matching.sampling.RANDOM_PAIRS", 2000)  # so that random pairs are drawn
    order = np.random.default_rng(5).permutation(len(rows))
    shuffled = [rows[at] for at in order]
    assert fitted(rows) == fitted(rows) == fitted(shuffled, rank=order)
    left, right = all_pairs(len(rows))
    assert train(PERSON, encoded(rows), right, left) == fitted(rows)


def test_a_part_of_the_candidates_stands_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = world(200)
    whole = fitted(rows)
    monkeypatch.setattr(training, "CANDIDATES", 40_000)
    part = fitted(rows)
    assert part.training["pairs"] == whole.training["pairs"]
    assert part.training["matches"] == pytest.approx(whole.training["matches"], rel=0.2)


def test_judged_pairs_take_part_as_certain() -> None:
    # Married women with a new name and address: nothing in the data tells, stewards do.
    rows, _ = world(30)
    for number in range(150):
        common = {"given": NAMES[number % 12], "birth_date": f"19{number % 60 + 40}-01-02"}
        rows += [{**common, "surname": f"maiden{number:03d}"}, {**common, "surname": f"other{number * 37:05d}"}]
    left = np.arange(60, 360, 2)
    same = (left, left + 1)
    plain, taught = fitted(rows), fitted(rows, same=same)
    refuted = fitted(rows, different=same)
    assert plain.training["judged"] == 0
    assert taught.training["judged"] == refuted.training["judged"] == 150
    differs = [level(model, "surname", "differs").weight for model in (refuted, plain, taught)]
    assert differs == sorted(differs)
    assert differs[2] - differs[0] > 300


def test_judged_pairs_need_not_be_candidates() -> None:
    rows, _ = world(30)
    none = np.zeros(0, dtype=np.int64)
    pair = (np.array([1]), np.array([0]))
    model = train(PERSON, encoded(rows), none, none, same=pair)
    assert model.training["judged"] == 1
    again = train(PERSON, encoded(rows), none, none, same=(pair[1], pair[0]))
    assert again == model


def test_certainty_by_pair_whichever_way_round() -> None:
    pairs = np.array([0, 1, 2, 3]), np.array([3, 2, 4, 4])
    found = certain_of(5, pairs, (np.array([3]), np.array([0])), (np.array([2]), np.array([4])))
    assert found[[0, 2]].tolist() == [1.0, 0.0]
    assert np.isnan(found[[1, 3]]).all()


def renamed(model: Model, names: dict[int, int]) -> dict[str, Any]:
    """The model as a document, identifiers under other numbers, without the version that follows from it."""
    document: dict[str, Any] = json.loads(model.to_document()) | {"version": ""}
    for field, table in document["frequencies"].items():
        if field.startswith(SHARED):
            table["adjust"] = {str(names[int(number)]): bits for number, bits in table["adjust"].items()}
    return document


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_neither_the_numbers_of_identifiers_nor_the_order_of_rows_change_the_model(seed: int) -> None:
    # Devices of one, of a household, of a call centre; two records often share several of them.
    rows, truth = world(25)
    draw = np.random.default_rng(seed)
    held = [{"device": [person + 1, person // 3 + 100, *([999] if person % 2 else [])]} for person in truth]
    drawn = draw.choice(10**9, 1000, replace=False) + 1
    names = {number: int(drawn[number]) for number in range(1000)}
    order = draw.permutation(len(rows))
    again = encoded([rows[at] for at in order], [{"device": [names[n] for n in held[at]["device"]]} for at in order])
    before = sampling.RANDOM_PAIRS
    try:
        sampling.RANDOM_PAIRS = 700  # so that random pairs are drawn
        one = train(PERSON, encoded(rows, held), *all_pairs(len(rows)))
        other = train(PERSON, again, *all_pairs(len(rows)), rank=order)
    finally:
        sampling.RANDOM_PAIRS = before
    assert renamed(one, names) == json.loads(other.to_document()) | {"version": ""}
    assert one.frequencies["shared_device"].adjust


def test_pairs_in_order_are_each_there_once() -> None:
    left, right = in_order(np.array([2, 0, 1]), (np.array([0, 1, 2, 2]), np.array([2, 2, 0, 1])))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(2, 0), (2, 1)]


@pytest.mark.parametrize("kind", Kind)
def test_levels_keep_their_names(kind: Kind) -> None:
    rows = [{"organisation": f"acme {n % 7}", "given": NAMES[n % 12], "city": "oslo"} for n in range(30)]
    model = train(kind, encoded(rows), *all_pairs(30))
    for comparison, before in zip(model.comparisons, untrained(kind).comparisons, strict=True):
        assert [replace(one, m=0.5, u=0.5) for one in comparison.levels] == [
            replace(one, m=0.5, u=0.5) for one in before.levels
        ]


def test_more_pairs_of_a_level_make_it_weigh_less() -> None:
    def surname_weight(names: int) -> int:
        rows, _ = world(60)
        for number, row in enumerate(rows):
            row["surname"] = f"name{number // 2 % names:03d}"
        return level(fitted(rows), "surname", "same").weight

    found = [surname_weight(names) for names in (2, 6, 30)]
    assert all(few < many for few, many in pairwise(found))


def neighbours(strangers: int) -> list[dict[str, str | None]]:
    """A hundred families of four at addresses of their own, and strangers who all live in one hostel."""
    rows: list[dict[str, str | None]] = []
    for number in range(400):
        born = f"{1930 + number % 80}-05-0{number % 9 + 1}"
        home = {"street": f"street{number // 4} lane", "house_number": str(number // 4)}
        rows.append({"given": NAMES[number % 12], "surname": f"name{number // 4:03d}", "birth_date": born, **home})
    for number in range(strangers):
        born = f"{1980 + number % 30}-07-1{number % 9}"
        home = {"street": "hostel road", "house_number": "9"}
        rows.append({"given": NAMES[number % 11], "surname": f"other{number:03d}", "birth_date": born, **home})
    return rows


def test_strangers_in_a_hostel_do_not_teach_what_families_have_in_common() -> None:
    def same_surname_at_home(rows: list[dict[str, str | None]]) -> float:
        fitted_model = fitted(rows)
        found = next(one for one in fitted_model.comparisons if one.name == "surname")
        return next(one for one in found.levels if (one.group, one.label) == (NEAR, "same")).u

    assert same_surname_at_home(neighbours(0)) == pytest.approx(same_surname_at_home(neighbours(60)), abs=0.1)
    rows = neighbours(60)
    records, model = encoded(rows), fitted(rows)
    assert list(model.frequencies["crowd"].adjust) == ["9 hostel road"]
    assert said_by(model, records, 0, 1)["surname"] == ("same", NEAR)
    assert said_by(model, records, 400, 401)["surname"][1] == FAR
    assert "crowd" not in fitted(neighbours(15)).frequencies


def test_what_all_records_have_is_worth_nothing() -> None:
    rows, _ = world(150)
    for row in rows:
        row |= {"city": "oslo", "postcode": "0150"}
    model, untaught = fitted(rows), untrained(PERSON)
    assert abs(level(model, "address", "same postcode").weight) < 100
    assert level(untaught, "address", "same postcode").weight > 3000
    for number, row in enumerate(rows):
        row |= {"street": f"{STEMS[number % 5]}gatan{number}", "house_number": str(number)}
    assert abs(level(fitted(rows), "area", "same postcode").weight) < 100


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_matches_reach_every_level_as_often_as_chance(seed: int) -> None:
    rows, _ = world(12, seed)
    for comparison in fitted(rows).comparisons:
        for group in {one.group for one in comparison.levels}:
            members = [one for one in comparison.levels if one.group == group]
            reached = np.cumsum([(one.m, one.u) for one in reversed(members)], axis=0)
            assert (reached[:, 0] >= reached[:, 1] - 1e-6).all(), (comparison.name, group)


def made_of_names(persons: int) -> tuple[list[dict[str, str | None]], list[int]]:
    """Two records of every person, whose e-mail is a given name, two digits and a provider.

    In every sixth case the second has nothing else; one person in twenty has an address at two providers.
    """
    rows, truth = world(persons, seed=5)
    draw = np.random.default_rng(6)
    for number in range(0, len(rows), 2):
        one, other = rows[number], rows[number + 1]
        name, digits = str(one["given"]), draw.integers(10, 100)
        providers = draw.choice(["post", "mail", "web", "net", "box", "hub"], 2, replace=False)
        one["email"], elsewhere = (f"{name}{digits}@{provider}.example" for provider in providers)
        other["email"] = elsewhere if draw.random() < 0.05 else one["email"]
        if draw.random() < 1 / 6:
            other |= dict.fromkeys(("given", "surname", "birth_date", "city"))
    return rows, truth


def test_an_email_made_of_a_given_name_is_worth_little_where_the_name_agrees() -> None:
    rows, truth = made_of_names(500)
    records = encoded(rows)
    left, right = all_pairs(len(rows))
    email = next(one for one in train(PERSON, records, left, right).comparisons if one.name == "email")
    local, whole = records.codes["email_local"], records.codes["email"]
    elsewhere = np.flatnonzero((local[left] == local[right]) & (whole[left] != whole[right]))
    same = np.array(truth)[left[elsewhere]] == np.array(truth)[right[elsewhere]]
    assert same.mean() < 0.1  # so few of those with one name at two providers are one person
    weights = {one.group: one.weight / 1000 for one in email.levels if one.label == "same name at another provider"}
    assert weights[GIVEN_NAME] < 5
    assert weights[NAMESAKES] < 4
    # What has nothing but an e-mail teaches nothing of its own.
    assert weights[""] < 8
    # How alike the e-mails of one person are has nothing to do with what the names show.
    differs = [one.m for one in email.levels if one.label == "differs"]
    assert max(differs) - min(differs) < 0.02
