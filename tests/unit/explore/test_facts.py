"""Derived facts: what each measure gives, what a document may say, and that currencies are never mixed."""

from typing import Any

import pytest
from rows import row

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.statuses import CLOSED, UNDONE
from spine.errors import MappingError, QueryError
from spine.explore.fact_values import checked_day, fact_values
from spine.explore.facts import declare, declared, read_facts, shipped, together
from spine.ports import Cause, SystemClock
from spine.settings import Settings

DAY = "2026-06-30"
EVENTS = [
    row("event", id=1, kind="order", at="2024-01-10", value=10.0, currency="USD", channel="web", status="paid",
        source="shop", attributes='{"basket": "tea"}'),
    row("event", id=2, kind="order", at="2026-06-01T10:00:00", value=20.5, currency="EUR", channel="store",
        status="paid", source="pos", attributes='{"basket": "lamp"}'),
    row("event", id=3, kind="order", at="2026-06-20", value=99.0, currency="USD", channel="web", status="cancelled",
        source="shop", attributes='{"basket": "tea"}'),
    row("event", id=4, kind="order", at="2025-07-01", value=5.0, currency="USD", channel="web", status="paid",
        source="shop"),
    row("event", id=5, kind="ticket", at="2026-06-29", channel="mail", status="open", source="support"),
    row("event", id=6, kind="order", at="2026-07-01", value=1000.0, currency="USD", channel="app", status="paid"),
    row("event", id=7, kind="visit", at=None, channel="web"),
]  # fmt: skip


def told(document: str = "", events: list[Any] = EVENTS, believed: dict[str, str] | None = None) -> dict[str, Any]:
    facts = together(read_facts(document))
    found = fact_values(facts, events, believed or {}, DAY)
    return {one.fact.name: dict(one.amounts) if one.fact.kind == "money" else one.text or one.number for one in found}


def test_shipped_facts_of_a_customer() -> None:
    found = told(believed={"city": "leeds"})
    assert found == {
        "recency": 29.0, "first_purchase": 902.0, "frequency": 2.0, "orders": 3.0,
        "monetary_value": {"EUR": 20.5, "USD": 5.0}, "lifetime_value": {"EUR": 20.5, "USD": 15.0},
        "last_channel": "mail", "favourite_channel": "web", "affinity": "lamp", "open_tickets": 1.0, "tickets": 1.0,
        "last_login": None, "last_activity": 1.0, "activity": "active", "location": "leeds",
    }  # fmt: skip


def test_somebody_to_whom_nothing_happened() -> None:
    found = told(events=[])
    assert (found["orders"], found["recency"], found["lifetime_value"], found["activity"]) == (0.0, None, {}, "never")


def test_what_was_paid_back_or_is_solved_does_not_count_however_its_source_spells_it() -> None:
    said = ("paid", "Cancelled", "CANCELED", " refunded", "Returned", None, "In Progress")
    orders = [row("event", id=n, kind="order", at="2026-06-01", value=1.0 * 10**n, currency="USD", status=status)
              for n, status in enumerate(said)]  # fmt: skip
    asked = ("Open", "in_progress", "ON-HOLD", None, "Solved", "closed", "RESOLVED")
    tickets = [row("event", id=n, kind="ticket", at="2026-06-01", status=status) for n, status in enumerate(asked)]
    found = told(
        "{facts: [{name: held, says: x, measure: count, statuses: [On hold]}]}", [*orders, *tickets]
    )  # fmt: skip
    assert (found["orders"], found["lifetime_value"]) == (3.0, {"USD": 1_100_001.0})
    assert (found["open_tickets"], found["tickets"], found["held"]) == (4.0, 7.0, 1.0)


def test_facts_and_groups_leave_out_the_same() -> None:
    assert {fact.not_statuses for fact in shipped().facts if "order" in fact.kinds} == {UNDONE}
    assert shipped().named("open_tickets").not_statuses == CLOSED


def test_a_store_adds_its_own_facts_and_replaces_shipped_ones() -> None:
    found = told("""
facts:
  - {name: web_orders, says: Orders on the web., measure: count, kinds: [order], channels: [web], sources: [shop]}
  - {name: baskets, says: Kinds of baskets., measure: distinct, field: "attribute:basket"}
  - {name: first_channel, says: Where it began., measure: first, field: channel, kinds: [order]}
  - {name: largest, says: The largest order., measure: largest, field: value}
  - {name: mean, says: The mean order., measure: average, field: value, not_statuses: [cancelled]}
  - {name: orders, says: All of them., measure: count, kinds: [order]}
""")
    assert (found["web_orders"], found["baskets"], found["first_channel"]) == (3.0, 2.0, "web")
    assert (found["largest"], found["mean"]) == ({"EUR": 20.5, "USD": 99.0}, {"EUR": 20.5, "USD": 7.5})
    assert found["orders"] == 4.0


def test_money_is_one_number_only_where_rates_are_declared() -> None:
    found = told("{currency: EUR, rates: {USD: 0.5}}")
    assert found["lifetime_value"] == {"EUR": 28.0}
    assert told("{currency: GBP}")["lifetime_value"] == {}


@pytest.mark.parametrize(
    "document",
    [
        "{facts: [{name: Big, says: x, measure: count}]}",
        "{facts: [{name: a, says: x, measure: magic}]}",
        "{facts: [{name: a, says: x, measure: sum}]}",
        "{facts: [{name: a, says: x, measure: last}]}",
        "{facts: [{name: a, says: x, measure: last, field: price}]}",
        "{facts: [{name: a, says: x, measure: believed, field: shoe_size}]}",
        "{facts: [{name: a, says: x, measure: steps, fact: b, steps: [{below: 1, value: c}]}]}",
        "{facts: [{name: a, says: x, measure: count, fact: b}]}",
        "{facts: [{name: a, says: x, measure: count}, {name: a, says: x, measure: count}]}",
        "{rates: {USD: 2}}",
        "{currency: EUR, rates: {USD: -2}}",
        "{unknown: 1}",
        "facts: [",
        "- 1",
    ],
)
def test_what_is_no_document_of_facts_is_refused(document: str) -> None:
    with pytest.raises(MappingError):
        together(read_facts(document))


def test_steps_of_a_store_may_be_of_a_shipped_fact() -> None:
    steps = "steps: [{below: 1, value: none}], otherwise: some"
    document = f"{{facts: [{{name: size, says: x, measure: steps, fact: FACT, {steps}}}]}}"
    with open_store("memory:", Settings()) as store, store.writing(LOCAL, Cause("facts")) as writer:
        declare(writer, read_facts(document.replace("FACT", "orders")), SystemClock())
        assert declared(writer).named("size").fact == "orders"
        with pytest.raises(MappingError, match="ordres is no number fact") as error:
            declare(writer, read_facts(document.replace("FACT", "ordres")), SystemClock())
        assert "orders" in error.value.remedy


def test_declared_facts_stay_in_the_store() -> None:
    with open_store("memory:", Settings()) as store:
        with store.reading(LOCAL) as reader:
            assert declared(reader) == shipped()
        own = read_facts("{currency: EUR, facts: [{name: calls, says: Calls., measure: count, kinds: [chat]}]}")
        with store.writing(LOCAL, Cause("facts")) as writer:
            declare(writer, own, SystemClock())
        with store.reading(LOCAL) as reader:
            found = declared(reader)
        assert found.named("calls").kinds == ("chat",)
        assert len(found.facts) == len(shipped().facts) + 1
        assert found.currency == "EUR"
        with pytest.raises(QueryError, match="no fact"):
            found.named("nothing")


def test_a_day_is_a_day() -> None:
    assert checked_day("2026-06-30T10:00:00Z") == DAY
    with pytest.raises(QueryError):
        checked_day("soon")
