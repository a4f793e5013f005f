"""A comparing function that is taken to be silent says nothing of any pair."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.vocabulary import FIELDS
from spine.matching.encoded import encode
from spine.matching.levels import FUNCTIONS, is_silent
from spine.matching.names import turn_names
from spine.matching.pairs import PairView

TEXTS = st.sampled_from([None, None, None, "ann", "quist", "1980-05-01", "12", "elm st", "a@b.se", "m"])
SOME = st.sets(st.sampled_from(sorted(FIELDS)), max_size=6)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(data=st.data())
def test_silence_is_what_the_function_would_say(name: str, data: st.DataObject) -> None:
    rows = data.draw(st.integers(2, 4))
    present = data.draw(SOME)
    columns = {field: [data.draw(TEXTS) if field in present else None for _ in range(rows)] for field in FIELDS}
    records = encode(pa.table({field: pa.array(column, pa.string()) for field, column in columns.items()}))
    left, right = np.triu_indices(rows, 1)
    view = PairView(records, left, right)
    turn_names(view)
    found = FUNCTIONS[name](view)
    if is_silent(name, records):
        assert (found < 0).all()
