"""Dates: every usual spelling, columns that decide together, evidence that is no date."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spine.normalise.dates import DateOrder, decide_order, normalise_date, read_with_care

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.from_regex(
    r"[0-9oOlI|zZ]{1,5}[-/. ]?[0-9oOlI|zZ]{0,3}[-/. ]?[0-9oOlI|zZ]{0,5}", fullmatch=True
)
ORDERS = st.builds(DateOrder, st.booleans(), st.sampled_from(["ymd", "mdy", "dmy"]))
DATES = st.dates(date(1850, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-09-26", "1980-09-26"),
        ("1980-09-26T10:11:12Z", "1980-09-26"),
        ("1980-09-26 00:00:00", "1980-09-26"),
        ("9/26/1980", "1980-09-26"),
        ("26/9/1980", "1980-09-26"),
        ("26.09.80", "1980-09-26"),
        ("03/04/1980", "1980-03-04"),
        ("19800926", "1980-09-26"),
        ("09261980", "1980-09-26"),
        ("9261980", "1980-09-26"),
        ("26 Sep 1980", "1980-09-26"),
        ("September 26, 1980", "1980-09-26"),
        ("1980", "1980"),
        ("1980-09", "1980-09"),
        ("09/1980", "1980-09"),
        ("1980-09-00", "1980-09"),
        ("1980-00-00", "1980"),
        ("O9/26/|980", "1980-09-26"),
        ("197o112G", "1970-11-26"),
        ("219711012", "1971-10-12"),
    ],
)
def test_usual_spellings(text: str, expected: str) -> None:
    assert normalise_date(text) == (expected, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("02/30/1980", "1980-02-30"), ("1980-13-45", "1980-13-45"), ("012/27/2962", "2962-12-27")],
)
def test_what_is_no_date_keeps_its_characters(text: str, expected: str) -> None:
    kept, exact = normalise_date(text)
    assert kept == expected
    assert exact == (expected == "2962-12-27")


def test_nothing_usable_is_a_problem_and_a_placeholder_is_none() -> None:
    assert normalise_date("soon") == (None, False)
    assert normalise_date("unknown") == (None, True)
    assert normalise_date("0000-00-00") == (None, True)


def test_a_column_decides_by_the_values_that_leave_no_choice() -> None:
    assert decide_order(["03/04/1980", "26/09/1980"]).day_first
    assert not decide_order(["03/04/1980", "09/26/1980"]).day_first
    assert not decide_order(["13/04/1980", "09/26/1980", "08/25/1981"]).day_first
    assert not decide_order(["03/04/1980"]).day_first
    assert decide_order(["03/04/1980"], day_first=True).day_first
    assert decide_order(["09261980", "12311999", "20010203"]).compact == "mdy"
    assert decide_order(["26091980", "31121999"]).compact == "dmy"
    assert decide_order(["19800926"]).compact == "ymd"


@given(st.lists(DATES, min_size=1), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d%m%Y", "%m%d%Y", "%Y%m%d", "%Y-%m-%d"]))
def test_a_column_with_one_telling_value_reads_all_dates_back(dates: list[date], layout: str) -> None:
    # The 25th can't be a month, and 1825 to 1831, read as month and day, are no dates.
    written = [value.strftime(layout) for value in [*dates, *(date(1999, month, 25) for month in range(1, 13))]]
    order = decide_order(written)
    for text, value in zip(written, dates, strict=False):
        assert normalise_date(text, order) == (value.isoformat(), True)


@given(TEXT, ORDERS)
def test_a_normalised_date_is_settled(text: str, order: DateOrder) -> None:
    kept, _ = normalise_date(text, order)
    if kept is not None:
        assert normalise_date(kept, order)[0] == kept
        assert len(kept) in (4, 7, 10)


@given(TEXT | st.from_regex(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2,5}", fullmatch=True), ORDERS)
@example("00/00/0000", DateOrder())
@example("0/0/2000", DateOrder())
def test_the_short_way_is_the_long_one(text: str, order: DateOrder) -> None:
    text = text.strip().lower()
    assert normalise_date(text, order) == read_with_care(text, order)
