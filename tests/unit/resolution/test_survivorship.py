"""Which statement is believed: of a few decided one by one as of many decided in columns."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.resolution.golden_rules import MEASURES
from spine.resolution.survivorship import Statement, Statements, believe, decide, orders_of

STATEMENTS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.booleans(), st.integers(0, 2), st.sampled_from(["", "2020", "2024"]),
        st.booleans(), st.integers(1, 3),
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip
ORDERS = st.permutations(MEASURES).flatmap(lambda rules: st.integers(0, len(rules)).map(lambda n: tuple(rules[:n])))


@settings(deadline=None)
@given(STATEMENTS, ORDERS)
def test_what_is_believed_alone_is_what_is_believed_among_all(
    told: list[tuple[str, bool, int, str, bool, int]], order: tuple[str, ...]
) -> None:
    said = [Statement(at, *one) for at, one in enumerate(told)]
    times = sorted({one.seen for one in said})
    columns = Statements(
        entity=np.zeros(len(said), np.int64),
        topic=np.zeros(len(said), np.int64),
        record=np.array([one.record for one in said]),
        key=np.array(["abc".index(str(one.key)) for one in said]),
        verified=np.array([one.verified for one in said]),
        trust=np.array([one.trust for one in said]),
        seen=np.array([times.index(one.seen) for one in said]),
        complete=np.array([one.complete for one in said]),
        length=np.array([one.length for one in said]),
    )
    found = decide(columns, orders_of([order]))
    assert believe(said, order) == (int(found.winner[0]), int(found.rule[0]))
