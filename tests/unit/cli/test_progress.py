"""How far a load is: about how many rows a file has, and that nothing is shown where there is no terminal."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from spine.cli.progress import about_rows, watched


@pytest.mark.parametrize("rows", [10, 200_000])
def test_lines_of_text_are_estimated(tmp_path: Path, rows: int) -> None:
    file = tmp_path / "t.csv"
    file.write_text("id,name\n" + "".join(f"{row},some name\n" for row in range(rows)), "utf-8")
    assert about_rows(file) == pytest.approx(rows, rel=0.15)


def test_parquet_says_how_many_and_packed_files_do_not(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": list(range(1234))}), tmp_path / "t.parquet")
    assert about_rows(tmp_path / "t.parquet") == 1234
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"id\n1\n2\n3\n"))
    assert about_rows(tmp_path / "t.csv.gz") is None
    assert about_rows(tmp_path / "nowhere.csv") is None


def test_stages_are_timed_and_quiet_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with watched() as watch, watch.stage("count", 10):
        watch.progress.advance(10)
    assert watch.seconds["count"] >= 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err.strip()) == ("", "")
