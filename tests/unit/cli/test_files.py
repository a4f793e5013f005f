"""Tables in and out: texts stay texts, a file is complete or not there."""

from pathlib import Path

import pyarrow as pa
import pytest

from spine.cli.files import read_texts, write_table
from spine.errors import FileError, QueryError

TABLE = pa.table({"record_id": ["007", "a,b", 'say "x"', "NA", ""], "entity_id": ["1", "2", "3", "4", "5"]})


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_what_was_written_is_read_again(tmp_path: Path, name: str) -> None:
    write_table(TABLE, tmp_path / name)
    assert read_texts(tmp_path / name).to_pydict() == TABLE.to_pydict()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_numbers_in_parquet_are_read_as_texts(tmp_path: Path) -> None:
    write_table(pa.table({"record_id": [1, 2]}), tmp_path / "t.parquet")
    assert read_texts(tmp_path / "t.parquet")["record_id"].to_pylist() == ["1", "2"]


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    for name in ("empty.csv", "none.csv", "none.parquet"):
        with pytest.raises(FileError, match=rf"{name}: can't be read"):
            read_texts(tmp_path / name)


def test_a_place_that_can_not_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="can't be written"):
        write_table(TABLE, tmp_path / "nowhere" / "t.csv")
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(FileError, match="can't be written"):
        write_table(TABLE, tmp_path / "t.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    with pytest.raises(QueryError, match=r"neither \.csv nor \.parquet"):
        write_table(TABLE, tmp_path / "t.xlsx")
