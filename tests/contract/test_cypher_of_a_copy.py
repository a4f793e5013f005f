"""Cypher on a store that is no Neo4j: of a copy that sees what the question can see, changes nothing and is gone."""

from collections.abc import Iterator
from pathlib import Path

import hand_made
import pytest

from spine.access.context import LOCAL
from spine.api.execution import run
from spine.bootstrap import cypher_projection, open_store
from spine.domain.graph import GRAPH
from spine.domain.ids import encode_id
from spine.errors import QueryError, Unsupported
from spine.explore.cypher import cypher
from spine.ports import GraphStore
from spine.settings import Settings
from spine.stores.cypher_names import columns_for, tables_for


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    with open_store(f"sqlite:{tmp_path_factory.mktemp('cypher') / 'graph.db'}", Settings()) as store:
        hand_made.fill(store)
        yield store


def test_an_embedded_store_answers_no_cypher_over_the_network(embedded: GraphStore, settings: Settings) -> None:
    answer = run(embedded, settings, '{ cypher(query: "RETURN 1") { rows } }')
    assert answer["errors"][0]["extensions"]["code"] == "UNSUPPORTED"
    with embedded.reading(LOCAL) as reader, pytest.raises(Unsupported):
        cypher(reader, LOCAL, "RETURN 1")


def test_a_projection_answers_what_the_tables_hold(embedded: GraphStore) -> None:
    with cypher_projection()(embedded, LOCAL) as projection, embedded.reading(LOCAL) as reader:
        for table in GRAPH.values():
            if table.name in ("log", "document", "record_version"):
                continue
            ends = f"(:{table.label})" if not table.is_edge else ""
            ends = ends or f"(:{GRAPH[table.start].label})-[:`{table.label}`]->(:{GRAPH[table.end].label})"
            found = projection.cypher(f"MATCH {ends} RETURN count(*)", {}, 1, 10)
            assert found.rows == [[reader.count(table.name)]], table.name
        record, values, path = projection.cypher(
            "MATCH p = (r:Record {key: $key})-[c:CARRIES]->(i:Identifier) RETURN r, collect(i.value), p LIMIT 1",
            {"key": "shop/7"}, 5, 10,
        ).rows[0]  # fmt: skip
        assert (record["id"], record["properties"]["source"]) == (encode_id("record", 2), "shop")
        assert values
        assert len(path["nodes"]) == 2
        cut = projection.cypher("MATCH (r:Record) RETURN r.id", {}, 2, 10)
        assert (len(cut.rows), cut.truncated) == (2, True)


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("MATCH (p:Person)<-[:RESOLVES_TO]-(r:Record) RETURN p.id, count(r)",
         {"person", "organisation", "record", "resolves_to_person", "resolves_to_organisation"}),
        ("MATCH (r:Record {key: $key})-[:CARRIES]->(i) RETURN i.value // (n)", {"record", "identifier", "carries"}),
        ("MATCH (a)-[m:`MATCH`]-(b) WHERE (m.weight > 3000) RETURN count(*)", {"record", "match"}),
        ("MATCH (e:Event), (h:Household) WHERE e.kind = '(n)' RETURN count(*)", {"event", "household"}),
        ("MATCH (p:Person)-[:MEMBER_OF|SUBSIDIARY_OF]->(h) MATCH (p) RETURN h",
         {"person", "household", "member_of", "organisation", "subsidiary_of"}),
        ("RETURN 1", set()),
        *((query, set(GRAPH)) for query in (
            "MATCH (n) RETURN count(n)", "MATCH (p:Person)--(x) RETURN x", "MATCH (p:Person)-[e]->(x) RETURN e",
            "MATCH (r:Record)-[:CARRIES]->(i:Identifier), (n {id: 3}) RETURN n",
            "MATCH p = (a:Record)-[* SHORTEST 1..6]-(b:Record) RETURN p", "MATCH () RETURN count(*)",
        )),
    ],
)  # fmt: skip
def test_only_what_a_question_can_see_is_copied_for_it(query: str, tables: set[str]) -> None:
    assert tables_for(query) == tables


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("MATCH (p:Person)<-[:RESOLVES_TO]-(r:Record) RETURN p.id, count(r) AS n ORDER BY n DESC", {"id"}),
        ("MATCH (r:Record {key: $key})-[:CARRIES]->(i) RETURN i.`value`", {"key", "value"}),
        ("MATCH (a:Record)-[m:`MATCH`]-(b) WHERE (m.weight > 3) AND NOT (a)-[:JUDGED]-(b) RETURN DISTINCT a.source",
         {"weight", "source"}),
        ("MATCH p = (a:Record)-[c:CARRIES]->(:Identifier) RETURN length(p), label(a), count(DISTINCT c)", set()),
        *((query, None) for query in (
            "MATCH (p:Person) RETURN p", "MATCH (p:Person) RETURN 1, (p)", "MATCH (p:Person) RETURN *",
            "MATCH (p:Person) WITH DISTINCT * RETURN p.id", "MATCH (p:Person)-[e:MEMBER_OF]->(h) RETURN p.id, e",
            "MATCH (p:Person) WITH p AS q RETURN q", "MATCH (p:Person) RETURN collect(p)",
            "MATCH p = (a:Record)-[:CARRIES]->(i) RETURN p", "MATCH p = (a:Record)-[:CARRIES]->(i) RETURN nodes(p)",
            "MATCH (p:Person) RETURN properties(p)", "MATCH (p:Person) RETURN p['name']",
            "MATCH (p:Person) WITH p ORDER BY p.id RETURN p.name",
            "MATCH (p:Person) RETURN EXISTS { MATCH (p)-[:MEMBER_OF]->(h) }, (p)",
            "MATCH (p:Person) RETURN CASE WHEN p.id > 3 THEN p ELSE NULL END",
        )),
    ],
)  # fmt: skip
def test_only_the_columns_that_a_question_names_are_copied(query: str, names: set[str] | None) -> None:
    seen = columns_for(query)
    known = {name for table in GRAPH.values() for name in table.names}
    assert (None if seen is None else {name for name in seen if name in known}) == names


def test_a_question_is_answered_alike_of_a_part_and_of_everything(embedded: GraphStore) -> None:
    for query in (
        "MATCH (p:Person)<-[:RESOLVES_TO]-(r:Record) RETURN p.id, count(r) AS n ORDER BY p.id",
        "MATCH (r:Record)-[c:CARRIES]->(i) RETURN r.key, i.value ORDER BY r.key, i.value",
        "MATCH (n) RETURN label(n), count(*) ORDER BY label(n)",
        "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household) RETURN p.name, h.size, m.role, m.weight ORDER BY p.id, h.id",
        "MATCH (a:Record)-[m:`MATCH`]->(b:Record) RETURN a.key, count(m), max(m.probability) ORDER BY a.key",
        "MATCH (p:Person)-[:MEMBER_OF]->(h) WITH h, count(p) AS n RETURN h, n ORDER BY h.id",
    ):
        with cypher_projection()(embedded, LOCAL) as whole, cypher_projection()(embedded, LOCAL, query) as part:
            assert part.cypher(query, {}, 100, 10) == whole.cypher(query, {}, 100, 10)


def test_a_misspelt_name_is_told_before_anything_is_copied(embedded: GraphStore) -> None:
    told: list[object] = []
    with (
        pytest.raises(QueryError, match=r"There is no label 'Persn'\. Did you mean Person"),
        cypher_projection()(embedded, LOCAL, "MATCH (p:Persn) RETURN p", told.append),
    ):
        pass
    assert told == []
    with (
        cypher_projection()(embedded, LOCAL) as whole,
        pytest.raises(QueryError, match=r"no type of edges 'CARIES'\. Did you mean CARRIES"),
    ):
        whole.cypher("MATCH (:Record)-[c:CARIES]->(:Identifier) RETURN c", {}, 10, 5.0)


def test_what_will_be_copied_is_told_before(embedded: GraphStore) -> None:
    told: list[str] = []
    query = "MATCH (p:Person)-[:MEMBER_OF]->(h:Household) RETURN p.name, h.size"
    with cypher_projection()(
        embedded, LOCAL, query,
        lambda parts: told.extend(f"{one.table.name} {','.join(one.columns)} {one.rows}" for one in parts),
        lambda rows: told.append(str(rows)),
    ):  # fmt: skip
        pass
    with embedded.reading(LOCAL) as reader:
        rows = [reader.count(name) for name in ("person", "household", "member_of")]
    assert told == [
        f"person id,size,name {rows[0]}", f"household id,size {rows[1]}", f"member_of start,end,weight {rows[2]}",
        *map(str, rows),
    ]  # fmt: skip


def test_a_projection_changes_and_touches_nothing(embedded: GraphStore, tmp_path: Path) -> None:
    inside, out = tmp_path / "in.csv", tmp_path / "out.csv"
    inside.write_text("1\n")
    attempts = [
        "CREATE (:Person {id: 999})", "MATCH (p:Person) SET p.name = 'x'", "MATCH (p:Person) DETACH DELETE p",
        f"COPY (MATCH (p:Person) RETURN p.name) TO '{out}'", f"LOAD FROM '{inside}' RETURN *",
        f"MATCH (p:Person) WITH p LIMIT 1 LOAD FROM '{inside}' RETURN *",
        f"EXPORT DATABASE '{tmp_path / 'all'}'", "INSTALL httpfs", "CALL threads=1",
        f"ATTACH '{tmp_path / 'x.db'}' AS x (dbtype sqlite)", "RETURN 1; CREATE (:Person {id: 999})", "nonsense", "",
    ]  # fmt: skip
    with cypher_projection()(embedded, LOCAL) as projection:
        for query in attempts:
            with pytest.raises(QueryError):
                projection.cypher(query, {}, 10, 5)
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]
