"""Senzing JSON: flat, in lists, and as FEATURES; and what of it can't be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from loaders.open import open_source
from loaders.senzing import SenzingSource, is_senzing
from spine.errors import FileError
from spine.ports import Reject

PERSON = {
    "DATA_SOURCE": "CUSTOMERS", "RECORD_ID": "1001", "RECORD_TYPE": "PERSON", "PRIMARY_NAME_LAST": "Smith",
    "PRIMARY_NAME_FIRST": "Robert", "MAIDEN_NAME_LAST": "Xu", "DATE_OF_BIRTH": "12/11/1978", "GENDER": "M",
    "ADDR_TYPE": "MAILING", "ADDR_LINE1": "123 Main", "ADDR_LINE2": "Apt 4", "ADDR_CITY": "Las Vegas",
    "ADDR_STATE": "NV", "ADDR_POSTAL_CODE": 89132, "HOME_PHONE_NUMBER": "702-919-1300", "CELL_PHONE_NUMBER": "702-1",
    "EMAIL_ADDRESS": "b@x.com", "SSN_NUMBER": "294-66-9999", "PASSPORT_NUMBER": "1", "PASSPORT_COUNTRY": "US",
    "EMPLOYER_NAME": "Acme", "LINKEDIN": "bob", "AMOUNT": "100",
    "RELATIONSHIPS": [{"REL_POINTER_DOMAIN": "COMPANIES", "REL_POINTER_KEY": "7", "REL_POINTER_ROLE": "EMPLOYED_BY"}],
}  # fmt: skip
COMPANY = {
    "DATA_SOURCE": "COMPANIES",
    "RECORD_ID": "7",
    "FEATURES": [
        {"RECORD_TYPE": "ORGANIZATION"},
        {"NAME_TYPE": "DBA", "NAME_ORG": "Acme Tyres"},
        {"NAME_TYPE": "PRIMARY", "NAME_ORG": "Acme"},
        {"ADDR_FULL": "1 A St, Reno"},
        {"ADDR_FULL": "2 B St, Reno", "ADDR_FROM_DATE": "2020-01-01"},
        {"REL_ANCHOR_DOMAIN": "COMPANIES", "REL_ANCHOR_KEY": "7"},
        {"REL_POINTER_DOMAIN": "COMPANIES", "REL_POINTER_KEY": "1", "REL_POINTER_ROLE": "SUBSIDIARY_OF"},
        {"REL_POINTER_DOMAIN": "COMPANIES", "REL_POINTER_KEY": "2", "REL_POINTER_ROLE": "RIVAL"},
        {"LEI_NUMBER": "5493001KJTIIGC8Y1R12"},
        {"WEBSITE_ADDRESS": "acme.com"},
    ],
}


def load(path: Path, **more: Any) -> tuple[list[dict[str, Any]], list[Reject]]:
    batches = list(open_source(path, **more).batches())
    rows = [row for batch in batches for row in batch.records.to_pylist()]
    return rows, [reject for batch in batches for reject in batch.rejects]


def spaces(row: dict[str, Any], what: str = "identifiers") -> list[tuple[str, str]]:
    return [(item["namespace"], item["value"]) for item in row[what]]


@pytest.mark.parametrize("form", ["lines", "array"])
def test_persons_and_organisations(tmp_path: Path, form: str) -> None:
    path = tmp_path / "s.json"
    rows = [PERSON, COMPANY]
    path.write_text("\n".join(map(json.dumps, rows)) if form == "lines" else json.dumps(rows))
    (person, company), rejects = load(path)
    assert not rejects
    filled = {name: value for name, value in person.items() if isinstance(value, str) and name != "raw"}
    assert filled == {
        "source": "CUSTOMERS", "record_id": "1001", "kind": "person", "given_name": "Robert", "surname": "Smith",
        "maiden_name": "Xu", "birth_date": "12/11/1978", "sex": "M", "street_address": "123 Main Apt 4",
        "city": "Las Vegas", "region": "NV", "postcode": "89132", "employer_name": "Acme",
    }  # fmt: skip
    assert set(spaces(person)) == {
        ("phone", "702-919-1300"), ("phone", "702-1"), ("email", "b@x.com"), ("national_id", "294-66-9999"),
        ("x_passport", "US:1"), ("social", "linkedin:bob"),
    }  # fmt: skip
    assert spaces(person, "relations") == [("x_rel_companies", "7")]
    assert (company["kind"], company["organisation_name"], company["trading_name"]) == (
        "organisation",
        "Acme",
        "Acme Tyres",
    )
    assert (company["address"], company["website"]) == ("1 A St, Reno", "acme.com")
    assert set(spaces(company)) == {
        ("x_rel_companies", "7"), ("lei", "5493001KJTIIGC8Y1R12"), ("address", "2 B St, Reno"),
    }  # fmt: skip
    (relation,) = company["relations"]
    assert (relation["kind"], relation["value"], relation["role"]) == ("subsidiary_of", "1", "SUBSIDIARY_OF")
    assert json.loads(person["raw"])["AMOUNT"] == "100"


def test_what_cannot_be_used_is_rejected_and_the_rest_comes(tmp_path: Path) -> None:
    path = tmp_path / "customers.jsonl"
    lines = [
        '{"RECORD_TYPE": "PERSON", "NAME_FULL": "No Source"}',
        '{"DATA_SOURCE": "S", "RECORD_TYPE": "VESSEL", "NAME_FULL": "Titanic"}',
        '{"DATA_SOURCE": "S", "x": 1}',
        "{broken",
        '{"DATA_SOURCE": "S", "RECORD_ID": 5, "NAME_ORG": "Unsaid"}',
    ]
    path.write_text("\n".join(lines))
    rows, rejects = load(path)
    assert [(row["source"], row["kind"]) for row in rows] == [("customers", "person"), ("S", "organisation")]
    assert len(rows[0]["record_id"]) == 32
    assert rows[1]["record_id"] == "5"
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (2, "is of unknown kind 'VESSEL'"),
        (3, "carries no attribute of the specification"),
        (4, "the line is not JSON"),
    ]
    assert load(path, source="given")[0][0]["source"] == "given"


def test_it_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for content, senzing in (
        (json.dumps(PERSON), True),
        (json.dumps([COMPANY]), True),
        ('{"name": "x", "DATA_SOURCE": "y"}', False),
        ('{"NAME_FULL": "x"}', False),
        ("DATA_SOURCE,NAME_FULL\nx,y\n", False),
    ):
        path.write_text(content)
        assert is_senzing(path) is senzing
    with pytest.raises(FileError, match="is not JSON"):
        list(SenzingSource(path).batches())
