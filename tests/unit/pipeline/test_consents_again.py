"""Consents that come again: the same by their reference, at another identifier."""

import pytest
from batches import Given, Ticking, batch, person

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.ingest import ingest
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row
from spine.settings import Settings


@pytest.mark.parametrize("by", ["ingest", "load"])
def test_a_consent_that_comes_again_elsewhere_tells_those_it_came_at_before(settings: Settings, by: str) -> None:
    """The same consent, by its reference, at another identifier and withdrawn, holds no longer where it was given."""
    ann = person("r1", "2024-01-01", "phone:+493012345678", given_name="Ann")
    moved = [
        {"source": "crm", "reference": "form 1", "namespace": space, "value": value, "proof": None, "purpose": "news",
         "status": status, "at": "2024-02-01"}
        for space, value, status in (("phone", "+493012345678", "given"), ("email", "ann@example.com", "withdrawn"))
    ]  # fmt: skip
    with open_store("memory:", settings) as store:
        clock = Ticking()
        resolve(store, LOCAL, open_engine("local"), "never", clock=clock)
        ingest(store, LOCAL, batch([ann]), clock, key="batches")
        for row in moved:
            if by == "ingest":
                ingest(store, LOCAL, batch((), (), [row]), clock, key="batches")
            else:
                load(store, LOCAL, Given(batch((), (), [row])), "consents", clock=clock, key="batches")
                resolve(store, LOCAL, open_engine("local"), "never", clock=clock)
            with store.reading(LOCAL) as reader:
                (one,) = reader.scan("person").to_pylist()
            assert one["consents"] == (["news"] if row["status"] == "given" else [])
        before = told(store)
        resolve(store, LOCAL, open_engine("local"), "never", clock=clock, full=True)
        assert told(store) == before


def told(store: GraphStore) -> list[Row]:
    with store.reading(LOCAL) as reader:
        return reader.scan("person").to_pylist()
