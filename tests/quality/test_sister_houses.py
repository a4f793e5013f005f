"""Sister companies without a declared owner come out apart, and the records of each together, whatever the model."""

from typing import Any

import numpy as np
import pytest
from batches import person, put
from sister_houses import Written, houses

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.evaluate import accuracy
from spine.memberships import memberships
from spine.pipeline.resolve import Train, resolve
from spine.settings import DEFAULT_CONFIDENCE, Settings


def record(number: int, one: Written) -> Any:
    """A record of the world as its source sends it."""
    held = [f"{name}:{one.fields[name]}" for name in ("phone", "tax_id") if name in one.fields]
    fields = {name: value for name, value in one.fields.items() if name not in ("phone", "tax_id")}
    return {**person(str(number), None, *held, kind="organisation", **fields), "source": one.source}


@pytest.mark.parametrize(
    ("count", "train", "precision", "recall"),
    [(60, "never", 0.98, 0.98), (60, "always", 0.98, 0.95), (300, "always", 0.97, 0.97)],
)
def test_sisters_are_apart(count: int, train: Train, precision: float, recall: float) -> None:
    """Before names told sisters apart, precision was .29 on all three."""
    world = houses(count)
    with open_store("memory:", Settings()) as store:
        put(store, *(record(number, one) for number, one in enumerate(world)))
        resolve(store, LOCAL, open_engine("local"), train)
        with store.reading(LOCAL) as reader:
            rows = memberships(reader, "organisation", DEFAULT_CONFIDENCE).to_pylist()
    found = {int(row["record_id"]): row["entity_id"] for row in rows}
    keys = range(len(world))
    clusters, companies = (
        np.unique(labels, return_inverse=True)[1]
        for labels in ([found[at] for at in keys], [world[at].company for at in keys])
    )
    reached = accuracy(clusters, companies)
    assert reached.pairwise_precision >= precision, reached
    assert reached.pairwise_recall >= recall, reached
