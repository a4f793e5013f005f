"""Rows of which something is in doubt are kept, and the doubt is told."""

from pathlib import Path

from loaders.files import FileSource
from loaders.mapping import Mapping


def test_when_something_was_seen_is_told_where_it_cannot_be(tmp_path: Path) -> None:
    """The row is kept, without that time: a version of 2099 would hold until then."""
    path = tmp_path / "a.csv"
    path.write_text(
        "id,mail,on,first\n1,a@x.example,yesterday,2099-01-01\n2,b@x.example,2025-01-01,\n", encoding="utf-8"
    )
    rule = {"namespace": "email", "column": "mail", "first_seen": "first"}
    mapping = Mapping.of({"source": "s", "record_id": "id", "observed_at": "on", "identifiers": [rule]})
    (batch,) = FileSource(path, mapping).batches()
    assert batch.records["observed_at"].to_pylist() == [None, "2025-01-01"]
    assert [(one.line, one.column, one.reason) for one in batch.rejects] == [
        (2, "on", "is no time: 'yesterday'"), (2, "first", "lies in the future: '2099-01-01'"),
    ]  # fmt: skip


def test_what_says_neither_kind_is_a_persons(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,town\n1,Lund\n", encoding="utf-8")
    (batch,) = FileSource(
        path, Mapping.of({"source": "s", "record_id": "id", "attributes": {"city": "town"}})
    ).batches()
    assert batch.records["kind"].to_pylist() == ["person"]
