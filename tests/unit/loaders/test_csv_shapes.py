"""Delimited text in every shape: whatever delimiter, quote, encoding, line end and raggedness, the good rows come."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loaders import dialect
from loaders.dialect import find_dialect
from loaders.files import FileSource
from loaders.mapping import Mapping
from loaders.streams import encoding_of, open_stream
from spine.ports import Reject

MAPPING = Mapping.parse("source: x\nkind: person\nrecord_id: id\nattributes: {full_name: name, city: town}")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1")


def load(content: bytes, mapping: Mapping = MAPPING) -> tuple[list[tuple[str | None, ...]], list[Reject]]:
    """Record id, name and town of each record of a file with this content, and the rejects."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(content)
        batches = list(FileSource(path, mapping).batches())
    rows = [(row["record_id"], row["full_name"], row["city"]) for batch in batches for row in batch.records.to_pylist()]
    return rows, [reject for batch in batches for reject in batch.rejects]


@settings(max_examples=200, deadline=None)
@example("name\none\n")
@example("a;b\n'x;y';2\n")
@given(st.text(st.sampled_from("ab,;|\t\"'\\\n"), max_size=40).filter(str.strip))
def test_the_dialect_is_the_best_of_all_though_not_all_are_tried(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(b"a" + text.encode())
        stream = open_stream(path)
        with stream.text("utf-8") as opened:
            sample = opened.read()
        found = find_dialect(stream, "utf-8")
    # The combinations in the order in which they are preferred; `max` takes the first of those that fit as well.
    ways = [(by, quote, escape) for quote, escape in dialect._QUOTINGS for by in dialect._DELIMITERS]
    assert (found.delimiter, found.quote, found.escape) == max(ways, key=lambda way: dialect._score(sample, True, *way))


CELL = st.text(st.sampled_from("abcÄéß ,;|\t\"'x"), max_size=8)


@settings(max_examples=40, deadline=None)
@example(
    rows=[("", ""), ("", ""), ("", "'"), ("", ""), ("", "")],
    delimiter=",",
    end="\n",
    encoding="utf-8",
    quoting=csv.QUOTE_MINIMAL,
    ragged=[3, 4],
)
@example(
    rows=[("", ""), ("", "'"), ("", ""), ("", "'")],
    delimiter=",",
    end="\n",
    encoding="utf-8",
    quoting=csv.QUOTE_MINIMAL,
    ragged=[2],
)
@example(
    rows=[("", ""), ("", ""), ("", "''")],
    delimiter=",",
    end="\n",
    encoding="utf-8",
    quoting=csv.QUOTE_MINIMAL,
    ragged=[],
)
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=3, max_size=12),
    delimiter=st.sampled_from(",;|\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(ENCODINGS),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ragged=st.lists(st.integers(0, 11), max_size=2),
)
def test_good_rows_come_and_ragged_ones_are_rejected(
    rows: list[tuple[str, str]], delimiter: str, end: str, encoding: str, quoting: int, ragged: list[int]
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["id", "name", "town"])
    bad = set()
    # Two plain rows, so that the dialect shows even where all other cells hold rival delimiters.
    for n, row in enumerate([("Ann", "Ulm"), ("Bob", "Rom"), *rows]):
        if n - 2 in ragged:
            writer.writerow([f"r{n}", "short"])
            bad.add(n + 2)
        else:
            writer.writerow([f"r{n}", *row])
    loaded, rejects = load(text.getvalue().encode(encoding))
    expected = [
        (f"r{n}", name.strip() or None, town.strip() or None)
        for n, (name, town) in enumerate([("Ann", "Ulm"), ("Bob", "Rom"), *rows])
        if n + 2 not in bad
    ]
    empty = [row for row in expected if row[1] is None and row[2] is None]
    assert loaded == [row for row in expected if row not in empty]
    assert {reject.line for reject in rejects if "cells where" in reject.reason} == bad
    assert len(rejects) == len(bad) + len(empty)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "f"
    path.write_bytes("id;name;town\n1;Zoë Ångström;Köln\n".encode(encoding))
    found = encoding_of(open_stream(path))
    assert found == encoding or (encoding, found) == ("latin-1", "cp1252")
    assert load(path.read_bytes())[0] == [("1", "Zoë Ångström", "Köln")]


def test_a_late_accent_decides_the_encoding() -> None:
    rows = "".join(f"{n},plain,plain\n" for n in range(200_000))
    loaded, rejects = load(("id,name,town\n" + rows + "x,Zoë,Köln\n").encode("cp1252"))
    assert (loaded[-1], rejects) == (("x", "Zoë", "Köln"), [])


def test_a_broken_byte_costs_its_row_only() -> None:
    loaded, rejects = load("id,name,town\n1,Zoë,Köln\n2,Ünal,X\n".encode() + b"3,\xff,Y\n4,,\n5,Al,Z\n")
    assert [row[0] for row in loaded] == ["1", "2", "5"]
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (5, "carries nothing that the mapping names"),
        (4, "the row has bytes that are not UTF-8, unlike the rest of the file"),
    ]


def test_each_kind_of_bad_row_says_why() -> None:
    text = 'id,name,town\n1,a,b\n2,a\n3,"multi\nline",b\n4,a,b,c\n,no,id\n5,"x"y,b\n6,a,b\n\n,no,id\n'
    loaded, rejects = load(text.encode())
    assert [row[0] for row in loaded] == ["1", "3", "6"]
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (7, "has no record id"),
        (11, "has no record id"),
        (3, "the row has 2 cells where 3 are expected"),
        (6, "the row has more than 3 cells"),
        (8, "a quote is not closed, or text follows a closing quote"),
    ]
    assert rejects[2].row == "2,a"


@pytest.mark.parametrize(
    ("text", "columns", "skip"),
    [
        ("id,name\n1,A\n", ("id", "name"), 1),
        ("\n\nid,name\n1,A\n", ("id", "name"), 3),
        ("1,Anna,Ulm\n2,Bob,Rom\n", ("column_1", "column_2", "column_3"), 0),
        ("ann@x.org,Ulm\nbob@x.org,Rom\n", ("column_1", "column_2"), 0),
        ("id,,name,id\n1,2,3,4\n", ("id", "column_2", "name", "id_2"), 1),
        ("Name,name\nA,b\n", ("Name", "name"), 1),
        ('"first\nname",town\nA,b\n', ("first\nname", "town"), 2),
        ("name\nAnna\nBob\n", ("name",), 1),
    ],
)
def test_headers(tmp_path: Path, text: str, columns: tuple[str, ...], skip: int) -> None:
    path = tmp_path / "f"
    path.write_text(text)
    dialect = find_dialect(open_stream(path), "utf-8")
    assert (dialect.columns, dialect.skip) == (columns, skip)


@pytest.mark.parametrize(
    ("text", "quote", "escape"),
    [
        ("a,b\n'x,y','z'\n'p,q','r'\n", "'", "'"),
        ('a,b\n"say \\"hi, you\\"",1\n"x",2\n', '"', "\\"),
        ("a,b\nO'Neil,'tis\nx,y\n", '"', '"'),
    ],
)
def test_quotes(tmp_path: Path, text: str, quote: str, escape: str) -> None:
    path = tmp_path / "f"
    path.write_text(text)
    dialect = find_dialect(open_stream(path), "utf-8")
    assert (dialect.quote, dialect.escape) == (quote, escape)


def test_columns_that_differ_in_case_only_stay_apart() -> None:
    mapping = Mapping.parse("source: x\nkind: person\nrecord_id: ID\nattributes: {full_name: Id, city: id}")
    assert load(b"ID,Id,id\n1,Ann,Ulm\n", mapping)[0] == [("1", "Ann", "Ulm")]


def test_blank_lines_before_a_bad_row_are_counted_and_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("id,email\n1,a@x.example\n\n\n2,b@x.example,zz\n,c@x.example\n", encoding="utf-8")
    mapping = Mapping.of({"source": "s", "record_id": "id", "identifiers": [{"namespace": "email", "column": "email"}]})
    rejects = [one for batch in FileSource(tmp_path / "f.csv", mapping).batches() for one in batch.rejects]
    assert [(one.line, one.row) for one in rejects if not one.column] == [(5, "2,b@x.example,zz")]
    assert [one.line for one in rejects if one.column] == [6]


@pytest.mark.parametrize("quoted", ["x", '"x\ny"', '"x\r\ny"'])
def test_rows_that_end_in_different_ways_are_read(tmp_path: Path, quoted: str) -> None:
    mapping = Mapping.of({"source": "s", "record_id": "id", "attributes": {"given_name": "name", "city": "town"}})
    (tmp_path / "f.csv").write_bytes(f"id;name;town\r\n1;Ann;{quoted}\n2;Ben;y\r\n3;Cid;z\n".encode())
    (batch,) = FileSource(tmp_path / "f.csv", mapping).batches()
    assert batch.records["given_name"].to_pylist() == ["Ann", "Ben", "Cid"]
    assert batch.rejects == ()


def test_line_ends_within_quotes_are_no_rows_that_end_in_other_ways(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b'id;name\r\n1;"x\ny"\r\n2;z\r\n')
    stream = open_stream(tmp_path / "f.csv")
    assert not find_dialect(stream, encoding_of(stream)).mixed
