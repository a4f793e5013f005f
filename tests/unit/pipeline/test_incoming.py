"""What applications send: what is wrong with it is told with its place, and nothing that was said is passed over."""

import json
from typing import Any

import pytest
from batches import Ticking

from spine.access.context import LOCAL
from spine.errors import QueryError
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import IngestReport, delete_record, ingest
from spine.ports import GraphStore

PHONE = {"namespace": "phone", "value": "+46701234567"}


def said(record_id: str = "1", **more: Any) -> dict[str, Any]:
    """A record as it is sent."""
    return {"source": "shop", "record_id": record_id, **more}


def take(store: GraphStore, *records: dict[str, Any], events: tuple[dict[str, Any], ...] = ()) -> IngestReport:
    """Records taken in, none of them rejected."""
    batch = read_batch(records, events)
    assert batch.rejects == []
    return ingest(store, LOCAL, batch, Ticking(), key="incoming")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"observed_at": "yesterday"}, "observed_at is no time: 'yesterday'; write it as 2026-05-01T12:00:00+02:00"),
        ({"observed_at": "2026-02-30"}, "observed_at is no time"),
        ({"observed_at": "2099-01-01"}, "observed_at lies in the future: '2099-01-01'"),
        ({"identifiers": [PHONE, {**PHONE, "last_seen": "2099"}]}, "identifiers, number 2: last_seen lies in the"),
        ({"identifiers": [{**PHONE, "first_seen": "long ago"}]}, "number 1: first_seen is no time: 'long ago'"),
        ({"identifiers": [{**PHONE, "verfied": True}]}, "number 1: there is no 'verfied'; did you mean verified?"),
        ({"relations": [{"kind": "family", **PHONE, "form": "2020"}]}, "relations, number 1: there is no 'form'"),
        ({"source": "confirmation"}, "The source 'confirmation' keeps proofs: send them by confirmIdentity."),
        ({"source": " "}, "It has no source."),
        ({"attributes": {"age": float("nan")}}, "what JSON does not know, such as NaN"),
        ({"attributes": {"given_name": "\ud800"}}, "a lone surrogate"),
        ({"attributes": {"given_name": object()}}, "what JSON does not know"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_remedy(more: dict[str, Any], reason: str) -> None:
    found = read_batch([said(**more), said("2")])
    (reject,) = found.rejects
    assert reason in reject.reason
    assert (reject.line, found.records["record_id"].to_pylist()) == (1, ["2"])
    reject.row.encode()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"kind": "vist"}, "There is no kind of event 'vist'; did you mean visit?"),
        ({"namespace": None}, "It has no namespace."),
        ({"value": ""}, "It has no value."),
        ({"at": "soon"}, "at is no time: 'soon'"),
    ],
)
def test_an_event_that_would_hang_on_nobody_is_refused(more: dict[str, Any], reason: str) -> None:
    event = {"source": "web", "kind": "visit", "namespace": "cookie", "value": "c1", **more}
    (reject,) = read_batch(events=[event]).rejects
    assert reason in reject.reason


def test_of_two_versions_the_later_holds_in_whichever_zone_it_was_written(store: GraphStore) -> None:
    """As texts, these two stand the other way round."""
    late = said(observed_at="2026-01-31T09:00:00+00:00", attributes={"given_name": "Ann"})
    early = said(observed_at="2026-01-31T10:00:00+02:00", attributes={"given_name": "Anne"})
    assert take(store, late).taken[0].status == "linked"
    assert take(store, early).taken[0].status == "late"
    with store.reading(LOCAL) as reader:
        (row,) = reader.scan("record").to_pylist()
    assert (row["observed_at"], json.loads(row["attributes"])) == ("2026-01-31T09:00:00+00:00", {"given_name": "Ann"})


@pytest.mark.parametrize("at", [None, "2026-01-31"])
def test_a_version_that_does_not_say_that_it_is_later_is_told_of(store: GraphStore, at: str | None) -> None:
    """Which of the two holds is decided by their content alone, so that the order of arrival does not matter."""
    names = [said(observed_at=at, attributes={"given_name": name}) for name in ("Ann", "Anna", "Anne", "Annie")]
    reports = [take(store, one) for one in names]
    late = [one for one in reports if one.taken[0].status == "late"]
    assert late
    assert {of for one in late for of, column, _ in one.problems if column == "observed_at"} == {"shop/1"}
    again = take(store, next(one for one, report in zip(names, reports, strict=True) if report in late))
    assert (again.taken[0].status, again.problems) == ("unchanged", [])


def test_each_version_of_a_record_in_one_batch_is_told_for_itself(store: GraphStore) -> None:
    versions = [said(observed_at=f"2026-01-0{day}", attributes={"given_name": "Ann" + "a" * day}) for day in (1, 3, 2)]
    first = take(store, *versions)
    assert [one.status for one in first.taken] == ["late", "linked", "late"]
    again = take(store, versions[1], said(observed_at="2025-01-01"))
    assert [one.status for one in again.taken] == ["unchanged", "late"]


@pytest.mark.parametrize("at", [None, "2026-01-01"])
def test_what_is_too_old_to_bring_a_deleted_record_back_is_told(store: GraphStore, at: str | None) -> None:
    """A late old version brings nothing back; whoever means to has to say that it is later."""
    take(store, said(observed_at="2026-01-02"))
    delete_record(store, LOCAL, "shop", "1", Ticking())
    late = take(store, said(observed_at=at, attributes={"given_name": "Ann"}))
    assert (late.taken[0].status, [why.partition(",")[0] for *_, why in late.problems]) == (
        "late", ["the record was deleted"]
    )  # fmt: skip
    assert take(store, said(observed_at="2026-01-02")).taken[0].status == "linked", "the same version brings it back"


def test_names_are_trimmed_as_mappings_trim_them(store: GraphStore) -> None:
    one, other = take(store, said(" 1 "), said("2", source="shop ")).taken
    assert (one.source, one.record_id, other.source) == ("shop", "1", "shop")


def test_values_that_could_not_be_read_are_told(store: GraphStore) -> None:
    visit = {"source": "web", "kind": "visit", "reference": "v7", "namespace": "email", "value": "nobody"}
    report = take(
        store, said(identifiers=[{"namespace": "email", "value": "no e-mail"}, PHONE]), said("2"), events=(visit,)
    )
    assert report.problems == [
        ("shop/1", "email", "not a usable email"),
        ("web/v7", "email", "not a usable email: the event hangs on nobody"),
    ]


def test_a_record_that_keeps_a_proof_is_not_deleted_alone(store: GraphStore) -> None:
    with pytest.raises(QueryError, match="keep proofs"):
        delete_record(store, LOCAL, "confirmation", "rec_1.ide_2", Ticking())
