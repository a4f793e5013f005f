"""A database made by the import tool is the store that it was written from, and goes on from there."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hand_made import fill
from needed import needed
from neo4j_server import BRIEF, neo4j_admin, neo4j_server
from rows import record, row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.domain.graph import GRAPH
from spine.errors import FileError, StoreError, StoreUnavailable
from spine.pipeline.resolve import resolve
from spine.ports import Cause, Difference, GraphStore
from spine.settings import Settings
from spine.stores.memory import MemoryStore
from spine.stores.neo4j_bulk.files import ARGUMENTS, SIZES, write_files
from spine.stores.neo4j_bulk.importer import import_files

TEXTS = ("record_version", "document")
"""Tables whose ids are texts."""
SECRET = "right-and-long"
"""The password of the server that goes on with what was imported: all others of the tests demand none."""
ODD = 'a "quoted", text\n\twith lines\r\nand \\ ; , \u00e9\U0001f600 \u2028end '


def odd(store: GraphStore) -> None:
    """Rows with every value that CSV has trouble with."""
    with store.writing(LOCAL, Cause("record", ODD)) as writer:
        writer.put(
            "record",
            rows(
                "record",
                {**record(200, given="Zoe", city="Ödön"), "raw": ODD, "record_id": "", "hash": " padded "},
                {**record(2**62 + 1, given="Gone", live=False), "source": None},
            ),
        )
        nothing, text = [], ["", ODD, "null"]
        writer.put(
            "component",
            rows(
                "component",
                row("component", id=300, members=[2**62 + 1, -5], value=bytes(range(256)), flags=text),
                row("component", id=301, members=nothing, value=b"", flags=nothing),
                row("component", id=302),
                row("component", id=303, members=[0], value=b"\x00", flags=[""], kind=""),
                row("component", id=304, members=[1], value=b"\x80", flags=["", ""], kind='"'),
            ),
        )
        floats = [0.1, -0.0, 1e300, 5e-324, 1 / 3]
        writer.put("person", rows("person", *(row("person", id=400 + n, cohesion=x) for n, x in enumerate(floats))))
        edges = [row("related_to", start=400, end=401, kind=kind, evidence=kind) for kind in ("family", 'x\n"y",', "")]
        writer.put("related_to", rows("related_to", *edges))
        writer.put("identifier", rows("identifier", row("identifier", id=2**63 - 1, namespace="e", value="line\nfeed")))
        writer.put("document", rows("document", row("document", id='mapping:ä,"\n', body="[]")))
        writer.put("record_version", rows("record_version", row("record_version", id="9:x", record=200, raw="")))


@pytest.fixture(scope="module")
def original() -> Iterator[GraphStore]:
    """A graph that was resolved, changed, and holds odd values; the number given last belongs to no record any more."""
    with MemoryStore() as store:
        fill(store)
        odd(store)
        with store.writing(LOCAL, Cause("record")) as writer:
            writer.put("record", rows("record", record(2**62 + 9)))
        with store.writing(LOCAL, Cause("erasure")) as writer:
            writer.delete("record", pa.table({"id": [2**62 + 9]}))
        yield store


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for the databases of one server."""
    folder = tmp_path_factory.mktemp("neo4j")
    with needed("Neo4j"):
        neo4j_admin(folder)
    return folder


@pytest.fixture(scope="module")
def files(original: GraphStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original as files."""
    folder = tmp_path_factory.mktemp("files") / "graph"
    written = write_files(original, LOCAL, folder)
    with original.reading(LOCAL) as reader:
        assert written.rows == {name: reader.count(name) for name in GRAPH}
    return folder


@pytest.fixture(scope="module")
def imported(files: Path, home: Path) -> Iterator[GraphStore]:
    """The store that the import tool made of them."""
    command, environment = neo4j_admin(home, java=BRIEF)
    import_files(files, command, env=environment)
    with neo4j_server(SECRET, home=home, java=BRIEF) as url, open_store(url, Settings(neo4j_password=SECRET)) as store:
        yield store


@pytest.mark.long
@pytest.mark.neo4j
def test_every_table_is_the_same_row_for_row(original: GraphStore, imported: GraphStore) -> None:
    with original.reading(LOCAL) as wanted, imported.reading(LOCAL) as found:
        for name in GRAPH:
            assert found.scan(name).to_pylist() == wanted.scan(name).to_pylist(), name
            assert found.count(name) == wanted.count(name), name
        assert repr(found.get("person", "id", [401])[0]["cohesion"]) == "-0.0"


@pytest.mark.long
@pytest.mark.neo4j
def test_look_ups_and_search_answer_the_same(original: GraphStore, imported: GraphStore) -> None:
    with original.reading(LOCAL) as wanted, imported.reading(LOCAL) as found:
        for table in GRAPH.values():
            for column in (each.name for each in table.columns if each.indexed):
                values = [row[column] for row in wanted.scan(table.name, [column]).to_pylist()]
                assert found.get(table.name, column, values) == wanted.get(table.name, column, values), table.name
        for words in ("anna", "berg springfield", "odon", "acme nord", "gone"):
            one, other = ({number for number, _ in reader.search(words)} for reader in (found, wanted))
            assert one == other, words


@pytest.mark.long
@pytest.mark.neo4j
def test_a_resolve_of_it_finds_what_the_original_finds(original: GraphStore, imported: GraphStore) -> None:
    first, second = (resolve(store, LOCAL, open_engine("local"), "never") for store in (original, imported))
    assert second.persons == first.persons > 0
    with original.reading(LOCAL) as wanted, imported.reading(LOCAL) as found:
        for name in ("resolves_to_person", "resolves_to_organisation", "in_component", "member_of", "match"):
            assert found.scan(name).to_pylist() == wanted.scan(name).to_pylist(), name


@pytest.mark.long
@pytest.mark.neo4j
def test_log_numbers_and_writes_go_on_where_they_stood(original: GraphStore, imported: GraphStore) -> None:
    """Last, since it writes: the tests above compare whole tables."""
    edge = row("carries", start=1, end=1004, namespace="loyalty")
    for store in (original, imported):
        with store.writing(LOCAL, Cause("record")) as writer:
            assert writer.sequence(["crm/1", "new/1"]).tolist() == [1, 2**62 + 10]
            table = writer.scan("component")
            assert writer.put("component", table) == Difference()
            assert writer.replace("component", table) == Difference()
            assert writer.put("record", rows("record", record(1, given="Anne"))).changed == 1
            assert writer.put("carries", rows("carries", edge)) == Difference(1)
            position = writer.position
        lost = pytest.raises(StoreError, match="names identifier 12345, which does not exist")
        with lost, store.writing(LOCAL, Cause("record")) as writer:
            writer.put("carries", rows("carries", {**edge, "end": 12345}))
        with store.reading(LOCAL) as reader:
            assert reader.scan("log", ["id"])["id"].to_pylist() == list(range(1, position + 1))
            assert [number for number, _ in reader.search("anne")] == [1]
            assert reader.search("bérg springfield") != []


@pytest.mark.long
@pytest.mark.neo4j
def test_a_database_that_is_there_is_refused(imported: GraphStore, files: Path, home: Path) -> None:
    command, environment = neo4j_admin(home, java=BRIEF)
    with pytest.raises(StoreError, match="must not exist yet and its server must be stopped"):
        import_files(files, command, env=environment)
    with imported.reading(LOCAL) as reader:
        assert reader.count("person") > 0


@pytest.mark.long
@pytest.mark.neo4j
def test_its_server_demands_the_password_and_a_wrong_one_is_told_of(imported: GraphStore) -> None:
    for wrong in (Settings(neo4j_password="wrong"), Settings()):
        with pytest.raises(StoreUnavailable, match=r"refuses .*\. Set SPINE_NEO4J_USER and SPINE_NEO4J_PASS"):
            open_store(imported.url, wrong)


def resized(folder: Path) -> None:
    """Make a folder look as if its files had been written as they are: who runs the tool by hand compares nothing."""
    sizes = {name: (folder / name).stat().st_size for name in json.loads((folder / SIZES).read_text("utf-8"))}
    (folder / SIZES).write_text(json.dumps(sizes), "utf-8")


@pytest.mark.long
@pytest.mark.neo4j
def test_files_that_were_damaged_are_refused(original: GraphStore, tmp_path: Path) -> None:
    write_files(original, LOCAL, tmp_path / "graph")
    edges = tmp_path / "graph" / "in_component.csv"
    edges.write_text(edges.read_text("utf-8") + "1,987654\n", "utf-8")
    with needed("Neo4j"):
        command, environment = neo4j_admin(tmp_path / "home", java=BRIEF)
    with pytest.raises(FileError, match=r"in_component\.csv is not as it was written"):
        import_files(tmp_path / "graph", command, env=environment)
    resized(tmp_path / "graph")
    with pytest.raises(StoreError, match="987654"):
        import_files(tmp_path / "graph", command, env=environment)


@pytest.mark.long
@pytest.mark.neo4j
def test_an_import_that_lacks_nodes_is_not_opened(original: GraphStore, tmp_path: Path) -> None:
    """The tool takes edges of nodes that are in no file, as long as there are nodes of higher numbers."""
    write_files(original, LOCAL, tmp_path / "graph")
    nodes = tmp_path / "graph" / "identifier.csv"
    first, *lines = nodes.read_text("utf-8").splitlines(keepends=True)
    assert ",1001," in lines[0]
    nodes.write_text("".join([first, *lines[1:]]), "utf-8")
    resized(tmp_path / "graph")
    with needed("Neo4j"):
        command, environment = neo4j_admin(tmp_path / "home", java=BRIEF)
    import_files(tmp_path / "graph", command, env=environment)
    with neo4j_server(home=tmp_path / "home", java=BRIEF) as url:
        for _ in range(2):
            with pytest.raises(StoreError, match=r"The import brought .* nodes and .* edges, where .* were written"):
                open_store(url, Settings())


def test_edges_name_the_numbers_of_nodes_that_are_counted_through(original: GraphStore, tmp_path: Path) -> None:
    write_files(original, LOCAL, tmp_path / "graph")
    numbered: dict[tuple[str, str], str] = {}
    seen: list[int] = []
    tables = [(table, tmp_path / "graph" / f"{table.name}.csv") for table in GRAPH.values()]
    for table, file in ((table, file) for table, file in tables if file.exists()):
        with file.open(encoding="utf-8", newline="") as lines:
            cells = list(csv.DictReader(lines))
        if not table.is_edge:
            numbered |= {
                (table.name, row[":ID"]): row[f"id:{'string' if table.name in TEXTS else 'long'}"] for row in cells
            }
            seen += [int(row[":ID"]) for row in cells]
            continue
        with original.reading(LOCAL) as reader:
            ends = reader.scan(table.name, ["start", "end"]).to_pylist()
        found = [
            {"start": int(numbered[table.start, row[":START_ID"]]), "end": int(numbered[table.end, row[":END_ID"]])}
            for row in cells
        ]
        assert found == ends, table.name
    assert seen == list(range(len(seen)))


def test_what_an_import_can_not_carry_is_refused(tmp_path: Path) -> None:
    for number, odd_row in enumerate((row("person", id=1, flags=["a\x1fb"]), row("person", id=1, cohesion=1e999))):
        with MemoryStore() as store:
            with store.writing(LOCAL, Cause("record")) as writer:
                writer.put("person", rows("person", odd_row))
            with pytest.raises(StoreError, match="an import can't carry"):
                write_files(store, LOCAL, tmp_path / str(number))


def test_a_folder_that_holds_something_is_not_written_to(original: GraphStore, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(FileError, match="is not empty"):
        write_files(original, LOCAL, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_writing_files_leaves_the_store_as_it_was(original: GraphStore, tmp_path: Path) -> None:
    def state() -> tuple[int, int]:
        with original.writing(LOCAL, Cause("record")) as writer:
            return writer.position, int(writer.sequence(["another"])[0])

    before = state()
    write_files(original, LOCAL, tmp_path / "graph")
    assert state() == before


def test_a_tool_that_is_not_there_and_a_folder_without_files_are_told_of(original: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=f"holds no {ARGUMENTS}"):
        import_files(tmp_path)
    write_files(original, LOCAL, tmp_path / "graph")
    with pytest.raises(StoreUnavailable, match=r"can't be run: .*Give the neo4j-admin"):
        import_files(tmp_path / "graph", [str(tmp_path / "absent")])
