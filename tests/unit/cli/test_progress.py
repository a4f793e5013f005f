"""How far a load is: about how many rows a file has, and that nothing is shown where there is no terminal."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import Given, batch, person

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.cli.graph_files import GRAPHML, rows_of, write_graphml, write_tables
from spine.cli.progress import about_rows, watched
from spine.pipeline.load import load
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve import resolve
from spine.settings import Settings


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


class Seen:
    """Notes what a stage was said to hold and what was done of it; a stage that comes again adds up."""

    def __init__(self) -> None:
        self.stages: dict[str, list[int | None]] = {}

    def stage(self, name: str, total: int | None = None) -> None:
        held, done = self.stages.pop(name, [None, 0])
        self.stages[name] = [total if held is None else held + (total or 0), done]

    def advance(self, done: int) -> None:
        last = self.stages[list(self.stages)[-1]]
        last[1] = (last[1] or 0) + done


def test_a_count_is_asked_for_only_where_somebody_looks() -> None:
    asked: list[int] = []

    def count() -> int:
        asked.append(1)
        return 7

    with Stopwatch().stage("count", count):
        pass
    assert asked == []
    seen = Seen()
    with Stopwatch(seen).stage("count", count):
        pass
    assert (seen.stages, asked) == ({"count": [7, 0]}, [1])


def test_reading_writing_and_exporting_tell_how_far_they_are(tmp_path: Path) -> None:
    rows = [person(str(n), "2025-01-01", f"email:u{n // 2}@example.com", given_name="Ida") for n in range(20)]
    seen = Seen()
    with open_store("memory:", Settings()) as store:
        load(store, LOCAL, Given(batch(rows)), "rows")
        resolve(store, LOCAL, open_engine("local"), "never", watch=Stopwatch(seen))
        rest = [name for name in ("read", "person: score", "write") if seen.stages[name][0] != seen.stages[name][1]]
        assert rest == []
        assert seen.stages["read"][0] == 20 + 20 + 10
        for number, form in enumerate(("parquet", "arrow")):
            watch = Stopwatch(seen)
            with watch.stage(form, rows_of(store)):
                write_tables(store, tmp_path / str(number), form, advance=watch.progress.advance)
        with watch.stage("graphml", rows_of(store, GRAPHML)):
            write_graphml(store, tmp_path / "graphml", advance=watch.progress.advance)
    assert seen.stages["parquet"][0] == seen.stages["parquet"][1] == seen.stages["arrow"][1]
    assert seen.stages["graphml"][0] == seen.stages["graphml"][1] != 0
