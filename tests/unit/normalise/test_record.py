"""Batches: fields and claims of whole tables."""

import time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.domain.vocabulary import ATTRIBUTES, FIELDS, NAMESPACES
from spine.normalise import record as preparing
from spine.normalise.dates import DateOrder
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.record import MOST_PROBLEMS, Options, prepare
from spine.ports import RECORD_COLUMNS

AS_ATTRIBUTES = {
    "given": "given_name", "middle": "middle_name", "surname": "surname", "suffix": "name_suffix",
    "birth_date": "birth_date", "sex": "sex", "age": "age", "organisation": "organisation_name",
    "legal_form": "legal_form", "house_number": "house_number", "street": "street", "unit": "unit",
    "po_box": "po_box", "city": "city", "region": "region", "postcode": "postcode", "country": "country",
}  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=16) | st.sampled_from(
    ["John Q. Smith Jr", "12 Main St Apt 4", "1980-02-30", "03/04/1980", "UK", "PO Box 7", "a@b.com", "n/a", "|2", "12"]
)
CLAIM = st.fixed_dictionaries(
    {
        "namespace": st.none() | st.sampled_from([*NAMESPACES, "x_own"]),
        "value": st.none() | TEXT,
        "verified": st.none() | st.booleans(),
        "first_seen": st.none() | st.just("2020-01-01"),
        "last_seen": st.none() | st.just("2021-01-01"),
    }
)
RECORD = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["person", "organisation"]),
        "observed_at": st.none() | st.just("2022-01-01"),
        "identifiers": st.none() | st.lists(st.none() | CLAIM, max_size=4),
    },
    optional={name: st.none() | TEXT for name in sorted(ATTRIBUTES)},
)


def table(records: list[dict[str, Any]]) -> pa.Table:
    columns = {field.name: pa.array([r.get(field.name) for r in records], field.type) for field in RECORD_COLUMNS}
    for name in sorted({name for record in records for name in record} - set(columns)):
        columns[name] = pa.array([record.get(name) for record in records], pa.string())
    return pa.table(columns)


def claims_of_row(prepared: Any, row: int) -> list[tuple[str, str]]:
    return [(c["namespace"], c["value"]) for c in prepared.claims.to_pylist() if c["row"] == row]


def test_a_flat_is_the_same_in_a_line_and_in_columns_of_their_own() -> None:
    place = {"kind": "person", "city": "Warszawa", "postcode": "00-238"}
    ways: list[dict[str, Any]] = [
        {"street_address": "ul. Długa 14/5"},
        {"street": "Długa", "house_number": "14/5"},
        {"street": "ulica Długa", "house_number": "14 m. 5"},
        {"street": "Długa", "house_number": "14", "unit": "m. 5"},
        {"address": "ul. Długa 14 lok. 5, 00-238 Warszawa"},
    ]
    rows = [{**place, **way} for way in ways]
    for some in (rows, rows * 300):
        prepared = prepare(table(some))
        found = {value for row in range(len(some)) for name, value in claims_of_row(prepared, row) if name == "address"}
        assert found == {"14 dluga unit 5, warszawa, 00238"}
    turned = prepare(table([{**place, "street": "Main St", "house_number": "14/5", "country": "AU"}]))
    assert claims_of_row(turned, 0) == [("address", "14 5 main st, warszawa, 00238, au")]


def test_a_person() -> None:
    prepared = prepare(
        table(
            [
                {
                    "kind": "person", "observed_at": "2020-05-01", "full_name": "Dr. Ludwig van der Berg Jr.",
                    "birth_date": "26/09/1980", "sex": "Male", "street_address": "12 North Main Street Apt # 4",
                    "city": "Springfield", "region": "Illinois", "postcode": "62704-1234", "country": "USA",
                    "identifiers": [
                        {"namespace": "email", "value": "Foo@Bar.com", "verified": False, "first_seen": "2019-01-01"},
                        {"namespace": "email", "value": "foo@bar.com ", "verified": True, "last_seen": "2021-01-01"},
                        {"namespace": "phone", "value": "217 555 0123"},
                        {"namespace": "loyalty", "value": "n/a"},
                    ],
                }
            ]
        )
    )  # fmt: skip
    known = {name: value for name, value in prepared.fields.to_pylist()[0].items() if value is not None}
    assert known == {
        "given": "ludwig", "surname": "van der berg", "suffix": "jr", "birth_date": "1980-09-26", "sex": "m",
        "email": "foo@bar.com", "phone": "+12175550123", "house_number": "12", "street": "n main st", "unit": "4",
        "city": "springfield", "region": "il", "postcode": "62704", "country": "us",
    }  # fmt: skip
    assert [tuple(claim.values()) for claim in prepared.claims.to_pylist()] == [
        (0, "email", "foo@bar.com", True, "2019-01-01", "2021-01-01"),
        (0, "phone", "+12175550123", False, "2020-05-01", "2020-05-01"),
        (0, "address", "12 n main st unit 4, springfield, il, 62704, us", False, "2020-05-01", "2020-05-01"),
    ]
    assert prepared.unusable == {"loyalty": 1}
    assert prepared.problems == [(0, "loyalty", "not a usable loyalty")]


def test_an_organisation_has_the_domain_of_its_website_or_company_mail() -> None:
    mail = [{"namespace": "email", "value": "info@foo-works.com"}]
    free = [{"namespace": "email", "value": "foo@gmail.com"}]
    prepared = prepare(
        table(
            [
                {"kind": "organisation", "organisation_name": "The Foo & Bar Ltd.", "website": "http://www.foo.com/x"},
                {"kind": "organisation", "identifiers": mail},
                {"kind": "organisation", "identifiers": free},
                {"kind": "person", "identifiers": mail},
            ]
        )
    )
    assert prepared.fields["domain"].to_pylist() == ["foo.com", "foo-works.com", None, None]
    assert prepared.fields["organisation"].to_pylist()[0] == "foo and bar"
    assert prepared.fields["legal_form"].to_pylist()[0] == "ltd"
    assert ("domain", "foo.com") in claims_of_row(prepared, 0)


def test_local_phones_are_read_by_the_record_s_country_then_by_the_option() -> None:
    phone = [{"namespace": "phone", "value": "020 7946 0958"}]
    batch = table([{"country": "England", "identifiers": phone}, {"identifiers": phone}])
    assert prepare(batch).fields["phone"].to_pylist() == ["+442079460958", "02079460958"]
    assert prepare(batch, Options(region="GB")).fields["phone"].to_pylist() == ["+442079460958"] * 2


def test_noisy_values_stay_comparable_but_are_no_claims() -> None:
    prepared = prepare(
        table([{"birth_date": "02/30/1980", "identifiers": [{"namespace": "email", "value": "joe.com"}]}])
    )
    assert prepared.fields["email"].to_pylist() == ["joe.com"]
    assert prepared.fields["birth_date"].to_pylist() == ["1980-02-30"]
    assert prepared.claims.num_rows == 0
    assert prepared.problem_count == 2


def test_problems_are_counted_beyond_those_that_are_kept() -> None:
    prepared = prepare(table([{"age": "old"}] * (MOST_PROBLEMS + 7)))
    assert len(prepared.problems) == MOST_PROBLEMS
    assert prepared.problem_count == MOST_PROBLEMS + 7


def test_a_file_can_be_read_by_the_order_of_its_first_batch() -> None:
    first = prepare(table([{"birth_date": "26/09/1980"}]))
    later = prepare(table([{"birth_date": "03/04/1980"}]), Options(dates=first.dates))
    assert later.fields["birth_date"].to_pylist() == ["1980-04-03"]
    assert first.dates == DateOrder(day_first=True)


def test_an_empty_batch() -> None:
    prepared = prepare(table([]))
    assert prepared.fields.column_names == list(FIELDS)
    assert prepared.fields.num_rows == prepared.claims.num_rows == 0


@given(st.lists(RECORD, min_size=1, max_size=6))
def test_any_text_is_taken_and_looked_up_as_it_was_loaded(records: list[dict[str, Any]]) -> None:
    batch = table(records)
    prepared = prepare(batch)
    assert prepared.fields.column_names == list(FIELDS)
    assert prepared.fields.num_rows == len(records)
    for values in prepared.fields.to_pydict().values():
        assert all(value is None or (value and value == value.lower()) for value in values)
    seen = [(claim["row"], claim["namespace"], claim["value"]) for claim in prepared.claims.to_pylist()]
    assert len(seen) == len(set(seen))
    assert [row for row, _, _ in seen] == sorted(row for row, _, _ in seen)
    for _, namespace, value in seen:
        assert normalise_identifier(namespace, value) == value
    for row, record in enumerate(records):
        for claim in record["identifiers"] or []:
            if claim and claim["namespace"] not in (None, "phone") and claim["value"] is not None:
                value = normalise_identifier(claim["namespace"], claim["value"])
                assert value is None or (row, claim["namespace"], value) in seen


@given(st.lists(RECORD, min_size=1, max_size=4))
def test_preparing_what_was_prepared_changes_nothing(records: list[dict[str, Any]]) -> None:
    once = prepare(table(records))
    again = [
        {"kind": record["kind"], **{AS_ATTRIBUTES[name]: row[name] for name in AS_ATTRIBUTES}}
        for record, row in zip(records, once.fields.to_pylist(), strict=True)
    ]
    twice = prepare(table(again), Options(dates=once.dates))
    for name in AS_ATTRIBUTES:
        assert twice.fields[name].to_pylist() == once.fields[name].to_pylist(), name


@given(st.lists(RECORD, min_size=2, max_size=6), st.integers(0, 3), st.integers(1, 4))
def test_a_slice_is_prepared_as_in_the_whole(records: list[dict[str, Any]], start: int, size: int) -> None:
    batch = table(records)
    whole = prepare(batch)
    part = prepare(batch.slice(start, size), Options(dates=whole.dates))
    assert part.fields.to_pylist() == whole.fields.slice(start, size).to_pylist()
    for row in range(part.fields.num_rows):
        assert claims_of_row(part, row) == claims_of_row(whole, start + row)


def test_columns_in_chunks_and_of_other_types_are_taken() -> None:
    batch = table([{"age": "40", "full_name": "Ann Lee"}, {"age": "41", "full_name": "Bob Ray"}])
    chunked = pa.concat_tables([batch.slice(0, 1), batch.slice(1, 1)])
    numeric = chunked.set_column(chunked.column_names.index("age"), "age", pa.array([40, 41]))
    assert prepare(numeric).fields.to_pylist() == prepare(batch).fields.to_pylist()


def synthetic(size: int) -> pa.Table:
    """Records as a customer file has them: names, dates, addresses, and an e-mail and a phone that few share."""
    random = np.random.default_rng(7)

    def pick(words: list[str], share: float = 0.95) -> pa.Array:
        drawn = pa.array(words).take(pa.array(random.integers(0, len(words), size)))
        return pa.array(drawn.to_pylist(), mask=random.random(size) > share)

    surnames = [f"{a}{b}" for a in ("Smi", "Mac", "O'", "van ", "Sch", "Ro") for b in map(str.title, _syllables(2000))]
    streets = [f"{name} {kind}" for name in _syllables(3000) for kind in ("Street", "Road", "Avenue", "Ln")]
    numbers = random.permutation(size)
    emails = [f"User.{number}@Mail{number % 977}.com" for number in numbers]
    phones = [f"(2{number % 97:02}) {number % 797 + 200}-{number % 9973:04}" for number in numbers]
    blank = {"verified": None, "first_seen": None, "last_seen": None}
    claims = [
        [{"namespace": "email", "value": email, **blank}, {"namespace": "phone", "value": phone, **blank}]
        for email, phone in zip(emails, phones, strict=True)
    ]
    days = random.integers(0, 30000, size).astype("datetime64[D]")
    return pa.table(
        {
            **{field.name: pa.nulls(size, field.type) for field in RECORD_COLUMNS},
            "kind": pa.repeat("person", size),
            "observed_at": pa.repeat("2024-01-01", size),
            "identifiers": pa.array(claims, RECORD_COLUMNS.field("identifiers").type),
            "given_name": pick([name.title() for name in _syllables(3000)]),
            "middle_name": pick(list("ABCDEFGHJKLM"), 0.6),
            "surname": pick(surnames),
            "birth_date": pa.array(np.datetime_as_string(days)),
            "sex": pick(["Male", "Female"]),
            "house_number": pa.array(random.integers(1, 9999, size).astype(str)),
            "street": pick(streets),
            "unit": pick([f"Apt # {number}" for number in range(300)], 0.2),
            "city": pick([f"{name} City" for name in _syllables(500)]),
            "region": pick(["Washington", "OR", "California", "NV"]),
            "postcode": pa.array(random.integers(10000, 99999, size).astype(str)),
            "country": pick(["USA", "us"]),
        }
    )


def _syllables(count: int) -> list[str]:
    parts = ["ba", "ler", "min", "do", "ri", "gan", "tes", "vo", "lu", "ska", "nor", "pel", "win", "fa", "dra"]
    return [parts[n % 15] + parts[n // 15 % 15] + parts[n // 225 % 15] for n in range(count)]


def test_growth_is_by_columns() -> None:
    started = time.perf_counter()
    prepared = prepare(synthetic(5_000))
    assert prepared.claims.num_rows > 14_000
    # A hundred times what it takes on a quiet machine: only work that became quadratic can fail it.
    assert time.perf_counter() - started < 20


@pytest.mark.slow
def test_two_hundred_thousand_records_take_seconds() -> None:
    batch = synthetic(200_000)
    started = time.process_time()
    prepared = prepare(batch)
    assert time.process_time() - started < 12
    assert prepared.fields.num_rows == 200_000


@given(st.lists(RECORD, max_size=4))
def test_claims_of_few_records_are_those_of_columns(records: list[dict[str, Any]]) -> None:
    few = prepare(table(records))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing, "FEW", -1)
        many = prepare(table(records))
    assert few.claims.to_pylist() == many.claims.to_pylist()
    assert few.fields.to_pylist() == many.fields.to_pylist()
    assert few.claims.schema == many.claims.schema
    assert (few.problems, few.problem_count, few.unusable) == (many.problems, many.problem_count, many.unusable)
