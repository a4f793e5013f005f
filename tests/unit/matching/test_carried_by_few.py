"""What a few records carry, told claim by claim, is what their columns tell."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spine.matching.carried import carried, carried_by_few
from spine.normalise.days import day_seen, first_days, last_days

NAMESPACES = st.sampled_from(["email", "phone", "login", "device", "other", "x_club", "x_", "address", "domain", "ip"])
DATES = st.sampled_from([None, "2020-01-31", "2020-02", "2020", "2021-02-29", "2020-01-31T10:00:00Z", "", "ü" * 12])
CLAIMS = st.lists(st.tuples(st.integers(-1, 3), NAMESPACES, st.integers(1, 9), DATES, DATES), max_size=30)


@given(CLAIMS)
def test_few_claims_are_the_claims_of_columns(claims: list[Any]) -> None:
    row, namespace, number, first, last = zip(*claims, strict=True) if claims else ((),) * 5
    many = carried(
        4, np.array(row, np.int64), pa.array(namespace, pa.string()), np.array(number, np.int64),
        pa.array(first, pa.string()), pa.array(last, pa.string()),
    )  # fmt: skip
    few = carried_by_few(4, claims)
    assert few.shared.keys() == many.shared.keys()
    assert few.seen.keys() == many.seen.keys()
    for name, matrix in many.shared.items():
        assert few.shared[name].tolist() == matrix.tolist()
    for name, (begin, end) in many.seen.items():
        assert few.seen[name].first.dtype == begin.dtype
        # Two claims of one identifier may stand in either order: what counts is which day stands beside which.
        ours = zip(few.seen[name].first.tolist(), few.seen[name].last.tolist(), strict=True)
        theirs = zip(begin.tolist(), end.tolist(), strict=True)
        assert list(ours) == list(theirs)


@given(st.lists(st.one_of(DATES, st.dates().map(str), st.text(max_size=11)), max_size=5))
def test_a_day_is_the_day_of_its_column(texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    assert [day_seen(text, last=False) for text in texts] == first_days(column).tolist()
    assert [day_seen(text, last=True) for text in texts] == last_days(column).tolist()
