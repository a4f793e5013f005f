"""Batches taken in together leave what they leave one after the other, and each is told what concerns it."""

from collections.abc import Sequence

import pyarrow as pa
from batches import KEY, Ticking, batch, person
from hypothesis import given, settings
from hypothesis import strategies as st
from incremental import BORN, GIVEN, IDENTIFIERS, NAMES, SAME, STREET, SURNAME, TIMES

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.pipeline.ingest import IngestReport, ingest, ingest_together
from spine.pipeline.outcome import Move, parted
from spine.ports import GraphStore, Row
from spine.settings import Settings

TOLD = ("record", "record_version", "identifier", "carries", *SAME)


@st.composite
def versions(draw: st.DrawFn) -> Row:
    """A version of a record of a person."""
    said = {"given_name": draw(GIVEN), "surname": draw(SURNAME), "birth_date": draw(BORN), "city": "Lund"}
    street = draw(STREET)
    more = {"street_address": street} if street else {}
    made: Row = person(draw(NAMES), draw(TIMES), *draw(IDENTIFIERS), **said, **more)
    return made


@st.composite
def requests(draw: st.DrawFn) -> list[list[Row]]:
    """What several requests send at one moment, a record or two each, no record twice."""
    rows = draw(st.lists(versions(), min_size=1, max_size=5, unique_by=lambda row: str(row["record_id"])))
    size = draw(st.integers(1, 2))
    return [rows[at : at + size] for at in range(0, len(rows), size)]


@given(rounds=st.lists(requests(), min_size=1, max_size=3))
@settings(max_examples=15)
def test_together_is_one_after_the_other(rounds: list[list[list[Row]]]) -> None:
    with open_store("memory:", Settings()) as one, open_store("memory:", Settings()) as other:
        for store in (one, other):
            ingest(store, LOCAL, batch([person("r0", None, "email:ann@example.com")]), Ticking(), key=KEY)
        clock, same = Ticking(), Ticking()
        for sent in rounds:
            apart = [ingest(one, LOCAL, batch(rows), clock) for rows in sent]
            together = ingest_together(other, LOCAL, [batch(rows) for rows in sent], same)
            assert statuses(together) == statuses(apart)
            assert [found.position is None for found in together] == [found.position is None for found in apart]
            assert len({found.position for found in together} - {None}) <= 1
            assert content(one) == content(other)
            assert all(row.entity for found in together for row in found.taken if row.status == "linked")


def test_each_is_told_of_the_entities_that_exchanged_records_with_its_own() -> None:
    before = {1: ("person", 1), 2: ("person", 1), 5: ("person", 5), 8: ("person", 8)}
    after = {1: ("person", 1), 2: ("person", 2), 3: ("person", 2), 4: ("person", 5), 5: ("person", 5), 8: ("person", 9)}
    told = parted(before, after, [{3}, {4}, {7}])
    nobodys = Move("person", 8, 9, (8,))
    assert [set(one.moves) - {nobodys} for one in told] == [
        {Move("person", 1, 2, (2,)), Move("person", None, 2, (3,))},
        {Move("person", None, 5, (4,))},
        set(),
    ]
    assert all(nobodys in one.moves for one in told)
    assert [[state.id for state in one.after] for one in told] == [[1, 2, 9], [5, 9], [9]]


def statuses(reports: Sequence[IngestReport]) -> list[list[tuple[str, str]]]:
    """What was said of each record."""
    return [[(row.record_id, row.status) for row in found.taken] for found in reports]


def content(store: GraphStore) -> dict[str, list[Row]]:
    """What a store holds but for when it came."""
    with store.reading(LOCAL) as reader:
        return {name: _timeless(reader.scan(name)) for name in TOLD}


def _timeless(table: pa.Table) -> list[Row]:
    return table.drop_columns([name for name in ("ingested_at",) if name in table.column_names]).to_pylist()
