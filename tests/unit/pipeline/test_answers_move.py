"""Who answers to a declared relation moves with an identifier: the one before answers no longer, as after a batch."""

import pytest
from batches import Ticking, batch, person, relation

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.ingest import ingest
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row
from spine.settings import Settings

PARENT = [relation("subsidiary_of", "domain", "birch.example")]
FAMILY = [relation("family", "ip", "10.0.0.1")]


def company(record_id: str, name: str, at: str, *identifiers: str, relations: list[Row] | None = None) -> Row:
    return person(record_id, at, *identifiers, kind="organisation", organisation_name=name, relations=relations or [])


GAINED = [
    company("a", "Zeta One", "2024-01-01"),
    company("b", "Birch Inc", "2024-01-01", "domain:birch.example"),
    company("c", "Alder Ltd", "2024-01-01", relations=PARENT),
    company("a", "Zeta One", "2024-02-01", "domain:birch.example"),
]
LOST = [
    company("a", "Zeta One", "2024-01-01", "domain:birch.example"),
    company("b", "Birch Inc", "2024-01-01", "domain:birch.example"),
    company("c", "Alder Ltd", "2024-01-01", relations=PARENT),
    company("a", "Zeta One", "2024-02-01"),
]
KIN = [
    person("a", "2024-01-01", given_name="Ann", surname="Quist", birth_date="1980-05-01"),
    person("b", "2024-01-01", "ip:10.0.0.1", given_name="Ben", surname="Lee", birth_date="1971-11-23"),
    person("c", "2024-01-01", given_name="Cy", surname="Oduya", birth_date="2006-05-01", relations=FAMILY),
    person("a", "2024-02-01", "ip:10.0.0.1", given_name="Ann", surname="Quist", birth_date="1980-05-01"),
]


@pytest.mark.parametrize(
    ("rows", "table", "pairs"),
    [
        (GAINED, "subsidiary_of", [(3, 1)]),
        (LOST, "subsidiary_of", [(3, 2)]),
        (KIN, "related_to", [(1, 3)]),
    ],
    ids=["gained", "lost", "kin"],
)
def test_a_declared_relation_leads_where_it_would_lead_in_a_batch(
    rows: list[Row], table: str, pairs: list[tuple[int, int]], settings: Settings
) -> None:
    """Of several that answer the earliest does; neither the one before it, nor both."""
    clock = Ticking()
    with open_store("memory:", settings) as store:
        resolve(store, LOCAL, open_engine("local"), "never", clock=clock)
        for row in rows:
            ingest(store, LOCAL, batch([row]), clock, key="batches")
        before = told(store)
        assert [(row["start"], row["end"]) for row in before[table]] == pairs
        resolve(store, LOCAL, open_engine("local"), "never", clock=clock, full=True)
        assert told(store) == before


def told(store: GraphStore) -> dict[str, list[Row]]:
    with store.reading(LOCAL) as reader:
        return {name: reader.scan(name).to_pylist() for name in ("subsidiary_of", "related_to", "organisation")}
