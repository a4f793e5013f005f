"""Relationships of persons: declared, and implied by what they share."""

import json
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.ports import arrow_schema
from spine.resolution.relationships import relationships
from spine.resolution.resolved import Resolved


def world(rows: list[dict[str, Any]]) -> Resolved:
    """Row i has label i + 1; `firm` makes it an organisation; carries and declares are lists of tuples."""
    count = len(rows)
    claims = [
        {"row": at, "namespace": namespace, "value": value, "identifier": zlib.crc32(f"{namespace}/{value}".encode())}
        for at, row in enumerate(rows)
        for namespace, value in row.get("carries", [])
    ]
    relations = [
        {"row": at, "kind": kind, "namespace": namespace, "value": value} | more
        for at, row in enumerate(rows)
        for kind, namespace, value, more in row.get("declares", [])
    ]
    numbers = np.arange(1, count + 1)
    firm = np.array(["firm" in row for row in rows])
    return Resolved(
        records=pa.table({"id": numbers, "source": ["hr"] * count, "record_id": [str(i) for i in numbers]}),
        fields=pa.table({"organisation": pa.array([row.get("firm") for row in rows], pa.string())}),
        extras=pa.table({"employer_name": pa.array([row.get("employer") for row in rows], pa.string())}),
        person=np.where(firm, -1, numbers),
        organisation=np.where(firm, numbers, -1),
        claims=pa.Table.from_pylist(claims) if claims else pa.table({"row": pa.array([], pa.int64())}),
        relations=pa.Table.from_pylist(relations) if relations else pa.table({"row": pa.array([], pa.int64())}),
    )


def jobs(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = relationships(world(rows)).employed_by
    assert found.schema == arrow_schema("employed_by")
    return found.to_pylist()


def test_declared_employment_has_role_and_dates() -> None:
    more = {"role": "clerk", "valid_from": "2020-01-01", "valid_to": "2021-01-01"}
    [job] = jobs(
        [
            {"declares": [("employed_by", "register", "HRB1", more)]},
            {"firm": "acme", "carries": [("register", "HRB1")]},
        ]
    )
    assert {name: job[name] for name in more} == more
    assert (job["start"], job["end"], job["declared"], job["weight"]) == (1, 2, True, 0.99)


def test_a_company_address_hints_at_the_employer_and_free_mail_does_not() -> None:
    found = jobs(
        [
            {"carries": [("email", "ann@acme.example.com")]},
            {"carries": [("email", "bob@gmail.com")]},
            {"firm": "acme", "carries": [("domain", "acme.example.com")]},
            {"firm": "googol", "carries": [("domain", "gmail.com")]},
        ]
    )
    assert [(job["start"], job["end"], job["declared"]) for job in found] == [(1, 3, False)]
    assert json.loads(found[0]["evidence"])[0]["kind"] == "email_domain"


def test_the_employers_name_is_compared_without_its_legal_form() -> None:
    found = jobs([{"employer": "Acme Anvils GmbH"}, {"employer": "Other"}, {"firm": "acme anvils"}])
    assert [(job["start"], job["end"]) for job in found] == [(1, 3)]


def test_two_hints_are_surer_than_one_and_namesakes_less_sure() -> None:
    person = {"employer": "Acme Ltd", "carries": [("email", "ann@acme.example.com")]}
    firm = {"firm": "acme", "carries": [("domain", "acme.example.com")]}
    [both] = jobs([person, firm])
    [name] = jobs([{"employer": "Acme Ltd"}, firm])
    first, second = jobs([{"employer": "Acme Ltd"}, firm, {"firm": "acme"}])
    assert both["weight"] == pytest.approx(1 - (1 - 0.85) * (1 - 0.75))
    assert first["weight"] == second["weight"] == name["weight"] / 2


def test_a_name_of_many_firms_says_nothing() -> None:
    assert jobs([{"employer": "Smith"}, *({"firm": "smith"} for _ in range(6))]) == []


def test_family_is_one_edge_whoever_declares_it() -> None:
    rows: list[dict[str, Any]] = [
        {"carries": [("customer", "a")], "declares": [("family", "customer", "b", {"role": "spouse"})]},
        {
            "carries": [("customer", "b")],
            "declares": [("family", "customer", "a", {}), ("family", "customer", "z", {})],
        },
    ]
    found = relationships(world(rows))
    [edge] = found.related_to.to_pylist()
    assert (edge["start"], edge["end"], edge["kind"]) == (1, 2, "family")
    assert edge["weight"] > 0.99
    assert found.unresolved == {"employed_by": 0, "family": 1}
    assert found.related_to.schema == arrow_schema("related_to")


def test_the_more_persons_share_a_device_the_less_it_says() -> None:
    def weight(carriers: int) -> list[float]:
        rows = [{"carries": [("device", "d1")]} for _ in range(carriers)]
        return relationships(world(rows)).related_to["weight"].to_pylist()

    assert weight(1) == []
    assert len(weight(3)) == 3
    assert weight(2)[0] > weight(3)[0] > weight(10)[0] > 0
    assert weight(21) == []


def test_kinds_of_sharing_are_edges_of_their_own() -> None:
    rows = [{"carries": [("device", "d"), ("cookie", "c"), ("phone", "p"), ("account", "a")]} for _ in range(2)]
    edges = relationships(world(rows)).related_to.to_pylist()
    assert [edge["kind"] for edge in edges] == ["shares_account", "shares_device", "shares_phone"]
    device = json.loads(edges[1]["evidence"])
    assert {reason["namespace"] for reason in device} == {"device", "cookie"}
    assert edges[1]["weight"] == pytest.approx(1 - 0.4 * 0.5)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_row_follows_from_its_own_statements(seed: int) -> None:
    """Of persons and companies drawn at random, whoever meets in a number or domain; and again without all others."""
    rng = np.random.default_rng(seed)
    hosts = ("acme.com", "bolt.com", "core.com")
    rows: list[dict[str, Any]] = [
        {"firm": f"f{at}", "carries": [("domain", host) for host in rng.permutation(hosts)[: rng.integers(1, 3)]]}
        for at in range(4)
    ]
    for _ in range(8):
        carried = [(name, f"{name}{rng.integers(3)}") for name in ("phone", "device", "account") if rng.random() < 0.6]
        carried += [("email", f"{rng.integers(99)}@{host}") for host in rng.permutation(hosts)[: rng.integers(3)]]
        rows.append({"carries": [carried[at] for at in rng.permutation(len(carried))]})
    whole = relationships(world(rows))
    for name in ("employed_by", "related_to"):
        for edge in getattr(whole, name).to_pylist():
            own = {value for end in ("start", "end") for _, value in rows[edge[end] - 1].get("carries", [])}
            own |= {text.rpartition("@")[2] for text in own}
            bear = [
                {**row, "carries": [(kind, value) for kind, value in row.get("carries", [])
                                    if {value, value.rpartition("@")[2]} & own]}
                for row in rows
            ]  # fmt: skip
            assert edge in getattr(relationships(world(bear)), name).to_pylist()


def test_targets_that_are_answered_need_no_record_that_answers() -> None:
    rows = [{"declares": [("employed_by", "entity", "77", {}), ("family", "entity", None, {})]}, {"firm": "acme"}]
    found = relationships(replace(world(rows), answered=True))
    assert [(job["start"], job["end"]) for job in found.employed_by.to_pylist()] == [(1, 77)]
    assert not found.related_to.num_rows
    assert found.unresolved == {"employed_by": 0, "family": 1}
