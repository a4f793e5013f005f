"""What every store promises to a reader: look-ups, conditions, pages, search, one consistent view."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from rows import record, row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.errors import BadCursor, QueryError
from spine.ports import Cause, GraphStore, Reader, Where
from spine.settings import Settings
from spine.stores.memory import MemoryStore

CAUSE = Cause("record")
# Neo4j orders texts by UTF-16 units, the other stores by code points: the two orders part beyond U+FFFF only.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=3)
NEAR = st.sampled_from(["", "a", "ab", "abc", "b", "B", "é", "\uffee", "\U0001f600", "a\U0010ffff", "a\U0010ffffz"])
PERSON = st.fixed_dictionaries(
    {
        "id": st.integers(-3, 20),
        "size": st.none() | st.integers(0, 3),
        "cohesion": st.none() | st.sampled_from([-1.5, 0.0, 0.5, 1.0]),
        "stage": st.none() | NEAR | TEXTS,
        "region": st.none() | NEAR,
        "flags": st.none() | st.lists(NEAR, max_size=2),
    }
)
COMPARED: dict[str, Any] = {
    "size": st.integers(0, 3),
    "cohesion": st.sampled_from([0.0, 0.5]),
    "stage": NEAR,
    "region": NEAR,
}


@st.composite
def conditions(draw: st.DrawFn) -> Where:
    column = draw(st.sampled_from([*COMPARED, "flags"]))
    if column == "flags":
        return Where(column, "contains", draw(NEAR))
    operators = ["eq", "ne", "lt", "le", "gt", "ge", "in", *(["prefix"] if column in ("stage", "region") else [])]
    operator: Any = draw(st.sampled_from(operators))
    values = COMPARED[column]
    return Where(column, operator, draw(st.lists(values, max_size=3) if operator == "in" else st.none() | values))


def filled(store: GraphStore, table: str, *given_rows: dict[str, Any]) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.replace(table, rows(table, *given_rows))


@pytest.mark.parametrize("limit", [None, 1, 2])
def test_get_answers_by_key_and_keeps_the_limit_for_each_value(store: GraphStore, limit: int | None) -> None:
    ends = [(1, 5), (1, 6), (1, 7), (2, 5), (3, 6)]
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", *(record(number) for number in (1, 2, 3))))
        writer.put("identifier", rows("identifier", *(row("identifier", id=number, value="v") for number in (5, 6, 7))))
        writer.put("carries", rows("carries", *(row("carries", start=start, end=end) for start, end in ends)))
    with store.reading(LOCAL) as reader:
        assert pairs(reader.get("carries", "start", [2, 1, 9, 1, None], limit)) == [
            *ends[:3][:limit],
            (2, 5),
        ]
        first_of_six = [(1, 6), (3, 6)][:limit]
        assert pairs(reader.get("carries", "end", [6], limit)) == first_of_six
        assert len(reader.get("identifier", "value", ["v"], limit)) == (limit or 3)
        assert reader.get("carries", "start", [], limit) == []
        many = reader.get("carries", "start", list(range(3, 3000)), limit)
        assert pairs(many) == [(3, 6)]


def pairs(found: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(each["start"], each["end"]) for each in found]


@profile(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(PERSON, max_size=12, unique_by=lambda person: person["id"]),
    where=st.lists(conditions(), max_size=2),
    order=st.sampled_from(["id", "size", "cohesion", "stage", "region"]),
    descending=st.booleans(),
    size=st.integers(1, 4),
)
def test_conditions_and_pages_are_those_of_plain_python(
    store: GraphStore,
    people: list[dict[str, Any]],
    where: list[Where],
    order: str,
    descending: bool,
    size: int,
) -> None:
    filled(store, "person", *(row("person", **person) for person in people))
    fulfilling = [row("person", **person) for person in people if all(plainly(person, each) for each in where)]
    wanted = sorted(
        (person for person in fulfilling if person[order] is not None),
        key=lambda person: (person[order], person["id"]),
        reverse=descending,
    )
    wanted += sorted(
        (person for person in fulfilling if person[order] is None), key=lambda person: person["id"], reverse=descending
    )
    with store.reading(LOCAL) as reader:
        assert reader.count("person", where) == len(wanted)
        assert reader.select("person", where, order, descending) == wanted
        assert pages(reader, where, order, descending, size) == wanted


def plainly(person: dict[str, Any], where: Where) -> bool:
    held, value = person[where.column], where.value
    if held is None or value is None:
        return False
    return {
        "eq": lambda: held == value,
        "ne": lambda: held != value,
        "lt": lambda: held < value,
        "le": lambda: held <= value,
        "gt": lambda: held > value,
        "ge": lambda: held >= value,
        "in": lambda: held in value,
        "contains": lambda: value in held,
        "prefix": lambda: held.startswith(value),
    }[where.op]()


def pages(reader: Reader, where: list[Where], order: str, descending: bool, size: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while page := reader.select("person", where, order, descending, after, size):
        assert len(page) <= size
        found += page
        after = (page[-1][order], page[-1]["id"])
    return found


def test_scan_gives_the_columns_that_were_asked_for_by_key(store: GraphStore) -> None:
    filled(store, "document", *(row("document", id=name, kind="k") for name in ("b", "a", "é", "\U0001f600", "\uffee")))
    with store.reading(LOCAL) as reader:
        assert reader.scan("document", ["kind", "id"]).column_names == ["kind", "id"]
        assert reader.scan("document", ["id"])["id"].to_pylist() == ["a", "b", "é", "\uffee", "\U0001f600"]
        assert reader.scan("document", ["kind"])["kind"].to_pylist() == ["k"] * 5
        assert reader.scan("person", ["name", "flags"]).num_rows == 0


def test_edges_are_counted_with_conditions_too(store: GraphStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", *(record(number) for number in (1, 2, 3))))
        writer.put("match", rows("match", *(row("match", start=1, end=end, weight=end) for end in (2, 3))))
    with store.reading(LOCAL) as reader:
        assert reader.count("match", [Where("weight", "gt", 2)]) == 1
        assert reader.count("match", [Where("end", "eq", 2), Where("start", "in", [1])]) == 1
        assert reader.count("match") == 2


SEARCHES = {
    "jon smith": [1, 2, 4],
    "SMITH, Jón": [1, 2, 4],
    "smi": [1, 2],
    "muller": [3],
    "Müller": [3],
    "jon@example": [2, 1, 4],
    "elm 12": [1],
    "acme": [5],
    "555": [],
    "*": [],
    'a" OR b': [3, 5],
    "": [],
    "nobody": [],
}


@pytest.mark.parametrize("text", SEARCHES)
def test_search_finds_live_records_by_the_beginnings_of_words(store: GraphStore, text: str) -> None:
    filled(
        store,
        "record",
        record(1, given="jon", surname="smith", street="elm street", house_number="12", sex="m"),
        record(2, given="jonathan", surname="smithers", email="jon@example.com"),
        record(3, given="anna", surname="muller", national_id="555-12"),
        record(4, given=["jon", "john"], surname="jones", city=None),
        record(5, kind="organisation", organisation="acme and brothers"),
        record(6, live=False, given="jon", surname="smith"),
    )
    with store.reading(LOCAL) as reader:
        found = reader.search(text)
        assert {number for number, _ in found} == set(SEARCHES[text])
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert all(score > 0 for score in scores)
        assert reader.search(text, limit=1) == found[:1]
        assert [number for number, _ in reader.search(text, kind="organisation")] == [
            number for number in SEARCHES[text] if number == 5
        ]


def test_records_that_hold_every_word_come_first(store: GraphStore) -> None:
    filled(store, "record", record(1, surname="smith"), record(2, given="jon", surname="smith"), record(3, given="jon"))
    with store.reading(LOCAL) as reader:
        assert [number for number, _ in reader.search("smith jon", limit=1)] == [2]
        assert len(reader.search("smith jon")) == 3


def test_search_follows_every_change_of_a_record(store: GraphStore) -> None:
    steps: list[tuple[dict[str, Any], bool]] = [
        (record(1, given="mary"), True),
        (record(1, given="anne"), False),
        (record(1, given="mary", live=False), False),
        (record(1, given="mary"), True),
    ]
    for wanted, found in steps:
        filled(store, "record", wanted)
        with store.reading(LOCAL) as reader:
            assert [number for number, _ in reader.search("mary")] == ([1] if found else [])
    filled(store, "record")
    with store.reading(LOCAL) as reader:
        assert reader.search("mary") == []


BAD_QUESTIONS: dict[str, tuple[Any, type[Exception], str]] = {
    "table": (lambda r: r.scan("persons"), QueryError, "There is no table 'persons'. The tables are record, "),
    "column": (
        lambda r: r.scan("person", ["nam"]),
        QueryError,
        "Table person has no column 'nam'. Its columns are",
    ),
    "index": (lambda r: r.get("person", "size", [1]), QueryError, "person.size has no index. Look up by id, stage,"),
    "edges": (lambda r: r.select("carries"), QueryError, "carries is an edge table. Use get, count or scan"),
    "order": (lambda r: r.select("person", order="flags"), QueryError, "person.flags is of type texts, which has no"),
    "limit": (lambda r: r.select("person", limit=-1), QueryError, "The limit -1 is negative"),
    "operator": (lambda r: r.count("person", [Where("size", "like", 1)]), QueryError, "no such operator. Use one of"),
    "type": (
        lambda r: r.count("person", [Where("size", "eq", "1")]),
        QueryError,
        "'1' is not of type int",
    ),
    "list": (lambda r: r.count("person", [Where("flags", "eq", "a")]), QueryError, "Lists, and only they, take"),
    "no list": (lambda r: r.count("person", [Where("name", "in", "abc")]), QueryError, "the value is no list"),
    "prefix": (lambda r: r.count("person", [Where("size", "prefix", 1)]), QueryError, "Only texts take prefix"),
    "cursor": (lambda r: r.select("person", order="name", after=(5, 1)), BadCursor, "not a place in person by name"),
    "cursor id": (lambda r: r.select("person", after=(5, 6)), BadCursor, "not a place in person by id"),
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
def test_a_bad_question_is_refused_in_the_same_words(store: GraphStore, name: str) -> None:
    ask, error, message = BAD_QUESTIONS[name]
    with store.reading(LOCAL) as reader, pytest.raises(error, match=message):
        ask(reader)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_reader_keeps_the_view_it_began_with(kind: str, tmp_path: Path) -> None:
    url = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path / 'graph.db'}"}[kind]
    with open_store(url, Settings()) as store:
        filled(store, "record", record(1, given="mary"))
        with store.reading(LOCAL) as early:
            filled(store, "record", record(1, given="anne"), record(2))
            with store.reading(LOCAL) as late:
                assert (early.count("record"), late.count("record")) == (1, 2)
                assert [len(reader.search("mary")) for reader in (early, late)] == [1, 0]
                assert early.scan("record")["id"].to_pylist() == [1]
        with store.writing(LOCAL, CAUSE) as writer, store.reading(LOCAL) as meanwhile:
            writer.put("record", rows("record", record(3)))
            assert (meanwhile.count("record"), writer.count("record")) == (2, 3)


def test_a_row_that_was_answered_is_the_readers_own() -> None:
    with MemoryStore() as store:
        filled(store, "person", row("person", id=1, flags=["a"]))
        with store.reading(LOCAL) as reader:
            reader.get("person", "id", [1])[0]["flags"].append("b")
            reader.select("person")[0]["name"] = "c"
            assert reader.select("person") == [row("person", id=1, flags=["a"])]


def test_threads_may_share_a_reader(store: GraphStore) -> None:
    filled(store, "record", *(record(number, given=f"g{number}") for number in range(1, 30)))
    with store.reading(LOCAL) as reader, ThreadPoolExecutor(4) as pool:
        numbers = list(range(1, 30)) * 3
        found = list(pool.map(lambda number: reader.get("record", "key", [f"crm/{number}"])[0]["id"], numbers))
    assert found == numbers
