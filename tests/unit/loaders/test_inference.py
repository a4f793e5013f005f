"""Mappings for files never seen before: names in several languages and orders, values where the names say nothing."""

from pathlib import Path

import pytest

from loaders.column_names import common_prefix, meaning_of, words_of
from loaders.files import FileSource
from loaders.inference import infer
from loaders.mapping import Mapping
from spine.errors import FileError, MappingError


def learn(folder: Path, text: str, name: str = "f.csv", kind: str | None = None, source: str | None = None) -> Mapping:
    (folder / name).write_text(text, encoding="utf-8")
    mapping = infer(folder / name, kind, source)
    assert Mapping.parse(mapping.dump()).plain() == mapping.plain()
    list(FileSource(folder / name, mapping).batches())
    return mapping


def attributes(mapping: Mapping) -> dict[str, object]:
    return dict(mapping.plain().get("attributes", {}))


def identifiers(mapping: Mapping) -> set[tuple[str, str]]:
    return {(rule.namespace, rule.column) for rule in mapping.identifiers}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("DateOfBirth", ["date", "of", "birth"]),
        ("date_of-birth ", ["date", "of", "birth"]),
        ("customerID", ["customer", "id"]),
        ("Straße", ["strasse"]),
        ("Prénom", ["prenom"]),
        ("address1", ["address", "1"]),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("cust_first_nm", None), ("customer_first_name", "given_name"), ("PRIMARY_NAME_LAST", "surname"),
        ("billing zip code", "postcode"), ("Geburtsdatum", "birth_date"), ("fecha de nacimiento", "birth_date"),
        ("date_de_naissance", "birth_date"), ("personnummer", "national_id"), ("Förnamn", "given_name"),
        ("achternaam", "surname"), ("phones", "phone"), ("phone2", "phone"), ("emailAddress", "email"),
        ("survey_date", "observed_at"), ("middle_initial", "middle_name"), ("race_ethnicity", "ethnicity"),
        ("relationship_to_reference_person", "household_role"), ("phone_type", None), ("qwerty", None),
    ],
)  # fmt: skip
def test_meanings(name: str, what: str | None) -> None:
    found = meaning_of(words_of(name))
    assert (found.what if found else None) == what


def test_a_common_prefix_leaves_each_name_something() -> None:
    assert common_prefix(["employer_name", "employer_city", "employer_zip_code"]) == ["employer"]
    assert common_prefix(["employer", "employer_city", "employer_zip"]) == []
    assert common_prefix(["a_b", "a_c"]) == []


def test_persons_of_several_sources(tmp_path: Path) -> None:
    text = (
        "zipcode,sex,source,last_name,record_id,street_name,street_number,first_name,date_of_birth,ssn,last_modified\n"
    )
    rows = "".join(
        f"1011{n},F,{'ab'[n % 2]},Bo,r{n},Main,{n},Al,1980-01-0{n},123-45-678{n},2024-01-01\n" for n in range(1, 9)
    )
    mapping = learn(tmp_path, text + rows)
    assert mapping.plain() == {
        "name": "f",
        "source": {"column": "source"},
        "kind": "person",
        "record_id": "record_id",
        "observed_at": "last_modified",
        "attributes": {
            "postcode": "zipcode", "sex": "sex", "surname": "last_name", "street": "street_name",
            "house_number": "street_number", "given_name": "first_name", "birth_date": "date_of_birth",
        },
        "identifiers": [{"namespace": "national_id", "column": "ssn"}],
    }  # fmt: skip
    assert mapping.notes == ()


def test_german(tmp_path: Path) -> None:
    mapping = learn(
        tmp_path,
        "Kundennummer;Anrede;Vorname;Nachname;Geburtsdatum;Straße;PLZ;Ort;Telefon;E-Mail;Firma;Notiz\n"
        "1;Herr;Jürgen;Groß;01.02.1980;Hauptstr. 1;10115;Berlin;030 123456;j@g.de;;x\n"
        "2;Frau;Änne;Weiß;01.02.1981;Hauptstr. 2;10115;Berlin;030 123457;a@g.de;Siemens AG;y\n",
    )
    assert (mapping.record_id, mapping.kind.value) == (("Kundennummer",), "person")
    assert attributes(mapping) == {
        "given_name": "Vorname", "surname": "Nachname", "birth_date": "Geburtsdatum", "street_address": "Straße",
        "postcode": "PLZ", "city": "Ort", "employer_name": "Firma",
    }  # fmt: skip
    assert identifiers(mapping) == {("phone", "Telefon"), ("email", "E-Mail")}
    assert mapping.dump().endswith(
        "# Left in the record as it came:\n#   Anrede: is a form of address\n#   Notiz: is not recognised\n"
    )


def test_french(tmp_path: Path) -> None:
    mapping = learn(
        tmp_path,
        "identifiant|prénom|nom|date_de_naissance|adresse|code postal|ville|téléphone|courriel\n"
        "u1|Zoé|Dupont|1980-01-02|1 rue X|75001|Paris|01 23 45 67 89|z@f.fr\n"
        "u2|Léa|Durand|1981-01-02|2 rue X|75001|Paris|01 23 45 67 88|l@f.fr\n",
    )
    assert mapping.record_id == ("identifiant",)
    assert attributes(mapping) == {
        "given_name": "prénom", "surname": "nom", "birth_date": "date_de_naissance", "postcode": "code postal",
        "city": "ville", "street_address": "adresse",
    }  # fmt: skip
    assert identifiers(mapping) == {("phone", "téléphone"), ("email", "courriel")}


def test_camel_case_second_lines_foreign_columns_and_day_first(tmp_path: Path) -> None:
    mapping = learn(
        tmp_path,
        "customerId,firstName,lastName,emailAddress,streetAddress,streetAddress2,lastModified,spouseFirstName,lat\n"
        "9,Al,Bo,a@b.com;c@d.com,1 Main,Apt 2,31/12/2023,Cy,40.71282\n8,Al,Bo,,1 Main,,12/01/2024,,40.71283\n",
    )
    plain = mapping.plain()
    assert plain["record_id"] == "customerId"
    assert plain["observed_at"] == {"column": "lastModified", "format": "%d/%m/%Y"}
    assert plain["attributes"]["street_address"] == ["streetAddress", "streetAddress2"]
    assert plain["identifiers"] == [{"namespace": "email", "column": "emailAddress", "split": ";"}]
    assert "  spouseFirstName: belongs to another (spouse)" in mapping.notes
    assert "  lat: is a coordinate" in mapping.notes


def test_organisations_by_a_common_prefix(tmp_path: Path) -> None:
    mapping = learn(
        tmp_path, "record_id,employer_name,employer_street_number,employer_zipcode\nx,BP,1,10115\ny,Esso,2,10115\n"
    )
    assert (mapping.kind.value, mapping.record_id) == ("organisation", ("record_id",))
    assert attributes(mapping) == {
        "organisation_name": "employer_name", "house_number": "employer_street_number", "postcode": "employer_zipcode",
    }  # fmt: skip


def test_a_register_number_that_never_repeats_names_the_row_too(tmp_path: Path) -> None:
    mapping = learn(tmp_path, "company_number,company_name,parent_company_no\nA1,BP,\nA2,Esso,A1\nA3,Shell,A1\n")
    assert mapping.record_id == ("company_number",)
    assert identifiers(mapping) == {("register", "company_number")}
    again = learn(tmp_path, "company_number,company_name,city\nA1,BP,Ulm\nA1,Esso,Rom\n")
    assert (again.record_id, identifiers(again)) == ((), {("register", "company_number")})


def test_employers_beside_persons_are_not_the_person(tmp_path: Path) -> None:
    mapping = learn(
        tmp_path, "id,first_name,last_name,city,employer_name,employer_city\n1,Al,Bo,Ulm,BP,Rom\n2,Cy,Do,Ulm,BP,Rom\n"
    )
    assert attributes(mapping) == {
        "given_name": "first_name", "surname": "last_name", "city": "city", "employer_name": "employer_name",
    }  # fmt: skip
    assert "  employer_city: describes the employer, not the row's own person" in mapping.notes


def test_kinds_by_a_column_by_names_and_by_words(tmp_path: Path) -> None:
    by_column = learn(tmp_path, "key;type;name;dob\na1;P;Anna Schmidt;01.02.1980\na2;C;Schmidt GmbH;\n")
    assert by_column.plain()["kind"] == {"column": "type", "values": {"C": "organisation", "P": "person"}}
    assert attributes(by_column) == {"birth_date": "dob", "organisation_name": "name", "full_name": "name"}
    by_name = learn(tmp_path, "id,first_name,last_name,company\n1,Al,Bo,\n2,,,Acme\n")
    assert by_name.kind.value == "auto"
    by_words = learn(tmp_path, "name,city\nBen Stone,Oslo\nAcme Holdings Ltd,Oslo\nIda Berg,Oslo\nOla Nord,Oslo\n")
    assert by_words.kind.value == "auto"
    kinds = [
        kind
        for batch in FileSource(tmp_path / "f.csv", by_words).batches()
        for kind in batch.records.column("kind").to_pylist()
    ]
    assert kinds == ["person", "organisation", "person", "person"]


def test_contacts_are_persons_and_suppliers_are_not(tmp_path: Path) -> None:
    contacts = learn(tmp_path, "id,contact_name,company\n1,Al Bo,Acme\n2,Cy Do,Acme\n3,Ed Fo,BP\n")
    assert (contacts.kind.value, attributes(contacts)) == (
        "person",
        {"full_name": "contact_name", "employer_name": "company"},
    )
    suppliers = learn(tmp_path, "id,contact_name,supplier_name\n1,Al Bo,Acme\n2,Cy Do,Bolt\n3,Ed Fo,BP\n")
    assert (suppliers.kind.value, attributes(suppliers)) == ("organisation", {"organisation_name": "supplier_name"})


def test_values_speak_where_names_are_silent(tmp_path: Path) -> None:
    mapping = learn(
        tmp_path,
        "f1,f2,f3,f4,f5\nx@y.com,+1 212 555 0100,123-45-6789,5493001KJTIIGC8Y1R12,z\n"
        "q@y.com,+1 212 555 0101,123-45-6780,,\n",
    )
    assert identifiers(mapping) == {("email", "f1"), ("phone", "f2"), ("national_id", "f3"), ("lei", "f4")}
    assert mapping.record_id == ()


def test_names_that_their_values_belie_are_left(tmp_path: Path) -> None:
    mapping = learn(tmp_path, "id,name,email,type,source,title\n1,Al Bo,yes,red,a,Mr\n2,Cy Do,no,blue,b,Ms\n")
    assert not mapping.identifiers
    assert mapping.notes[1:] == (
        "  email: is called email but does not look like it",
        "  type: does not say person or organisation",
        "  source: is called a source but has too many values, or empty ones",
        "  title: is a form of address",
    )


def test_nested_json_and_folders_that_name_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "web shop"
    folder.mkdir()
    lines = '{"id": 1, "who": {"firstName": "A", "lastName": "B"}, "mail": "a@b.c"}\n'
    mapping = learn(folder, lines, "records.json")
    assert (mapping.name, mapping.source.value) == ("web_shop", "web_shop")
    assert attributes(mapping) == {"given_name": "who.firstName", "surname": "who.lastName"}
    assert learn(folder, lines, "records.json", "organisation", "mine").plain()["source"] == "mine"


def test_what_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"There is no kind 'people'\. Give one of person, organisation, auto"):
        infer(tmp_path, "people")
    (tmp_path / "a.csv").write_text("id,name\n")
    with pytest.raises(FileError, match="has no rows to learn from"):
        infer(tmp_path / "a.csv")


ORGANISATIONS = (
    "company_no,legal_name,lei,parent_company_no,ultimate_parent_company_no,share_pct\n"
    "100,Nord AG,,,,\n111,Nord Bau GmbH,,100,100,60\n112,Nord Tief GmbH,,111,100,100\n"
)


def test_parents_of_organisations_are_declared_by_the_number_that_their_rows_have(tmp_path: Path) -> None:
    mapping = learn(tmp_path, ORGANISATIONS)
    relation = {"kind": "subsidiary_of", "namespace": "register", "column": "parent_company_no", "share": "share_pct"}
    assert mapping.plain()["relations"] == [relation]
    assert "  ultimate_parent_company_no: belongs to another (parent)" in mapping.notes
    assert not any("share_pct" in note for note in mapping.notes)


def test_parents_are_declared_by_the_ids_of_their_rows_and_by_lei(tmp_path: Path) -> None:
    text = "id,company,parent_id,parent_lei\nA1,Alpha AG,,\nA2,Alpha Bau,A1,529900T8BM49AURSDO55\n"
    assert learn(tmp_path, text, source="mdm").plain()["relations"] == [
        {"kind": "subsidiary_of", "namespace": "record", "column": "parent_id", "prefix": "mdm/"},
        {"kind": "subsidiary_of", "namespace": "lei", "column": "parent_lei"},
    ]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("id,company,parent_id", "A1,Alpha AG,X\nA2,Alpha Bau,Y\n"),  # nobody in the file answers to these
        ("id,first_name,last_name,parent_id", "A1,Al,Bo,\nA2,Cy,Bo,A1\n"),  # a child, not a subsidiary
        ("source,id,company,parent_id", "a,A1,Alpha AG,\na,A2,Alpha Bau,A1\n"),  # whose row is not known
    ],
)
def test_what_may_be_no_parent_is_left(tmp_path: Path, header: str, rows: str) -> None:
    mapping = learn(tmp_path, f"{header}\n{rows}")
    assert "relations" not in mapping.plain()
    assert "  parent_id: belongs to another (parent)" in mapping.notes


def test_what_counts_or_costs_names_no_row(tmp_path: Path) -> None:
    assert learn(tmp_path, "email,first,last,points\na@x.example,A,B,120\nc@x.example,C,D,3\n").record_id == ()
    assert learn(tmp_path, "total,email,member\n7,a@x.example,120\n8,c@x.example,3\n").record_id == ("member",)


def test_rows_that_tell_what_happened_are_told_of(tmp_path: Path) -> None:
    orders = learn(tmp_path, "order,email,when,total\nO1,a@x.example,2026-01-01,7\nO2,a@x.example,2026-01-02,7\n")
    consents = learn(tmp_path, "email,purpose,status\na@x.example,marketing,given\n")
    persons = learn(tmp_path, "email,first,last,total\na@x.example,A,B,7\n")
    told = ["docs/mapping.md" in " ".join(mapping.notes) for mapping in (orders, consents, persons)]
    assert told == [True, True, False]
    undated = learn(tmp_path, "order,email,total\nO1,a@x.example,7\nO2,a@x.example,7\n")
    assert "# `records: false` where" in undated.dump()
