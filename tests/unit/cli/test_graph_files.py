"""`spine export graph`: what other programs read back is what the store holds."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import hand_made
import networkx as nx
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest
from rows import record, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.graph import EDGES, GRAPH
from spine.domain.ids import PREFIXES, encode_id
from spine.ports import Cause
from spine.settings import Settings

Spine = Callable[..., Any]
ODD = 'a <b> & "c" \x00\x0b\x1f\ufffe \n é ]]>'


@pytest.fixture
def filled(spine: Spine, tmp_path: Path) -> Spine:
    with open_store(f"sqlite:{tmp_path / '.spine' / 'spine.db'}", Settings()) as store:
        hand_made.fill(store)
        with store.writing(LOCAL, Cause("record")) as writer:
            writer.put("record", rows("record", {**record(500), "source": ODD}))
    return spine


@pytest.mark.parametrize(("form", "read"), [("parquet", parquet.read_table), ("arrow", feather.read_table)])
def test_tables_come_back_row_for_row(filled: Spine, tmp_path: Path, form: str, read: Callable[..., Any]) -> None:
    assert filled("export", "graph", "--out", "all", "--format", form).code == 0
    with open_store(f"sqlite:{tmp_path / '.spine' / 'spine.db'}", Settings()) as store, store.reading(LOCAL) as reader:
        for name in GRAPH:
            assert read(str(tmp_path / "all" / f"{name}.{form}")).equals(reader.scan(name)), name


def test_without_personal_columns_no_personal_value_is_written(filled: Spine, tmp_path: Path) -> None:
    for form in ("parquet", "graphml"):
        assert filled("export", "graph", "--out", form, "--format", form, "--no-personal").code == 0
    for table in GRAPH.values():
        held = set(parquet.read_table(tmp_path / "parquet" / f"{table.name}.parquet").column_names)
        assert held == {column.name for column in table.columns if not column.personal}
    text = (tmp_path / "graphml" / "graph.graphml").read_text("utf-8")
    assert "anna@example.org" not in text
    assert "Springfield" not in text
    assert filled("export", "graph", "--out", "neo", "--format", "neo4j-import", "--no-personal").code == 2


def test_networkx_reads_the_same_graph_from_graphml(filled: Spine, tmp_path: Path) -> None:
    said = filled("export", "graph", "--out", "xml", "--format", "graphml", "--json")
    counted = json.loads(said.out)["rows"]
    graph = nx.read_graphml(tmp_path / "xml" / "graph.graphml", force_multigraph=True)
    assert graph.number_of_nodes() == sum(counted[name] for name in PREFIXES if name in counted)
    assert graph.number_of_edges() == sum(counted[table.name] for table in EDGES)
    anna = graph.nodes[encode_id("person", 1)]
    assert (anna["label"], anna["name"], anna["consents"], anna["size"]) == ("Person", "Anna Bérg", "marketing", 3)
    edges = graph.get_edge_data(encode_id("record", 1), encode_id("identifier", hand_made.EMAIL))
    assert [(edge["label"], edge["verified"]) for edge in edges.values()] == [("CARRIES", True)]
    assert graph.nodes[encode_id("record", 500)]["source"] == 'a <b> & "c" \ufffd\ufffd\ufffd\ufffd \n é ]]>'
    assert filled("export", "graph", "--out", "xml", "--format", "graphml").code == 1, "a folder that holds something"


def test_graphml_declares_each_name_once_for_nodes_and_once_for_edges(filled: Spine, tmp_path: Path) -> None:
    """igraph refuses a file in which two keys of nodes have one name, and heeds none that is for all."""
    filled("export", "graph", "--out", "xml", "--format", "graphml")
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.parse(tmp_path / "xml" / "graph.graphml").getroot()
    names = Counter((key.get("for"), key.get("attr.name")) for key in root.iter(f"{space}key"))
    assert {domain for domain, _ in names} == {"node", "edge"}
    assert set(names.values()) == {1}
    declared = {(key.get("for"), key.get("id")) for key in root.iter(f"{space}key")}
    for domain in ("node", "edge"):
        used = {data.get("key") for one in root.iter(f"{space}{domain}") for data in one.iter(f"{space}data")}
        assert {(domain, key) for key in used} <= declared
