"""Two records scored when asked weigh what the batch gave them, to the thousandth of a bit."""

import random

import pytest
from demo_world import fill

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.explore.explain import scored, why
from spine.matching.stored import stored_models
from spine.settings import Settings


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store("memory:", Settings()) as graph:
        fill(graph, tmp_path_factory.mktemp("world"))
        yield graph


def test_every_kept_match_is_scored_the_same_on_demand(store):
    with store.reading(LOCAL) as reader:
        matches = reader.scan("match").to_pylist()
        kinds = {row["id"]: row["kind"] for row in reader.scan("record", ["id", "kind"]).to_pylist()}
        models = stored_models(reader, ["person", "organisation"])
        chosen = random.Random(0).sample(matches, 150)
        for match in chosen:
            bond = scored(reader, match["start"], match["end"], models[kinds[match["start"]]])
            assert bond is not None
            assert bond.bits == match["weight"] / 1000
            assert list(bond.evidence) == models[kinds[match["start"]]].evidence(match["levels"])


def test_why_not_is_answered_for_records_that_no_key_brought_together(store):
    with store.reading(LOCAL) as reader:
        rows = reader.scan("record", ["id", "kind", "source"]).to_pylist()
        crm = [row["id"] for row in rows if (row["kind"], row["source"]) == ("person", "crm")]
        kept = {(row["start"], row["end"]) for row in reader.scan("match", ["start", "end"]).to_pylist()}
        left, right = next((a, b) for a in crm for b in crm if a < b and (a, b) not in kept)
        found = why(reader, LOCAL, left, right, 0.95)
        assert not found.together
        assert found.direct is not None
        assert found.direct.bits < 0
        assert any(item.bits is not None and item.bits < 0 for item in found.direct.evidence)


def test_records_of_two_kinds_are_not_compared(store):
    with store.reading(LOCAL) as reader:
        kinds = {row["kind"]: row["id"] for row in reader.scan("record", ["id", "kind"]).to_pylist()}
        assert scored(reader, kinds["person"], kinds["organisation"], None) is None
