"""Records that say nothing of homes leave them alone; the lists of a household that they join are those of a batch."""

import gc
from typing import Any

import pytest
from batches import Ticking, batch, person, relation

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.pipeline import homes
from spine.pipeline.collecting import uncollected
from spine.pipeline.home_neighbours import Neighbours
from spine.pipeline.ingest import ingest
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row
from spine.resolution.resolved import Resolved

ANN = {
    "given_name": "Ann",
    "surname": "Quist",
    "birth_date": "1980-05-01",
    "street_address": "12 Elm St",
    "city": "Lund",
}
BEN = {**ANN, "given_name": "Ben", "birth_date": "1979-01-30"}


class _Looked(Exception):
    """Somebody looked at a neighbourhood."""


@pytest.fixture
def unseen(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> GraphStore:
    """Ann and Ben at home, whose neighbourhood nobody may look at from now on."""
    take(store, person("a1", "2024-01-01", "email:ann@example.com", "phone:+46701234567", **ANN))
    take(store, person("b1", "2024-01-01", "email:ben@example.com", **BEN))
    assert [row["size"] for row in households(store)] == [2]

    def looked(*_: Any) -> None:
        raise _Looked

    monkeypatch.setattr(homes, "Neighbours", looked)
    return store


def test_a_login_of_somebody_at_home_only_joins_the_lists(unseen: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    take(unseen, person("u1", "2025-01-01", "email:ann@example.com", "cookie:c1", source="web", given_name="Ann"))
    (home,) = households(unseen)
    assert home["sources"] == ["crm", "web"]
    assert home["namespaces"] == ["address", "cookie", "email", "phone"]
    assert_as_a_batch(unseen, monkeypatch)


def test_a_visitor_who_shares_nothing_has_no_home(unseen: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    take(unseen, person("v1", "2025-01-01", "cookie:c9", source="web"))
    take(unseen, person("v2", "2025-02-01", "cookie:c9", source="web"))
    assert len(households(unseen)) == 1
    assert_as_a_batch(unseen, monkeypatch)


@pytest.mark.parametrize(
    "more",
    [
        person("u1", "2025-01-01", "email:ann@example.com", given_name="Ann", birth_date="1980-05-01"),
        person("u1", "2025-01-01", "email:ann@example.com", "phone:+493012345678", **ANN),
        person("u1", "2025-01-01", "email:ann@example.com", "email:ben@example.com", given_name="Ann"),
        person("u1", "2025-01-01", "email:ann@example.com", given_name="Ann", household_role="head"),
        person("u1", "2025-01-01", "email:ann@example.com", given_name="Ann",
               relations=[relation("family", "email", "ben@example.com")]),
        person("u1", "2025-01-01", "email:else@example.com", "phone:+46701234567", given_name="Zoe"),
    ],
    ids=["an age", "an address", "shares anew", "a role", "family", "a stranger who shares"],
)  # fmt: skip
def test_what_may_change_homes_is_looked_at(unseen: GraphStore, more: Row) -> None:
    with pytest.raises(_Looked):
        take(unseen, more)


def test_no_cycles_are_collected_meanwhile() -> None:
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def take(store: GraphStore, row: Row) -> None:
    ingest(store, LOCAL, batch([row]), Ticking(), key="batches")


def households(store: GraphStore) -> list[Row]:
    with store.reading(LOCAL) as reader:
        return reader.scan("household").to_pylist()


def assert_as_a_batch(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    before = households(store)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True)
    assert households(store) == before


def test_carriers_of_a_hub_are_not_looked_at(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone of more persons than it brings together leads to none of them, from whoever else carries it."""
    desk = "phone:+493012345678"
    callers = [
        person(f"c{at}", "2024-01-01", desk, given_name=4 * chr(97 + at), birth_date=f"{1950 + at}-01-{at + 1:02}")
        for at in range(25)
    ]
    ingest(store, LOCAL, batch(callers), Ticking(), key="batches")
    take(store, person("b1", "2024-01-01", desk, "email:ben@example.com", **BEN))
    looked: list[Neighbours] = []

    class Seen(Neighbours):
        def resolved(self) -> Resolved:
            looked.append(self)
            return super().resolved()

    monkeypatch.setattr(homes, "Neighbours", Seen)
    take(store, person("a1", "2024-01-01", desk, "email:ann@example.com", **ANN))
    assert looked
    assert {len(near.labels) for near in looked} == {2}
    assert_as_a_batch(store, monkeypatch)
    assert max(row["size"] for row in households(store)) == 2


def test_who_writes_the_same_town_only_is_not_looked_at(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A postcode alone is nobody's dwelling: it means the address of its person, and others with it are strangers."""
    town = {"postcode": "22100", "city": "Lund"}
    strangers = [
        person(f"s{at}", "2024-01-01", given_name=4 * chr(97 + at), birth_date=f"{1950 + at}-01-{at + 1:02}", **town)
        for at in range(12)
    ]
    ingest(store, LOCAL, batch(strangers), Ticking(), key="batches")
    take(store, person("a1", "2024-01-01", "email:ann@example.com", **{**ANN, **town}))
    looked: list[Neighbours] = []

    class Seen(Neighbours):
        def resolved(self) -> Resolved:
            looked.append(self)
            return super().resolved()

    monkeypatch.setattr(homes, "Neighbours", Seen)
    take(store, person("a2", "2025-01-01", "email:ann@example.com", given_name="Ann", surname="Quist", **town))
    assert looked
    assert {len(near.labels) for near in looked} == {2}
    assert_as_a_batch(store, monkeypatch)


def test_a_third_carrier_says_less_of_two_whose_other_records_carry_it(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two share a home and a device, which their visits carry; the visit of a stranger halves what it says."""
    take(store, person("a1", "2024-01-01", "email:ann@example.com", **ANN))
    take(store, person("b1", "2024-01-01", "email:ben@example.com", **BEN))
    for at, name in enumerate(("ann", "ben")):
        take(store, person(f"v{at}", "2024-02-01", f"email:{name}@example.com", "device:d1", source="web"))
    assert [row["size"] for row in households(store)] == [2]
    sure = households(store)[0]["cohesion"]
    take(store, person("v9", "2024-03-01", "email:zoe@example.com", "device:d1", source="web"))
    (home,) = (row for row in households(store) if row["size"] == 2)
    assert home["cohesion"] < sure
    assert_as_a_batch(store, monkeypatch)
