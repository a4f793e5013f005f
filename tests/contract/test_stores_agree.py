"""Any sequence of writes leaves each store as it leaves plain dicts."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from probes import raw_rows
from rows import row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.graph import GRAPH
from spine.errors import StoreError
from spine.ports import Cause, Difference, GraphStore, Plan, Row, Step, Writer, arrow_schema
from spine.settings import Settings
from spine.stores.difference import changes_of_few, changes_of_many
from spine.stores.following import names_of
from spine.stores.sqlite import filling
from spine.stores.sqlite import writer as sqlite_writer

Model = dict[str, dict[tuple[Any, ...], Row]]
TABLES = ("record", "component", "document", "in_component", "judged", "match")
IDS = st.integers(1, 4)
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


def drawn(table: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Whole rows of a table, null in the columns that are not drawn."""
    return st.fixed_dictionaries(columns).map(lambda values: row(table, **values))


ROWS = {
    "record": drawn("record", id=IDS, hash=TEXTS, live=st.none() | st.booleans()).map(
        lambda each: {**each, "key": f"k{each['id']}"}
    ),
    "component": drawn(
        "component",
        id=IDS,
        size=st.none() | st.integers(-(2**63), 2**63 - 1),
        members=st.none() | st.lists(st.integers(-(2**63), 2**63 - 1), max_size=2),
        value=st.none() | st.binary(max_size=3),
        flags=st.none() | st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=2), max_size=2),
    ),
    "document": drawn("document", id=st.sampled_from(["a", "b", "é"]), body=TEXTS),
    "in_component": drawn("in_component", start=IDS, end=IDS),
    "judged": drawn("judged", start=IDS, end=IDS, authority=st.sampled_from("ab"), at=st.just("t"), why=TEXTS),
    "match": drawn(
        "match", start=IDS, end=IDS, probability=st.none() | st.floats(allow_nan=False, allow_infinity=False)
    ),
}
STEPS = st.one_of(
    *(
        st.tuples(
            st.sampled_from(["put", "put", "delete", "replace"]), st.just(table), st.lists(ROWS[table], max_size=5)
        )
        for table in TABLES
    )
)
TRANSACTIONS = st.lists(st.tuples(st.lists(STEPS, min_size=1, max_size=4), st.booleans()), min_size=1, max_size=6)


def expected(model: Model, action: str, table: str, given_rows: list[Row]) -> Difference | None:
    """Do to the model what the step does to a store; None where the step has to be refused."""
    shape = GRAPH[table]
    wanted = {tuple(each[name] for name in shape.key): each for each in given_rows}
    held = model[table]
    if action == "delete":
        gone = [key for key in wanted if key in held]
        for key in gone:
            remove(model, table, key)
        return Difference(removed=len(gone))
    removed = [key for key in held if key not in wanted] if action == "replace" else []
    for key in removed:
        remove(model, table, key)
    if shape.is_edge and any(
        (key[0],) not in model[shape.start] or (key[1],) not in model[shape.end] for key in wanted
    ):
        return None
    added = sum(key not in held for key in wanted)
    changed = sum(key in held and held[key] != each for key, each in wanted.items())
    held.update(wanted)
    return Difference(added, changed, len(removed))


def remove(model: Model, table: str, key: tuple[Any, ...]) -> None:
    del model[table][key]
    for edge in TABLES:
        for column, position in (("start", 0), ("end", 1)):
            if GRAPH[edge].is_edge and getattr(GRAPH[edge], column) == table:
                for other in [other for other in model[edge] if other[position] == key[0]]:
                    del model[edge][other]


def act(writer: Writer, action: str, table: str, given_rows: list[Row]) -> Difference:
    if action == "delete":
        return writer.delete(table, rows(table, *given_rows).select(list(GRAPH[table].key)))
    return (writer.put if action == "put" else writer.replace)(table, rows(table, *given_rows))


HOPS: Plan = {
    "record": Step("record", "key", ("k1", "k2")),
    "judged": Step("judged", "start", after=(("record", "id"),), limit=1),
    "inside": Step("in_component", "start", (3,), after=(("record", "id"), ("judged", "end"))),
    "component": Step("component", "id", after=(("inside", "end"),)),
    "matched": Step("match", "end", after=(("component", "members"), ("record", "id"))),
}
LESS: Plan = {
    "component": Step("component", "id", (1, 2)),
    "record": Step("record", "id", after=(("component", "members"),), columns=("hash",)),
    "judged": Step("judged", "start", after=(("component", "members"), ("record", "id")), counted=True),
}
"""A plan of which some steps do not tell whole rows."""


def check_look_ups(writer: Writer, model: Model) -> None:
    """What is looked up is there as it was written, sent or not, and nobody has asked what the writes did."""
    for table in TABLES:
        for column in {"start", "end"} & set(GRAPH[table].names) or {"id"}:
            values = ["a", "é"] if table == "document" else [1, 2, 4]
            for limit in (None, 1, 2):
                step = Step(table, column, tuple(values), limit=limit)
                assert writer.get(table, column, values, limit) == found(model, step, values)
    for plan in (HOPS, LESS):
        wanted: dict[str, list[Row]] = {}
        for name, step in plan.items():
            sought = list(step.values)
            for before, column in step.after:
                for each in wanted[before]:
                    sought += (each[column] or []) if column == "members" else [each[column]]
            wanted[name] = found(model, step, sought)
        assert writer.follow(plan) == wanted


def found(model: Model, step: Step, sought: list[Any]) -> list[Row]:
    """What a step finds in the model."""
    held = model[step.table]
    out: dict[tuple[Any, ...], Row] = {}
    for value in set(sought):
        keys = [key for key in sorted(held) if held[key][step.column] == value]
        out |= {key: held[key] for key in keys[: step.limit]}
    if step.counted:
        held_by = Counter(each[step.column] for each in out.values())
        return [{step.column: value, "count": held_by[value]} for value in sorted(held_by)]
    names = names_of(GRAPH[step.table], step)
    return [{name: out[key][name] for name in names} for key in sorted(out)]


class Undone(Exception):
    """Ends a transaction on purpose."""


def run_transaction(store: GraphStore, model: Model, steps: list[Any], commits: bool) -> Model:
    """Run the steps on the store and on a copy of the model; the model that has to hold afterwards."""
    after = {table: dict(held) for table, held in model.items()}
    with store.writing(LOCAL, Cause("record")) as writer:
        told = []
        for at, (action, table, given_rows) in enumerate(steps):
            wanted = expected(after, action, table, given_rows)
            if wanted is None:
                with pytest.raises(StoreError, match="which does not exist"):
                    # Whoever looks at what a write did makes sure that it was done.
                    repr(act(writer, action, table, given_rows))
                raise Undone
            told.append((act(writer, action, table, given_rows), wanted))
            if at % 3 == 1:
                check_look_ups(writer, after)
            if at % 3 == 2:
                assert told[-1][0] == told[-1][1]
        assert all(said == wanted for said, wanted in told)
        for table in TABLES:
            assert writer.scan(table).to_pylist() == [after[table][key] for key in sorted(after[table])]
        if not commits:
            raise Undone
    return after


def check_sequence(store: GraphStore, settings: Settings, transactions: list[Any]) -> None:
    model: Model = {table: {} for table in TABLES}
    entries = 0
    for steps, commits in transactions:
        try:
            after = run_transaction(store, model, steps, commits)
        except Undone:
            after = model
        with store.reading(LOCAL) as reader:
            written = reader.count("log") - entries
            assert written in ((0, 1) if after is not model else (0,))
            assert written == 1 or after == model
            entries += written
            assert [entry["id"] for entry in reader.select("log")] == list(range(1, entries + 1))
        model = after
    for table in TABLES:
        assert raw_rows(store, settings, table) == [model[table][key] for key in sorted(model[table])]


PROFILE: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@profile(max_examples=60, **PROFILE)
@given(transactions=TRANSACTIONS)
@pytest.mark.parametrize("kind", ["memory", "sqlite", "sqlite in bulk"])
def test_any_sequence_of_writes_agrees_with_plain_dicts(
    kind: str, tmp_path_factory: pytest.TempPathFactory, settings: Settings, transactions: list[Any]
) -> None:
    url = "memory:" if kind == "memory" else f"sqlite:{tmp_path_factory.mktemp('agree') / 'graph.db'}"
    with pytest.MonkeyPatch.context() as patch, open_store(url, settings) as store:
        if kind == "sqlite in bulk":
            # Every row counts as many, so that indexes come last and rows are kept back.
            patch.setattr(filling, "BULK", 1)
            patch.setattr(sqlite_writer, "_FEW", 0)
        check_sequence(store, settings, transactions)


@pytest.mark.neo4j
@profile(max_examples=15, **PROFILE)
@given(transactions=TRANSACTIONS)
def test_any_sequence_of_writes_agrees_with_plain_dicts_on_neo4j(
    wiped_neo4j: Callable[[], str], settings: Settings, transactions: list[Any]
) -> None:
    with open_store(wiped_neo4j(), settings) as store:
        check_sequence(store, settings, transactions)


@profile(max_examples=40, deadline=None)
@given(
    table=st.sampled_from(TABLES),
    data=st.data(),
)
def test_the_two_ways_to_find_a_difference_agree(table: str, data: st.DataObject) -> None:
    existing, wanted = (by_key(table, data.draw(st.lists(ROWS[table], max_size=5))) for _ in range(2))
    few, many = (find(GRAPH[table], existing, wanted) for find in (changes_of_few, changes_of_many))
    assert few.written.equals(many.written)
    assert few.removed.equals(many.removed)


def by_key(table: str, given_rows: list[Row]) -> pa.Table:
    kept = {tuple(each[name] for name in GRAPH[table].key): each for each in given_rows}
    return pa.Table.from_pylist([kept[key] for key in sorted(kept)], schema=arrow_schema(table))
