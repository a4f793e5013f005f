"""The experiments build the product's own trees again, so what they vary is all that differs."""

from pathlib import Path

import numpy as np
import pytest

from bench.calibration import Joined, family, measured
from bench.linkage import elsewhere, table, ways
from bench.linkage import measured as measured_ways
from bench.resolved import Experiment, experiments
from bench.sets import DataSet
from seed.world import build
from spine.resolution.trees import Policy


@pytest.fixture(scope="module")
def persons(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """The persons of a small world."""
    world = build(Path(tmp_path_factory.mktemp("world")), 40)
    one = DataSet("small", tuple((s.path, s.mapping) for s in world.sources), {"person": world.truth_person})
    (found,) = experiments(one)
    return found


def test_the_policy_of_the_product_gives_the_trees_of_the_product(persons: Experiment) -> None:
    again, trees = persons.trees(Policy()), persons.matched.trees
    for height in (-5000, 0, 3000, 10_000):
        np.testing.assert_array_equal(again.cut(height), trees.cut(height))


def test_plain_components_at_the_floor_are_the_components_but_for_what_is_forbidden(persons: Experiment) -> None:
    plain = persons.trees(Policy(method="components")).cut(0)
    counts = [len(set(labels.tolist())) for labels in (persons.connected, plain, persons.matched.trees.cut(0))]
    assert len(set(zip(plain.tolist(), persons.connected.tolist(), strict=True))) == counts[1]
    # The world has records that verified logins, or the list of a family, keep apart.
    assert counts[0] <= counts[1] <= counts[0] + 6
    assert counts[1] <= counts[2]


def test_joins_count_every_pair_once(persons: Experiment) -> None:
    trees = persons.matched.trees
    _, pairs, right = persons.joins(trees)
    sizes = np.unique(trees.cut(-(2**30))[persons.entities >= 0], return_counts=True)[1]
    assert pairs.sum() == (sizes * (sizes - 1) // 2).sum()
    assert (right <= pairs).all()


def test_the_table_has_a_row_for_every_way_and_the_first_loses_nothing(persons: Experiment) -> None:
    found = measured_ways(persons)
    lines = table({"small": found}).splitlines()
    assert len(lines) == 2 + len(list(ways()))
    assert lines[2].startswith("| as shipped |")
    assert lines[2].count("+0.0000") == 2
    figures = [found["as shipped"]] * 2
    assert elsewhere(figures) == pytest.approx([found["as shipped"].best] * 2)


def test_points_of_the_family_promise_what_they_say(persons: Experiment) -> None:
    points = family(2.0, 3.5, 1.5)
    assert dict(points)[2000] == pytest.approx(0.95)
    assert dict(points)[5500] == pytest.approx(0.99)
    assert [p for _, p in points] == sorted(p for _, p in points)
    one = Joined.of(persons)
    shipped = measured(one, one.shipped)
    assert 0 <= shipped.error <= 1
    assert shipped.f1 > 0.8
