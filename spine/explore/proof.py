"""What a proof of an identifier proves: which other records are of whoever proved it, and which only share it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from spine.domain.ids import decode_id
from spine.domain.judgements import PROOFS
from spine.domain.vocabulary import FIELDS, Policy, namespace
from spine.explore.questions import Asking, Question
from spine.matching.encoded import encode
from spine.matching.side_by_side import under_other_names
from spine.normalise.columns import Column
from spine.normalise.days import first_days, last_days
from spine.ports import Row, Step

MOST = 50
"""An identifier that more records carry is nobody's own: proving it tells who holds it, not which records are one."""
_PROVING = (Policy.UNIQUE, Policy.STRONG)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof of an identifier says: `proven` records are one with its prover, `apart` are left, and why."""

    proven: tuple[int, ...]
    apart: Mapping[int, str]


@Question
def proof_of(subject: int, identifier: Row, at: str) -> Asking[Proof]:
    """What is proven where the one behind record `subject` proves at a time that the identifier is theirs.

    Of a unique identifier all live records that carry it then; of a strong one those that are not under another given
    name; where somebody under another given name has proved it too, it is shared, and proves nothing of records without
    a name. Proofs of others stand for their provers. What is shareable or volatile, or carried by more than `MOST`, is
    held by the subject and proves nothing of others. Who carried it so long before or after that its half-life passed
    in between carried it as somebody else may.
    """
    policy = namespace(identifier["namespace"]).policy
    found = yield {
        "carries": Step("carries", "end", (identifier["id"],), limit=MOST + 2),
        "record": Step("record", "id", (subject,), after=(("carries", "start"),)),
    }
    edges = [edge for edge in found["carries"] if edge["start"] != subject and edge["valid_to"] is None]
    rows = {row["id"]: row for row in found["record"]}
    here = rows[subject]
    edges = [edge for edge in edges if (row := rows[edge["start"]])["live"] and row["kind"] == here["kind"]]
    provers = {edge["start"]: _prover(rows[edge["start"]]) for edge in edges if rows[edge["start"]]["source"] == PROOFS}
    carriers = {edge["start"] for edge in edges} - provers.keys() | {subject}
    edges = [edge for edge in edges if provers.get(edge["start"]) not in carriers]
    if policy not in _PROVING:
        return Proof((), {edge["start"]: f"a {identifier['namespace']} may be shared" for edge in edges})
    if len(edges) > MOST:
        return Proof((), {edge["start"]: f"more than {MOST} records carry it" for edge in edges})
    apart = _long_apart(edges, namespace(identifier["namespace"]).half_life, at)
    absent = tuple(sorted({*provers.values()} - rows.keys()))
    if policy is Policy.STRONG and absent:
        rows |= {row["id"]: row for row in (yield {"record": Step("record", "id", absent)})["record"]}
    if policy is Policy.STRONG:
        # Whose proof it is lends it a name.
        named = {edge["start"]: rows.get(provers.get(edge["start"], -1), rows[edge["start"]]) for edge in edges}
        others = _other_names(here, named)
        if others.keys() & {*provers, *provers.values()}:
            nameless = [number for number, row in named.items() if not _has_name(row)]
            apart |= dict.fromkeys(nameless, "somebody under another given name proved it too")
        apart |= others
    proven = tuple(edge["start"] for edge in edges if edge["start"] not in apart)
    return Proof(proven, {number: why for number, why in apart.items() if number not in provers})


def _prover(proof: Row) -> int:
    """The record that a proof was given for, which its id names."""
    return decode_id(proof["record_id"].partition(".")[0])[1]


def _has_name(row: Row) -> bool:
    return bool(json.loads(row["fields"] or "{}").get("given"))


def _long_apart(edges: list[Row], half_life: int | None, at: str) -> dict[int, str]:
    if half_life is None or not edges:
        return {}
    first, last = (_texts([edge[name] for edge in edges]) for name in ("first_seen", "last_seen"))
    then = _texts([at])
    gap = np.maximum(first_days(first) - last_days(then), first_days(then) - last_days(last))
    apart = [edge["start"] for edge, days in zip(edges, gap.tolist(), strict=True) if days >= half_life]
    return dict.fromkeys(apart, "it was carried too long before or after")


def _other_names(here: Row, others: Mapping[int, Row]) -> dict[int, str]:
    if not others:
        return {}
    said = [json.loads(row["fields"] or "{}") for row in (here, *others.values())]
    records = encode(pa.table({name: _texts([one.get(name) for one in said]) for name in FIELDS}))
    ends = np.arange(1, len(said))
    differ = under_other_names(records, np.zeros(len(ends), np.int64), ends)
    return {number: "it has another given name" for number, other in zip(others, differ.tolist(), strict=True) if other}


def _texts(values: list[str | None]) -> Column:
    return pa.array(values, pa.string())
