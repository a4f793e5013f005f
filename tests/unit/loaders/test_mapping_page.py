"""The mappings of the page on mappings load the rows that stand beside them."""

import re
from pathlib import Path

from batches import Ticking

from loaders.files import FileSource
from loaders.mapping import Mapping
from spine.access.context import LOCAL
from spine.pipeline.load import load
from spine.ports import GraphStore, Reject

PAGE = Path(__file__).parents[3] / "docs" / "mapping.md"
_PAIR = re.compile(r"```csv\n(.*?)```\n+```yaml\n(.*?)```", re.DOTALL)


def test_what_the_page_shows_is_loaded_as_it_says(store: GraphStore, tmp_path: Path) -> None:
    rejects: list[Reject] = []
    problems = 0
    pairs = _PAIR.findall(PAGE.read_text("utf-8"))
    assert len(pairs) == PAGE.read_text("utf-8").count("```yaml") == 4
    for number, (rows, rules) in enumerate(pairs):
        file, mapping = tmp_path / f"{number}.csv", tmp_path / f"{number}.yaml"
        file.write_text(rows, "utf-8")
        mapping.write_text(rules, "utf-8")
        found = Mapping.read(mapping)
        source = FileSource(file, found)
        problems += load(store, LOCAL, source, found.name, reject=rejects.extend, clock=Ticking()).problems
    assert (rejects, problems) == ([], 0)
    with store.reading(LOCAL) as reader:
        held = {name: reader.scan(name).to_pylist() for name in ("record", "identifier", "event", "consent")}
    assert {row["key"] for row in held["record"]} == {"crm/17", "crm/18", "erp/1", "erp/2"}
    assert {row["observed_at"][:10] for row in held["record"] if row["source"] == "crm"} == {"2026-03-01", "2026-03-02"}
    assert {(row["namespace"], row["value"]) for row in held["identifier"]} >= {
        ("email", "anna@x.example"), ("email", "am@y.example"), ("phone", "+491711234567"), ("loyalty", "l1"),
    }  # fmt: skip
    assert sorted((row["reference"], row["value"], row["status"]) for row in held["event"]) == [
        ("O-1", 1234.5, "paid"), ("O-2", 99.9, "returned"),
    ]  # fmt: skip
    assert sorted((row["status"], row["at"][:10]) for row in held["consent"]) == [
        ("given", "2026-01-01"), ("withdrawn", "2026-02-01"),
    ]  # fmt: skip
    declared = [row["relations"] for row in held["record"] if row["key"] == "erp/2"]
    assert '"erp/1"' in declared[0]
