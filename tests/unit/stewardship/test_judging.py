"""Judgements: what each changes at once is what a resolve of everything would make of it."""

from typing import Any

import pytest
from batches import Ticking, organisation, person, positions, put, relation

from spine.access.context import LOCAL, Context
from spine.bootstrap import open_engine
from spine.domain.judgements import Verdict
from spine.errors import ModelError, NotFound, QueryError
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import GraphStore
from spine.stewardship.judging import Judged, judge, withdraw

ANN = {"given_name": "Annabel", "surname": "Quist", "birth_date": "1980-05-01", "street_address": "12 Elm St",
       "city": "Lund"}  # fmt: skip
BEN = {"given_name": "Benedict", "surname": "Oduya", "birth_date": "1971-11-23", "street_address": "9 Oak St",
       "city": "Kiel"}  # fmt: skip


def fill(store: GraphStore) -> dict[str, int]:
    """Two records each of Ann and Ben, a company and its parent; resolved. The number of each record."""
    put(
        store,
        person("a1", "2025-01-01", "email:ann@example.com", "phone:+46701234567", **ANN),
        person("a2", "2025-02-01", "email:ann@example.com", **ANN),
        person("b1", "2025-01-01", "phone:+493012345678", "email:ben@works.example", **BEN),
        person("b2", "2025-02-01", "phone:+493012345678", **BEN),
        organisation("o1", "Alder Ltd", relations=[relation("subsidiary_of", "record", "crm/o2")]),
        organisation("o2", "Birch Inc"),
        organisation("o3", "Works Company", identifiers=[{"namespace": "domain", "value": "works.example"}]),
    )
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    with store.reading(LOCAL) as reader:
        return {row["record_id"]: row["id"] for row in reader.scan("record").to_pylist()}


def derived(store: GraphStore) -> dict[str, list[dict[str, Any]]]:
    """Everything that a resolve derives."""
    with store.reading(LOCAL) as reader:
        return {name: reader.scan(name).to_pylist() for name in DERIVED}


def say(store: GraphStore, a: int, b: int, verdict: Verdict, **more: Any) -> Judged:
    """A judgement at a time of its own."""
    return judge(store, LOCAL, a, b, verdict, clock=Ticking(), **more)


def agrees_with_a_resolve(store: GraphStore) -> None:
    """A resolve of everything finds nothing to change."""
    before = derived(store)
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    after = derived(store)
    assert {name: after[name] for name in DERIVED} == before


def test_a_rejected_link_parts_them_at_once_as_a_resolve_would(store: GraphStore) -> None:
    number = fill(store)
    found = say(store, number["a1"], number["a2"], Verdict.DIFFERENT, why="two cousins")
    assert [one.records for one in found.outcome.before] == [(number["a1"], number["a2"])]
    assert [one.records for one in found.outcome.after] == [(number["a1"],), (number["a2"],)]
    assert [(move.old, move.new) for move in found.outcome.moves] == [(number["a1"], number["a2"])]
    assert found.position == positions(store)
    agrees_with_a_resolve(store)


def test_a_confirmed_link_joins_strangers_and_their_households(store: GraphStore) -> None:
    number = fill(store)
    found = say(store, number["b2"], number["a1"], Verdict.SAME)
    assert [one.id for one in found.outcome.after] == [number["a1"]]
    assert found.outcome.after[0].records == tuple(number[name] for name in ("a1", "a2", "b1", "b2"))
    agrees_with_a_resolve(store)


def test_merged_organisations_keep_one_parent(store: GraphStore) -> None:
    number = fill(store)
    say(store, number["o1"], number["o3"], Verdict.SAME)
    agrees_with_a_resolve(store)
    with store.reading(LOCAL) as reader:
        (row,) = reader.get("organisation", "id", [number["o1"]])
        assert row["ultimate"] == number["o2"]
        assert {row["end"] for row in reader.scan("employed_by").to_pylist()} == {number["o1"]}


def test_withdrawing_brings_back_what_was(store: GraphStore) -> None:
    number = fill(store)
    before = derived(store)
    for a, b, verdict in (("a1", "b1", Verdict.SAME), ("a1", "a2", Verdict.DIFFERENT), ("o1", "o2", Verdict.SAME)):
        say(store, number[a], number[b], verdict)
        withdraw(store, LOCAL, number[a], number[b])
    assert derived(store) == before


def test_a_preview_says_the_same_and_writes_nothing(store: GraphStore) -> None:
    number = fill(store)
    before, position = derived(store), positions(store)
    shown = say(store, number["a1"], number["b1"], Verdict.SAME, preview=True)
    assert (derived(store), positions(store)) == (before, position)
    done = say(store, number["a1"], number["b1"], Verdict.SAME)
    assert (shown.preview, done.preview) == (True, False)
    assert (shown.outcome, shown.position) == (done.outcome, done.position)


def test_a_judgement_replaces_what_the_same_authority_said(store: GraphStore) -> None:
    number = fill(store)
    say(store, number["a1"], number["a2"], Verdict.SAME)
    say(store, number["a1"], number["a2"], Verdict.DIFFERENT)
    with store.reading(LOCAL) as reader:
        (row,) = reader.scan("judged").to_pylist()
    assert (row["verdict"], row["by"]) == ("different", "local")


def test_a_weaker_authority_is_kept_but_does_not_stand(store: GraphStore) -> None:
    number = fill(store)
    say(store, number["a1"], number["a2"], Verdict.DIFFERENT)
    found = say(store, number["a1"], number["a2"], Verdict.SAME, authority="login")
    assert found.refused == (number["a1"], number["a2"])
    assert found.outcome.moves == ()
    agrees_with_a_resolve(store)


def test_what_cannot_be_judged_is_said(store: GraphStore) -> None:
    number = fill(store)
    with pytest.raises(QueryError, match="against itself"):
        say(store, number["a1"], number["a1"], Verdict.SAME)
    with pytest.raises(QueryError, match="person and an organisation"):
        say(store, number["a1"], number["o1"], Verdict.SAME)
    with pytest.raises(QueryError, match="authority"):
        say(store, number["a1"], number["a2"], Verdict.SAME, authority="rumour")
    with pytest.raises(NotFound, match="no live record"):
        say(store, number["a1"], 4711, Verdict.SAME)
    with pytest.raises(NotFound, match="judged nothing"):
        withdraw(store, LOCAL, number["a1"], number["a2"])


def test_a_store_that_was_never_resolved_is_sent_to_resolve(store: GraphStore) -> None:
    put(store, person("a1", **ANN), person("a2", **ANN))
    with pytest.raises(ModelError, match="never resolved"):
        judge(store, Context(), 1, 2, Verdict.SAME)
