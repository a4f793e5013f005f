"""A graph resolved on Spark, Parquet to Parquet, is that of one machine, in every table and every answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import demo_world
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import put
from cards import cards
from command import become_neo4j, spine
from neo4j_server import neo4j_server
from odd_homes import odd_homes

from loaders.open import open_source
from seed.world import build
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.cli.graph_files import write_tables
from spine.domain.graph import GRAPH
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import Cause, GraphStore, Where, arrow_schema
from spine.resolution.surnames import FREQUENCIES
from spine.settings import Settings
from spine.stewardship.confirming import confirm_identity
from spine.stores.memory import MemoryStore

pytestmark = [pytest.mark.spark, pytest.mark.slow]


def judge(store: GraphStore) -> None:
    """Keep the records of one match apart, say that two persons are one, and let surnames be counted anew."""
    with store.writing(LOCAL, Cause("judgement")) as writer:
        first = writer.scan("match").to_pylist()[0]
        people = writer.select("person", [Where("size", "eq", 1)], limit=2)
        judged = [(first["start"], first["end"], "different"), (people[0]["id"], people[1]["id"], "same")]
        writer.put("judged", pa.table([
            [min(a, b) for a, b, _ in judged], [max(a, b) for a, b, _ in judged], ["steward"] * 2,
            ["2025-01-01"] * 2, [verdict for *_, verdict in judged], ["me"] * 2, [None] * 2,
        ], schema=arrow_schema("judged")))  # fmt: skip
        writer.delete("document", pa.table({"id": [FREQUENCIES]}))


def prove(store: GraphStore) -> None:
    """Somebody of several records proves the e-mail that one of them carries, another one, and a login."""
    with store.reading(LOCAL) as reader:
        people = [row["id"] for row in reader.select("person", [Where("size", "ge", 3)], limit=20)]
        carried = [row for row in reader.get("carries", "start", people) if row["namespace"] == "email"]
        (email,) = reader.get("identifier", "id", [carried[0]["end"]])
    said = (("email", email["value"]), ("email", "second@proofs.example"), ("login", "usr-proved"))
    for space, value in said:
        confirm_identity(store, LOCAL, carried[0]["start"], space, value, "code", at="2026-02-01")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """A world with odd homes in it, two judgements and three proofs, resolved on one machine."""
    now, later = odd_homes()
    with MemoryStore() as store:
        for source in build(tmp_path_factory.mktemp("world"), persons=demo_world.INHABITANTS, seed=3).sources:
            load(store, LOCAL, open_source(source.path, source.mapping, source.name), source.path.name, key="batches")
        put(store, *now)
        put(store, *later)
        resolve(store, LOCAL, open_engine("local"), "auto")
        judge(store)
        prove(store)
        resolve(store, LOCAL, open_engine("local"), "never")
        yield store


@pytest.fixture(scope="module")
def folders(spark: Any, local: GraphStore, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The graph as exported, without anything derived or counted, and what the command made of it."""
    folder = tmp_path_factory.mktemp("graph")
    write_tables(local, folder / "loaded", "parquet")
    for name in DERIVED:
        (folder / "loaded" / f"{name}.parquet").unlink()
    documents = parquet.read_table(folder / "loaded" / "document.parquet").to_pylist()
    kept = [row for row in documents if row["kind"] in ("meta", "mapping", "model")]
    parquet.write_table(pa.Table.from_pylist(kept, arrow_schema("document")), folder / "loaded" / "document.parquet")
    spine("spark", "resolve", "--records", folder / "loaded", "--out", folder / "resolved", "--json")
    return folder / "loaded", folder / "resolved"


@pytest.mark.parametrize("name", DERIVED)
def test_every_derived_table_is_that_of_one_machine(local: GraphStore, folders: tuple[Path, Path], name: str) -> None:
    with local.reading(LOCAL) as reader:
        wanted = reader.scan(name)
    found = parquet.read_table(folders[1] / f"{name}.parquet")
    found = found.sort_by([(key, "ascending") for key in GRAPH[name].key])
    assert found.select(wanted.column_names).to_pylist() == wanted.to_pylist()
    assert wanted.num_rows


def test_what_it_was_derived_by_is_told(local: GraphStore, folders: tuple[Path, Path]) -> None:
    found = {row["id"]: row for row in parquet.read_table(folders[1] / "document.parquet").to_pylist()}
    with local.reading(LOCAL) as reader:
        wanted = {row["id"]: row for row in reader.get("document", "id", list(found))}
    assert {name: json.loads(row["body"]) for name, row in found.items()} == {
        name: json.loads(row["body"]) for name, row in wanted.items()
    }
    assert len(found) == 3


def test_a_store_filled_from_it_has_nothing_left_to_resolve(folders: tuple[Path, Path], tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'made.db'}"
    spine("import", "graph", "--from", folders[0], "--from", folders[1], "--store", url)
    with open_store(url, Settings()) as made:
        assert resolve(made, LOCAL, open_engine("local"), "never").written == {}


@pytest.mark.neo4j
def test_a_neo4j_imported_from_it_answers_look_ups_as_one_machine_does(
    local: GraphStore, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    become_neo4j(tmp_path, *folders)
    with neo4j_server(home=tmp_path / "home") as url, open_store(url, Settings()) as made:
        answers = cards(made)
        assert answers == cards(local)
        assert sum(bool(one["identity"]["candidates"]) for one in answers.values()) > 10
