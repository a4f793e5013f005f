"""A graph of any size with the shape that a resolved store has: about 12 rows for each record, made from a seed."""

import hashlib
import json
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import GRAPH
from spine.ports import arrow_schema

Numbers = np.ndarray[Any, np.dtype[np.int64]]

GIVEN = ("anna", "ben", "carla", "dora", "emil", "frida", "gustav", "hanna", "ivo", "jana")
STREETS = ("mill", "station", "church", "garden", "harbour", "castle", "meadow", "market")
DAY = "2025-03-04T05:06:07+00:00"


def graph(records: int, seed: int = 0) -> dict[str, pa.Table]:
    """Every table of `GRAPH` but the log, in key order, for so many records; the same for the same seed."""
    rng = np.random.default_rng(seed)
    ids = np.arange(1, records + 1)
    # Persons of one to four records; the id of an entity is that of its first record.
    entity = ids[np.maximum.accumulate(np.where(rng.random(records) < 0.6, np.arange(records), 0))]
    persons, first, sizes = np.unique(entity, return_index=True, return_counts=True)
    homes = persons[np.maximum.accumulate(np.where(rng.random(len(persons)) < 0.5, np.arange(len(persons)), 0))]
    households = np.unique(homes)
    found: dict[str, dict[str, Any]] = {"record": _records(ids, rng)}
    found |= _identifiers(ids, entity, rng)
    found |= _entities(ids, entity, persons, first, sizes)
    found |= _homes(ids, entity, persons, homes, households)
    # The pairs of neighbours inside a person.
    same = np.flatnonzero(entity[1:] == entity[:-1])
    found["match"] = {
        "start": ids[same], "end": ids[same + 1], "weight": rng.integers(2000, 20000, len(same)),
        "probability": np.full(len(same), 0.987), "levels": _same("3:5123,-1:0,0:-2100,4:8700,2:311", len(same)),
        "model": _same("person-4f0c21aa", len(same)),
    }  # fmt: skip
    return {name: _table(name, found.get(name, {})) for name in GRAPH if name != "log"}


def rows_of(tables: dict[str, pa.Table]) -> int:
    """How many nodes and edges there are."""
    return sum(table.num_rows for table in tables.values())


def _table(name: str, columns: dict[str, Any]) -> pa.Table:
    schema = arrow_schema(name)
    length = len(next(iter(columns.values()))) if columns else 0
    arrays = [pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(length, field.type)
              for field in schema]  # fmt: skip
    return pa.table(arrays, schema=schema)


def _same(value: Any, times: int) -> list[Any]:
    return [value] * times


def _records(ids: Numbers, rng: np.random.Generator) -> dict[str, Any]:
    words = rng.integers(0, 1 << 30, (4, len(ids))).tolist()
    texts: list[list[str]] = [[], [], []]
    for number, *(a, b, c, d) in zip(ids.tolist(), *words, strict=True):
        given, street = GIVEN[a % len(GIVEN)], STREETS[b % len(STREETS)]
        fields = {
            "given": given, "surname": f"berg{c % 50000}", "birth_date": f"19{d % 90 + 10}-05-01",
            "email": f"{given}{number}@example.org", "phone": f"+1415{c % 10_000_000:07}",
            "house_number": str(d % 200), "street": f"{street} st", "city": f"city{b % 3000}",
            "postcode": f"{c % 99999:05}",
        }  # fmt: skip
        text = json.dumps(fields)
        texts[0].append(text)
        texts[1].append(text.replace("given", "given_name"))
        texts[2].append(json.dumps({"Customer No": number, "First": given.title(), "Mail": fields["email"],
                                    "Street": f"{fields['house_number']} {street.title()} St."}))  # fmt: skip
    sources = [("crm", "shop", "support")[number % 3] for number in ids.tolist()]
    return {
        "id": ids, "key": [f"{s}/{n}" for s, n in zip(sources, ids.tolist(), strict=True)], "source": sources,
        "record_id": [str(n) for n in ids.tolist()], "kind": _same("person", len(ids)),
        "observed_at": _same("2025-03-04", len(ids)), "ingested_at": _same(DAY, len(ids)),
        "hash": [hashlib.blake2b(str(n).encode(), digest_size=16).hexdigest() for n in ids.tolist()],
        "live": _same(True, len(ids)), "raw": texts[2], "attributes": texts[1], "fields": texts[0],
    }  # fmt: skip


def _identifiers(ids: Numbers, entity: Numbers, rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    """A customer number for each record; an e-mail and a phone for each person, which its records carry."""
    offsets = {"customer": 1 << 60, "email": 2 << 60, "phone": 3 << 60}
    holders = {"customer": ids, "email": entity, "phone": entity[rng.permutation(len(entity)) // 2]}
    nodes: list[tuple[Numbers, list[str], list[str]]] = []
    edges: list[tuple[Numbers, Numbers, list[str]]] = []
    for namespace, holder in holders.items():
        different = np.unique(holder)
        nodes.append((different + offsets[namespace], _same(namespace, len(different)),
                      [f"{namespace}-{number}" for number in different.tolist()]))  # fmt: skip
        edges.append((ids, holder + offsets[namespace], _same(namespace, len(ids))))
    starts, ends = np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges])
    order = np.lexsort((ends, starts))
    named = np.array([name for e in edges for name in e[2]], dtype=object)[order]
    count = len(ids) * len(holders)
    return {
        "identifier": {
            "id": np.concatenate([n[0] for n in nodes]), "namespace": [x for n in nodes for x in n[1]],
            "value": [x for n in nodes for x in n[2]],
        },
        "carries": {
            "start": starts[order], "end": ends[order], "namespace": named, "first_seen": _same("2024-01-01", count),
            "last_seen": _same("2025-03-04", count), "verified": _same(False, count),
            "valid_from": _same("2024-01-01", count),
        },
    }  # fmt: skip


def _entities(
    ids: Numbers, entity: Numbers, persons: Numbers, first: Numbers, sizes: Numbers
) -> dict[str, dict[str, Any]]:
    joined = sizes > 1
    members = [list(range(int(ids[at]), int(ids[at]) + int(size))) for at, size in
               zip(first[joined], sizes[joined], strict=True)]  # fmt: skip
    inside = np.isin(entity, persons[joined])
    return {
        "component": {
            "id": persons[joined], "kind": _same("person", len(members)), "size": sizes[joined], "members": members,
            "value": [b"\x01\x00\xff" + bytes(16 * len(each)) for each in members], "flags": _same([], len(members)),
        },
        "in_component": {"start": ids[inside], "end": entity[inside]},
        "person": {
            "id": persons, "size": sizes, "cohesion": np.full(len(persons), 0.99),
            "stage": _same("registered", len(persons)), "name": [f"Anna Berg {n}" for n in persons.tolist()],
            "region": _same("il", len(persons)), "namespaces": _same(["customer", "email", "phone"], len(persons)),
            "sources": _same(["crm", "shop"], len(persons)), "consents": _same([], len(persons)),
            "flags": _same([], len(persons)),
        },
        "resolves_to_person": {"start": ids, "end": entity},
    }  # fmt: skip


def _homes(
    ids: Numbers, entity: Numbers, persons: Numbers, homes: Numbers, households: Numbers
) -> dict[str, dict[str, Any]]:
    home_of = homes[np.searchsorted(persons, entity)]
    return {
        "household": {
            "id": households, "size": _same(2, len(households)), "adults": _same(2, len(households)),
            "cohesion": np.full(len(households), 0.9), "region": _same("il", len(households)),
            "postcode": _same("62701", len(households)),
            "address": [f"{n} Mill St, Springfield IL" for n in households.tolist()],
            "sources": _same(["crm"], len(households)), "consents": _same([], len(households)),
        },
        "resides_in": {"start": ids, "end": home_of, "weight": np.full(len(ids), 0.9),
                       "valid_from": _same("2020-01-01", len(ids))},
        "member_of": {"start": persons, "end": homes, "weight": np.full(len(persons), 0.9),
                      "role": _same("adult", len(persons)), "valid_from": _same("2020-01-01", len(persons)),
                      "evidence": _same('{"address":0.9}', len(persons))},
    }  # fmt: skip
