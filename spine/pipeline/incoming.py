"""Records, events and consents as JSON objects, as an application sends them, turned into a batch like a file's.

A record is `{"source", "record_id", "kind", "attributes": {…}, "identifiers": [{"namespace", "value"}], "relations",
"observed_at"}`. What can't be used becomes a reject with its place and reason, and the rest goes on. Times are read as
ISO 8601 and kept in UTC, so that of two versions the later one counts wherever it was written.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from spine.documents import hint
from spine.domain.judgements import PROOFS
from spine.domain.vocabulary import ATTRIBUTES, EVENT_KINDS, NAMESPACES, RELATION_KINDS, Kind
from spine.errors import ValueProblem
from spine.normalise.moments import latest_moment, normalise_moment
from spine.ports import (
    CONSENT_COLUMNS,
    EVENT_COLUMNS,
    RECORD_COLUMNS,
    RELATION_STRUCT,
    Reject,
    Row,
    SourceBatch,
    SystemClock,
)

Said = Mapping[str, Any]
_RECORD = {"source", "record_id", "kind", "attributes", "identifiers", "relations", "observed_at"}
_IDENTIFIER = ("namespace", "value", "verified", "first_seen", "last_seen")
_RELATION = tuple(field.name for field in RELATION_STRUCT)
_LONGEST = 10_000
_SAID = ("given", "withdrawn")
_MOMENTS = frozenset(("observed_at", "first_seen", "last_seen", "valid_from", "valid_to", "at"))
_SEEN = frozenset(("observed_at", "first_seen", "last_seen"))
"""Moments that can't lie ahead: a version of 2099 would hold until then, whatever came after it."""


def read_batch(
    records: Sequence[object] = (), events: Sequence[object] = (), consents: Sequence[object] = (), name: str = "ingest"
) -> SourceBatch:
    """A batch of what was sent; `name` stands for the file in rejects, the place in the list (from 1) for the line."""
    rejects: list[Reject] = []
    rows = _each(records, _own_record, name, rejects)
    happened = _each(events, _event, name, rejects)
    consented = _each(consents, _consent, name, rejects)
    return SourceBatch(
        _table(rows),
        pa.Table.from_pylist(happened, schema=EVENT_COLUMNS),
        pa.Table.from_pylist(consented, schema=CONSENT_COLUMNS),
        rejects,
        len(records) + len(events) + len(consents),
    )


def proof_batch(record: Said) -> SourceBatch:
    """The record that keeps a proof, as a batch: of a source that no application may send."""
    return SourceBatch(
        _table([_record(record)]), EVENT_COLUMNS.empty_table(), CONSENT_COLUMNS.empty_table(), rows=1
    )  # fmt: skip


def _table(rows: list[Row]) -> pa.Table:
    texts = sorted({column for row in rows for column in row} & ATTRIBUTES)
    schema = pa.schema([*RECORD_COLUMNS, *(pa.field(column, pa.string()) for column in texts)])
    return pa.Table.from_pylist(rows, schema=schema)


def _each(said: Sequence[object], read: Any, name: str, rejects: list[Reject]) -> list[Row]:
    out = []
    for line, one in enumerate(said, start=1):
        try:
            out.append(read(an_object(one)))
        except ValueProblem as problem:
            rejects.append(refused(one, problem, name, line))
    return out


def an_object(said: object) -> Said:
    """What was sent, where it is a JSON object that can be written down again; else ValueProblem."""
    if not isinstance(said, Mapping):
        raise ValueProblem("It is not a JSON object.")
    try:
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ValueProblem("It holds half of a character (a lone surrogate), which is no Unicode.") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueProblem("It holds what JSON does not know, such as NaN.") from error
    return said


def refused(said: object, problem: ValueProblem, name: str, line: int) -> Reject:
    """What was sent as a reject, for this reason."""
    return Reject(name, line, "", problem.message, json.dumps(said, default=str))


def _own_record(said: Said) -> Row:
    """A record as an application may send it."""
    found = _record(said)
    if found["source"] == PROOFS:
        raise ValueProblem(f"The source {PROOFS!r} keeps proofs: send them by confirmIdentity.")
    return found


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
        "identifiers": _listed(said, "identifiers", _identifier),
        "relations": _listed(said, "relations", _relation),
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
    _known_keys(said, _IDENTIFIER)
    out: Row = {name: _text(said.get(name), name) for name in _IDENTIFIER if name != "verified"}
    if not out["namespace"] or not out["value"]:
        raise ValueProblem("An identifier has a namespace and a value.")
    _known_namespace(out["namespace"])
    verified = said.get("verified", False)
    if not isinstance(verified, bool):
        raise ValueProblem("verified is true or false.")
    return {**out, "verified": verified}


def _relation(said: Said) -> Row:
    _known_keys(said, _RELATION)
    out: Row = {name: _text(said.get(name), name) for name in _RELATION}
    if out["kind"] not in RELATION_KINDS or not out["namespace"] or not out["value"]:
        raise ValueProblem(f"A relation has a namespace, a value, and a kind of {', '.join(RELATION_KINDS)}.")
    if out["namespace"] != "record":
        _known_namespace(out["namespace"])
    return out


def _known_namespace(name: str) -> None:
    """ValueProblem for a namespace that there is not: what it holds would never be found or matched as was meant."""
    if name not in NAMESPACES and not (name.startswith("x_") and len(name) > 2):
        meant = hint(name[:40], NAMESPACES)
        stop = "" if meant.endswith("?") else "."
        raise ValueProblem(f"There is no namespace {name[:40]!r}; {meant}{stop} One of your own begins with x_.")


def _event(said: Said) -> Row:
    found = _flat(said, EVENT_COLUMNS.names, ("source", "kind", "namespace", "value"))
    if found["kind"] not in EVENT_KINDS:
        raise ValueProblem(f"There is no kind of event {found['kind'][:40]!r}; {hint(found['kind'][:40], EVENT_KINDS)}")
    return found


def _consent(said: Said) -> Row:
    found = _flat(said, CONSENT_COLUMNS.names, ("source", "purpose", "status", "namespace", "value"))
    if found["status"] not in _SAID:
        raise ValueProblem(f"A consent is {' or '.join(_SAID)}, not {found['status'][:40]!r}.")
    return found


def _flat(said: Said, names: Sequence[str], needed: Sequence[str]) -> Row:
    _known_keys(said, names)
    for name in needed:
        _needed(said, name)
    if said["namespace"] != "record":
        _known_namespace(str(said["namespace"]))
    document = ("attributes", "proof")
    return {
        name: json.dumps(said[name], ensure_ascii=False, sort_keys=True)
        if name in document and isinstance(said.get(name), Mapping)
        else _text(said.get(name), name)
        for name in names
    }


def _known_keys(said: Said, names: Sequence[str]) -> None:
    """ValueProblem for a key that there is not: what it says would be lost."""
    unknown = sorted(str(key) for key in said.keys() - set(names))
    if unknown:
        raise ValueProblem(f"there is no {unknown[0][:40]!r}; {hint(unknown[0][:40], names)}")


def _listed(said: Said, name: str, read: Callable[[Said], Row]) -> list[Row]:
    """Each of a list of objects as it is read; what is wrong with one names its place in the list, from 1."""
    found = said.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise ValueProblem(f"{name} is not a list of JSON objects.")
    out = []
    for place, one in enumerate(found, start=1):
        try:
            out.append(read(one))
        except ValueProblem as problem:
            raise ValueProblem(f"{name}, number {place}: {problem.message}") from problem
    return out


def _needed(said: Said, name: str) -> str:
    found = (_text(said.get(name), name) or "").strip()
    if not found:
        raise ValueProblem(f"It has no {name}.")
    return found


def _text(value: object, name: str) -> str | None:
    """A value as text; numbers as JSON writes them."""
    if value is None or isinstance(value, str):
        if value is not None and len(value) > _LONGEST:
            raise ValueProblem(f"{name} is longer than {_LONGEST:,} characters.")
        return value if name not in _MOMENTS else _moment(value, name)
    if isinstance(value, bool | int | float):
        text = json.dumps(value)
        return text if name not in _MOMENTS else _moment(text, name)
    raise ValueProblem(f"{name} is not a text.")


def _moment(text: str | None, name: str) -> str | None:
    """A time in UTC; ValueProblem where it is none, or says that something was seen which is still to come."""
    if text is None or not text.strip():
        return None
    found = normalise_moment(text)
    if found is None:
        raise ValueProblem(f"{name} is no time: {text[:40]!r}; write it as 2026-05-01T12:00:00+02:00 or 2026-05-01.")
    if name in _SEEN and found > latest_moment(SystemClock().now()):
        raise ValueProblem(f"{name} lies in the future: {text[:40]!r}; say when it was seen, or leave it out.")
    return found
