"""Nodes are numbered through, and edges name the numbers of the nodes that they name, whatever the ids are."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.graph import GRAPH
from spine.errors import StoreError
from spine.stores.neo4j_bulk.numbers import Numbers

NUMBERS = st.integers(-(2**63), 2**63 - 1)
NEAR = st.integers(-3, 12)
RECORD, IDENTIFIER, CARRIES = GRAPH["record"], GRAPH["identifier"], GRAPH["carries"]


def numbered(records: list[list[int]], identifiers: list[int]) -> Numbers:
    """Both tables, the records as they came in several parts."""
    numbers = Numbers()
    for part in records:
        numbers.take(RECORD, pa.chunked_array([pa.array(part, pa.int64())]))
    numbers.end(RECORD)
    numbers.take(IDENTIFIER, pa.array(identifiers, pa.int64()))
    numbers.end(IDENTIFIER)
    return numbers


@given(
    st.lists(NUMBERS | NEAR, unique=True, max_size=8) | st.permutations(range(5, 11)),
    st.lists(NUMBERS | NEAR, unique=True, max_size=8),
    st.integers(0, 8),
    st.lists(NUMBERS | NEAR, max_size=6),
    st.data(),
)
def test_edges_name_the_numbers_of_their_nodes(
    records: list[int], identifiers: list[int], half: int, others: list[int], data: st.DataObject
) -> None:
    numbers = numbered([records[:half], records[half:]], identifiers)
    assert numbers.total == len(records) + len(identifiers)
    for column, table, first in (("start", records, 0), ("end", identifiers, len(records))):
        sought = data.draw(st.lists(st.sampled_from(table), max_size=9)) if table else []
        found = numbers.ends(CARRIES, column, pa.chunked_array([pa.array(sought, pa.int64())])).to_pylist()
        assert found == [first + table.index(each) for each in sought]
        lost = [each for each in others if each not in table]
        if lost:
            with pytest.raises(StoreError, match=rf"names \w+ ({'|'.join(map(str, lost))}), which does not exist"):
                numbers.ends(CARRIES, column, pa.array([*sought, *lost], pa.int64()))


@given(st.lists(NUMBERS | NEAR, unique=True, min_size=1, max_size=8), st.data())
def test_two_nodes_of_one_id_are_refused(ids: list[int], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(ids))
    with pytest.raises(StoreError, match=f"Two rows of record have the id {again}"):
        numbered([ids, [again]], [])


def test_two_texts_that_are_one_id_are_refused() -> None:
    numbers = Numbers()
    numbers.take(GRAPH["document"], pa.array(["a", "b", "a"]))
    with pytest.raises(StoreError, match="Two rows of document have the same id"):
        numbers.end(GRAPH["document"])


def test_rows_without_a_key_are_refused() -> None:
    with pytest.raises(StoreError, match="A row of record has no id"):
        numbered([[1], [None]], [])  # type: ignore[list-item]
    with pytest.raises(StoreError, match="A row of carries has no end"):
        numbered([[1]], [1]).ends(CARRIES, "end", pa.array([1, None], pa.int64()))
