"""Bank details are kept as keyed hashes: nothing in the store tells the number, and yet it is found and shared."""

import pytest
from batches import Ticking, batch, person

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH
from spine.explore.explain import is_identifier
from spine.explore.identities import identity
from spine.explore.sealed import looked_up
from spine.normalise.sealing import is_sealed, seal
from spine.pipeline.ingest import ingest
from spine.pipeline.sealing import sealed
from spine.ports import GraphStore

NUMBER = "DE89370400440532013000"
SPACED = "DE89 3704 0044 0532 0130 00"


def test_the_number_is_nowhere_in_the_store_and_is_found(store: GraphStore) -> None:
    rows = [
        person("r1", "2025-01-01", f"bank:{SPACED}", given_name="Ann", surname="Quist"),
        person("r2", "2025-01-01", f"bank:{NUMBER.lower()}", given_name="Ben", surname="Quist"),
        person("r3", "2025-01-01", "bank:GB33BUKB20201555555555", given_name="Cy", surname="Lee"),
    ]
    ingest(store, LOCAL, batch(rows), Ticking(), key="batches")
    with store.reading(LOCAL) as reader:
        for table in GRAPH:
            text = str(reader.scan(table).to_pylist()).lower()
            assert NUMBER.lower() not in text, table
            assert SPACED.lower() not in text, table
        found = identity(reader, LOCAL, None, SPACED, 0.95)
        assert [row["namespace"] for row in found.identifiers] == ["bank"]
        assert len(found.candidates) == 2
        assert found.shared
        value = found.identifiers[0]["value"]
        assert is_sealed(value)
        assert looked_up(reader, LOCAL, "bank", value) == value
        assert is_identifier(f"bank:{NUMBER}")
        homes = {row["end"] for row in reader.scan("member_of").to_pylist()}
        assert homes == {1}


def test_rows_beside_a_sealed_one_stay_as_they_came() -> None:
    said = batch([
        person("r1", "2025-01-01", "email:ann@x.example", given_name="Ann"),
        person("r2", "2025-01-01", f"bank:{SPACED}", "email:ben@x.example", given_name="Ben"),
        person("r3", "2025-01-01", given_name="Cy"),
    ])  # fmt: skip
    hidden = sealed(said, b"key").records
    assert hidden.schema == said.records.schema
    before, after = said.records.to_pylist(), hidden.to_pylist()
    assert [before[0], before[2]] == [after[0], after[2]]
    assert after[1]["identifiers"][0] == {**before[1]["identifiers"][0], "value": seal("bank", NUMBER, b"key")}
    assert after[1]["identifiers"][1] == before[1]["identifiers"][1]
    assert SPACED not in after[1]["raw"]


def test_the_same_row_again_changes_nothing(store: GraphStore) -> None:
    row = person("r1", "2025-01-01", f"bank:{SPACED}", given_name="Ann", surname="Quist")
    ingest(store, LOCAL, batch([row]), Ticking(), key="batches")
    assert ingest(store, LOCAL, batch([row]), Ticking(), key="batches").position is None


@pytest.mark.parametrize("key", [b"one", b"two"])
def test_the_hash_depends_on_the_key_and_not_on_the_spelling(key: bytes) -> None:
    once = seal("bank", SPACED, key)
    assert once == seal("bank", NUMBER.lower(), key) == seal("bank", str(once), key)
    assert once != seal("bank", NUMBER, b"three")
    assert seal("bank", " ", key) is None
