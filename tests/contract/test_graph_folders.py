"""A graph in folders of Parquet becomes a store that answers as the one it came from, SQLite or a real Neo4j."""

import json
from collections.abc import Iterator
from pathlib import Path

import demo_world
import pyarrow.parquet as parquet
import pytest
from cards import cards
from command import become_neo4j, spine
from neo4j_server import neo4j_server

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.cli.graph_files import write_tables
from spine.domain.graph import GRAPH
from spine.errors import FileError, StoreError
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import GraphStore
from spine.settings import Settings
from spine.stores.graph_folders import OF_A_STORE, OF_ITS_COURSE, GraphFolders, fill
from spine.stores.memory import MemoryStore

Folders = tuple[Path, Path]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """A small world, resolved."""
    with MemoryStore() as store:
        demo_world.fill(store, tmp_path_factory.mktemp("world"))
        yield store


@pytest.fixture(scope="module")
def folders(original: GraphStore, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """What was loaded, with a few derived rows; and in a second folder, in several files, all that is derived."""
    first, second = (tmp_path_factory.mktemp("graph") / name for name in ("loaded", "resolved"))
    write_tables(original, first, "parquet")
    for name in DERIVED:
        rows = parquet.read_table(first / f"{name}.parquet")
        folder = second / f"{name}.parquet"
        folder.mkdir(parents=True)
        half = rows.num_rows // 2
        for part, piece in enumerate((rows.slice(half), rows.slice(0, half))):
            parquet.write_table(piece, folder / f"part-{part}.parquet")
        (folder / "_SUCCESS").touch()
        parquet.write_table(rows.slice(0, 3), first / f"{name}.parquet")
    return first, second


def same_tables(original: GraphStore, made: GraphStore) -> None:
    with original.reading(LOCAL) as wanted, made.reading(LOCAL) as found:
        for name in GRAPH:
            rows = wanted.scan(name).to_pylist()
            if name == "document":
                rows = [row for row in rows if row["kind"] not in OF_ITS_COURSE]
            if name not in OF_A_STORE:
                assert found.scan(name).to_pylist() == rows, name
            elif name != "log":
                assert not found.count(name), name
        log = found.scan("log").to_pylist()
        assert [(entry["id"], entry["cause"]) for entry in log] == [(1, "import")]
        counts = json.loads(log[0]["entry"])["tables"]
        assert counts["record"] == {"added": wanted.count("record"), "changed": 0, "removed": 0}


def goes_on(original: GraphStore, made: GraphStore) -> None:
    """Answers the same; a resolve finds nothing to write."""
    answers = cards(made)
    assert answers == cards(original)
    assert sum(bool(one["identity"]["candidates"]) for one in answers.values()) > 10
    assert resolve(made, LOCAL, open_engine("local"), "never").written == {}


def test_folders_become_a_sqlite_store(original: GraphStore, folders: Folders, tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'made.db'}"
    spine("import", "graph", "--from", folders[0], "--from", folders[1], "--store", url)
    with open_store(url, Settings()) as made:
        same_tables(original, made)
        goes_on(original, made)


@pytest.mark.long
@pytest.mark.neo4j
def test_folders_become_a_neo4j_by_its_import_tool(original: GraphStore, folders: Folders, tmp_path: Path) -> None:
    become_neo4j(tmp_path, *folders)
    with neo4j_server(home=tmp_path / "home") as url, open_store(url, Settings()) as made:
        same_tables(original, made)
        goes_on(original, made)


def test_only_an_empty_store_is_filled(original: GraphStore, folders: Folders) -> None:
    with pytest.raises(StoreError, match="is not empty"):
        fill(original, LOCAL, GraphFolders(folders))


def test_folders_without_records_are_refused(folders: Folders) -> None:
    with pytest.raises(FileError, match=r"no record\.parquet in resolved"):
        GraphFolders(folders[1:])


def test_a_damaged_table_is_told_of(folders: Folders, tmp_path: Path) -> None:
    parquet.write_table(parquet.read_table(folders[0] / "record.parquet"), tmp_path / "record.parquet")
    (tmp_path / "person.parquet").write_bytes(b"no Parquet")
    with MemoryStore() as store, pytest.raises(FileError, match=r"person\.parquet can't be read"):
        fill(store, LOCAL, GraphFolders([tmp_path]))


def test_rows_that_lack_their_ends_leave_the_store_empty(folders: Folders, tmp_path: Path) -> None:
    for name in ("record", "carries"):
        parquet.write_table(parquet.read_table(folders[0] / f"{name}.parquet"), tmp_path / f"{name}.parquet")
    with MemoryStore() as store:
        with pytest.raises(StoreError, match="which does not exist"):
            fill(store, LOCAL, GraphFolders([tmp_path]))
        with store.reading(LOCAL) as reader:
            assert not reader.count("record")
