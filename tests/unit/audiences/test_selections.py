"""Audiences over a small world: laws of filters, consent, one contact per household, explanations, pages."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import row, rows

from spine.access.context import LOCAL
from spine.audiences import listing
from spine.audiences.definition import Definition, defined, read_definition
from spine.audiences.export import table_of
from spine.audiences.filters import PersonFilter, read_filter
from spine.audiences.frames import Frame
from spine.audiences.projection import Projections
from spine.audiences.selection import Selection, selected
from spine.bootstrap import open_store
from spine.errors import BadId, NotFound, QueryError, TooExpensive
from spine.ports import Cause, GraphStore
from spine.settings import Settings

DAY = "2026-06-30"
PEOPLE = 24


def person(number: int) -> dict[str, Any]:
    fields = {
        "given": ["anna", "ben", "carla"][number % 3],
        "surname": "berg",
        **({"region": ["ca", "tx"][number % 2], "city": "springfield"} if number % 5 else {}),
        **({"birth_date": f"19{60 + number}-05-01"} if number % 4 else {}),
    }
    return row(
        "record", id=number, key=f"crm/{number}", source="crm" if number % 2 else "shop", record_id=str(number),
        kind="person", live=True, observed_at=f"2025-01-{number:02d}", fields=json.dumps(fields), attributes="{}",
    )  # fmt: skip


def world() -> dict[str, list[dict[str, Any]]]:
    """Persons 1 to 24, two to a household; all but each sixth have an e-mail, each fourth agreed to marketing.

    Members are head and adult; the second of household 23 is a child. Person 1 took a consent back.
    """
    people = range(1, PEOPLE + 1)
    mailed = [n for n in people if n % 6]
    agreed = [n for n in people if n % 4 == 1]
    return {
        "record": [person(n) for n in people],
        "identifier": [row("identifier", id=1000 + n, namespace="email", value=f"p{n}@example.org") for n in mailed]
        + [row("identifier", id=2000 + n, namespace="login", value=f"l{n}") for n in people],
        "carries": [
            row("carries", start=n, end=1000 + n, namespace="email", verified=n % 2 == 0, valid_from="2025-01-01",
                last_seen=f"20{10 + n}-03-04T05:06:07" if n < 20 else None)
            for n in mailed
        ]
        + [row("carries", start=n, end=2000 + n, namespace="login", valid_from="2025-01-01") for n in people],
        "event": [
            row("event", id=3000 + n, kind="order" if n % 3 else "ticket", at=f"2026-0{n % 6 + 1}-10", value=10.0 * n,
                currency="USD" if n % 2 else "EUR", channel="web", status="paid" if n % 7 else "cancelled")
            for n in people
        ],
        "event_of": [row("event_of", start=3000 + n, end=2000 + n) for n in people],
        "consent": [
            row("consent", id=4000 + n, source="cmp", purpose="marketing", status="given", at="2025-03-01")
            for n in agreed
        ]
        + [row("consent", id=4900, source="cmp", purpose="marketing", status="withdrawn", at="2025-04-01")],
        "consent_of": [row("consent_of", start=4000 + n, end=2000 + n) for n in agreed]
        + [row("consent_of", start=4900, end=2001)],
        "person": [row("person", id=n, size=1) for n in people],
        "household": [row("household", id=n, size=2, adults=2, region="ca", cohesion=0.95 + n / 1000)
                      for n in people if n % 2],
        "member_of": [
            row("member_of", start=n, end=n - (n % 2 == 0), weight=0.9 + n / 1000,
                role="child" if n == PEOPLE else "head" if n % 2 else "adult")
            for n in people
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[GraphStore]:
    with open_store("memory:", Settings()) as opened:
        with opened.writing(LOCAL, Cause("resolve")) as writer:
            for name, found in world().items():
                writer.put(name, rows(name, *found))
        yield opened


@pytest.fixture(scope="module")
def frame(store: GraphStore) -> Iterator[Frame]:
    with store.reading(LOCAL) as reader, Projections().frame(reader, 0.95, DAY) as made:
        yield made


def audience(**more: Any) -> Definition:
    return defined({"purpose": "marketing", **more})


def fulfilling(frame: Frame, asked: dict[str, Any]) -> set[int]:
    found = Selection(frame, audience(persons=asked))
    return {
        number for (number,) in frame.rows(f"SELECT id FROM ({found._states()})", {**found.parameters, "purpose": ""})
    }


@pytest.mark.parametrize("written", ["California", "ca", "CA", "US-CA"])
def test_a_region_may_be_named_as_people_write_it(frame: Frame, written: str) -> None:
    some = fulfilling(frame, {"regions": [written]})
    assert some == fulfilling(frame, {"attributes": [{"name": "region", "one_of": ["ca"]}]})
    assert some
    homes = Selection(frame, audience(households={"region": written})).counts()
    assert homes.matching == Selection(frame, audience(households={"regions": ["ca"]})).counts().matching > 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"attributes": [{"name": "city", "one_of": ["München"]}]}, {1, 2}),
        ({"attributes": [{"name": "city", "one_of": ["Muenchen"]}]}, {1, 2}),
        ({"attributes": [{"name": "city", "prefix": "Mün"}]}, {1, 2}),
        ({"attributes": [{"name": "city", "one_of": ["ŁÓDŹ"]}]}, {3}),
        ({"facts": [{"name": "location", "one_of": ["München", "Łódź"]}]}, {1, 2, 3}),
        ({"postcode_prefix": "90-0"}, {3}),
        ({"attributes": [{"name": "postcode", "one_of": ["90-050"]}]}, {3}),
    ],
)
def test_places_are_found_as_people_write_them(asked: dict[str, Any], found: set[int]) -> None:
    places = [("munchen", "80331"), ("muenchen", "80331"), ("lodz", "90050"), ("ulm", "89073")]
    with open_store("memory:", Settings()) as opened, opened.writing(LOCAL, Cause("record")) as writer:
        told = [json.dumps({"city": city, "postcode": code}) for city, code in places]
        made = [{**person(number), "fields": fields} for number, fields in enumerate(told, 1)]
        writer.put("record", rows("record", *made))
        with Projections().frame(writer, 0.95, DAY) as made_frame:
            assert fulfilling(made_frame, asked) == found


LEAVES: list[dict[str, Any]] = [
    {"regions": ["CA"]},
    {"stages": ["registered", "verified"]},
    {"namespaces": ["email"]},
    {"sources": ["crm"]},
    {"consents": ["marketing"]},
    {"attributes": [{"name": "given", "one_of": ["Anna"]}]},
    {"attributes": [{"name": "birth_date", "at_least": "1965", "at_most": "1970"}]},
    {"facts": [{"name": "recency", "at_most": 90}]},
    {"facts": [{"name": "lifetime_value", "currency": "USD", "at_least": 100}]},
    {"facts": [{"name": "activity", "one_of": ["active"]}]},
    {"events": [{"kinds": ["order"], "since": "2026-03"}]},
    {"household": {"min_size": 2, "member": {"regions": ["TX"]}}},
]
FILTERS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def by_hand(frame: Frame, asked: dict[str, Any]) -> set[int]:
    """What a filter should give, from what its leaves give alone."""
    everybody = set(range(1, PEOPLE + 1))
    if "and" in asked:
        return everybody.intersection(*(by_hand(frame, part) for part in asked["and"]))
    if "or" in asked:
        return set().union(*(by_hand(frame, part) for part in asked["or"]))
    if "not" in asked:
        return everybody - by_hand(frame, asked["not"])
    return fulfilling(frame, asked)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: next(iter(leaf)))
def test_every_condition_parts_the_people(frame: Frame, leaf: dict[str, Any]) -> None:
    assert 0 < len(fulfilling(frame, leaf)) < PEOPLE or leaf == {"stages": ["registered", "verified"]}


def test_a_status_is_asked_for_in_any_spelling(frame: Frame) -> None:
    found = [fulfilling(frame, {"events": [{"statuses": [said]}]}) for said in ("cancelled", "Cancelled", " CANCELLED")]
    assert found == [{7, 14, 21}] * 3


@given(asked=FILTERS)
@settings(max_examples=40, deadline=None)
def test_and_or_not_are_those_of_sets(frame: Frame, asked: dict[str, Any]) -> None:
    assert fulfilling(frame, asked) == by_hand(frame, asked)


@given(asked=FILTERS)
@settings(max_examples=15, deadline=None)
def test_explanations_agree_with_the_list(frame: Frame, asked: dict[str, Any]) -> None:
    found = Selection(frame, audience(persons=asked))
    inside = {one.id for one in found.members()}
    for number in (1, 2, 5, 9, 12):
        told = found.explain(number)
        assert told.inside == (number in inside) == (told.matching and told.consented and told.reachable)
        assert told.reason


def test_who_has_not_consented_is_counted_and_never_listed(frame: Frame) -> None:
    found = Selection(frame, audience(persons={}))
    counts = found.counts()
    # 1 took it back; 5, 9, 13, 17, 21 stand by it.
    assert [one.id for one in found.members()] == [5, 9, 13, 17, 21]
    assert (counts.matching, counts.without_consent, counts.unreachable, counts.size) == (PEOPLE, PEOPLE - 5, 0, 5)
    other = Selection(frame, defined({"purpose": "newsletter", "persons": {}}))
    assert other.members() == []
    assert other.counts().without_consent == PEOPLE


def test_who_can_not_be_reached_is_counted_and_never_listed(frame: Frame) -> None:
    found = Selection(frame, audience(persons={}, channel="phone"))
    assert (found.counts().unreachable, found.members()) == (5, [])
    mailed = Selection(frame, audience(persons={}, channel="email"))
    assert [one.reached_by for one in mailed.members()] == [f"p{n}@example.org" for n in (5, 9, 13, 17, 21)]
    seen = [f"20{10 + n}-03-04T05:06:07" for n in (5, 9, 13, 17)]
    assert [one.last_seen for one in mailed.members()] == [*seen, None]
    assert [one.last_seen for one in Selection(frame, audience(persons={})).members()] == [None] * 5
    exported = table_of(mailed).to_pydict()
    assert exported["email_last_seen"] == ["2015-03-04", "2019-03-04", "2023-03-04", "2027-03-04", None]
    assert exported["email_staleness"][0] == "stale"
    assert exported["email_staleness"][3:] == ["fresh", None]


def test_households_are_kept_whose_members_surely_live_together(frame: Frame) -> None:
    found = Selection(frame, audience(households={"min_confidence": 0.963}))
    assert [one.id for one in found.members()] == [13, 17, 21]
    told = found.explain(5)
    assert (told.inside, told.conditions[0].says, told.conditions[0].value) == (
        False,
        "confidence is at least 0.963",
        "0.955",
    )


def test_of_two_who_may_be_contacted_the_freshest_is() -> None:
    with open_store("memory:", Settings()) as other:
        with other.writing(LOCAL, Cause("resolve")) as writer:
            for name, found in world().items():
                writer.put(name, rows(name, *found))
            both = [row("consent", id=5000 + n, purpose="call", status="given", at="2025-03-01") for n in (3, 4)]
            writer.put("consent", rows("consent", *both))
            writer.put(
                "consent_of", rows("consent_of", *(row("consent_of", start=5000 + n, end=2000 + n) for n in (3, 4)))
            )
        for rules, expected in ((["freshest"], 4), (["head"], 3)):
            asked = {"purpose": "call", "households": {}, "channel": "email", "contact": rules, "as_of": DAY}
            with other.reading(LOCAL) as reader, selected(Projections(), reader, LOCAL, defined(asked), 0.95) as chosen:
                assert [(one.id, one.person) for one in chosen.members()] == [(3, expected)]


def test_a_household_has_one_contact_who_consented_and_is_no_child(frame: Frame) -> None:
    found = Selection(frame, audience(households={}))
    assert [(one.id, one.person) for one in found.members()] == [(n, n) for n in (5, 9, 13, 17, 21)]
    assert found.counts().without_consent == PEOPLE // 2 - 5


@pytest.mark.parametrize(
    ("rules", "expected"), [(["head"], 1), (["verified_email"], 2), (["most_recent"], 2), (["surest"], 2), ([], 1)]
)
def test_the_rule_chooses_the_contact(store: GraphStore, rules: list[str], expected: int) -> None:
    with open_store("memory:", Settings()) as other:
        with other.writing(LOCAL, Cause("resolve")) as writer:
            for name, found in world().items():
                writer.put(name, rows(name, *found))
            both = [row("consent", id=5000 + n, purpose="call", status="given", at="2025-03-01") for n in (1, 2, 24)]
            writer.put("consent", rows("consent", *both))
            said = [row("consent_of", start=5000 + n, end=2000 + n) for n in (1, 2, 24)]
            writer.put("consent_of", rows("consent_of", *said))
        definition = defined({"purpose": "call", "households": {}, "contact": rules, "as_of": DAY})
        with other.reading(LOCAL) as reader, selected(Projections(), reader, LOCAL, definition, 0.95) as chosen:
            # Person 24 consented, but is a child: household 23 is not reached through it.
            assert [(one.id, one.person) for one in chosen.members()] == [(1, expected)]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_put_together_are_the_list(frame: Frame, size: int) -> None:
    found = Selection(frame, audience(persons={}))
    seen: list[int] = []
    after, more = None, True
    while more:
        page, more = found.page(size, after)
        seen += [one.id for one in page]
        after = seen[-1]
    assert seen == [one.id for one in found.members()]


def test_a_sample_is_the_same_each_time(frame: Frame) -> None:
    found = Selection(frame, audience(persons={}))
    assert found.sample(3) == found.sample(3)
    assert {one.id for one in found.sample(3)} < {one.id for one in found.members()}


def test_every_member_fails_where_one_does(store: GraphStore) -> None:
    with store.reading(LOCAL) as reader:

        def count(**asked: Any) -> int:
            wanted = defined({"purpose": "x", "households": asked}).filter
            return listing.count(reader, LOCAL, Projections(), wanted, 0.95, DAY)

        some, every = count(member={"sources": ["crm"]}), count(every_member={"sources": ["crm"]})
    assert (some, every) == (PEOPLE // 2, 0)


def test_money_in_several_currencies_is_not_compared_blindly(frame: Frame) -> None:
    with pytest.raises(QueryError, match="several currencies"):
        Selection(frame, audience(persons={"facts": [{"name": "lifetime_value", "at_least": 1}]}))
    nowhere = {"facts": [{"name": "lifetime_value", "currency": "JPY", "at_least": 1}]}
    assert fulfilling(frame, nowhere) == set()


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"persons": {}}, QueryError),
        ({"purpose": "x"}, QueryError),
        ({"purpose": "x", "persons": {}, "households": {}}, QueryError),
        ({"purpose": "x", "persons": {"stage": ["verified"]}}, QueryError),
        ({"purpose": "x", "persons": {}, "confidence": 1.0}, QueryError),
        ({"purpose": "x", "persons": {}, "as_of": "yesterday"}, QueryError),
        ({"purpose": "x", "persons": {"facts": [{"name": "nothing"}]}}, QueryError),
        ({"purpose": "x", "persons": {"facts": [{"name": "activity", "at_least": 1}]}}, QueryError),
        ({"purpose": "x", "persons": {"ids": ["hh_byp27dphvs8pm"]}}, BadId),
        ({"purpose": "x", "persons": {"or": [{"regions": ["ca"]}] * 201}}, TooExpensive),
    ],
)
def test_what_is_no_audience_is_refused(frame: Frame, document: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Selection(frame, defined(document))


def test_a_filter_may_not_nest_for_ever(frame: Frame) -> None:
    asked: dict[str, Any] = {"regions": ["ca"]}
    for _ in range(12):
        asked = {"not": asked}
    with pytest.raises(TooExpensive):
        Selection(frame, audience(persons=asked))


def test_values_are_bound_and_never_spliced(frame: Frame) -> None:
    for text in ("'; DROP TABLE persons; --", "$v0", '"', "x' OR 'a'='a"):
        asked = {"attributes": [{"name": "postcode", "one_of": [text]}], "sources": [text], "postcode_prefix": text}
        assert fulfilling(frame, asked) == set()


def test_nobody_is_explained_who_is_not_there(frame: Frame) -> None:
    with pytest.raises(NotFound):
        Selection(frame, audience(persons={})).explain(99)


def test_a_document_says_the_same_again() -> None:
    whole = read_definition(
        "{purpose: x, persons: {or: [{regions: [CA]}, {not: {stages: [verified]}}]}, channel: email}"
    )
    assert read_definition(whole.document()) == whole
    assert read_definition(audience(persons={}).document()) == audience(persons={})
    assert read_filter(PersonFilter, {"and": []}) == PersonFilter.model_validate({"and": []})
