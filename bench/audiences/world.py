"""A synthetic store of many persons, written through the Writer: what a resolve would leave, without resolving."""

import json
from typing import Any

import numpy as np
import pyarrow as pa

from spine.access.context import LOCAL
from spine.domain.vocabulary import Kind
from spine.matching.training import untrained
from spine.ports import Cause, GraphStore, arrow_schema
from spine.resolution import merge_tree
from spine.resolution.packing import pack_all

REGIONS = ("ca", "tx", "ny", "fl", "il", "pa", "oh", "ga", "nc", "mi")
GIVEN = ("anna", "ben", "carla", "david", "emma", "frank", "grace", "henry", "iris", "jonas")
PIECE = 100_000


def fill(store: GraphStore, records: int, seed: int = 0) -> None:
    """Write so many records: two in three stand alone, the others are pairs; with contacts, orders, consents, homes."""
    chance = np.random.default_rng(seed)
    tables = {**_people(records, chance), **_happenings(records, chance), **_homes(records)}
    document = {"id": "model:person", "kind": "model", "at": "2026-01-01", "body": untrained(Kind.PERSON).to_document()}
    tables["document"] = pa.Table.from_pylist([document], schema=arrow_schema("document"))
    order = ("document", "record", "identifier", "carries", "component", "in_component", "event", "event_of", "consent",
             "consent_of", "person", "household", "member_of", "resides_in")  # fmt: skip
    with store.writing(LOCAL, Cause("resolve", "synthetic")) as writer:
        for name in order:
            table = tables.pop(name)
            for start in range(0, table.num_rows, PIECE):
                writer.put(name, table.slice(start, PIECE))


def _table(name: str, rows: int, /, **columns: Any) -> pa.Table:
    schema = arrow_schema(name)
    given = {field.name: columns.get(field.name, pa.nulls(rows, field.type)) for field in schema}
    return pa.table(given, schema=schema)


def _texts(form: str, numbers: Any) -> "pa.Array[Any]":
    return pa.array([form.format(number) for number in numbers.tolist()], pa.string())


def _owner(records: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The earliest record of each record's person: every third record is the second of the one before it."""
    ids = np.arange(1, records + 1)
    return np.where(ids % 3 == 0, ids - 1, ids)


def _people(records: int, chance: np.random.Generator) -> dict[str, pa.Table]:
    ids, owner = np.arange(1, records + 1), _owner(records)
    place = chance.integers(len(REGIONS), size=records)[owner - 1]
    named = chance.integers(len(GIVEN), size=records)[owner - 1]
    fields = [
        json.dumps({"given": GIVEN[g], "surname": f"name{o % 50_000}", "region": REGIONS[r], "city": f"city {o % 997}",
                    "street": "main st", "house_number": str(o % 300), "postcode": f"{o % 100_000:05d}",
                    "country": "us"})
        for o, r, g in zip(owner.tolist(), place.tolist(), named.tolist(), strict=True)
    ]  # fmt: skip
    source = pa.array(["crm", "shop", "loyalty"]).take(pa.array((ids % 3).astype(np.int32)))
    keys = _texts("s/{}", ids)
    record = _table(
        "record", records, id=ids, key=keys, source=source, record_id=_texts("{}", ids),
        kind=pa.array(["person"] * records), observed_at=pa.array(["2025-01-01"] * records),
        live=pa.array([True] * records), fields=pa.array(fields), attributes=pa.array(["{}"] * records),
    )  # fmt: skip
    loyal = ids[ids % 4 == 0]
    namespace = pa.array(["email"] * records + ["loyalty"] * len(loyal))
    identifier = np.concatenate([owner, records + loyal])
    values = pa.concat_arrays([_texts("p{}@example.org", owner), _texts("l{}", loyal)])
    start = np.concatenate([ids, loyal])
    carries = _table(
        "carries", len(start), start=start, end=identifier, namespace=namespace,
        verified=pa.array((start % 2 == 0).tolist()), last_seen=pa.array(["2025-01-01"] * len(start)),
        valid_from=pa.array(["2025-01-01"] * len(start)),
    )  # fmt: skip
    distinct, first = np.unique(identifier, return_index=True)
    taken = pa.array(first)
    nodes = _table("identifier", len(distinct), id=distinct, namespace=namespace.take(taken), value=values.take(taken))
    second = ids[ids % 3 == 0]
    trees = merge_tree.build(
        np.arange(2 * len(second)), np.repeat(np.arange(len(second)), 2), np.arange(len(second)) * 2,
        np.arange(len(second)) * 2 + 1, np.where(second % 30 == 0, 6_000, 18_000),
    )  # fmt: skip
    member = np.stack([second - 1, second], axis=1).ravel()[trees.rows]
    offsets, data = pack_all(trees)
    buffers = [None, pa.py_buffer(offsets.astype(np.int64).tobytes()), pa.py_buffer(data.tobytes())]
    packed: Any = pa.Array.from_buffers(pa.large_binary(), len(trees), buffers).cast(pa.binary())
    component = _table(
        "component", len(trees), id=second - 1, kind=pa.array(["person"] * len(trees)),
        size=np.full(len(trees), 2), value=packed,
        members=pa.ListArray.from_arrays(pa.array(trees.start, pa.int32()), pa.array(member)),
    )  # fmt: skip
    inside = _table("in_component", len(member), start=np.sort(member), end=owner[np.sort(member) - 1])
    return {"record": record, "identifier": nodes, "carries": carries, "component": component, "in_component": inside}


def _happenings(records: int, chance: np.random.Generator) -> dict[str, pa.Table]:
    owner = _owner(records)
    size = records
    days = np.datetime64("2020-01-01") + chance.integers(2300, size=size)
    event = _table(
        "event", size, id=np.arange(1, size + 1), source=pa.array(["shop"] * size),
        kind=pa.array(["order", "visit", "login", "ticket"]).take(pa.array(chance.integers(4, size=size))),
        at=pa.array(days.astype(str).tolist()), value=np.round(chance.gamma(2, 40, size), 2),
        currency=pa.array(["USD", "EUR"]).take(pa.array(chance.integers(2, size=size))),
        channel=pa.array(["web", "store", "app"]).take(pa.array(chance.integers(3, size=size))),
        status=pa.array(["paid", "open", "cancelled"]).take(pa.array(chance.integers(3, size=size))),
        attributes=pa.array(['{"basket":"tea"}', '{"basket":"lamp"}']).take(pa.array(chance.integers(2, size=size))),
    )  # fmt: skip
    happened = _table("event_of", size, start=np.arange(1, size + 1), end=owner[chance.integers(records, size=size)])
    agreed = records // 2
    consent = _table(
        "consent", agreed, id=np.arange(1, agreed + 1), source=pa.array(["cmp"] * agreed),
        purpose=pa.array(["marketing", "newsletter"]).take(pa.array(chance.integers(2, size=agreed))),
        status=pa.array(["given", "given", "withdrawn"]).take(pa.array(chance.integers(3, size=agreed))),
        at=pa.array(["2025-02-01"] * agreed),
    )  # fmt: skip
    said = _table(
        "consent_of", agreed, start=np.arange(1, agreed + 1), end=owner[chance.integers(records, size=agreed)]
    )
    return {"event": event, "event_of": happened, "consent": consent, "consent_of": said}


def _homes(records: int) -> dict[str, pa.Table]:
    persons = np.unique(_owner(records))
    home = persons[np.arange(len(persons)) // 2 * 2]
    size = len(np.unique(home))
    household = _table(
        "household", size, id=np.unique(home), size=np.full(size, 2), adults=np.full(size, 2),
        region=pa.array([REGIONS[number % 10] for number in np.unique(home).tolist()]),
    )  # fmt: skip
    role = pa.array(["head", "adult"] * (len(persons) // 2 + 1)).slice(0, len(persons))
    member = _table("member_of", len(persons), start=persons, end=home, weight=np.full(len(persons), 0.97), role=role)
    resides = _table("resides_in", len(persons), start=persons, end=home, weight=np.full(len(persons), 0.97))
    person = _table("person", len(persons), id=persons, size=np.ones(len(persons), np.int64))
    return {"person": person, "household": household, "member_of": member, "resides_in": resides}
