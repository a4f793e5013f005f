"""A small graph made by hand, as a resolve would leave it: every question has an answer that can be checked by eye.

Anna Bérg is records 1 (crm), 2 (shop), 3 (support): 1 and 2 are sure, 3 hangs on a phone that Ben (4) shares. Record 5
was hers and is deleted. Household 1 holds Anna and Ben; Carla (6) lives alone (household 6). Acme Group (10) owns
Acme Nord (11 and 12) which owns Acme Hafen (13); Loop One (14) and Loop Two (15) own each other. Forty callers share
a call centre's phone. Identifiers: 1000 up; events 2000 up; consents 3000 up.
"""

import json
from typing import Any

import numpy as np
import pyarrow as pa
from rows import row, rows

from spine.access.context import LOCAL
from spine.domain.vocabulary import Kind
from spine.matching.model import Model
from spine.matching.training import untrained
from spine.ports import Cause, GraphStore, Row
from spine.resolution import merge_tree
from spine.resolution.packing import pack

CONFIDENCE = 0.95
CALLERS = range(100, 140)
CALL_CENTRE = 1900
PHONE, EMAIL = 1003, 1001


def fill(store: GraphStore) -> None:
    """Write the graph into an empty store, in one transaction."""
    tables = {name: rows(name, *found) for name, found in _tables().items()}
    with store.writing(LOCAL, Cause("resolve", "hand-made")) as writer:
        for name, table in tables.items():
            writer.put(name, table)


def packed(members: list[int], weights: dict[tuple[int, int], int]) -> tuple[list[int], bytes]:
    """The members in the order of their tree, and the packed tree, from the weights of all pairs."""
    place = {record: at for at, record in enumerate(members)}
    left = np.array([place[a] for a, _ in weights])
    right = np.array([place[b] for _, b in weights])
    trees = merge_tree.build(
        np.arange(len(members)), np.zeros(len(members), int), left, right, np.array(list(weights.values()))
    )
    return [members[at] for at in trees.members(0).tolist()], pack(trees.tree(0))


def levels(model: Model, **found: tuple[int, int]) -> str:
    """A match's evidence: per comparison `level:weight`, those that are not named not compared."""
    return ",".join("{}:{}".format(*found.get(one.name, (-1, 0))) for one in model.comparisons)


def _record(number: int, source: str, record_id: str, kind: str = "person", **attributes: Any) -> Row:
    names = {"given_name": "given", "organisation_name": "organisation"}
    fields = {names.get(name, name): value.lower() for name, value in attributes.items() if name != "live"}
    shown = {name: value for name, value in attributes.items() if name != "live"}
    return row(
        "record", id=number, key=f"{source}/{record_id}", source=source, record_id=record_id, kind=kind,
        observed_at=f"2025-01-{number % 28 + 1:02d}", ingested_at="2025-02-01T00:00:00+00:00", hash=f"h{number}",
        live=attributes.get("live", True), raw=json.dumps(shown), attributes=json.dumps(shown),
        fields=json.dumps(fields),
    )  # fmt: skip


def _records() -> list[Row]:
    return [
        _record(1, "crm", "1", given_name="Anna", surname="Bérg", city="Springfield", postcode="62701"),
        _record(2, "shop", "7", given_name="Anna", surname="Berg", birth_date="1980-05-01"),
        _record(3, "support", "3", given_name="A", surname="Berg"),
        _record(4, "crm", "2", given_name="Ben", surname="Berg", city="Springfield", postcode="62701"),
        _record(5, "web", "5", given_name="Anna", live=False),
        _record(6, "crm", "6", given_name="Carla", surname="Duarte", city="Lakewood", postcode="80201"),
        _record(10, "erp", "100", "organisation", organisation_name="Acme Group"),
        _record(11, "erp", "101", "organisation", organisation_name="Acme Nord"),
        _record(12, "register", "A101", "organisation", organisation_name="Acme Nord"),
        _record(13, "erp", "102", "organisation", organisation_name="Acme Hafen"),
        _record(14, "erp", "103", "organisation", organisation_name="Loop One"),
        _record(15, "erp", "104", "organisation", organisation_name="Loop Two"),
        *(_record(n, "web", str(n), given_name=f"Caller{n}", surname="Hub") for n in CALLERS),
    ]


def _carries(record: int, identifier: int, namespace: str, **more: Any) -> Row:
    facts = {"first_seen": "2024-01-01", "last_seen": "2025-01-01", "verified": False, "valid_from": "2024-01-01"}
    return row("carries", start=record, end=identifier, namespace=namespace, **{**facts, **more})


def _tables() -> dict[str, list[Row]]:
    person, organisation = untrained(Kind.PERSON), untrained(Kind.ORGANISATION)
    anna, tree = packed([1, 2, 3], {(1, 2): 18000, (1, 3): 7000, (2, 3): 1000})
    nord, company_tree = packed([11, 12], {(11, 12): 15000})
    identifiers = {
        EMAIL: ("email", "anna@example.org"), 1002: ("cookie", "c1"), PHONE: ("phone", "+14155550101"),
        1004: ("loyalty", "l9"), 1005: ("customer", "x7"), 1006: ("lei", "5493001KJTIIGC8Y1R12"),
        CALL_CENTRE: ("phone", "+14155550199"),
    }  # fmt: skip
    carries = [
        _carries(1, EMAIL, "email", verified=True), _carries(2, EMAIL, "email"), _carries(5, EMAIL, "email"),
        _carries(2, 1002, "cookie", valid_to="2024-06-01"), _carries(1, PHONE, "phone"), _carries(3, PHONE, "phone"),
        _carries(4, PHONE, "phone", verified=True), _carries(4, 1004, "loyalty"), _carries(2, 1005, "customer"),
        _carries(10, 1006, "lei"), *(_carries(n, CALL_CENTRE, "phone") for n in CALLERS),
    ]  # fmt: skip
    alone = [4, 6, *CALLERS]
    return {
        "document": [
            row("document", id=f"model:{m.kind}", kind="model", at="2025-01-01", body=m.to_document())
            for m in (person, organisation)
        ],
        "record": _records(),
        "identifier": [row("identifier", id=n, namespace=s, value=v) for n, (s, v) in identifiers.items()],
        "carries": carries,
        "component": [
            row("component", id=1, kind="person", size=3, members=anna, value=tree, flags=[]),
            row("component", id=11, kind="organisation", size=2, members=nord, value=company_tree, flags=[]),
        ],
        "in_component": [row("in_component", start=n, end=1) for n in (1, 2, 3)]
        + [row("in_component", start=n, end=11) for n in (11, 12)],
        "match": [
            _match(1, 2, 18000, person, given=(6, 4000), surname=(9, 8000), email=(3, 6000)),
            _match(1, 3, 7000, person, surname=(9, 8000), phone=(4, 4000), given=(0, -5000)),
            _match(2, 3, 1000, person, surname=(9, 6000), given=(0, -5000)),
            _match(11, 12, 15000, organisation, organisation=(5, 15000)),
        ],
        "person": [
            row("person", id=1, size=3, cohesion=0.95, stage="verified", name="Anna Bérg", consents=["marketing"]),
            row("person", id=4, size=1, cohesion=1.0, stage="registered", name="Ben Berg"),
            row("person", id=6, size=1, cohesion=1.0, stage="registered", name="Carla Duarte"),
            *(row("person", id=n, size=1, cohesion=1.0, stage="anonymous") for n in CALLERS),
        ],
        "resolves_to_person": [row("resolves_to_person", start=n, end=1) for n in (1, 2, 3)]
        + [row("resolves_to_person", start=n, end=n) for n in alone],
        **_organisations(),
        **_households(),
        **_happenings(),
    }


def _match(left: int, right: int, weight: int, model: Model, **found: tuple[int, int]) -> Row:
    return row(
        "match", start=left, end=right, weight=weight, probability=model.probability(weight),
        levels=levels(model, **found), model=model.version,
    )  # fmt: skip


def _organisations() -> dict[str, list[Row]]:
    above = {11: 10, 13: 11, 14: 15, 15: 14}

    def one(number: int, name: str, ultimate: int, parents: int, children: int, cycle: bool = False) -> Row:
        return row(
            "organisation", id=number, size=1, cohesion=1.0, name=name, country="us", region="il", ultimate=ultimate,
            parents=parents, children=children, cycle=cycle, controller=above.get(number),
            namespaces=["lei"] if number == 10 else [],
        )  # fmt: skip

    def owned(child: int, parent: int, share: float) -> Row:
        return row("subsidiary_of", start=child, end=parent, share=share, controlling=True, declared=True, current=True)

    members = {10: 10, 11: 11, 12: 11, 13: 13, 14: 14, 15: 15}
    return {
        "organisation": [
            one(10, "Acme Group", 10, 0, 1), one(11, "Acme Nord", 10, 1, 1), one(13, "Acme Hafen", 10, 1, 0),
            one(14, "Loop One", 14, 1, 1, True), one(15, "Loop Two", 14, 1, 1, True),
        ],
        "resolves_to_organisation": [
            row("resolves_to_organisation", start=record, end=entity) for record, entity in members.items()
        ],
        "subsidiary_of": [owned(11, 10, 80.0), owned(13, 11, 51.0), owned(14, 15, 60.0), owned(15, 14, 60.0)],
        "employed_by": [
            row("employed_by", start=1, end=11, weight=0.99, declared=True, role="engineer", valid_from="2020-01-01")
        ],
    }  # fmt: skip


def _households() -> dict[str, list[Row]]:
    evidence = json.dumps(
        [{"kind": "address", "with": 4, "bits": 10.0, "out": True}, {"kind": "surname", "with": 4, "bits": 8.5}]
    )
    return {
        "household": [
            row("household", id=1, size=2, adults=2, cohesion=0.97, region="il", postcode="62701",
                address="1 Main St, Springfield", namespaces=["email", "loyalty", "phone"], sources=["crm", "shop"],
                valid_from="2020-01-01"),
            row("household", id=6, size=1, adults=1, cohesion=1.0, region="co", postcode="80201",
                address="5 Lake Rd, Lakewood", namespaces=[], sources=["crm"]),
        ],
        "member_of": [
            row("member_of", start=1, end=1, weight=0.98, role="adult", valid_from="2020-01-01", evidence=evidence),
            row("member_of", start=4, end=1, weight=0.97, role="adult", evidence=evidence),
            row("member_of", start=6, end=6, weight=1.0, role="adult"),
        ],
        "resides_in": [
            row("resides_in", start=1, end=1, weight=0.98), row("resides_in", start=3, end=1, weight=0.98),
            row("resides_in", start=4, end=1, weight=0.97), row("resides_in", start=6, end=6, weight=1.0),
        ],
    }  # fmt: skip


def _happenings() -> dict[str, list[Row]]:
    return {
        "event": [
            row("event", id=2000, source="shop", reference="so-1001", kind="order", at="2024-12-01", value=19.5,
                currency="USD", channel="web", status="paid", attributes=json.dumps({"items": 2})),
            row("event", id=2001, source="support", reference="t-1", kind="ticket", at="2025-01-05", status="open"),
            row("event", id=2002, source="web", reference="v-1", kind="visit", at="2024-09-01"),
        ],
        "event_of": [row("event_of", start=2000, end=1005), row("event_of", start=2001, end=PHONE),
                     row("event_of", start=2002, end=1002)],
        "consent": [
            row("consent", id=3000, source="cmp", reference="c-1", purpose="marketing", status="given",
                at="2024-01-01", proof=json.dumps({"method": "form"})),
            row("consent", id=3001, source="cmp", reference="c-2", purpose="marketing", status="withdrawn",
                at="2024-02-01"),
            row("consent", id=3002, source="cmp", reference="c-3", purpose="marketing", status="given",
                at="2024-03-01"),
        ],
        "consent_of": [row("consent_of", start=n, end=EMAIL) for n in (3000, 3001, 3002)],
    }  # fmt: skip


def keys(*ids: int | str) -> pa.Table:
    """The keys of nodes, as `Writer.delete` takes them."""
    return pa.table({"id": list(ids)})
