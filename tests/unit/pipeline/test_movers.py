"""Who moved lives at the new home only, though its old source never overwrote the old address; two homes stay two."""

from batches import Ticking, batch, person

from spine.access.context import LOCAL
from spine.audiences.projection import Projections
from spine.bootstrap import open_engine
from spine.explore.households import Membership, household, households
from spine.outgoing.feed import events_after
from spine.pipeline.ingest import ingest
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row

ELM = {"street_address": "12 Elm St", "city": "Lund", "postcode": "22100"}
OAK = {"street_address": "9 Oak Road", "city": "Malmo", "postcode": "21120"}
ASH = {"street_address": "77 Ash Lane", "city": "Ystad", "postcode": "27130"}
ANN, BEA = ("Ann", "1980-05-01"), ("Bernadette", "1971-11-23")


def lives(source: str, name: str, at: str, who: tuple[str, str], where: dict[str, str]) -> Row:
    """A record of one source of somebody who lives somewhere."""
    said = {"source": source, "given_name": who[0], "surname": "Quist", "birth_date": who[1]}
    return person(name, at, f"customer:{who[0]}", **said, **where)


def take(store: GraphStore, *rows: Row) -> None:
    """Take records in one by one."""
    for row in rows:
        ingest(store, LOCAL, batch([row]), Ticking(), key="batches")


def inside(store: GraphStore, number: int, day: str | None = None, confidence: float = 0.95) -> dict[int, bool]:
    """Whoever is or was a member of a household, and whether at home there."""
    with store.reading(LOCAL) as reader:
        found = household(reader, LOCAL, number, confidence, 0.95, day)
    members: tuple[Membership, ...] = found.inside or ()
    assert found.size == sum(one.current for one in members)
    return {one.person.id: one.current for one in members}


def stored(store: GraphStore) -> list[list[Row]]:
    """What is kept of households."""
    with store.reading(LOCAL) as reader:
        return [reader.scan(name).to_pylist() for name in ("household", "resides_in", "member_of")]


def test_who_moved_is_counted_at_the_new_home_only(store: GraphStore) -> None:
    take(
        store,
        lives("crm", "r1", "2019-01-01", ANN, ELM),
        lives("crm", "r2", "2019-02-01", BEA, ELM),
        lives("shop", "r3", "2022-06-01", ANN, OAK),
    )
    old, new = 1, 3
    assert inside(store, old) == inside(store, old, "2026-01-01") == {2: True, 1: False}
    assert inside(store, new) == inside(store, new, "2026-01-01") == {1: True}
    assert inside(store, old, "2020-01-01") == {1: True, 2: True}
    for confidence in (0.5, 0.999999):
        present = [who for who, current in inside(store, old, confidence=confidence).items() if current]
        assert present == ([2] if confidence == 0.5 else present)
    with store.reading(LOCAL) as reader:
        assert [one.size for one in households(reader, LOCAL, [old, new], 0.5, 0.95)] == [1, 1]
        with Projections().frame(reader, 0.95, "2026-01-01") as frame:
            lived = frame.rows(f"SELECT household, person FROM {frame.table('lives')} ORDER BY ALL")
            sizes = frame.rows(f"SELECT id, size, adults, sources FROM {frame.table('households')} ORDER BY id")
        kept = {row["id"]: (row["size"], row["adults"], row["sources"]) for row in reader.scan("household").to_pylist()}
    assert lived == [(old, 2), (new, 1)]
    assert {number: rest for number, *rest in sizes} == {number: list(rest) for number, rest in kept.items()}
    assert kept == {old: (1, 1, ["crm"]), new: (1, 1, ["crm", "shop"])}


def test_two_homes_at_once_are_both_homes(store: GraphStore) -> None:
    take(
        store,
        lives("crm", "r1", "2019-01-01", ANN, ELM),
        lives("crm", "r2", "2019-02-01", BEA, ELM),
        lives("shop", "r3", "2022-06-01", ANN, OAK),
        lives("club", "r4", "2023-01-01", ANN, ELM),
    )
    assert inside(store, 1) == {1: True, 2: True}
    assert inside(store, 3) == {1: True}


def test_followers_are_told_where_somebody_lives_now(store: GraphStore) -> None:
    take(store, lives("crm", "r1", "2019-01-01", ANN, ELM), lives("crm", "r2", "2019-02-01", BEA, ELM))
    take(store, lives("shop", "r3", "2022-06-01", ANN, OAK))
    with store.reading(LOCAL) as reader:
        told = [one["data"] for one in events_after(reader, LOCAL, 0)]
    moved = [one for one in told if one["kind"] == "household_changed"]
    assert len(moved[-1]["from"]) == len(moved[-1]["to"]) == 1
    assert moved[-1]["from"] != moved[-1]["to"]


def test_a_home_that_begins_earlier_because_of_others_is_told_at_the_other_homes_too(store: GraphStore) -> None:
    """Two who moved together kept their household: so it began before the one was seen at a third home."""
    cy = ("Cy", "1955-03-04")
    take(
        store,
        lives("crm", "b1", "2015-01-01", ANN, OAK),
        lives("crm", "b2", "2015-02-01", BEA, OAK),
        lives("club", "a1", "2016-06-01", ANN, ELM),
        lives("club", "a2", "2016-06-01", cy, ELM),
        lives("bank", "a3", "2017-06-01", ANN, ELM),
        lives("shop", "c1", "2019-06-01", ANN, ASH),
    )
    third = 3
    assert inside(store, third) == {4: True, 1: False}
    take(store, lives("shop", "c2", "2019-07-01", BEA, ASH))
    assert inside(store, third) == {1: True, 4: True}
    before = stored(store)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True)
    assert before == stored(store)


def test_an_address_is_shown_in_the_letters_of_its_language(store: GraphStore) -> None:
    """Also where another record that writes it better came earlier, and the same one by one as all together."""
    take(
        store,
        lives("crm", "r1", "2019-01-01", ANN, {"street_address": "Schöne Straße 12", "city": "München",
                                               "postcode": "80331", "country": "DE"}),
        lives("shop", "r2", "2020-01-01", ANN, {"street_address": "SCHOENE STR. 12", "city": "MUENCHEN",
                                                "postcode": "80331", "country": "DE"}),
        lives("crm", "r3", "2021-01-01", ("Cy", "1955-03-04"), {"street_address": "Świętokrzyska 5", "city": "Łódź",
                                                                "postcode": "90-001", "country": "PL"}),
    )  # fmt: skip
    before = stored(store)
    assert {(row["address"], row["postcode_name"]) for row in before[0]} == {
        ("Schöne Straße 12, München, 80331, DE", "80331"), ("Świętokrzyska 5, Łódź, 90-001, PL", "90-001"),
    }  # fmt: skip
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True)
    assert before == stored(store)
