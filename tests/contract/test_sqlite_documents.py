"""Documents of the embedded store are read once as long as nobody writes, and never later than the view that asks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rows import row, rows

from spine.access.context import LOCAL
from spine.ports import Cause, GraphStore, Reader, Step
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.store import SqliteStore

CAUSE = Cause("model")


def put(store: GraphStore, body: str) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("document", rows("document", row("document", id="model:person", kind="model", body=body)))
        assert body_in(writer) == body


def body_in(reader: Reader) -> str | None:
    found = reader.get("document", "id", ["model:person", "model:nothing"])
    return found[0]["body"] if found else None


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that read documents."""
    out: list[str] = []
    plain = Connection.run

    def counting(self: Connection, sql: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        if 'FROM "document"' in sql:
            out.append(sql)
        return plain(self, sql, values)

    monkeypatch.setattr(Connection, "run", counting)
    return out


def test_a_document_is_read_once_until_somebody_writes(tmp_path: Path, read: list[str]) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        put(store, "first")
        read.clear()
        for _ in range(3):
            with store.reading(LOCAL) as reader:
                assert (body_in(reader), body_in(reader)) == ("first", "first")
                assert reader.get("document", "id", ["model:nothing"]) == []
        assert len(read) == 1
        put(store, "second")
        read.clear()
        with store.reading(LOCAL) as reader:
            assert body_in(reader) == "second"
        assert len(read) == 1


@pytest.mark.parametrize("other", [lambda store, path: store, lambda store, path: SqliteStore(path)])
def test_a_view_sees_the_documents_of_its_moment(
    tmp_path: Path, other: Callable[[SqliteStore, Path], SqliteStore]
) -> None:
    """Whoever else writes: this process or another one, before the view has asked or after."""
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store, other(store, path) as writing:
        put(writing, "first")
        with store.reading(LOCAL) as asked, store.reading(LOCAL) as unasked:
            assert body_in(asked) == "first"
            put(writing, "second")
            assert (body_in(asked), body_in(unasked)) == ("first", "first")
            with store.reading(LOCAL) as later:
                assert body_in(later) == "second"
        for _ in range(3):
            with store.reading(LOCAL) as reader:
                assert body_in(reader) == "second"
        with writing.writing(LOCAL, CAUSE) as writer:
            writer.delete("document", rows("document", row("document", id="model:person")).select(["id"]))
        with store.reading(LOCAL) as reader:
            assert body_in(reader) is None


def test_documents_of_a_kind_are_found_as_ever(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        put(store, "first")
        with store.reading(LOCAL) as reader:
            assert body_in(reader) == "first"
            assert [one["id"] for one in reader.get("document", "kind", ["model", "model:person"])] == ["model:person"]
            plan = {"d": Step("document", "kind", ("model",), counted=True)}
            assert reader.follow(plan) == {"d": [{"kind": "model", "count": 1}]}
        put(store, "second")
        with store.reading(LOCAL) as reader:
            assert [one["body"] for one in reader.get("document", "kind", ["model"])] == ["second"]


def test_some_columns_of_a_document_are_read_as_ever(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        put(store, "first")
        with store.reading(LOCAL) as reader:
            assert body_in(reader) == "first"
            plan = {"d": Step("document", "id", ("model:person",), columns=("kind",))}
            assert reader.follow(plan) == {"d": [{"id": "model:person", "kind": "model"}]}
