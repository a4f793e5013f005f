"""Records, events and consents as JSON objects, as an application sends them, turned into a batch like a file's.

A record is `{"source", "record_id", "kind", "attributes": {…}, "identifiers": [{"namespace", "value"}], "relations",
"observed_at"}`. What can't be used becomes a reject with its place and reason, and the rest goes on.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from spine.documents import hint
from spine.domain.vocabulary import ATTRIBUTES, NAMESPACES, RELATION_KINDS, Kind
from spine.errors import ValueProblem
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, RECORD_COLUMNS, RELATION_STRUCT, Reject, Row, SourceBatch

Said = Mapping[str, Any]
_RECORD = {"source", "record_id", "kind", "attributes", "identifiers", "relations", "observed_at"}
_IDENTIFIER = ("namespace", "value", "verified", "first_seen", "last_seen")
_RELATION = tuple(field.name for field in RELATION_STRUCT)
_LONGEST = 10_000


def read_batch(
    records: Sequence[object] = (), events: Sequence[object] = (), consents: Sequence[object] = (), name: str = "ingest"
) -> SourceBatch:
    """A batch of what was sent; `name` stands for the file in rejects, the place in the list (from 1) for the line."""
    rejects: list[Reject] = []
    rows = _each(records, _record, name, rejects)
    happened = _each(events, lambda said: _flat(said, EVENT_COLUMNS.names, ("source", "kind")), name, rejects)
    consented = _each(
        consents, lambda said: _flat(said, CONSENT_COLUMNS.names, ("source", "purpose", "status")), name, rejects
    )
    texts = sorted({column for row in rows for column in row} & ATTRIBUTES)
    schema = pa.schema([*RECORD_COLUMNS, *(pa.field(column, pa.string()) for column in texts)])
    return SourceBatch(
        pa.Table.from_pylist(rows, schema=schema),
        pa.Table.from_pylist(happened, schema=EVENT_COLUMNS),
        pa.Table.from_pylist(consented, schema=CONSENT_COLUMNS),
        rejects,
        len(records) + len(events) + len(consents),
    )


def _each(said: Sequence[object], read: Any, name: str, rejects: list[Reject]) -> list[Row]:
    out = []
    for line, one in enumerate(said, start=1):
        try:
            out.append(read(an_object(one)))
        except ValueProblem as problem:
            rejects.append(refused(one, problem, name, line))
    return out


def an_object(said: object) -> Said:
    """What was sent, where it is a JSON object; else ValueProblem."""
    if not isinstance(said, Mapping):
        raise ValueProblem("It is not a JSON object.")
    return said


def refused(said: object, problem: ValueProblem, name: str, line: int) -> Reject:
    """What was sent as a reject, for this reason."""
    return Reject(name, line, "", problem.message, json.dumps(said, ensure_ascii=False, default=str))


def _record(said: Said) -> Row:
    unknown = sorted(said.keys() - _RECORD)
    if unknown:
        raise ValueProblem(f"There is no {unknown[0][:40]!r} in a record; it has {', '.join(sorted(_RECORD))}.")
    source, record_id = _needed(said, "source"), _needed(said, "record_id")
    if "/" in source:
        raise ValueProblem("A source's name has no slash.")
    kind = said.get("kind") or Kind.PERSON.value
    if kind not in tuple(Kind):
        raise ValueProblem(f"There is no kind {str(kind)[:40]!r}: use {' or '.join(Kind)}.")
    return {
        "source": source,
        "record_id": record_id,
        "kind": str(kind),
        "observed_at": _text(said.get("observed_at"), "observed_at"),
        "raw": json.dumps(said, ensure_ascii=False, sort_keys=True),
        "identifiers": [_identifier(one) for one in _listed(said, "identifiers")],
        "relations": [_relation(one) for one in _listed(said, "relations")],
        **_attributes(said.get("attributes")),
    }


def _attributes(said: object) -> Row:
    if said is None:
        return {}
    if not isinstance(said, Mapping):
        raise ValueProblem("attributes is not a JSON object.")
    unknown = sorted(str(name) for name in said if name not in ATTRIBUTES)
    if unknown:
        raise ValueProblem(f"There is no attribute {unknown[0][:40]!r}; {hint(unknown[0][:40], sorted(ATTRIBUTES))}")
    return {name: _text(value, name) for name, value in said.items()}


def _identifier(said: Said) -> Row:
    out: Row = {name: _text(said.get(name), name) for name in _IDENTIFIER if name != "verified"}
    if not out["namespace"] or not out["value"]:
        raise ValueProblem("An identifier has a namespace and a value.")
    _known_namespace(out["namespace"])
    verified = said.get("verified", False)
    if not isinstance(verified, bool):
        raise ValueProblem("verified is true or false.")
    return {**out, "verified": verified}


def _relation(said: Said) -> Row:
    out: Row = {name: _text(said.get(name), name) for name in _RELATION}
    if out["kind"] not in RELATION_KINDS or not out["namespace"] or not out["value"]:
        raise ValueProblem(f"A relation has a namespace, a value, and a kind of {', '.join(RELATION_KINDS)}.")
    if out["namespace"] != "record":
        _known_namespace(out["namespace"])
    return out


def _known_namespace(name: str) -> None:
    """ValueProblem for a namespace that there is not: what it holds would never be found or matched as was meant."""
    if name not in NAMESPACES and not (name.startswith("x_") and len(name) > 2):
        raise ValueProblem(
            f"There is no namespace {name[:40]!r}; {hint(name[:40], NAMESPACES)} One of your own begins with x_."
        )


def _flat(said: Said, names: Sequence[str], needed: Sequence[str]) -> Row:
    unknown = sorted(said.keys() - set(names))
    if unknown:
        raise ValueProblem(f"There is no {unknown[0][:40]!r} here; there are {', '.join(names)}.")
    for name in needed:
        _needed(said, name)
    if said.get("namespace") not in (None, "", "record"):
        _known_namespace(str(said["namespace"]))
    document = ("attributes", "proof")
    return {
        name: json.dumps(said[name], ensure_ascii=False, sort_keys=True)
        if name in document and isinstance(said.get(name), Mapping)
        else _text(said.get(name), name)
        for name in names
    }


def _listed(said: Said, name: str) -> list[Said]:
    found = said.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise ValueProblem(f"{name} is not a list of JSON objects.")
    return found


def _needed(said: Said, name: str) -> str:
    found = _text(said.get(name), name)
    if not found:
        raise ValueProblem(f"It has no {name}.")
    return found


def _text(value: object, name: str) -> str | None:
    """A value as text; numbers as JSON writes them."""
    if value is None or isinstance(value, str):
        if value is not None and len(value) > _LONGEST:
            raise ValueProblem(f"{name} is longer than {_LONGEST:,} characters.")
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ValueProblem(f"{name} is not a text.")
