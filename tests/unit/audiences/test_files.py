"""Exports and saved audiences: no formula in a spreadsheet, a manifest that agrees, and who joined and left."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import hand_made
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import row, rows

from spine.access.context import LOCAL
from spine.audiences import saved
from spine.audiences.definition import defined
from spine.audiences.export import encoded, harmless, manifest, table_of
from spine.audiences.frames import make_persons
from spine.audiences.population import population
from spine.audiences.projection import Projections
from spine.audiences.selection import selected
from spine.audiences.writing import as_written
from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.errors import NotFound, QueryError
from spine.explore.golden import golden
from spine.normalise.folding import fold
from spine.ports import Cause, GraphStore, SystemClock
from spine.resolution.golden_rules import SHIPPED
from spine.settings import Settings

EVERYBODY = {"purpose": "marketing", "persons": {}, "channel": "email", "facts": ["orders", "lifetime_value"]}
CLOCK = SystemClock()
WIDE = "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"


@pytest.fixture
def store() -> Iterator[GraphStore]:
    with open_store("memory:", Settings()) as opened:
        hand_made.fill(opened)
        yield opened


@given(texts=st.lists(st.text(alphabet=WIDE + "=+-@|%\t\r\n \x00abc123\"',;", max_size=8), min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_no_cell_of_a_csv_is_a_formula(texts: list[str]) -> None:
    table = harmless(pa.table({"cell": pa.array(texts, pa.string())}))
    found = list(csv.reader(io.StringIO(encoded(table, "csv").decode(), newline="")))
    assert len(found) == len(texts) + 1
    for (cell,), text in zip(found[1:], texts, strict=True):
        shown = cell.lstrip()
        number = shown.startswith("+") and shown[1:].isdigit()
        assert number or not shown.startswith(("=", "+", "-", "@", "|", "%", *WIDE))
        plain = "".join(letter if letter >= " " else " " for letter in text)
        assert cell.removeprefix("'").split() == plain.removeprefix("'").split()


def test_who_has_no_name_is_exported_without_one(store: GraphStore) -> None:
    nameless = {
        "record": row("record", id=77, key="web/77", source="web", record_id="77", kind="person", live=True,
                      fields="{}", attributes="{}"),
        "identifier": row("identifier", id=770, namespace="email", value="who@example.org"),
        "carries": row("carries", start=77, end=770, namespace="email", valid_from="2025-01-01"),
        "consent": row("consent", id=771, source="web", purpose="marketing", status="given", at="2025-03-01"),
        "consent_of": row("consent_of", start=771, end=770),
    }  # fmt: skip
    with store.writing(LOCAL, Cause("record")) as writer:
        for name, one in nameless.items():
            writer.put(name, rows(name, one))
    with store.reading(LOCAL) as reader, selected(Projections(), reader, LOCAL, defined(EVERYBODY), 0.95) as found:
        table = table_of(found)
        lines = list(csv.DictReader(io.StringIO(encoded(table, "csv").decode())))
    named = {line["email"]: line["name"] for line in lines}
    assert named == {"anna@example.org": "Anna Bérg", "who@example.org": ""}


WAYS = [
    ("Łukasz", "Żółkiewski", "Kraków", "31-001", {"given": "lukasz", "surname": "zolkiewski", "city": "krakow"}),
    ("LUKASZ", "ZOLKIEWSKI", "KRAKOW", "31001", {"given": "lukasz", "surname": "zolkiewski", "city": "krakow"}),
    ("Zoë", "Groß", "Muenchen", "80331", {"given": "zoe", "surname": "gross", "city": "muenchen"}),
    ("Zoe", "Müller", "München", "80331", {"given": "zoe", "surname": "muller", "city": "munchen"}),
    ("Zoe", "Mueller", "Muenchen", "80331", {"given": "zoe", "surname": "mueller", "city": "muenchen"}),
    (None, None, None, None, {"given": "ann", "surname": "berg", "city": "ulm"}),
]
PARTS = ("given", "surname", "city", "postcode", "region")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(WAYS), st.sampled_from([None, "Île-de-France", "by"])),
                min_size=1, max_size=7))  # fmt: skip
def test_an_export_writes_names_and_places_as_the_golden_record_does(told: list[tuple[int, Any, str | None]]) -> None:
    made = [
        row("record", id=at + 1, key=f"crm/{at}", source="crm", record_id=str(at), kind="person", live=True,
            observed_at=f"2025-01-0{9 - at}",
            fields=json.dumps(fields | ({"postcode": "0"} if at % 2 else {})
                              | ({"region": fold(region)} if region else {})),
            attributes=json.dumps({
                name: text for name, text in (("given_name", given_name), ("surname", surname), ("city", city),
                                              ("postcode", code), ("region", region)) if text
            } if at % 3 else {"full_name": f"{surname}, {given_name}", "address": f"Elm St, {code} {city}, {region}"}))
        for at, (_, (given_name, surname, city, code, fields), region) in enumerate(told)
    ]  # fmt: skip
    people = pa.table({"record": range(1, len(told) + 1), "entity": [who for who, _, _ in told],
                       "kind": ["person"] * len(told)})  # fmt: skip
    with open_store("memory:", Settings()) as store, store.writing(LOCAL, Cause("record")) as writer:
        writer.put("record", rows("record", *made))
        with Projections().frame(writer, 0.95, "2026-06-30") as frame:
            population(frame.connection, SHIPPED, people, 901)
            whole = replace(frame, cut=901, number=902)
            make_persons(whole)
            ids, *records = zip(*whole.rows(
                "SELECT id, given_record, surname_record, address_record FROM persons902 ORDER BY id"
            ), strict=True)  # fmt: skip
            of = {name: records[min(at, 2)] for at, name in enumerate(PARTS)}
            shown = {
                name: as_written(whole, pa.array(ids), pa.array(of[name], pa.int64()), name).to_pylist()
                for name in PARTS
            }
    for place, who in enumerate(ids):
        alone = golden([one for one, (owner, _, _) in zip(made, told, strict=True) if owner == who])
        believed = {one.name: one.value for one in alone if one.name in PARTS}
        if len(believed.get("region", "")) <= 3 and "region" in believed:
            believed["region"] = believed["region"].upper()
        assert believed == {name: texts[place] for name, texts in shown.items() if texts[place] is not None}


def test_a_household_has_the_city_that_one_of_its_members_tells(store: GraphStore) -> None:
    places = [(1, None, None), (2, "Łódź", "90050"), (3, "Łódź", "90050"), (4, "Ulm", "89073")]
    made = [
        row("record", id=n, key=f"crm/{n}", source="crm", record_id=str(n), kind="person", live=True,
            fields=json.dumps({"given": "ann"} | ({"city": fold(city), "postcode": code} if city and code else {})),
            attributes=json.dumps({"city": city, "postcode": f"{code[:2]}-{code[2:]}"} if city and code else {}))
        for n, city, code in places
    ]  # fmt: skip
    told = {
        "record": made,
        "person": [row("person", id=n, size=1) for n in (1, 2, 3, 4)],
        "household": [row("household", id=1, size=3, adults=3, postcode="90050", cohesion=1.0),
                      row("household", id=4, size=1, adults=1, postcode="89073", cohesion=1.0)],
        "member_of": [row("member_of", start=n, end=1, weight=0.99) for n in (1, 2, 3)]
        + [row("member_of", start=4, end=4, weight=0.99)],
        "identifier": [row("identifier", id=10 + n, namespace="login", value=str(n)) for n in (1, 4)],
        "carries": [row("carries", start=n, end=10 + n, namespace="login", valid_from="2025-01-01") for n in (1, 4)],
        "consent": [row("consent", id=20 + n, source="x", purpose="m", status="given", at="2025") for n in (1, 4)],
        "consent_of": [row("consent_of", start=20 + n, end=10 + n) for n in (1, 4)],
    }  # fmt: skip
    with open_store("memory:", Settings()) as other:
        with other.writing(LOCAL, Cause("resolve")) as writer:
            for name, found in told.items():
                writer.put(name, rows(name, *found))
        wanted = defined({"purpose": "m", "households": {}})
        with other.reading(LOCAL) as reader, selected(Projections(), reader, LOCAL, wanted, 0.95) as selection:
            lines = table_of(selection).to_pylist()
    assert [(line["person_id"], line["city"], line["postcode"]) for line in lines] == [
        (encode_id("person", 1), "Łódź", "90-050"),
        (encode_id("person", 4), "Ulm", "89-073"),
    ]


def test_telephone_numbers_and_numbers_stay_as_they_are() -> None:
    table = pa.table({"phone": ["+4915112345678", "+1 +cmd"], "value": [-1.5, 2.0]})
    assert harmless(table).to_pydict() == {"phone": ["+4915112345678", "'+1 +cmd"], "value": [-1.5, 2.0]}


def test_both_forms_and_the_manifest_say_the_same(store: GraphStore) -> None:
    with store.reading(LOCAL) as reader, selected(Projections(), reader, LOCAL, defined(EVERYBODY), 0.95) as found:
        table = table_of(found)
        text, binary = encoded(table, "csv"), encoded(table, "parquet")
        told = manifest(found, "all", {"all.csv": text, "all.parquet": binary}, CLOCK)
        counts = found.counts()
    (line,) = csv.DictReader(io.StringIO(text.decode()))
    expected = {
        "person_id": encode_id("person", 1), "name": "Anna Bérg", "email": "anna@example.org", "region": "",
        "city": "Springfield", "postcode": "62701", "country": "", "orders": "1", "lifetime_value_USD": "19.5",
    }  # fmt: skip
    assert line.pop("email_last_seen") == "2025-01-01"
    assert line.pop("email_staleness") in ("fresh", "ageing", "stale", "probably given up")
    assert line == expected
    assert parquet.read_table(io.BytesIO(binary)).num_rows == counts.size == told["counts"]["size"] == 1
    assert told["files"]["all.csv"]["sha256"] == hashlib.sha256(text).hexdigest()
    assert (told["confidence"], told["purpose"]) == (0.95, "marketing")
    assert set(told["models"]) == {"person", "organisation"}
    assert told["definition"]["persons"] == {}


def kept(store: GraphStore, projections: Projections, name: str = "all") -> saved.Saved:
    return saved.refresh_in(store, LOCAL, projections=projections, name=name, confidence=0.95, clock=CLOCK)


def test_a_refresh_says_who_joined_and_who_left(store: GraphStore) -> None:
    projections = Projections()
    saved.save_in(store, LOCAL, name="all", definition=defined(EVERYBODY), clock=CLOCK)
    first = kept(store, projections).refreshed
    assert first is not None
    assert (first.counts.size, first.joined, first.left) == (1, 1, 0)
    again = kept(store, projections).refreshed
    assert again is not None
    assert (again.joined, again.left) == (0, 0)
    word = row("consent", id=3100, source="cmp", purpose="marketing", status="withdrawn", at="2026-01-01")
    with store.writing(LOCAL, Cause("record")) as writer:
        writer.put("consent", rows("consent", word))
        writer.put("consent_of", rows("consent_of", row("consent_of", start=3100, end=hand_made.EMAIL)))
    last = kept(store, projections).refreshed
    assert last is not None
    assert (last.counts.size, last.joined, last.left) == (0, 0, 1)
    with store.reading(LOCAL) as reader:
        assert [one.refreshed for one in saved.saved_audiences(reader, LOCAL)] == [last]


def test_saving_makes_nothing_anew(store: GraphStore) -> None:
    projections = Projections()
    with store.reading(LOCAL) as reader, projections.frame(reader, 0.95, "2026-06-30") as before:
        pass
    saved.save_in(store, LOCAL, name="all", definition=defined(EVERYBODY), clock=CLOCK)
    with store.reading(LOCAL) as reader, projections.frame(reader, 0.95, "2026-06-30") as after:
        assert after.number == before.number


def test_a_change_of_the_graph_is_seen_at_once(store: GraphStore) -> None:
    projections = Projections()

    def orders() -> Any:
        with store.reading(LOCAL) as reader, projections.frame(reader, 0.95, "2026-06-30") as frame:
            return frame.rows(f'SELECT "fact:orders" FROM {frame.table("persons")} WHERE id = 1')[0][0]

    assert orders() == 1
    with store.writing(LOCAL, Cause("record")) as writer:
        writer.put("event", rows("event", row("event", id=2100, kind="order", at="2026-01-01")))
        writer.put("event_of", rows("event_of", row("event_of", start=2100, end=1005)))
    assert orders() == 2


def test_many_days_are_asked_and_few_are_kept(store: GraphStore) -> None:
    projections = Projections()
    with store.reading(LOCAL) as reader:
        for day in range(1, 9):
            with projections.frame(reader, 0.9 + day / 100, f"2026-06-0{day}") as frame:
                tables = {name for (name,) in frame.rows("SELECT table_name FROM duckdb_tables()")}
        assert sum(name.startswith("persons") for name in tables) <= 3
        assert sum(name.startswith("entity") for name in tables) <= 4


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 81, "a\nb"])
def test_a_name_is_a_name(store: GraphStore, name: str) -> None:
    with pytest.raises(QueryError):
        saved.save_in(store, LOCAL, name=name, definition=defined(EVERYBODY), clock=CLOCK)


def test_what_is_not_saved_is_not_found(store: GraphStore) -> None:
    saved.save_in(store, LOCAL, name="there", definition=defined(EVERYBODY), clock=CLOCK)
    with store.reading(LOCAL) as reader, pytest.raises(NotFound, match="elsewhere") as missing:
        saved.saved_audience(reader, LOCAL, "elsewhere")
    assert "there" in missing.value.remedy
    saved.remove_in(store, LOCAL, name="there")
    with pytest.raises(NotFound):
        saved.remove_in(store, LOCAL, name="there")
