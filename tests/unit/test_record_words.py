"""The words of many records are those of each."""

import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spine.stores.words import SEARCHED, record_words, words_of_all

texts = st.one_of(st.none(), st.text(), st.sampled_from(["José Ödön", "a@b.org", "12-14", 'say "x"', "東京"]))
records = st.one_of(st.none(), st.dictionaries(st.sampled_from([*SEARCHED, "tax_id"]), texts, max_size=6))


@given(st.lists(records, max_size=8))
def test_words_of_many_records_are_those_of_each(rows: list[dict[str, str | None] | None]) -> None:
    fields = [None if row is None else json.dumps(row) for row in rows]
    wanted = [None if text is None else " ".join(record_words(text)) for text in fields]
    assert words_of_all(pa.array(fields, pa.string())).to_pylist() == wanted
