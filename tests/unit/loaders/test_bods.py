"""Open Ownership's statements, old and new versions: entities, persons, interests with shares, dates and power."""

import json
from pathlib import Path
from typing import Any

import pytest

from loaders.bods import BodsSource
from loaders.open import open_source

OLD: list[dict[str, Any]] = [
    {"statementID": "e1", "statementType": "entityStatement", "statementDate": "2023-01-02", "name": "Lark Ltd",
     "identifiers": [{"scheme": "GB-COH", "id": "01234567"}, {"scheme": "XI-LEI", "id": "5493001KJTIIGC8Y1R12"}],
     "incorporatedInJurisdiction": {"code": "GB"}, "foundingDate": "1999-01-01",
     "addresses": [{"address": "1 High St, Leeds", "postCode": "LS1 1AA", "country": "GB"}]},
    {"statementID": "p1", "statementType": "personStatement", "names": [{"fullName": "Ann Lee"}],
     "birthDate": "1980-02", "nationalities": [{"code": "GB"}]},
    {"statementID": "o1", "statementType": "ownershipOrControlStatement",
     "subject": {"describedByEntityStatement": "e1"}, "interestedParty": {"describedByEntityStatement": "e2"},
     "interests": [{"type": "shareholding", "share": {"minimum": 25, "maximum": 50}, "startDate": "2016-04-06"},
                   {"type": "appointment-of-board", "startDate": "2017-04-06"}]},
    {"statementID": "o2", "statementType": "ownershipOrControlStatement",
     "subject": {"describedByEntityStatement": "e1"}, "interestedParty": {"describedByPersonStatement": "p1"}},
    {"statementID": "o3", "statementType": "ownershipOrControlStatement",
     "subject": {"describedByEntityStatement": "e1"}, "interestedParty": {"unspecified": {"reason": "unknown"}}},
]  # fmt: skip
NEW: list[dict[str, Any]] = [
    {"statementId": "s1", "recordId": "e1", "recordType": "entity", "recordDetails": {"name": "Lark Ltd",
     "jurisdiction": {"code": "GB"}}},
    {"statementId": "s2", "recordId": "r1", "recordType": "relationship", "statementDate": "2024-03-01",
     "recordStatus": "closed", "recordDetails": {"subject": "e1", "interestedParty": "e2",
     "interests": [{"type": "votingRights", "share": {"exact": 60}}]}},
    {"statementId": "s3", "recordId": "r2", "recordType": "relationship", "recordDetails": {"subject": "e1",
     "interestedParty": "e3", "interests": [{"type": "rightsToSurplusAssets", "startDate": "2020-01-01",
     "endDate": "2021-01-01"}]}},
    {"statementId": "s4", "recordId": "r3", "recordType": "relationship", "recordDetails": {"subject": "e1",
     "interestedParty": {"reason": "noBeneficialOwners"}}},
]  # fmt: skip


def loaded(path: Path, statements: list[Any]) -> dict[str, dict[str, Any]]:
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in statements), "utf-8")
    source = open_source(path)
    assert isinstance(source, BodsSource)
    return {row["record_id"]: row for batch in source.batches() for row in batch.records.to_pylist()}


def relation(row: dict[str, Any], *names: str) -> list[Any]:
    (one,) = row["relations"]
    return [one[name] for name in names]


def test_statements_until_version_0_3(tmp_path: Path) -> None:
    found = loaded(tmp_path / "old.jsonl", OLD)
    lark, ann = found["e1"], found["p1"]
    assert (lark["kind"], lark["organisation_name"], lark["founded_date"]) == ("organisation", "Lark Ltd", "1999-01-01")
    assert (lark["postcode"], lark["country"], lark["observed_at"]) == ("LS1 1AA", "GB", "2023-01-02")
    named = {one["namespace"]: one["value"] for one in lark["identifiers"]}
    assert named == {"x_bods": "e1", "register": "GB-01234567", "lei": "5493001KJTIIGC8Y1R12"}
    assert (ann["kind"], ann["full_name"], ann["birth_date"]) == ("person", "Ann Lee", "1980-02")
    assert relation(found["o1"], "kind", "value", "share", "role", "valid_from", "valid_to") == [
        "subsidiary_of", "e2", "25%", "controlling: appointment of board, shareholding", "2016-04-06", None,
    ]  # fmt: skip
    assert [one["value"] for one in found["o1"]["identifiers"]] == ["e1"]
    assert found["o2"]["relations"] == []
    assert relation(found["o3"], "kind", "value", "role") == ["parent_exception", "direct", "unknown"]


def test_statements_of_version_0_4(tmp_path: Path) -> None:
    found = loaded(tmp_path / "new.jsonl", NEW)
    assert (found["e1"]["organisation_name"], found["e1"]["country"]) == ("Lark Ltd", "GB")
    assert relation(found["r1"], "value", "share", "role", "valid_to") == ["e2", "60%", "voting rights", "2024-03-01"]
    assert relation(found["r2"], "share", "role", "valid_from", "valid_to") == [
        None, "not controlling: rights to surplus assets", "2020-01-01", "2021-01-01",
    ]  # fmt: skip
    assert relation(found["r3"], "role") == ["noBeneficialOwners"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"statementType": "other"}', "is no statement of an entity, a person or a relationship"),
        ('{"recordType": "entity"}', "has no id"),
        ('{"recordType": "relationship", "recordId": "r"}', "names no subject"),
        ("{", "the line is not JSON"),
    ],
)
def test_what_is_no_statement_is_rejected_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "some.jsonl"
    assert loaded(path, [NEW[0], line]).keys() == {"e1"}
    (reject,) = [reject for batch in BodsSource(path).batches() for reject in batch.rejects]
    assert (reject.line, reject.reason) == (2, reason)
