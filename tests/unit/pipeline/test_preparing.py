"""What a record keeps of its attributes and fields is the JSON that a JSON library writes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from spine.normalise.record import prepare
from spine.pipeline.few_records import few_records
from spine.pipeline.incoming import read_batch
from spine.pipeline.preparing import many_records

VALUES = (
    st.none()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
    | st.sampled_from(
        [
            "",
            "NULL",
            "null",
            " a",
            "a ",
            "a,b",
            "a:b",
            "it's",
            'say "x"',
            "back\\slash",
            "[a]",
            "(a)",
            "a=b",
            "Åsa",
            "a\nb",
            "a\u2028",
        ]
    )
)
RECORD = st.fixed_dictionaries(
    {
        "record_id": st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4),
        "attributes": st.fixed_dictionaries({}, optional={"given_name": VALUES, "city": VALUES}),
        "identifiers": st.lists(
            st.fixed_dictionaries(
                {"namespace": st.just("email"), "value": VALUES.filter(bool), "verified": st.booleans()},
                optional={"first_seen": VALUES},
            ),
            max_size=2,
        ),
        "relations": st.lists(
            st.fixed_dictionaries(
                {"kind": st.just("family"), "namespace": st.just("loyalty"), "value": VALUES.filter(bool)},
                optional={"role": VALUES},
            ),
            max_size=1,
        ),
    },
    optional={"observed_at": st.just("2026-01-01")},
)


@given(st.lists(RECORD, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_few_records_are_written_as_many_are(said: list[dict[str, object]]) -> None:
    records = read_batch([{"source": "crm", **one} for one in said]).records
    prepared = prepare(records)
    many = many_records(records, prepared, "2026-06-01")
    few = few_records(records, prepared.fields, "2026-06-01")
    assert few is None or few.to_pylist() == many.to_pylist()


def test_plain_records_are_written_without_an_engine() -> None:
    said = {"source": "crm", "record_id": "1", "attributes": {"given_name": "Zoë O'Neil"}, "identifiers": []}
    records = read_batch([said]).records
    assert few_records(records, prepare(records).fields, "2026-06-01") is not None
