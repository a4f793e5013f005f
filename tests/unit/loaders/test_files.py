"""Files through a mapping: the same from every format, and each thing that is wrong said with its place."""

import csv
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders.files import FileSource
from loaders.mapping import Mapping
from spine.errors import FileError, MappingError
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, RECORD_COLUMNS, SourceBatch

MAPPING = Mapping.parse("""
name: crm
source: crm
kind: {column: kind, values: {Q: organisation}}
record_id: id
observed_at: updated
attributes: {given_name: first, surname: last, organisation_name: firm, street_address: [line1, line2],
             country: {value: GB}}
identifiers:
  - {namespace: email, column: email, verified: checked, first_seen: since, last_seen: updated}
  - {namespace: phone, column: phones, verified: true, split: ";"}
  - {namespace: loyalty, column: card, prefix: "gold:"}
relations:
  - {kind: employed_by, namespace: register, column: firm_no, role: job, valid_from: hired, share: pct}
  - {kind: {column: rel}, namespace: record, column: parent}
events:
  - {kind: order, reference: order_no, at: ordered, namespace: email, column: email, value: total, currency: cur,
     channel: {value: web}, status: state, attributes: {basket: items}}
consents:
  - {namespace: email, column: email, purpose: {value: marketing}, status: opted, at: given, proof: {notice: notice}}
""")
COLUMNS = MAPPING.columns()
ROWS: list[dict[str, str]] = [
    {
        "id": "1", "kind": "person", "updated": "2024-01-01T10:00:00+02:00", "first": "Zoë", "last": 'O\'Neil, "X";\t|',
        "line1": " 1 Road ", "email": "a@b.c", "checked": "yes", "since": "01.02.2020", "phones": "1; 2;", "card": "7",
        "firm_no": "DE 1", "job": "boss", "hired": "2020", "pct": "50%", "rel": "family", "parent": "p1",
        "order_no": "o1", "ordered": "1/31/2024 4:05 PM", "total": "1.234,50", "cur": "EUR", "state": "paid",
        "items": "x", "opted": "opt-out", "given": "20240102", "notice": "v1",
    },
    {"id": "", "kind": "P", "first": "a"},
    {"id": "3", "kind": "Z", "first": "b"},
    {"id": "4", "kind": "B", "line1": " "},
    {"id": "5", "kind": "q", "firm": "multi\nline", "email": "e@f", "opted": "maybe", "ordered": "noday",
     "rel": "cousin", "parent": "x/y", "checked": "perhaps"},
    {"id": "6", "firm": "By its name"},
    {"id": "1", "kind": "person", "first": "again"},
]  # fmt: skip


def load(path: Path, mapping: Mapping = MAPPING) -> SourceBatch:
    """Everything that the file gives, as one batch."""
    batches = list(FileSource(path, mapping).batches())
    tables = [pa.concat_tables([getattr(b, name) for b in batches]) for name in ("records", "events", "consents")]
    rejects = [reject for batch in batches for reject in batch.rejects]
    return SourceBatch(tables[0], tables[1], tables[2], rejects, sum(batch.rows for batch in batches))


def filled(row: dict[str, str]) -> dict[str, str]:
    return {column: row.get(column, "") for column in COLUMNS}


def write(path: Path, form: str) -> Path:
    """The rows in one of the formats."""
    if form == "parquet":
        pq.write_table(pa.table({column: [row.get(column, "") for row in ROWS] for column in COLUMNS}), path)
    elif form == "jsonl":
        path.write_text("".join(json.dumps(filled(row)) + "\n" for row in ROWS))
    elif form == "array":
        path.write_text(json.dumps([filled(row) for row in ROWS], indent=1))
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, delimiter=form, lineterminator="\n")
            writer.writeheader()
            writer.writerows(filled(row) for row in ROWS)
    return path


def test_a_row_becomes_what_the_mapping_says(tmp_path: Path) -> None:
    batch = load(write(tmp_path / "a", ","))
    assert batch.records.schema.names == [*RECORD_COLUMNS.names, *MAPPING.attributes]
    assert batch.events.schema == EVENT_COLUMNS
    assert batch.consents.schema == CONSENT_COLUMNS
    rows = batch.records.to_pylist()
    assert [(row["record_id"], row["kind"]) for row in rows] == [
        ("1", "person"), ("5", "organisation"), ("6", "organisation"), ("1", "person"),
    ]  # fmt: skip
    first = rows[0]
    assert json.loads(first.pop("raw"))["line1"] == " 1 Road "
    no_times = {"verified": None, "first_seen": None, "last_seen": None}
    assert first == {
        "source": "crm",
        "record_id": "1",
        "kind": "person",
        "observed_at": "2024-01-01T08:00:00+00:00",
        "given_name": "Zoë",
        "surname": 'O\'Neil, "X";\t|',
        "organisation_name": None,
        "street_address": "1 Road",
        "country": "GB",
        "identifiers": [
            {"namespace": "email", "value": "a@b.c", "verified": True, "first_seen": "2020-02-01",
             "last_seen": "2024-01-01T08:00:00+00:00"},
            {"namespace": "phone", "value": "1", **no_times, "verified": True},
            {"namespace": "phone", "value": "2", **no_times, "verified": True},
            {"namespace": "loyalty", "value": "gold:7", **no_times},
        ],
        "relations": [
            {"kind": "employed_by", "namespace": "register", "value": "DE 1", "share": "50%", "role": "boss",
             "valid_from": "2020", "valid_to": None},
            {"kind": "family", "namespace": "record", "value": "crm/p1", "share": None, "role": None,
             "valid_from": None, "valid_to": None},
        ],
    }  # fmt: skip
    assert batch.events.to_pylist() == [
        {"source": "crm", "reference": "o1", "kind": "order", "at": "2024-01-31T16:05:00+00:00", "namespace": "email",
         "value": "a@b.c", "amount": "1234.50", "currency": "EUR", "channel": "web", "status": "paid",
         "attributes": '{"basket":"x"}'},
    ]  # fmt: skip
    (consent,) = batch.consents.to_pylist()
    assert len(consent.pop("reference")) == 32
    assert consent == {
        "source": "crm", "namespace": "email", "value": "a@b.c", "purpose": "marketing", "status": "withdrawn",
        "at": "2024-01-02", "proof": '{"notice":"v1"}',
    }  # fmt: skip


def test_what_cannot_be_used_is_rejected_with_line_column_and_reason(tmp_path: Path) -> None:
    batch = load(write(tmp_path / "a.csv", ","))
    assert batch.rows == len(ROWS)
    assert [(reject.line, reject.column, reject.reason) for reject in batch.rejects] == [
        (3, "id", "has no record id"),
        (4, "kind", "is of unknown kind 'Z'"),
        (5, "", "carries nothing that the mapping names"),
        (6, "ordered", "is no time: 'noday'"),
        (6, "opted", "is neither given nor withdrawn: 'maybe'"),
        (6, "rel", "is of unknown kind of relation 'cousin'"),
    ]
    assert {reject.file for reject in batch.rejects} == {str(tmp_path / "a.csv")}
    assert json.loads(batch.rejects[0].row)["first"] == "a"


@pytest.mark.parametrize("form", ["\t", ";", "|", "parquet", "jsonl", "array"])
def test_every_format_gives_the_same(tmp_path: Path, form: str) -> None:
    one, other = load(write(tmp_path / "a", ",")), load(write(tmp_path / "b", form))
    plain = [name for name in one.records.schema.names if name != "raw"]
    assert one.records.select(plain).equals(other.records.select(plain))
    assert one.events.equals(other.events)
    assert [(r.column, r.reason) for r in one.rejects] == [(r.column, r.reason) for r in other.rejects]
    raws = [[json.loads(raw) for raw in batch.records.column("raw").to_pylist()] for batch in (one, other)]
    assert [[value or "" for value in raw.values()] for raw in raws[0]] == [
        [v or "" for v in r.values()] for r in raws[1]
    ]


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_packed_files_are_read_whatever_their_name(tmp_path: Path, packing: str) -> None:
    for form in (",", "jsonl"):
        plain = write(tmp_path / f"plain{len(form)}", form)
        packed = tmp_path / f"packed{len(form)}"
        with pa.output_stream(str(packed), compression=packing) as stream:
            stream.write(plain.read_bytes())
        assert load(packed).records.equals(load(plain).records)
        assert [r.line for r in load(packed).rejects] == [r.line for r in load(plain).rejects]


def test_a_directory_is_read_file_by_file(tmp_path: Path) -> None:
    for name, form in (("b.csv", ","), ("sub/c.jsonl", "jsonl"), ("a.parquet", "parquet")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, form)
    (tmp_path / "README.md").write_text("no data")
    source = FileSource(tmp_path, MAPPING)
    assert [file.name for file in source.files] == ["a.parquet", "b.csv", "c.jsonl"]
    assert source.size() == sum(file.stat().st_size for file in source.files)
    assert load(tmp_path).records.num_rows == 3 * 4


def test_many_rows_come_in_batches_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("id,name\n" + "".join(f"{n},Name {n}\n" for n in range(250_000)))
    mapping = Mapping.parse("source: x\nkind: person\nrecord_id: id\nattributes: {full_name: name}")
    sizes, ids = [], []
    for batch in FileSource(path, mapping).batches():
        sizes.append(batch.rows)
        ids += batch.records.column("record_id").to_pylist()
    assert max(sizes) <= 100_000
    assert ids == [str(n) for n in range(250_000)]


def test_parquet_keeps_types_readable(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1.0, 2.0, None]),
            "who": pa.array([{"first": "A", "age": 3}, {"first": "B", "age": None}, None]),
            "mails": pa.array([["a@b.c", "d@e.f"], [], None]),
            "seen": pa.array([1, 2, 3], pa.timestamp("s")),
        }
    )
    pq.write_table(table, tmp_path / "t")
    mapping = Mapping.parse(
        "source: x\nkind: person\nrecord_id: id\nobserved_at: seen\nattributes: {given_name: who.first, age: who.age}\n"
        "identifiers: [{namespace: email, column: mails, split: ';'}]"
    )
    batch = load(tmp_path / "t", mapping)
    assert [(r["record_id"], r["age"], r["observed_at"]) for r in batch.records.to_pylist()] == [
        ("1", "3", "1970-01-01T00:00:01+00:00"),
        ("2", None, "1970-01-01T00:00:02+00:00"),
    ]
    assert [i["value"] for i in batch.records.column("identifiers")[0].as_py()] == ["a@b.c", "d@e.f"]
    assert [(r.line, r.reason) for r in batch.rejects] == [(3, "has no record id")]


def test_json_paths_arrays_and_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "j"
    lines = [
        '{"id": 1, "who": {"first": "A"}, "mails": ["a@b.c", "d@e.f"], "a.b": "dotted"}',
        "",
        '{"id": 2, "who": ',
        "[1]",
        '{"id": 3, "who": {"first": "[x"}, "phones": [{"no": "1"}]}',
    ]
    path.write_text("\n".join(lines))
    mapping = Mapping.parse(
        "source: x\nkind: person\nrecord_id: id\nattributes: {given_name: who.first, surname: a.b}\n"
        "identifiers: [{namespace: email, column: mails, split: ';'}, {namespace: phone, column: phones.0.no}]"
    )
    batch = load(path, mapping)
    assert [(r["given_name"], r["surname"], len(r["identifiers"])) for r in batch.records.to_pylist()] == [
        ("A", "dotted", 2),
        ("[x", None, 1),
    ]
    assert batch.records.column("raw").to_pylist()[0] == lines[0]
    assert [(r.line, r.reason) for r in batch.rejects] == [
        (3, "the line is not JSON"),
        (4, "the line is not a JSON object"),
    ]


def test_without_a_record_id_the_row_is_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,email\nA,a@b.c\nB,a@b.c\nA,a@b.c\n")
    mapping = Mapping.parse("source: x\nkind: person\nattributes: {full_name: name}")
    ids = load(path, mapping).records.column("record_id").to_pylist()
    assert ids[0] == ids[2] != ids[1]
    assert load(path, mapping).records.column("record_id").to_pylist() == ids


def test_files_of_events_only(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("what,mail,day\nvisit,a@b.c,2024-01-01\nlogin,,2024-01-01\n")
    mapping = Mapping.parse(
        "source: web\nrecords: false\nevents: [{kind: {column: what}, at: day, namespace: email, column: mail}]"
    )
    batch = load(path, mapping)
    assert batch.records.num_rows == 0
    assert [(e["kind"], e["at"]) for e in batch.events.to_pylist()] == [("visit", "2024-01-01")]
    assert [(r.line, r.reason) for r in batch.rejects] == [(3, "carries no event and no consent")]


def test_kinds_by_name(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("name,first,mail,lei,town\nAcme Ltd,,,,\nAnna Bo,,,,\n,Al,,,\n,,a@b.c,,\n,,,L1,\n,,,,Oslo\n")
    mapping = Mapping.parse(
        "source: x\nkind: auto\nattributes: {full_name: name, organisation_name: name, given_name: first, city: town}\n"
        "identifiers: [{namespace: email, column: mail}, {namespace: lei, column: lei}]"
    )
    batch = load(path, mapping)
    assert [(r["kind"], r["full_name"], r["organisation_name"]) for r in batch.records.to_pylist()] == [
        ("organisation", None, "Acme Ltd"),
        ("person", "Anna Bo", None),
        ("person", None, None),
        ("person", None, None),
        ("organisation", None, None),
        ("person", None, None),
    ]
    assert batch.rejects == []


def test_a_source_column_must_be_filled(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("system,name\nA,x\n,y\n")
    mapping = Mapping.parse("source: {column: system, values: {a: erp}}\nkind: person\nattributes: {full_name: name}")
    batch = load(path, mapping)
    assert batch.records.column("source").to_pylist() == ["erp"]
    assert [(r.line, r.column, r.reason) for r in batch.rejects] == [(3, "system", "names no source")]


def test_a_missing_column_stops_before_the_first_row(tmp_path: Path) -> None:
    mapping = Mapping.parse("name: crm\nsource: x\nattributes: {surname: last_nam}")
    (tmp_path / "a.csv").write_text("id,last_name\n1,x\n")
    (tmp_path / "a.jsonl").write_text('{"id": 1, "last_name": "x"}\n')
    for name in ("a.csv", "a.jsonl"):
        with pytest.raises(MappingError, match=r"names a column 'last_nam' that the file has not. Did you mean last_n"):
            load(tmp_path / name, mapping)


def test_a_key_that_only_late_rows_have_is_found(tmp_path: Path) -> None:
    path = tmp_path / "late.jsonl"
    path.write_text('{"id": 1}\n' * 1500 + '{"id": 2, "deep": {"name": "x"}}\n')
    mapping = Mapping.parse("source: x\nkind: person\nrecord_id: id\nattributes: {full_name: deep.name}")
    assert load(path, mapping).records.column("full_name").to_pylist() == ["x"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (
            b"PK\x03\x04xxxx",
            "is a zip archive or an Excel workbook, which can't be loaded. Unpack it, or save the sheet",
        ),
        (b"a,b\x00\x01\x02 binary, but not sixteen bits wide", "is neither text nor Parquet"),
        (b"PAR1 and then nothing", "is not a whole Parquet file"),
        (b"\n \n\n", "has no rows"),
        (gzip.compress(b"id,name\n1,x\n" * 9, mtime=0)[:-9], "is damaged"),
        (b'[{"id": 1}, {"id": ', "can't be read"),
    ],
)
def test_files_that_are_no_data_say_what_they_are(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    with pytest.raises(FileError) as raised:
        load(path, Mapping.parse("source: x\nkind: person\nrecord_id: id"))
    assert says in str(raised.value)
    assert str(path) in str(raised.value)


def test_places_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no such file"):
        load(tmp_path / "none")
    with pytest.raises(FileError, match="the directory holds no data files"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("cell", "form", "moment"),
    [
        ("2024-02-03", None, "2024-02-03"),
        ("2024", None, "2024"),
        ("2024-02", None, "2024-02"),
        ("2024-2-3", None, "2024-02-03"),
        ("20240203", None, "2024-02-03"),
        ("03.02.2024", None, "2024-02-03"),
        ("2/13/2024", None, "2024-02-13"),
        ("13/2/2024", None, "2024-02-13"),
        ("3-Feb-2024", None, "2024-02-03"),
        ("2024-02-03 04:05", None, "2024-02-03T04:05:00+00:00"),
        ("2024-02-03T04:05:06.5Z", None, "2024-02-03T04:05:06.500000+00:00"),
        ("03.02.2024 04:05", None, "2024-02-03T04:05:00+00:00"),
        ("1700000000", None, "2023-11-14T22:13:20+00:00"),
        ("1700000000000", None, "2023-11-14T22:13:20+00:00"),
        ("02/03/2024", "%d/%m/%Y", "2024-03-02"),
        ("02/03/24 7h", "%d/%m/%y %Hh", "2024-03-02T07:00:00+00:00"),
        ("2024-13-45", None, None),
        ("soon", None, None),
        ("soon", "%d/%m/%Y", None),
    ],
)
def test_times(tmp_path: Path, cell: str, form: str | None, moment: str | None) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"id;seen\nx;{cell}\n")
    seen: Any = {"column": "seen", "format": form} if form else "seen"
    rule = {"namespace": "email", "column": "id"}
    mapping = Mapping.of({"source": "x", "kind": "person", "observed_at": seen, "identifiers": [rule]})
    assert load(path, mapping).records.column("observed_at").to_pylist() == [moment]


@pytest.mark.parametrize(
    "more", [{}, {"consents": [{"namespace": "email", "column": "mail", "purpose": {"value": "news"}, "status": "ok"}]}]
)
def test_a_row_of_a_table_is_kept_whole(tmp_path: Path, more: dict[str, object]) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,mail,ok\n1,"say ""a""@b.c",yes\n2,,\n3,x@y.z,\n', "utf-8")
    about = {"name": "t", "source": "s", "kind": "person", "record_id": "id"}
    batch = load(path, Mapping.of({**about, "identifiers": [{"namespace": "email", "column": "mail"}], **more}))
    first = r'{"id":"1","mail":"say \"a\"@b.c","ok":"yes"}'
    assert batch.records["raw"].to_pylist() == [first, '{"id":"3","mail":"x@y.z","ok":null}']
    assert [reject.row for reject in batch.rejects] == ['{"id":"2","mail":null,"ok":null}']
    made = [hashlib.md5(f"{first}consent0".encode()).hexdigest()] if more else []
    assert batch.consents["reference"].to_pylist() == made
