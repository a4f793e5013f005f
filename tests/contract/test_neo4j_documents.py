"""A long document leaves a Neo4j once for each content, and what is read is always what is there."""

from typing import Any

import pytest
from rows import row, rows

from spine.access.context import LOCAL
from spine.ports import Cause, GraphStore, Reader, Step
from spine.settings import Settings
from spine.stores.neo4j_bolt.connection import Cypher
from spine.stores.neo4j_bolt.store import BoltStore

CAUSE = Cause("model")
FIRST, SECOND = "1" * 20_000, "2" * 20_000
pytestmark = pytest.mark.neo4j


def store_at(url: str, settings: Settings) -> BoltStore:
    return BoltStore(url, settings.neo4j_user, settings.neo4j_password)


def put(store: GraphStore, body: str, name: str = "model:person") -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        made = writer.put("document", rows("document", row("document", id=name, kind="model", body=body)))
        assert body_in(writer, name) == body
        assert made.added + made.changed <= 1


def body_in(reader: Reader, name: str = "model:person") -> str | None:
    found = reader.get("document", "id", [name, "model:nothing"])
    return found[0]["body"] if found else None


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters the answers of the server had."""
    out: list[int] = []
    plain = Cypher.run

    def counting(self: Cypher, query: str, **values: Any) -> list[list[Any]]:
        answer = plain(self, query, **values)
        out.append(len(str(answer)))
        return answer

    monkeypatch.setattr(Cypher, "run", counting)
    return out


def test_a_long_document_is_sent_once_for_each_content(
    clean_neo4j_url: str, settings: Settings, sent: list[int]
) -> None:
    with store_at(clean_neo4j_url, settings) as store, store_at(clean_neo4j_url, settings) as other:
        put(other, FIRST)
        for expected, least, most in ((FIRST, 20_000, 21_000), (FIRST, 0, 500), (FIRST, 0, 500)):
            sent.clear()
            with store.reading(LOCAL) as reader:
                assert body_in(reader) == expected
            assert least <= sum(sent) <= most
        put(other, SECOND)
        with store.reading(LOCAL) as reader:
            assert body_in(reader) == SECOND
            plan = {"d": Step("document", "kind", ("model",)), "n": Step("document", "id", ("model:person",))}
            found = reader.follow(plan)
            assert [one["body"] for one in (*found["d"], *found["n"])] == [SECOND, SECOND]
        put(store, FIRST)
        put(other, "short")
        with store.reading(LOCAL) as reader:
            assert body_in(reader) == "short"
        put(other, FIRST)
        with store.reading(LOCAL) as reader:
            assert body_in(reader) == FIRST


def test_the_same_long_document_again_changes_nothing(clean_neo4j_url: str, settings: Settings) -> None:
    with store_at(clean_neo4j_url, settings) as store:
        put(store, FIRST)
        with store.writing(LOCAL, CAUSE) as writer:
            same = writer.put(
                "document", rows("document", row("document", id="model:person", kind="model", body=FIRST))
            )
            assert (same.added, same.changed) == (0, 0)


def test_what_tells_long_documents_apart_is_nobodys_column(clean_neo4j_url: str, settings: Settings) -> None:
    with store_at(clean_neo4j_url, settings) as store:
        put(store, FIRST)
        with store.reading(LOCAL) as reader:
            assert set(reader.scan("document").column_names) == {"id", "kind", "at", "body"}
            found = reader.cypher("MATCH (d:Document) RETURN d, keys(d)", {}, 5, 10.0).rows  # type: ignore[attr-defined]
            assert set(found[0][0]["properties"]) <= {"id", "kind", "at", "body"}
