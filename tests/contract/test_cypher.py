"""Questions in Cypher: what they answer, and that whoever tries to write, to read a file or to get out is refused."""

import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any

import hand_made
import pytest

from spine.access.context import LOCAL
from spine.api.execution import run
from spine.bootstrap import open_store
from spine.domain.graph import GRAPH
from spine.domain.ids import encode_id
from spine.errors import QueryError, SpineError, TooExpensive
from spine.explore.cypher import MAX_ROWS, cypher
from spine.ports import CypherAnswer, GraphStore
from spine.settings import Settings
from spine.stores.cypher_names import strange_names
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


@pytest.mark.parametrize(
    ("query", "strange"),
    [
        ("MATCH (p:Persn)-[:MEMBER_OF]->(:Household) RETURN p", ({"Persn"}, set())),
        ("MATCH (p: person {id: x})-[e:MEMBR_OF|IN*1..2]-(:`Recrd`) RETURN p", ({"person", "Recrd"}, {"MEMBR_OF"})),
        ("MATCH (p:!Person&Houshold) WHERE p:Foo RETURN p", ({"Houshold", "Foo"}, set())),
        (
            "MATCH (p:Person) RETURN p {.name, of: p.id}, {a: Foo}, [x IN [1] | x][0..2], ':Foo' // (:Foo)",
            (set(), set()),
        ),
    ],
)
def test_names_that_no_table_has(query: str, strange: tuple[set[str], set[str]]) -> None:
    assert strange_names(query) == strange


@pytest.mark.neo4j
def test_what_a_misspelt_name_meant_is_told(ask: Ask) -> None:
    for query, name, meant in (
        ("MATCH (p:Persn) RETURN p", "label 'Persn'", "Did you mean Person"),
        ("MATCH (:Record)-[c:CARIES]->() RETURN c", "type of edges 'CARIES'", "Did you mean CARRIES"),
    ):
        with pytest.raises(QueryError) as refused:
            ask(query)
        assert name in refused.value.message
        assert meant in refused.value.remedy


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
