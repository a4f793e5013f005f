"""Questions in Cypher: what they answer, and that whoever tries to write, to read a file or to get out is refused."""

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hand_made
import pytest

from spine.access.context import LOCAL
from spine.api.execution import run
from spine.bootstrap import cypher_projection, open_store
from spine.domain.graph import GRAPH
from spine.domain.ids import encode_id
from spine.errors import QueryError, SpineError, TooExpensive, Unsupported
from spine.explore.cypher import MAX_ROWS, cypher
from spine.ports import CypherAnswer, GraphStore
from spine.settings import Settings
from spine.stores.cypher_names import columns_for, tables_for
from spine.stores.neo4j_bolt.guard import check_plan, check_text

Ask = Callable[..., CypherAnswer]

WRITES = [
    "CREATE (n:Person {id: 999})",
    "MATCH (n:Person) SET n.name = 'x' RETURN n",
    "MATCH (n:Person) REMOVE n.name",
    "MATCH (n:Person) DETACH DELETE n",
    "MATCH (n:Person) NODETACH DELETE n",
    "MERGE (n:Person {id: 999}) RETURN n",
    "MATCH (n:Person) WITH n FOREACH (x IN [1] | SET n.name = 'x')",
    "MATCH (n:Person) CALL (n) { SET n.name = 'x' } RETURN n",
    "MATCH (n:Person) CALL (n) { SET n.name = 'x' } IN TRANSACTIONS OF 1 ROWS",
    "UNWIND [1] AS x CALL { CREATE (n) RETURN n } RETURN n",
    "MATCH (n:Person) SET n:Other",
    "MATCH (a:Person), (b:Person) CREATE (a)-[:X]->(b)",
    "CREATE INDEX FOR (n:Person) ON (n.name)",
    "DROP INDEX record_words",
    "CREATE CONSTRAINT FOR (n:Person) REQUIRE n.name IS UNIQUE",
    "CREATE DATABASE other",
    "CREATE USER x SET PASSWORD 'secret123'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'",
    "/* MATCH (n) */ CREATE (n)",
    "// MATCH (n)\nCREATE (n)",
    "RETURN 1 UNION CREATE (n) RETURN 1",
]
OUTSIDE = [
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV WITH HEADERS FROM 'file:///etc/passwd' AS line RETURN line",
    "load /* */ csv from 'file:///etc/passwd' as line return line",
    "LOAD // x\n CSV FROM $url AS line RETURN line",
    "UNWIND [1] AS x CALL { LOAD CSV FROM $url AS line RETURN line } RETURN line",
    "\\u004cOAD CSV FROM $url AS line RETURN line",
    "LO\\u0041D CSV FROM $url AS line RETURN line",
    "LOAD\u180eCSV FROM $url AS line RETURN line",
    "LOAD\u00a0CSV FROM $url AS line RETURN line",
    "MATCH (n) WITH n LIMIT 1 LOAD CSV FROM $url AS line RETURN line, n",
]
PROCEDURES = [
    "CALL db.createLabel('X')",
    "CALL db.clearQueryCaches()",
    "CALL dbms.listConfig() YIELD name, value RETURN name, value",
    "CALL dbms.setConfigValue('a', 'b')",
    "CALL dbms.components()",
    "CALL dbms.killConnection('x')",
    "CALL dbms.queryJmx('*:*')",
    "CALL `dbms`.`listConfig`()",
    "CALL /* */ dbms /* */ . listConfig ()",
    "CALL dbms.security.createUser('x', 'y')",
    "CALL tx.setMetaData({x: 1})",
    "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()",
    "CALL db.ping()",
    "CALL apoc.load.json('file:///etc/passwd') YIELD value RETURN value",
    "CALL apoc.export.csv.all('/tmp/x', {})",
    "CALL gds.graph.export('x', {})",
    "UNWIND [1] AS x CALL { CALL dbms.listConfig() YIELD name RETURN name } RETURN name",
    "MATCH (n) CALL dbms.listConfig() YIELD name RETURN name, n",
]
FUNCTIONS = [
    "RETURN apoc.cypher.runFirstColumnSingle('CREATE (n) RETURN 1', {})",
    "RETURN `apoc`.`cypher`.`runFirstColumnSingle`('CREATE (n) RETURN 1', {})",
    "RETURN apoc . cypher /* */ . runFirstColumnSingle ('x', {})",
    "RETURN apoc.cypher.run\u180eFirst('x', {})",
    "RETURN apoc.static.get('x')",
    "RETURN graph.names()",
    "UNWIND graph.names() AS name CALL { USE graph.byName(name) MATCH (n) RETURN n } RETURN n",
]
ELSEWHERE = [
    "SHOW SETTINGS",
    "SHOW USERS",
    "SHOW DATABASES",
    "SHOW TRANSACTIONS",
    "SHOW PROCEDURES",
    "SHOW FUNCTIONS YIELD name RETURN name",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "USE system MATCH (n) RETURN n",
    "USE system SHOW USERS",
    "CALL { USE system MATCH (n) RETURN n } RETURN n",
    "EXPLAIN MATCH (n) RETURN n",
    "PROFILE MATCH (n) RETURN n",
    "CYPHER runtime=parallel MATCH (n) RETURN n",
    "CYPHER 25 MATCH (n) RETURN n",
    "/* */ CYPHER replan=force MATCH (n) RETURN n",
    "STOP DATABASE neo4j",
    "MATCH (n) RETURN n; CREATE (m)",
    "MATCH (n) RETURN n; MATCH (m) RETURN m",
    "",
    "   // nothing",
    "no Cypher at all",
]
ATTEMPTS = [*WRITES, *OUTSIDE, *PROCEDURES, *FUNCTIONS, *ELSEWHERE]


@pytest.mark.parametrize("query", [*OUTSIDE, *FUNCTIONS])
def test_the_words_alone_give_them_away(query: str) -> None:
    with pytest.raises(QueryError):
        check_text(query)


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (n:Person) WHERE n.name = 'LOAD CSV; CREATE (n) apoc.load.json(' RETURN n // SHOW USERS",
        "MATCH (load:Person)-[use]-(show) RETURN load.csv, show.`create database`, use.name",
        "MATCH (n) RETURN n.name;",
        "RETURN date.truncate('month', date()), duration.between(date(), date()), point.distance($a, $b)",
        "MATCH (n) WHERE (n.id) IN [1] RETURN count(*), collect(n.id)[0..3], {all: 1}",
        "CALL db.labels() YIELD label RETURN label",
        "RETURN 'it''s \\' fine' AS `a``b`, \"é ü ß\"",
    ],
)
def test_words_in_texts_names_and_comments_are_no_offence(query: str) -> None:
    check_text(query)


def test_a_plan_with_an_operator_that_nobody_listed_is_refused() -> None:
    def plan(*operators: str) -> dict[str, Any]:
        inner: dict[str, Any] = {}
        for operator in reversed(operators):
            inner = {"operatorType": f"{operator}@neo4j", "args": {}, "children": [inner] if inner else []}
        return inner

    check_plan(plan("ProduceResults", "Expand(All)", "NodeByLabelScan"), "r")
    for operators in (["ProduceResults", "LoadCSV"], ["ProduceResults", "FromTheFuture"], ["ProcedureCall"], [""]):
        with pytest.raises(QueryError):
            check_plan(plan(*operators), "r")
    for kind in ("rw", "w", "s", ""):
        with pytest.raises(QueryError):
            check_plan(plan("ProduceResults"), kind)


# -------------------------------------------------------------------------------------------------------------- Neo4j


@pytest.fixture(scope="module")
def neo4j_store(wiped_neo4j: Callable[[], str], settings: Settings) -> Iterator[GraphStore]:
    with open_store(wiped_neo4j(), settings) as store:
        hand_made.fill(store)
        yield store


@pytest.fixture
def ask(neo4j_store: GraphStore) -> Ask:
    def asked(query: str, parameters: dict[str, Any] | None = None, **limits: Any) -> CypherAnswer:
        with neo4j_store.reading(LOCAL) as reader:
            return cypher(reader, LOCAL, query, parameters, **limits)

    return asked


@pytest.fixture(scope="module")
def visited() -> Iterator[tuple[str, list[str]]]:
    """A server that notes every request: what it was asked for."""
    seen: list[str] = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a,b\n1,2\n")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x.csv", seen
    server.shutdown()
    server.server_close()


@pytest.mark.neo4j
def test_no_attempt_gets_through_or_leaves_a_trace(
    neo4j_store: GraphStore, ask: Ask, visited: tuple[str, list[str]]
) -> None:
    url, seen = visited

    def everything() -> list[Any]:
        with neo4j_store.reading(LOCAL) as reader:
            return [reader.scan(name).to_pylist() for name in GRAPH]

    before = everything()
    through = []
    for query in ATTEMPTS:
        try:
            ask(query, {"url": url, "name": "x"})
        except QueryError:
            continue
        through.append(query)
    assert through == []
    assert seen == []
    assert everything() == before


@pytest.mark.neo4j
def test_without_the_checks_the_read_transaction_still_refuses_writes(
    neo4j_store: GraphStore, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each lock holds by itself: with the checks off, the server's own refusal is what is left."""
    monkeypatch.setattr("spine.stores.neo4j_bolt.question.check_text", lambda query: None)
    monkeypatch.setattr("spine.stores.neo4j_bolt.question.check_plan", lambda plan, kind: None)
    for query in WRITES:
        with pytest.raises(SpineError):
            ask(query)
    with neo4j_store.reading(LOCAL) as reader:
        assert reader.count("person") == 43


@pytest.mark.neo4j
def test_answers_are_plain_values(ask: Ask) -> None:
    found = ask(
        "MATCH p = (r:Record {key: $key})-[c:CARRIES]->(i:Identifier {namespace: 'email'}) "
        "RETURN r, c, i.value AS value, p, i.id + 9007199254740993 AS great, [1, null, 0.5] AS list, "
        "date('2025-01-02') AS day, duration('P1D') AS long, 0.0/0.0 AS none, point({x: 1, y: 2}) AS where, "
        "true AS yes",
        {"key": "crm/1"},
    )
    assert found.columns == ("r", "c", "value", "p", "great", "list", "day", "long", "none", "where", "yes")
    record, carries, value, path, great, some, day, long, none, where, yes = found.rows[0]
    assert (record["id"], record["labels"]) == (encode_id("record", 1), ["Record"])
    assert record["properties"]["key"] == "crm/1"
    assert "_words" not in record["properties"]
    assert (carries["type"], carries["properties"]["namespace"], value) == ("CARRIES", "email", "anna@example.org")
    assert [len(path["nodes"]), len(path["relationships"])] == [2, 1]
    assert (great, some, day, long, none, yes) == (
        str(1001 + 2**53 + 1),
        [1, None, 0.5],
        "2025-01-02",
        "P1D",
        "nan",
        True,
    )
    assert "2.0" in where


@pytest.mark.neo4j
def test_rows_time_and_size_are_bounded(ask: Ask) -> None:
    found = ask("MATCH (n:Record) RETURN n.id ORDER BY n.id", rows=3)
    assert (found.rows, found.truncated) == ([[1], [2], [3]], True)
    assert not ask("RETURN 1", rows=1).truncated
    assert ask("UNWIND range(1, 1000000000) AS x RETURN x", rows=2).truncated
    with pytest.raises(TooExpensive):
        ask("UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN x", seconds=1.0)
    with pytest.raises(TooExpensive):
        ask("RETURN [x IN range(1, 2000000) | x]")
    with pytest.raises(TooExpensive, match="memory"):
        ask("UNWIND range(1, 1000000) AS x RETURN size(collect($long + x))", {"long": "x" * 10_000})
    for wrong in ({"rows": 0}, {"rows": MAX_ROWS + 1}, {"seconds": 3600.0}):
        with pytest.raises(QueryError):
            ask("RETURN 1", **wrong)
    with pytest.raises(QueryError):
        ask("RETURN " + "1 + " * 6000 + "1")
    with pytest.raises(QueryError):
        ask("RETURN $x", {"x": 2**70})
    with pytest.raises(QueryError, match="x"):
        ask("RETURN $x")


@pytest.mark.neo4j
def test_a_question_that_fails_spoils_no_other_of_the_same_request(neo4j_store: GraphStore, settings: Settings) -> None:
    both = '{ bad: cypher(query: "MATCH") { rows } good: cypher(query: "RETURN $x AS x", parameters: {x: 7}) '
    answer = run(neo4j_store, settings, both + "{ columns rows truncated } status { position } }")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_ARGUMENT"
    assert answer["data"] is None or answer["data"]["good"] == {"columns": ["x"], "rows": [[7]], "truncated": False}


# ------------------------------------------------------------------------------------------------- the other stores


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
