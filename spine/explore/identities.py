"""Who is behind an identifier: any identifier of any source finds its entities, ranked, at the confidence asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spine.domain.vocabulary import CUSTOM_NAMESPACE, NAMESPACES, Policy, namespace
from spine.errors import NotFound, QueryError
from spine.explore.membership import Entity, checked, core, held_in, holding
from spine.explore.questions import Asking, Found, Question
from spine.explore.sealed import readings, sealing_key
from spine.ports import Plan, Row, Step

CARRIERS_CAP = 200
"""How many records that carry one identifier are resolved; beyond it the answer is marked truncated."""
VALUE_LENGTH = 500
_EVENTS = ("order", "ticket", "invoice", "subscription")
_NUMBERED = ("key", "observed_at")

_RANK = {Policy.UNIQUE: 0, Policy.STRONG: 1, Policy.SHAREABLE: 2, Policy.VOLATILE: 3}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that holds the asked identifier, through which record, and how sure that record belongs to it.

    `identifier` is None where the value is the number of the record itself, as its source gives it.
    """

    entity: Entity
    identifier: Row | None
    record: int
    confidence: float
    verified: bool
    current: bool
    since: str | None
    last_seen: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidates of a look-up, best first.

    `shared` where one identifier is held by several entities; `total` is the number of records that carry it, where
    none does of those that their sources call so, `truncated` where not all of them were looked at; `says` puts the
    outcome in one sentence.
    """

    identifiers: tuple[Row, ...]
    candidates: tuple[Candidate, ...]
    shared: bool
    total: int
    truncated: bool
    says: str


@Question
def identity(space: str | None, value: str, confidence: float) -> Asking[Answer]:
    """The entities that hold an identifier at this confidence; without a namespace, any identifier of that value.

    Order and ticket numbers are found through the events that refer to them as well, and without a namespace the
    records that their sources call so, as `record_id` or `source/record_id`. QueryError where the value is
    empty or too long, or the namespace is none. One round trip.
    """
    if not value.strip() or len(value) > VALUE_LENGTH:
        raise QueryError("value is empty or too long.", remedy=f"Give an identifier of 1 to {VALUE_LENGTH} letters.")
    if space is not None and space not in NAMESPACES and not space.startswith(CUSTOM_NAMESPACE.name):
        known = ", ".join(sorted(NAMESPACES))
        raise QueryError(f"There is no namespace {space[:40]!r}.", remedy=f"Choose from {known}, or x_… of a mapping.")
    checked(confidence)
    forms = yield from _forms(space, value.strip())
    rows = yield _plan(space, value.strip(), forms)
    found = _named(rows["identifier"], space, forms) or _told_by_events(rows, space)
    ids = {row["id"] for row in found}
    edges = [row for row in rows["carries"] if row["end"] in ids]
    shown: dict[int, list[Row]] = {}
    for edge in edges:
        shown.setdefault(edge["end"], []).append(edge)
    crowded = [identifier for identifier, several in shown.items() if len(several) > CARRIERS_CAP]
    looked_at = [edge for several in shown.values() for edge in several[:CARRIERS_CAP]]
    called = _called(rows)
    held = held_in(rows, [*(edge["start"] for edge in looked_at), *called], confidence)
    total = sum(row["count"] for row in rows["held"] if row["end"] in ids) or sum(one in held for one in called)
    candidates = _candidates(found, looked_at, held)
    numbered = _by_number(called, held, {(one.entity.kind, one.entity.id) for one in candidates})
    holders: dict[int, set[int]] = {}
    for edge in looked_at:
        if edge["start"] in held and edge["valid_to"] is None:
            holders.setdefault(edge["end"], set()).add(held[edge["start"]].id)
    shared = any(len(entities) > 1 for entities in holders.values())
    told = [_says(space, value, found, candidates, shared)] if found or not called else []
    told += [_says_by_number(value, called, numbered)] if numbered or not told else []
    return Answer(tuple(found), candidates + numbered, shared, total, bool(crowded), " ".join(told))


@Question
def identifier_named(named: str) -> Asking[Row]:
    """The identifier that `namespace:value` names, as it is written or as its namespace normalises it."""
    space, _, value = named.partition(":")
    forms = yield from _forms(space, value.strip())
    found = _named((yield {"identifier": _identifier(forms)})["identifier"], space, forms)
    if not found:
        raise NotFound(f"No identifier {named[:80]!r} is known.", remedy="Search for it without its namespace.")
    return found[0]


def _identifier(forms: Mapping[str, set[str]]) -> Step:
    """The identifier nodes of a value, as each namespace writes it."""
    return Step("identifier", "value", tuple(sorted(forms)), limit=CARRIERS_CAP)


def _plan(space: str | None, value: str, forms: Mapping[str, set[str]]) -> Plan:
    """From a value to what holds its carriers; where it may be an order or ticket number, through events as well."""
    steps = {"identifier": _identifier(forms)}
    after = [("identifier", "id")]
    if space in (None, *_EVENTS):
        steps["event"] = Step(
            "event", "reference", tuple(sorted({value, value.upper(), value.lower()})), limit=CARRIERS_CAP,
            columns=("kind",),
        )  # fmt: skip
        steps["happened"] = Step("event_of", "start", after=(("event", "id"),))
        steps["through"] = Step("identifier", "id", after=(("happened", "end"),))
        after.append(("happened", "end"))
    steps["carries"] = Step("carries", "end", after=tuple(after), limit=CARRIERS_CAP + 1)
    steps["held"] = Step("carries", "end", after=tuple(after), counted=True)
    holders = [("carries", "start")]
    if space is None:
        steps["called"] = Step("record", "record_id", (value,), limit=CARRIERS_CAP, columns=_NUMBERED)
        steps["keyed"] = Step("record", "key", (value,), columns=_NUMBERED)
        holders += [("called", "id"), ("keyed", "id")]
    return {**steps, **holding(after=holders)}


def _forms(space: str | None, value: str) -> Asking[dict[str, set[str]]]:
    """How a value is written in which namespaces; asks for the store's key where it may be a sealed one."""
    key = yield from sealing_key.of(space, value)
    forms: dict[str, set[str]] = {}
    for name in [space] if space else list(NAMESPACES):
        for form in (value, *readings(name, value, key)):
            forms.setdefault(form, set()).add(name)
    return forms


def _named(rows: Sequence[Row], space: str | None, forms: Mapping[str, set[str]]) -> list[Row]:
    """Of identifiers of a value those of the namespace, or of one that writes it so."""
    named = [row for row in rows if (row["namespace"] == space if space else _fits(row, forms))]
    return sorted(named, key=lambda row: (_RANK[namespace(row["namespace"]).policy], row["namespace"], row["id"]))


def _fits(row: Row, forms: Mapping[str, set[str]]) -> bool:
    known = row["namespace"] in NAMESPACES
    return not known or row["namespace"] in forms.get(row["value"], ())


def _told_by_events(rows: Found, space: str | None) -> list[Row]:
    """The identifiers of the events that have this reference: an order or ticket number leads to its customer."""
    if "event" not in rows:
        return []
    fitting = {row["id"] for row in rows["event"] if space is None or row["kind"] == space or space == "order"}
    ends = {edge["end"] for edge in rows["happened"] if edge["start"] in fitting}
    found = [row for row in rows["through"] if row["id"] in ends]
    return sorted(found, key=lambda row: (_RANK[namespace(row["namespace"]).policy], row["id"]))


def _candidates(found: Sequence[Row], edges: Sequence[Row], held: Mapping[int, Entity]) -> tuple[Candidate, ...]:
    identifiers = {row["id"]: row for row in found}
    best: dict[tuple[str, int], tuple[tuple[object, ...], Candidate]] = {}
    for edge in edges:
        entity = held.get(edge["start"])
        if entity is None:
            continue
        identifier = identifiers[edge["end"]]
        sure = entity.sureness(core(entity), edge["start"])
        current = edge["valid_to"] is None
        rank = _RANK[namespace(identifier["namespace"]).policy]
        candidate = Candidate(
            entity, identifier, edge["start"], sure, bool(edge["verified"]), current, edge["first_seen"],
            edge["last_seen"], _reason(identifier, edge),
        )  # fmt: skip
        order = (current, bool(edge["verified"]), -rank, edge["last_seen"] or "", round(sure, 6), -edge["start"])
        key = (entity.kind, entity.id)
        if key not in best or order > best[key][0]:
            best[key] = (order, candidate)
    ordered = sorted(best.values(), key=lambda item: item[0], reverse=True)
    return tuple(candidate for _, candidate in ordered)


def _called(rows: Found) -> dict[int, Row]:
    """The records that the value names, by number."""
    return {row["id"]: row for name in ("keyed", "called") if name in rows for row in rows[name]}


def _by_number(
    called: Mapping[int, Row], held: Mapping[int, Entity], already: set[tuple[str, int]]
) -> tuple[Candidate, ...]:
    """The entities of the records that the value names, but for those that were found already."""
    out: dict[tuple[str, int], Candidate] = {}
    for number, row in sorted(called.items(), key=lambda item: item[1]["key"]):
        entity = held.get(number)
        if entity is None or (entity.kind, entity.id) in already:
            continue
        sure = entity.sureness(core(entity), number)
        reason = f"holds the record {row['key']}"
        candidate = Candidate(entity, None, number, sure, False, True, None, row["observed_at"], reason)
        out.setdefault((entity.kind, entity.id), candidate)
    return tuple(out.values())


def _reason(identifier: Row, edge: Row) -> str:
    words = [f"carries this {identifier['namespace']}"]
    if edge["verified"]:
        words.append("verified")
    if edge["valid_to"]:
        words.append(f"until {edge['valid_to'][:10]}")
    elif edge["last_seen"]:
        words.append(f"last seen {edge['last_seen'][:10]}")
    return ", ".join(words)


def _says(space: str | None, value: str, found: Sequence[Row], candidates: Sequence[Candidate], shared: bool) -> str:
    what = f"{space or 'identifier'} {value}"
    if not found:
        return f"No {what} is known."
    if not candidates:
        return f"The {what} is known, but no live record carries it."
    if len(candidates) == 1:
        return f"The {what} belongs to one {candidates[0].entity.kind}."
    if shared:
        return f"The {what} is shared by {len(candidates)}: all are listed, most likely first."
    return f"The {what} was held by {len(candidates)} over time: all are listed, the present holder first."


def _says_by_number(value: str, called: Mapping[int, Row], numbered: Sequence[Candidate]) -> str:
    keys = sorted(row["key"] for row in called.values())
    if not numbered:
        return f"The record {keys[0]} is known, but was deleted."
    if len(numbered) == 1:
        return f"The record {keys[0]} belongs to one {numbered[0].entity.kind}."
    return f"Records of {len(numbered)} are called {value} by their sources: all are listed."
