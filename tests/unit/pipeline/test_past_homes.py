"""A household as of a day gone by has those who lived there then, though their records moved on since."""

from batches import Ticking, batch, person

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.explore.households import household, members
from spine.pipeline.ingest import ingest
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row

ELM = {"street_address": "12 Elm St", "city": "Lund", "postcode": "22100"}
OAK = {"street_address": "9 Oak Road", "city": "Malmo", "postcode": "21120"}


def lives(name: str, at: str, given: str, born: str, where: dict[str, str], surname: str = "Quist") -> Row:
    """A version of a record of somebody who lives somewhere."""
    return person(name, at, f"customer:{name}", given_name=given, surname=surname, birth_date=born, **where)


def take(store: GraphStore, *rows: Row) -> None:
    """Take records in one by one."""
    for row in rows:
        ingest(store, LOCAL, batch([row]), Ticking(), key="batches")


def there(store: GraphStore, number: int, day: str | None) -> list[int]:
    """Who is at home in a household on a day."""
    with store.reading(LOCAL) as reader:
        found = household(reader, LOCAL, number, 0.95, 0.95, day)
        inside = [one.person.id for one in members(reader, LOCAL, [number], 0.95, day)[number] if one.current]
        assert found.size == len(inside)
        return sorted(inside)


def test_who_moved_out_was_at_home_before(store: GraphStore) -> None:
    take(
        store,
        lives("r1", "2019-01-01", "Ann", "1980-05-01", ELM),
        lives("r2", "2019-02-01", "Bernadette", "1971-11-23", ELM),
        lives("r1", "2022-06-01", "Ann", "1980-05-01", OAK),
        lives("r2", "2023-02-01", "Bernadette", "1971-11-23", ELM),
    )
    with store.reading(LOCAL) as reader:
        stays = {(row["start"], row["end"]): row for row in reader.scan("resides_in").to_pylist()}
    assert set(stays) == {(1, 1), (1, 2), (2, 2)}
    second, together = 1, 2
    assert stays[1, together]["valid_from"] == "2019-01-01"
    assert there(store, together, "2020-01-01") == [1, 2]
    assert there(store, together, "2023-01-01") == [2]
    assert there(store, together, None) == [2]
    assert stays[1, together]["weight"] is None
    assert there(store, second, "2020-01-01") == []
    assert there(store, second, "2023-01-01") == [1]


def test_a_family_that_moves_record_by_record_stays_one_household(store: GraphStore) -> None:
    family = [("r1", "Ann", "1980-05-01"), ("r2", "Bernadette", "1971-11-23"), ("r3", "Cy", "2012-03-04")]
    take(store, *(lives(name, "2019-01-01", given, born, ELM) for name, given, born in family))
    take(store, *(lives(name, "2022-01-01", given, born, OAK) for name, given, born in family))
    with store.reading(LOCAL) as reader:
        rows = reader.scan("household").to_pylist()
    assert [row["id"] for row in rows] == [1]
    assert rows[0]["address"].startswith("9 Oak Road, Malmo")
    assert (rows[0]["size"], rows[0]["valid_from"]) == (3, "2019-01-01")
    assert there(store, 1, "2020-01-01") == there(store, 1, "2023-01-01") == [1, 2, 3]


def test_a_deleted_or_corrected_past_ends_where_a_batch_ends(store: GraphStore) -> None:
    take(
        store,
        lives("r1", "2019-01-01", "Ann", "1980-05-01", ELM),
        lives("r2", "2019-02-01", "Bernadette", "1971-11-23", ELM),
        lives("r1", "2022-06-01", "Ann", "1980-05-01", OAK),
        lives("r1", "2024-06-01", "Ann", "1980-05-01", ELM),
    )
    with store.reading(LOCAL) as reader:
        before = [reader.scan(name).to_pylist() for name in ("household", "resides_in", "member_of")]
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True)
    with store.reading(LOCAL) as reader:
        assert before == [reader.scan(name).to_pylist() for name in ("household", "resides_in", "member_of")]
