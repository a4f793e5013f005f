"""GLEIF's golden copies: CSV and XML, packed and plain, say the same; relationships, periods, exceptions are kept."""

import csv
import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from loaders.gleif import GleifSource, is_gleif, layout_of
from loaders.open import open_source
from spine.errors import FileError

PARENT, CHILD, BRANCH = "529900T8BM49AURSDO55", "5493001KJTIIGC8Y1R12", "213800WSGIIZCXF1P572"
LEVEL_1 = {
    "LEI": CHILD,
    "Entity.LegalName": "Müller Werke GmbH",
    "Entity.OtherEntityNames.OtherEntityName.1": "MW",
    "Entity.OtherEntityNames.OtherEntityName.1.type": "TRADING_OR_OPERATING_NAME",
    "Entity.LegalAddress.FirstAddressLine": "Hauptstraße 5",
    "Entity.LegalAddress.City": "Köln",
    "Entity.LegalAddress.Region": "DE-NW",
    "Entity.LegalAddress.Country": "DE",
    "Entity.LegalAddress.PostalCode": "50667",
    "Entity.RegistrationAuthority.RegistrationAuthorityID": "RA000242",
    "Entity.RegistrationAuthority.RegistrationAuthorityEntityID": "HRB 1234",
    "Entity.LegalJurisdiction": "DE",
    "Entity.EntityCreationDate": "1999-04-01T00:00:00Z",
    "Registration.LastUpdateDate": "2024-05-06T07:08:09Z",
}
LEVEL_2 = {
    "Relationship.StartNode.NodeID": CHILD,
    "Relationship.EndNode.NodeID": PARENT,
    "Relationship.RelationshipType": "IS_DIRECTLY_CONSOLIDATED_BY",
    "Relationship.RelationshipStatus": "ACTIVE",
    "Relationship.Period.1.startDate": "2023-01-01T00:00:00Z",
    "Relationship.Period.1.endDate": "2023-12-31T00:00:00Z",
    "Relationship.Period.1.periodType": "ACCOUNTING_PERIOD",
    "Relationship.Period.2.startDate": "2010-02-03T00:00:00Z",
    "Relationship.Period.2.periodType": "RELATIONSHIP_PERIOD",
    "Relationship.Quantifiers.1.MeasurementMethod": "ACCOUNTING_CONSOLIDATION",
    "Relationship.Quantifiers.1.QuantifierAmount": "75.5",
    "Relationship.Quantifiers.1.QuantifierUnits": "PERCENTAGE",
    "Registration.LastUpdateDate": "2024-05-06T07:08:09Z",
    "Registration.RegistrationStatus": "PUBLISHED",
}
EXCEPTION = {"LEI": CHILD, "Exception.Category": "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT",
             "Exception.Reason.1": "NATURAL_PERSONS"}  # fmt: skip

XML_1 = f"""<?xml version="1.0" encoding="UTF-8"?>
<lei:LEIData xmlns:lei="http://www.gleif.org/data/schema/leidata/2016"><lei:LEIHeader><lei:ContentDate>2024</lei:ContentDate></lei:LEIHeader>
<lei:LEIRecords><lei:LEIRecord><lei:LEI>{CHILD}</lei:LEI><lei:Entity>
<lei:LegalName xml:lang="de">Müller Werke GmbH</lei:LegalName>
<lei:OtherEntityNames>
<lei:OtherEntityName type="TRADING_OR_OPERATING_NAME">MW</lei:OtherEntityName>
</lei:OtherEntityNames>
<lei:LegalAddress><lei:FirstAddressLine>Hauptstraße 5</lei:FirstAddressLine><lei:City>Köln</lei:City>
<lei:Region>DE-NW</lei:Region><lei:Country>DE</lei:Country><lei:PostalCode>50667</lei:PostalCode></lei:LegalAddress>
<lei:RegistrationAuthority><lei:RegistrationAuthorityID>RA000242</lei:RegistrationAuthorityID>
<lei:RegistrationAuthorityEntityID>HRB 1234</lei:RegistrationAuthorityEntityID></lei:RegistrationAuthority>
<lei:LegalJurisdiction>DE</lei:LegalJurisdiction><lei:EntityCreationDate>1999-04-01T00:00:00Z</lei:EntityCreationDate>
</lei:Entity><lei:Registration><lei:LastUpdateDate>2024-05-06T07:08:09Z</lei:LastUpdateDate></lei:Registration>
</lei:LEIRecord></lei:LEIRecords></lei:LEIData>"""
XML_2 = f"""<rr:RelationshipData xmlns:rr="http://www.gleif.org/data/schema/rr/2016"><rr:RelationshipRecords>
<rr:RelationshipRecord><rr:Relationship>
<rr:StartNode><rr:NodeID>{CHILD}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:StartNode>
<rr:EndNode><rr:NodeID>{PARENT}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:EndNode>
<rr:RelationshipType>IS_DIRECTLY_CONSOLIDATED_BY</rr:RelationshipType>
<rr:RelationshipPeriods><rr:RelationshipPeriod><rr:StartDate>2023-01-01T00:00:00Z</rr:StartDate>
<rr:EndDate>2023-12-31T00:00:00Z</rr:EndDate><rr:PeriodType>ACCOUNTING_PERIOD</rr:PeriodType></rr:RelationshipPeriod>
<rr:RelationshipPeriod><rr:StartDate>2010-02-03T00:00:00Z</rr:StartDate>
<rr:PeriodType>RELATIONSHIP_PERIOD</rr:PeriodType></rr:RelationshipPeriod></rr:RelationshipPeriods>
<rr:RelationshipStatus>ACTIVE</rr:RelationshipStatus><rr:RelationshipQuantifiers><rr:RelationshipQuantifier>
<rr:MeasurementMethod>ACCOUNTING_CONSOLIDATION</rr:MeasurementMethod><rr:QuantifierAmount>75.5</rr:QuantifierAmount>
<rr:QuantifierUnits>PERCENTAGE</rr:QuantifierUnits></rr:RelationshipQuantifier></rr:RelationshipQuantifiers>
</rr:Relationship><rr:Registration><rr:LastUpdateDate>2024-05-06T07:08:09Z</rr:LastUpdateDate>
<rr:RegistrationStatus>PUBLISHED</rr:RegistrationStatus></rr:Registration></rr:RelationshipRecord>
</rr:RelationshipRecords></rr:RelationshipData>"""
XML_3 = f"""<repex:ReportingExceptionData xmlns:repex="x"><repex:ReportingExceptions><repex:Exception>
<repex:LEI>{CHILD}</repex:LEI><repex:ExceptionCategory>ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT</repex:ExceptionCategory>
<repex:ExceptionReason>NATURAL_PERSONS</repex:ExceptionReason>
</repex:Exception></repex:ReportingExceptions></repex:ReportingExceptionData>"""


def table(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [*rows[0], "Some.Other.Column"], quoting=csv.QUOTE_ALL)
        out.writeheader()
        out.writerows(rows)
    return path


def records(path: Path) -> list[dict[str, Any]]:
    batches = list(GleifSource(path).batches())
    assert not [reject for batch in batches for reject in batch.rejects]
    return [row for batch in batches for row in batch.records.to_pylist()]


@pytest.mark.parametrize(("row", "xml"), [(LEVEL_1, XML_1), (LEVEL_2, XML_2), (EXCEPTION, XML_3)])
def test_csv_and_xml_say_the_same_and_keep_the_row(tmp_path: Path, row: dict[str, str], xml: str) -> None:
    (plain,) = records(table(tmp_path / "plain.csv", row))
    (tmp_path / "same.xml").write_text(xml, "utf-8")
    (other,) = records(tmp_path / "same.xml")
    kept = [json.loads(one.pop("raw")) for one in (plain, other)]
    assert plain == other
    assert kept[0] == row
    assert {**kept[1], **json.loads(kept[1].pop("other", "{}"))}.items() >= row.items()


def test_level_1_is_an_organisation_with_its_numbers(tmp_path: Path) -> None:
    (found,) = records(table(tmp_path / "lei2.csv", LEVEL_1))
    assert (found["source"], found["record_id"], found["kind"]) == ("gleif", CHILD, "organisation")
    assert (found["organisation_name"], found["trading_name"]) == ("Müller Werke GmbH", "MW")
    assert (found["region"], found["country"], found["observed_at"]) == ("NW", "DE", "2024-05-06T07:08:09+00:00")
    named = {one["namespace"]: (one["value"], one["verified"]) for one in found["identifiers"]}
    assert named == {"lei": (CHILD, True), "register": ("DE-RA000242-HRB 1234", None)}


def test_a_number_is_unique_in_its_country_but_in_germany(tmp_path: Path) -> None:
    british = {**LEVEL_1, "Entity.LegalJurisdiction": "GB",
               "Entity.RegistrationAuthority.RegistrationAuthorityEntityID": "00012345"}  # fmt: skip
    (found,) = records(table(tmp_path / "lei2.csv", british))
    assert {one["value"] for one in found["identifiers"]} == {CHILD, "GB-00012345"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {"role": "direct parent", "share": "75.5", "valid_from": "2010-02-03T00:00:00+00:00", "valid_to": None}),
        ({"Relationship.RelationshipType": "IS_INTERNATIONAL_BRANCH_OF"}, {"role": "branch of head office"}),
        ({"Relationship.RelationshipType": "IS_FUND-MANAGED_BY"}, {"role": "fund managed by"}),
        ({"Relationship.RelationshipType": "IS_NEW_KIND"}, {"role": "is new kind"}),
        ({"Relationship.RelationshipStatus": "INACTIVE"}, {"valid_to": "2024-05-06T07:08:09+00:00"}),
        ({"Relationship.Period.2.endDate": "2020-01-01T00:00:00Z"}, {"valid_to": "2020-01-01T00:00:00+00:00"}),
        ({"Relationship.Quantifiers.1.QuantifierUnits": "SHARES"}, {"share": None}),
    ],
)
def test_a_relationship_is_declared_by_the_owned(
    tmp_path: Path, changed: dict[str, str], expected: dict[str, str]
) -> None:
    (found,) = records(table(tmp_path / "rr.csv", {**LEVEL_2, "Relationship.Period.2.endDate": "", **changed}))
    (relation,) = found["relations"]
    assert (relation["kind"], relation["namespace"], relation["value"]) == ("subsidiary_of", "lei", PARENT)
    assert {name: relation[name] for name in expected} == expected


def test_a_relationship_that_was_annulled_declares_nothing(tmp_path: Path) -> None:
    (found,) = records(table(tmp_path / "rr.csv", {**LEVEL_2, "Registration.RegistrationStatus": "ANNULLED"}))
    assert found["relations"] == []


def test_archives_and_folders_are_read_without_a_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "golden"
    folder.mkdir()
    plain = table(tmp_path / "lei2.csv", LEVEL_1, {**LEVEL_1, "LEI": BRANCH})
    with zipfile.ZipFile(folder / "lei2.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "20240506-lei2.csv")
    (folder / "rr.csv.gz").write_bytes(gzip.compress(table(tmp_path / "rr.csv", LEVEL_2).read_bytes()))
    with zipfile.ZipFile(folder / "repex.xml.zip", "w") as archive:
        archive.writestr("repex.xml", XML_3)
    source = open_source(folder)
    assert isinstance(source, GleifSource)
    rows = [row["source"] for batch in source.batches() for row in batch.records.to_pylist()]
    assert rows == ["gleif", "gleif", "gleif_exceptions", "gleif_relationships"]
    assert isinstance(open_source(plain, "gleif"), GleifSource)


def test_what_is_no_golden_copy_is_refused_or_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    assert layout_of(tmp_path / "other.csv") is None
    assert not is_gleif(tmp_path / "other.csv")
    with pytest.raises(FileError, match=r"other\.csv: is no golden copy"):
        list(GleifSource(tmp_path / "other.csv").batches())
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "y")
    with pytest.raises(FileError, match="holds 2 CSV or XML files"):
        layout_of(tmp_path / "two.zip")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (XML_2.replace("</rr:EndNode>", ""), "is not well-formed"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>" + XML_2, "declares a document type"),
    ],
)
def test_xml_that_is_broken_or_declares_entities_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "rr.xml").write_text(text, "utf-8")
    with pytest.raises(FileError, match=says):
        list(GleifSource(tmp_path / "rr.xml").batches())
