"""A plan of several steps finds on every store what asking step by step finds, and costs one round trip."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from struct import pack
from typing import Any

import neo4j
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from rows import record, row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.graph import GRAPH
from spine.errors import QueryError
from spine.ports import Cause, GraphStore, Plan, Reader, Row, Step
from spine.settings import Settings

CARRIED = [(1, 11), (1, 12), (2, 11), (3, 12), (3, 13), (4, 13), (4, 14), (5, 14), (2, 14)]
HOLDERS = [(1, pack("<2q", 1, 4)), (2, pack("<3q", -1, 2**62 + 5, 3)), (3, None), (4, b""), (5, pack("<q", 255))]
BACK = [(7, 11), (7, 12), (8, 13)]
"""Records 7 and 8 carry what others do, and stand in no component."""
VALUES: Mapping[str, tuple[Any, ...]] = {"int": tuple(range(-1, 16)), "text": ("v1", "v2", "crm/1", "crm/4", "a", "é")}
TABLES = (
    "record", "identifier", "carries", "component", "in_component", "judged", "person", "resolves_to_person", "key",
)  # fmt: skip


@pytest.fixture(scope="module", params=["memory", "sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: Any, settings: Settings) -> Iterator[GraphStore]:
    """One small graph, on each kind of store."""
    url = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path_factory.mktemp('following') / 'graph.db'}"}.get(
        request.param
    )
    with open_store(url or request.getfixturevalue("wiped_neo4j")(), settings) as store:
        fill(store)
        yield store


@pytest.fixture
def reader(filled: GraphStore) -> Iterator[Reader]:
    """A view of that graph."""
    with filled.reading(LOCAL) as opened:
        yield opened


def fill(store: GraphStore) -> None:
    carried = [row("carries", start=s, end=e, verified=s % 2 == 0, first_seen=f"202{s}") for s, e in CARRIED + BACK]
    parted = [(1, [1, 2, 3], b"\x00\xff"), (4, [4, 5], None), (9, None, b""), (10, [], b"v")]
    with store.writing(LOCAL, Cause("record")) as writer:
        writer.put("record", rows("record", *(record(number, surname=f"n{number}") for number in range(1, 9))))
        writer.put("identifier", rows("identifier", *(identifier(number) for number in range(11, 15))))
        writer.put("carries", rows("carries", *carried))
        writer.put("component", rows("component", *(component(*each) for each in parted)))
        inside = [(1, 1), (2, 1), (3, 1), (4, 4), (5, 4)]
        writer.put("in_component", rows("in_component", *(row("in_component", start=s, end=e) for s, e in inside)))
        judged = [(1, 4, "steward", "t1"), (1, 4, "steward", "t2"), (1, 4, "login", "t1"), (5, 2, "code", "t0")]
        names = ("start", "end", "authority", "at")
        writer.put("judged", rows("judged", *(row("judged", **dict(zip(names, each, strict=True))) for each in judged)))
        writer.put("person", rows("person", *(row("person", id=number, stage="a", size=2) for number in (1, 4))))
        resolved = [(1, 1), (2, 1), (3, 1), (4, 4), (5, 4)]
        writer.put("key", rows("key", *(row("key", id=number, held=2, records=some) for number, some in HOLDERS)))
        table = "resolves_to_person"
        writer.put(table, rows(table, *(row(table, start=start, end=end) for start, end in resolved)))


def identifier(number: int) -> Row:
    return row("identifier", id=number, namespace="email", value=f"v{number % 2 + 1}")


def component(number: int, members: list[int] | None, value: bytes | None) -> Row:
    return row("component", id=number, kind="person", members=members, value=value, flags=["é"] if members else None)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Up to five steps; each begins with values of its own, follows earlier steps, or both, or nothing."""
    plan: dict[str, Step] = {}
    for number in range(draw(st.integers(1, 5))):
        table = draw(st.sampled_from(TABLES))
        shape = GRAPH[table]
        column = draw(st.sampled_from([one.name for one in shape.columns if one.indexed]))
        kind = shape.column(column).type
        values = draw(st.lists(st.none() | st.sampled_from(VALUES[kind]), max_size=4))
        fitting = [
            (before, name)
            for before, step in plan.items()
            for name in ((step.column,) if step.counted else step.columns or GRAPH[step.table].names)
            if GRAPH[step.table].column(name).type in {"int": ("int", "ints", "bytes"), "text": ("text", "texts")}[kind]
        ]
        after = draw(st.lists(st.sampled_from(fitting), max_size=3, unique=True)) if fitting else []
        columns = draw(st.lists(st.sampled_from(shape.names), max_size=3, unique=True))
        limit = draw(st.none() | st.integers(0, 2))
        short = draw(st.none() | st.integers(0, 2))
        step = Step(table, column, tuple(values), tuple(after), limit, tuple(columns), short=short)
        if draw(st.integers(0, 4)) == 0:
            step = Step(table, column, tuple(values), tuple(after), counted=True, short=short)
        plan[f"step {number}"] = step
    return plan


def items(kind: str, cell: Any, short: int | None) -> list[Any]:
    """The values of a cell, told otherwise than the product tells them."""
    if kind not in ("ints", "texts", "bytes"):
        return [cell]
    if kind == "bytes":
        parts = [(cell or b"")[at : at + 8] for at in range(0, len(cell or b""), 8)]
        cell = [int.from_bytes(part, "little", signed=True) for part in parts if len(part) == 8]
    return [] if short is not None and len(cell or []) > short else list(cell or [])


def one_by_one(reader: Reader, plan: Plan) -> dict[str, list[Row]]:
    """What `get` gives for each step, asked with what those before gave."""
    found: dict[str, list[Row]] = {}
    for name, step in plan.items():
        shape, values = GRAPH[step.table], list(step.values)
        for before, column in step.after:
            for each in found[before]:
                values += items(GRAPH[plan[before].table].column(column).type, each[column], step.short)
        kept = {*step.columns, *shape.key} if step.columns else set(shape.names)
        got = reader.get(step.table, step.column, values, step.limit)
        if step.counted:
            counts = Counter(each[step.column] for each in got)
            found[name] = [{step.column: value, "count": counts[value]} for value in sorted(counts)]
            continue
        found[name] = [{column: value for column, value in each.items() if column in kept} for each in got]
    return found


@profile(max_examples=30)
@given(plan=plans())
def test_a_plan_finds_what_asking_step_by_step_finds(filled: GraphStore, plan: Plan) -> None:
    with filled.reading(LOCAL) as reader:
        found = reader.follow(plan)
        assert found == one_by_one(reader, plan)
        assert list(found) == list(plan)


def test_a_look_up_is_followed_to_whoever_else_is_one_with_it(reader: Reader) -> None:
    found = reader.follow(
        {
            "identifier": Step("identifier", "value", ("v1",)),
            "carriers": Step("carries", "end", after=(("identifier", "id"),), limit=1),
            "inside": Step("in_component", "start", after=(("carriers", "start"),)),
            "component": Step("component", "id", after=(("inside", "end"),), columns=("members", "value")),
            "record": Step("record", "id", (8,), after=(("component", "members"),), columns=("key",)),
        }
    )
    assert [each["id"] for each in found["identifier"]] == [12, 14]
    assert [(each["start"], each["end"]) for each in found["carriers"]] == [(1, 12), (2, 14)]
    assert found["component"] == [{"id": 1, "members": [1, 2, 3], "value": b"\x00\xff"}]
    assert [each["key"] for each in found["record"]] == ["crm/1", "crm/2", "crm/3", "crm/8"]
    assert reader.follow({}) == {}


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"a": Step("record", "id", limit=1, counted=True)}, "Step 'a' is counted"),
        (
            {"a": Step("record", "id", counted=True), "b": Step("record", "id", after=(("a", "count"),))},
            "Step 'b' follows a.count, which that step does not ask for.",
        ),
        ({"a": Step("nobody", "id")}, "There is no table 'nobody'."),
        ({"a": Step("record", "kind")}, "record.kind has no index."),
        ({"a": Step("record", "id", columns=("colour",))}, "Table record has no column 'colour'."),
        ({"a": Step("record", "id", after=(("b", "id"),)), "b": Step("record", "id")}, "Step 'a' follows 'b'"),
        (
            {"a": Step("record", "id", columns=("key",)), "b": Step("record", "id", after=(("a", "kind"),))},
            "Step 'b' follows a.kind, which that step does not ask for.",
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(reader: Reader, plan: Plan, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        reader.follow(plan)


@pytest.mark.neo4j
def test_on_neo4j_a_plan_is_one_statement(
    wiped_neo4j: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(wiped_neo4j(), settings) as store, store.reading(LOCAL) as reader:
        asked: list[str] = []
        run = neo4j.Transaction.run

        def counted(self: Any, query: Any, *given: Any, **more: Any) -> Any:
            asked.append(str(query))
            return run(self, query, *given, **more)

        monkeypatch.setattr(neo4j.Transaction, "run", counted)
        plan = {"a": Step("record", "id", (1,)), "b": Step("carries", "start", after=(("a", "id"),), limit=3)}
        assert reader.follow(plan) == {"a": [], "b": []}
        assert len(asked) == 1


def operators(plan: Any) -> Iterator[str]:
    """The operators of a plan of Neo4j."""
    yield plan["operatorType"].partition("@")[0]
    for child in plan.get("children", ()):
        yield from operators(child)


class Kept(Exception):
    """Thrown instead of sending a statement to the server."""


@pytest.mark.long
@pytest.mark.neo4j
def test_on_neo4j_what_an_index_finds_is_found_by_it_from_the_first_row_on(
    wiped_neo4j: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that was made when the graph was empty is kept, so it must be right for a full one."""
    with open_store(wiped_neo4j(), settings) as store:
        asked: dict[str, Any] = {}

        def kept(self: Any, query: Any, values: Any = None, **more: Any) -> Any:
            asked[str(query)] = values
            raise Kept

        def ask(how: Callable[[Reader], object]) -> None:
            before = len(asked)
            with pytest.raises(Kept), store.reading(LOCAL) as reader:
                how(reader)
            assert len(asked) == before + 1

        # What is asked is only planned, once: to answer it first would plan it twice.
        monkeypatch.setattr(neo4j.Transaction, "run", kept)
        for table in GRAPH.values():
            for column in table.columns:
                if column.name in table.key[:2] or column.indexed:
                    name, value = column.name, 1 if column.type == "int" else "a"
                    step = Step(table.name, name, (value,))
                    after = Step(table.name, name, after=(("a", name),), limit=2)
                    ask(lambda reader, of=(table.name, name, [value]): reader.get(*of))
                    ask(lambda reader, of=(table.name, name, [value], 3): reader.get(*of))
                    ask(lambda reader, plan={"a": step, "b": after}: reader.follow(plan))
        monkeypatch.undo()
        found = set()
        with neo4j.GraphDatabase.driver(store.url, auth=None, notifications_min_severity="OFF") as driver:
            for text, values in asked.items():
                summary = driver.execute_query(text.replace("CYPHER replan=skip", "EXPLAIN"), values).summary
                done = set(operators(summary.plan))
                assert any("Index" in one for one in done), text
                found |= {(one, text) for one in done if "Scan" in one}
        assert len(asked) > 50
        assert found == set()


@pytest.mark.neo4j
def test_on_neo4j_many_values_are_asked_by_the_plan_of_one(
    wiped_neo4j: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(wiped_neo4j(), settings) as store, store.reading(LOCAL) as reader:
        seen = []
        run = neo4j.Transaction.run

        def kept(self: Any, query: Any, values: Any = None, **more: Any) -> Any:
            seen.append({name: type(value) for name, value in (values or {}).items()})
            return run(self, query, values, **more)

        monkeypatch.setattr(neo4j.Transaction, "run", kept)
        for count in (0, 1, 20, 500):
            reader.follow({"a": Step("record", "id", tuple(range(count)))})
        # A list by itself is planned anew for each order of magnitude of its length; within a map it is not.
        assert seen == [{"v": dict}] * 4
