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
    a name. What is shareable or volatile, or carried by more than `MOST`, is held by the subject and proves nothing of
    others. Who carried it so long before or after that its half-life passed in between carried it as somebody else may.
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
    provers = {_prover(rows[edge["start"]]) for edge in edges if rows[edge["start"]]["source"] == PROOFS} - {subject}
    edges = [edge for edge in edges if rows[edge["start"]]["source"] != PROOFS]
    if policy not in _PROVING:
        return Proof((), {edge["start"]: f"a {identifier['namespace']} may be shared" for edge in edges})
    if len(edges) > MOST:
        return Proof((), {edge["start"]: f"more than {MOST} records carry it" for edge in edges})
    apart = _long_apart(edges, namespace(identifier["namespace"]).half_life, at)
    if policy is Policy.STRONG:
        others = _other_names(here, [rows[edge["start"]] for edge in edges])
        if others.keys() & provers:
            nameless = [edge["start"] for edge in edges if not _named(rows[edge["start"]])]
            apart |= dict.fromkeys(nameless, "somebody under another given name proved it too")
        apart |= others
    return Proof(tuple(edge["start"] for edge in edges if edge["start"] not in apart), apart)


def _prover(proof: Row) -> int:
    """The record that a proof was given for, which its id names."""
    return decode_id(proof["record_id"].partition(".")[0])[1]


def _named(row: Row) -> bool:
    return bool(json.loads(row["fields"] or "{}").get("given"))


def _long_apart(edges: list[Row], half_life: int | None, at: str) -> dict[int, str]:
    if half_life is None or not edges:
        return {}
    first, last = (_texts([edge[name] for edge in edges]) for name in ("first_seen", "last_seen"))
    then = _texts([at])
    gap = np.maximum(first_days(first) - last_days(then), first_days(then) - last_days(last))
    apart = [edge["start"] for edge, days in zip(edges, gap.tolist(), strict=True) if days >= half_life]
    return dict.fromkeys(apart, "it was carried too long before or after")


def _other_names(here: Row, others: list[Row]) -> dict[int, str]:
    said = [json.loads(row["fields"] or "{}") for row in (here, *others)]
    records = encode(pa.table({name: _texts([one.get(name) for one in said]) for name in FIELDS}))
    ends = np.arange(1, len(said))
    differ = under_other_names(records, np.zeros(len(ends), np.int64), ends)
    return {row["id"]: "it has another given name" for row, other in zip(others, differ.tolist(), strict=True) if other}


def _texts(values: list[str | None]) -> Column:
    return pa.array(values, pa.string())
