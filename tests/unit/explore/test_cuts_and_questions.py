"""What another confidence would change, and which identifier to ask for next, on the graph made by hand."""

from collections.abc import Iterator

import hand_made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.explore.cuts import others, steps
from spine.explore.membership import resolve
from spine.explore.next_question import Doubt, doubts, next_question
from spine.ports import Reader
from spine.settings import Settings


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with open_store("memory:", Settings()) as store:
        hand_made.fill(store)
        with store.reading(LOCAL) as opened:
            yield opened


@pytest.mark.parametrize("confidence", [0.6, 0.95, 0.9999])
def test_the_steps_say_what_every_confidence_gives(reader: Reader, confidence: float) -> None:
    entity = resolve(reader, LOCAL, [1], 0.95)[1]
    sizes = [step.size for step in steps(entity, 1) if step.probability >= confidence]
    assert len(resolve(reader, LOCAL, [1], confidence)[1].members) == max(sizes, default=1)


def test_others_are_those_that_a_lower_confidence_adds(reader: Reader) -> None:
    high = 0.9999
    entity = resolve(reader, LOCAL, [1], high)[1]
    low = resolve(reader, LOCAL, [1], 0.5)[1]
    found = others(reader, LOCAL, entity, 0.5)
    added = {record for other in found for record in other.entity.members}
    assert added == set(low.members) - set(entity.members)
    assert [other.probability for other in found] == sorted((other.probability for other in found), reverse=True)
    assert others(reader, LOCAL, entity, high) == []
    assert others(reader, LOCAL, resolve(reader, LOCAL, [4], 0.95)[4], 0.5) == []


def test_a_telephone_is_not_asked_for_since_it_may_be_shared(reader: Reader) -> None:
    entity = resolve(reader, LOCAL, [1], 0.95)[1]
    (doubt,) = doubts(entity, 1)
    assert doubt.records == (3,)
    carried = reader.get("carries", "start", [3])
    assert [edge["end"] for edge in carried] == [hand_made.PHONE]
    assert next_question(reader, LOCAL, entity, 1) is None


def test_nothing_is_asked_where_nothing_is_in_doubt(reader: Reader) -> None:
    assert next_question(reader, LOCAL, resolve(reader, LOCAL, [6], 0.95)[6], 6) is None


@given(st.floats(0.5, 0.998), st.floats(0.5, 0.998))
def test_the_more_even_the_odds_the_more_there_is_to_learn(one: float, other: float) -> None:
    left, right = Doubt((), one), Doubt((), other)
    assert 0.0 < left.bits <= 1.0
    assert (left.bits >= right.bits) == (one <= other) or left.bits == pytest.approx(right.bits)
