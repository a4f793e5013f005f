"""The mapping of an ownership table that the documentation shows, from the table to the top of the group."""

import re
from pathlib import Path

from loaders.open import open_source
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.explore.control import ultimate
from spine.explore.groups import roll_ups
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.settings import Settings

PAGE = Path(__file__).parents[3] / "docs" / "groups.md"
COMPANIES = {
    "source": "register", "kind": "organisation", "record_id": "no", "attributes": {"organisation_name": "name"},
    "identifiers": [{"namespace": "register", "column": "no", "verified": True}],
}  # fmt: skip


def test_shares_and_dates_of_a_table_make_groups(tmp_path: Path) -> None:
    (tmp_path / "companies.csv").write_text(
        "no,name\nGB-1001,Alpha Holding\nGB-1002,Beta Works\nGB-1003,Gamma Tools\nGB-1004,Delta Pipes\n", "utf-8"
    )
    (tmp_path / "owners.csv").write_text(
        "owner,owned,share,from,to\nGB-1001,GB-1002,60,2020-01-01,\nGB-1002,GB-1003,30,2020-01-01,\n"
        "GB-1001,GB-1003,25,2020-01-01,\nGB-1004,GB-1001,100,2010-01-01,2015-12-31\n",
        "utf-8",
    )
    found = re.search(r"```yaml\n(source: ownership\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    (tmp_path / "owners.yaml").write_text(found[1], "utf-8")
    with open_store("memory:", Settings()) as store:
        for name, mapping in (("companies", COMPANIES), ("owners", tmp_path / "owners.yaml")):
            report = load(store, LOCAL, open_source(tmp_path / f"{name}.csv", mapping), name)
            assert report.rejects == 0
        report_of_all = resolve(store, LOCAL, open_engine("local"), "never")
        assert (report_of_all.organisations, report_of_all.ultimate_parents) == (4, 1)
        with store.reading(LOCAL) as reader:
            number = {row["record_id"]: row["id"] for row in reader.select("record")}
            top, below, before = number["GB-1001"], number["GB-1003"], number["GB-1004"]
            assert ultimate(reader, LOCAL, below) == (top, False)
            assert ultimate(reader, LOCAL, below, "2021") == (top, False)
            assert ultimate(reader, LOCAL, below, "2019-06-30") == (below, False)
            assert ultimate(reader, LOCAL, top, "2012") == (before, False)
            assert roll_ups(reader, LOCAL, [top])[top].group.organisations == 3
