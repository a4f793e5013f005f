"""Facts of persons: stage, name, region, consents, and how sure the person is."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from spine.ports import arrow_schema
from spine.resolution.components import inside_pairs
from spine.resolution.consent_state import agreed, holders
from spine.resolution.entities import entities
from spine.resolution.merge_tree import build
from spine.resolution.person_facts import person_table
from spine.resolution.resolved import SAID, Resolved


def world(rows: list[dict[str, Any]]) -> Resolved:
    claims = [
        {"row": at, "namespace": namespace, "value": f"v{at}", "identifier": 10 * at + place, "verified": verified}
        for at, row in enumerate(rows)
        for place, (namespace, verified) in enumerate(row.get("carries", []))
    ]

    def text(name: str) -> pa.Array:
        return pa.array([row.get(name) for row in rows], pa.string())

    return Resolved(
        records=pa.table(
            {"id": range(1, len(rows) + 1), "source": [row.get("source", "crm") for row in rows],
             "record_id": [str(at) for at in range(len(rows))]}
        ),
        fields=pa.table({name: text(name) for name in ("given", "surname", "region")}),
        extras=pa.table({"full_name": text("full_name"), "given_name": text("given_name"), "surname": text("last")}),
        person=np.array([row["person"] for row in rows]),
        organisation=np.full(len(rows), -1),
        claims=pa.Table.from_pylist(claims) if claims else pa.table({"row": pa.array([], pa.int64())}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("carries", "stage"),
    [
        ([], "anonymous"),
        ([("cookie", False), ("ip", None)], "anonymous"),
        ([("cookie", False), ("device", False)], "pseudonymous"),
        ([("device", False), ("login", False)], "registered"),
        ([("loyalty", None)], "registered"),
        ([("order", None)], "anonymous"),
        ([("cookie", False), ("email", True)], "verified"),
    ],
)
def test_the_stage_follows_from_what_is_carried(carries: list[tuple[str, bool | None]], stage: str) -> None:
    assert person_table(world([{"person": 1, "carries": carries}]))["stage"].to_pylist() == [stage]


def test_a_name_alone_makes_somebody_known() -> None:
    assert person_table(world([{"person": 1, "surname": "quintana"}]))["stage"].to_pylist() == ["registered"]


def test_the_most_frequent_name_is_shown_then_the_longest() -> None:
    rows = [
        {"person": 1, "given_name": "Bob", "last": "McCoy"},
        {"person": 1, "given_name": "Robert", "last": "McCoy"},
        {"person": 3, "full_name": "Ann Lee"},
        {"person": 3, "full_name": "Ann Lee"},
        {"person": 3, "full_name": "Ann Margaret Lee"},
        {"person": 6, "given": "jose", "surname": "silva"},
        {"person": 7, "surname": "okafor"},
        {"person": 8},
    ]
    table = person_table(world(rows))
    assert table["id"].to_pylist() == [1, 3, 6, 7, 8]
    assert table["name"].to_pylist() == ["Robert McCoy", "Ann Lee", "Jose Silva", "Okafor", None]


def test_lists_are_sorted_and_distinct() -> None:
    rows = [
        {"person": 1, "source": "shop", "region": "wa", "carries": [("phone", None), ("email", None)]},
        {"person": 1, "source": "crm", "region": "or", "carries": [("email", None)]},
        {"person": 1, "source": "shop", "region": "wa"},
        {"person": -1, "source": "erp", "carries": [("lei", None)]},
    ]
    [row] = person_table(world(rows), flags={1: ["bridge"]}).to_pylist()
    assert row["sources"] == ["crm", "shop"]
    assert row["namespaces"] == ["email", "phone"]
    assert (row["size"], row["region"], row["region_name"], row["flags"]) == (3, "or", "OR", ["bridge"])


def test_the_newest_word_on_a_purpose_holds_across_identifiers() -> None:
    said = pa.Table.from_pylist(
        [
            {"consent": at, "identifier": number, "purpose": purpose, "status": status, "at": f"2024-0{month}-01",
             "record": record, "held": True, "own": False}
            for at, (number, purpose, status, month, record) in enumerate([
                (10, "marketing", "given", 1, 1), (11, "marketing", "withdrawn", 2, 1),
                (10, "service", "withdrawn", 1, 1), (11, "service", "given", 2, 1),
                (12, "marketing", "withdrawn", 1, 2), (12, "marketing", "given", 1, 2), (13, "service", "given", 1, 9),
            ])
        ],
        SAID,
    )  # fmt: skip
    people = world([{"person": 1}, {"person": 2}])
    table = person_table(people, agreed=agreed(said, holders(people, said)))
    assert table["consents"].to_pylist() == [["service"], []]


def test_cohesion_and_next_join_come_from_the_trees() -> None:
    weights = {(0, 1): 9_000, (0, 2): 2_000, (1, 2): 2_000}
    left, right, _ = inside_pairs(np.zeros(3, np.int64))
    weight = np.array([weights[pair] for pair in zip(left.tolist(), right.tolist(), strict=True)])
    trees = build(np.arange(3), np.zeros(3, np.int64), left, right, weight)
    found = entities(trees, 5_000, np.array([1, 2, 3]))
    table = person_table(world([{"person": 1}, {"person": 1}, {"person": 3}, {"person": 4}]), found)
    assert table.schema == arrow_schema("person")
    assert table["cohesion"].to_pylist() == pytest.approx([512 / 513, 1, 1])
    assert table["next_join"].to_pylist()[:2] == pytest.approx([0.8, 0.8])
    assert table["next_join"].to_pylist()[2] is None
