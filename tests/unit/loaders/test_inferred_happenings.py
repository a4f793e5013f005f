"""Mappings of events, consents and dated rows for files never seen before, in several languages."""

from pathlib import Path

import pytest

from loaders.files import FileSource
from loaders.inference import infer
from loaders.mapping import Mapping


def learn(folder: Path, text: str, name: str = "f.csv") -> Mapping:
    (folder / name).write_text(text, encoding="utf-8")
    mapping = infer(folder / name)
    assert Mapping.parse(mapping.dump()).plain() == mapping.plain()
    list(FileSource(folder / name, mapping).batches())
    return mapping


def identifiers(mapping: Mapping) -> set[tuple[str, str]]:
    return {(rule.namespace, rule.column) for rule in mapping.identifiers}


@pytest.mark.parametrize(
    ("name", "text", "events"),
    [
        (
            "bestellungen.csv",
            "Bestellnr;Kunden-E-Mail;Bestelldatum;Summe;Währung;Kanal;Status\n"
            "B-1;a@x.example;01.05.2026 10:00;1.234,50;EUR;web;bezahlt\n"
            "B-2;b@x.example;13.05.2026 10:00;99,90;EUR;laden;storniert\n",
            [{
                "kind": "order", "reference": "Bestellnr", "at": "Bestelldatum", "namespace": "email",
                "column": "Kunden-E-Mail", "value": "Summe", "currency": "Währung", "channel": "Kanal",
                "status": {"column": "Status", "values": {"bezahlt": "paid", "storniert": "cancelled"}},
            }],
        ),
        (
            "factures.csv",
            "no_facture,numero_client,date,montant\nF1,17,12/05/2026,10\nF2,18,13/05/2026,11\n",
            [{
                "kind": "invoice", "reference": "no_facture", "at": {"column": "date", "format": "%d/%m/%Y"},
                "namespace": "customer", "column": "numero_client", "value": "montant",
            }],
        ),
        (
            "export.csv",
            "ticket_id,email,created_at,subject,status\n1,a@x.example,2026-01-01,Hi,open\n2,b@x.example,2026-01-02,Ho,offen\n",
            [{
                "kind": "ticket", "reference": "ticket_id", "at": "created_at", "namespace": "email",
                "column": "email", "status": {"column": "status", "values": {"offen": "open"}},
                "attributes": {"subject": "subject"},
            }],
        ),
    ],
)  # fmt: skip
def test_files_of_events_are_mapped_as_events(
    tmp_path: Path, name: str, text: str, events: list[dict[str, object]]
) -> None:
    mapping = learn(tmp_path, text, name)
    assert mapping.plain()["events"] == events
    assert (mapping.records, mapping.identifiers, mapping.record_id) == (False, (), ())
    (batch,) = FileSource(tmp_path / name, mapping).batches()
    assert (batch.records.num_rows, batch.events.num_rows, batch.rejects) == (0, 2, ())
    assert batch.events["at"].null_count == 0


def test_what_a_browser_did_is_an_event_and_a_sighting_where_it_logs_in(tmp_path: Path) -> None:
    lines = [
        '{"event_id":"v1","type":"page_view","anonymous_id":"c1","ts":"2026-03-31T09:00:00Z","page":"/shoes"}',
        '{"event_id":"v2","type":"login","anonymous_id":"c1","ts":"2026-03-31T09:05:00Z","user_id":"u1"}',
    ]
    mapping = learn(tmp_path, "\n".join(lines), "visits.ndjson")
    assert (mapping.records, mapping.record_id) == (True, ("event_id",))
    assert identifiers(mapping) == {("cookie", "anonymous_id"), ("login", "user_id")}
    (rule,) = mapping.plain()["events"]
    assert rule["kind"] == {"column": "type", "values": {"page_view": "visit"}}
    assert (rule["reference"], rule["namespace"], rule["column"]) == ("event_id", "cookie", "anonymous_id")
    alone = learn(tmp_path, lines[0], "alone.ndjson")
    assert (alone.records, len(alone.events)) == (False, 1)


def test_files_of_consents_are_mapped_as_consents(tmp_path: Path) -> None:
    text = (
        "email;zweck;status;datum;nachweis\n"
        "a@x.example;marketing;ja;2026-01-01;F3\nb@x.example;ads;nein;2026-01-02;F3\n"
    )
    mapping = learn(tmp_path, text, "einwilligungen.csv")
    assert mapping.plain()["consents"] == [{
        "namespace": "email", "column": "email", "purpose": "zweck", "status": "status", "at": "datum",
        "proof": {"privacy_notice": "nachweis"},
    }]  # fmt: skip
    (batch,) = FileSource(tmp_path / "einwilligungen.csv", mapping).batches()
    assert batch.consents["status"].to_pylist() == ["given", "withdrawn"]
    wide = learn(tmp_path, "email,newsletter_optin,profiling_consent\na@x.example,yes,no\nb@x.example,no,no\n")
    assert [(rule.purpose.value, rule.status.column) for rule in wide.consents] == [
        ("newsletter", "newsletter_optin"),
        ("profiling", "profiling_consent"),
    ]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("id_client,prenom,nom", "id_client"), ("Nr klienta,Imię,Nazwisko", "Nr klienta"),
        ("código_cliente,nombre,apellidos", "código_cliente"), ("personnel_no,first_name,last_name", "personnel_no"),
        ("userId,first_name,last_name", "userId"), ("card_no,first_name,last_name", "card_no"),
        ("points,first_name,last_name", None), ("spouse_customer_id,first_name,last_name", None),
    ],
)  # fmt: skip
def test_rows_are_named_by_their_number_in_any_language(tmp_path: Path, header: str, names: str | None) -> None:
    mapping = learn(tmp_path, f"{header}\n101,Ann,Berg\n102,Ben,Berg\n103,Cid,Berg\n")
    assert mapping.record_id == ((names,) if names else ())


def test_an_account_that_names_a_row_still_finds_it(tmp_path: Path) -> None:
    mapping = learn(tmp_path, "userId,first_name,last_name\nu1,Ann,Berg\nu2,Ben,Berg\n")
    assert identifiers(mapping) == {("login", "userId")}


def test_when_a_row_was_changed_is_said_in_several_languages(tmp_path: Path) -> None:
    for name in ("Letzte Änderung", "date_maj", "fecha_actualizacion", "Data modyfikacji"):
        assert learn(tmp_path, f"id,email,{name}\n1,a@x.example,2026-01-01\n").observed_at is not None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("id,prenom,nom,naissance,date_maj\n1,A,B,25/12/1980,10/02/2026\n2,C,D,01/01/1980,11/02/2026\n", "%d/%m/%Y"),
        ("id,prenom,nom,date_maj\n1,A,B,10/02/2026\n2,C,D,11/02/2026\n", "%d/%m/%Y"),
        ("id,prenom,nom,date_maj\n1,A,B,10/02/2026 09:30\n2,C,D,11/02/2026 10:00\n", "%d/%m/%Y %H:%M"),
        ("id,first,last,updated\n1,A,B,10/02/2026\n2,C,D,11/02/2026\n", None),
        ("id,first,last,dob,updated\n1,A,B,12/25/1980,10/02/2026\n2,C,D,01/01/1980,11/02/2026\n", None),
        ("id,prenom,nom,date_maj\n1,A,B,02/25/2026\n2,C,D,11/02/2026\n", None),
        ("id,first,last,updated\n1,A,B,25/02/2026 10:00:01\n2,C,D,01/02/2026 10:00:01\n", "%d/%m/%Y %H:%M:%S"),
    ],
)
def test_whether_the_day_comes_first_is_told_by_the_file_or_its_language(
    tmp_path: Path, text: str, form: str | None
) -> None:
    mapping = learn(tmp_path, text)
    assert mapping.observed_at is not None
    assert mapping.observed_at.format == form
    (batch,) = FileSource(tmp_path / "f.csv", mapping).batches()
    assert batch.rejects == ()
    assert batch.records["observed_at"].null_count == 0
