"""Whose an event and a consent are, over identifiers that change hands: for everybody at once and one at a time."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import row, rows

from spine.access.context import LOCAL
from spine.audiences.fact_columns import column_of
from spine.audiences.projection import Projections
from spine.bootstrap import open_store
from spine.explore.consents import consents
from spine.explore.events import timelines
from spine.explore.fact_values import fact_values
from spine.explore.facts import declared
from spine.explore.membership import resolve
from spine.pipeline.gather import gather
from spine.ports import Cause
from spine.resolution.consent_state import agreed
from spine.settings import Settings

DAY = "2024-06-30"
RECORDS, IDENTIFIERS = range(1, 5), range(100, 104)
TIMES = st.sampled_from(
    ["2020-01-01", "2020-01-01T10:00:00", "2021-06-30", "2021-06-30T23:00:00", "2022-02", "2024-06-30", "2025-01-01"]
)
PERIODS = st.tuples(st.none() | TIMES, st.none() | TIMES).map(
    lambda both: both if None in both else (min(*both), max(*both))  # type: ignore[type-var]  # no None is left
)
CARRIED = st.dictionaries(st.tuples(st.sampled_from(RECORDS), st.sampled_from(IDENTIFIERS)), PERIODS, max_size=12)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(IDENTIFIERS), st.none() | TIMES, st.sampled_from(["order", "visit", "login", "ticket"]),
        st.sampled_from(["web", "app", None, ""]), st.none() | st.floats(-1e6, 1e6).map(lambda value: round(value, 2)),
        st.sampled_from(["EUR", "USD", None]),
        st.sampled_from(["paid", "cancelled", "failed", None, " Refunded", "In_Progress", "Gelöst ÄÖ"]),
        st.sampled_from(['{"basket": "tea"}', '{"basket": "lamp", "category": "home"}', '{"category": 7}', None]),
    ),
    max_size=12,
)  # fmt: skip
SAID = st.lists(
    st.tuples(
        st.sampled_from(IDENTIFIERS), st.none() | TIMES, st.sampled_from(["given", "withdrawn"]),
        st.sampled_from(["1", "2", "x", None]), st.sampled_from(["mail", "call"]),
    ),
    max_size=10,
)  # fmt: skip


def world(carried: Any, happened: Any, said: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "record": [row("record", id=n, key=f"s/{n}", source="s", record_id=str(n), kind="person", live=True)
                   for n in RECORDS],
        "identifier": [row("identifier", id=n, namespace="email", value=f"m{n}") for n in IDENTIFIERS],
        "carries": [row("carries", start=start, end=end, namespace="email", valid_from=begun, valid_to=ended)
                    for (start, end), (begun, ended) in carried.items()],
        "event": [
            row("event", id=1000 + n, kind=kind, at=at, channel=channel, value=value, currency=currency, status=status,
                attributes=attributes, source="s")
            for n, (_, at, kind, channel, value, currency, status, attributes) in enumerate(happened)
        ],
        "event_of": [row("event_of", start=1000 + n, end=one[0]) for n, one in enumerate(happened)],
        "consent": [row("consent", id=2000 + n, source="s", reference=by, purpose=purpose, status=status, at=at)
                    for n, (_, at, status, by, purpose) in enumerate(said)],
        "consent_of": [row("consent_of", start=2000 + n, end=one[0]) for n, one in enumerate(said)],
    }  # fmt: skip


@given(carried=CARRIED, happened=EVENTS, said=SAID)
@settings(max_examples=25, deadline=None)
def test_everybody_at_once_is_one_after_the_other(carried: Any, happened: Any, said: Any) -> None:
    with open_store("memory:", Settings()) as store:
        with store.writing(LOCAL, Cause("record")) as writer:
            for name, found in world(carried, happened, said).items():
                writer.put(name, rows(name, *found))
        projections = Projections()
        with store.reading(LOCAL) as reader:
            facts = declared(reader)
            held = list(resolve(reader, LOCAL, RECORDS, 0.95).values())
            lines, words = timelines(reader, LOCAL, held), consents(reader, LOCAL, held, 0.95)
            with projections.frame(reader, 0.95, DAY) as frame:
                answered = frame.connection.execute(f"SELECT * FROM {frame.table('persons')}")
                names = [column[0] for column in answered.description or ()]
                people = {one[0]: dict(zip(names, one, strict=True)) for one in answered.fetchall()}
                table = frame.table("happened_to")
                events = {
                    n: {e for e, p in frame.rows(f"SELECT event, entity FROM {table}") if p == n} for n in RECORDS
                }
                currencies = frame.currencies
            said_here = gather(reader).consents
            who = np.array([n if n in RECORDS else -1 for n in said_here["record"].to_pylist()], np.int64)
            holding = agreed(said_here, who).purposes_of(np.array(RECORDS)).to_pylist()
            resolved = dict(zip(RECORDS, holding, strict=True))
        projections.close()
    for number in RECORDS:
        mine = [one.row for one in lines[number].happenings]
        assert {one["id"] for one in mine} == events[number]
        given_ = [one.row["purpose"] for one in words[number] if one.row["status"] == "given"]
        assert people[number]["consents"] == given_
        assert resolved.get(number) == given_
        for value in fact_values(facts, mine, {}, DAY):
            if value.fact.kind == "money":
                amounts = {name: people[number][column_of(value.fact, name)] for name in currencies}
                known = {name: amount for name, amount in amounts.items() if amount is not None}
                assert known.keys() == dict(value.amounts).keys()
                assert all(abs(known[name] - amount) < 0.01 for name, amount in value.amounts)
            else:
                said_ = value.text if value.fact.kind == "text" else value.number
                assert people[number][column_of(value.fact)] == said_
