"""The outbox: what happened to entities, written in the transaction that did it, in order, for whoever follows.

A change names ids and reasons, never personal values. Its number grows with the log position, so that a follower who
has seen one misses nothing after it.
"""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from spine.domain.ids import encode_id
from spine.pipeline.applying import Applied
from spine.pipeline.outcome import Move, outcome
from spine.ports import Clock, Row, Writer, arrow_schema

PLACES = 1 << 20
"""Changes of one position are numbered from `position * PLACES`."""
Moves = Mapping[int, tuple[frozenset[int], frozenset[int]]]
"""Per person the households before and after."""
_Said = tuple[str, str, dict[str, Any]]
"""What happened, to which entity, and what the entry says."""


def write_changes(writer: Writer, applied: Applied, clock: Clock) -> int:
    """Write what a change did to entities; how many changes that were."""
    return _write(writer, _entities(applied) + _facts(applied), clock)


def write_moves(writer: Writer, moved: Moves, clock: Clock) -> int:
    """Write whose households changed; how many changes that were."""
    return _write(writer, _moves(moved), clock)


def _write(writer: Writer, said: list[_Said], clock: Clock) -> int:
    if not said:
        return 0
    last = writer.select("change", (), "id", descending=True, limit=1)
    start = max(writer.position * PLACES, last[0]["id"] + 1 if last else 0)
    rows: list[Row] = [
        {
            "id": start + at, "position": writer.position, "at": clock.now(), "kind": kind, "entity": entity,
            "entry": json.dumps(entry, sort_keys=True),
        }
        for at, (kind, entity, entry) in enumerate(said)
    ]  # fmt: skip
    writer.put("change", pa.Table.from_pylist(rows, schema=arrow_schema("change")))
    return len(rows)


def _entities(applied: Applied) -> list[_Said]:
    """Records linked; entities merged, split, deleted, or renamed because their earliest record was deleted."""
    found = outcome(applied.rebuilt.before, applied.rebuilt.after)
    was = {(one.kind, one.id): one for one in found.before}
    now = {(one.kind, one.id): one for one in found.after}
    out: list[_Said] = []
    by_old: dict[tuple[str, int], list[Move]] = {}
    for move in found.moves:
        if move.old is not None:
            by_old.setdefault((move.kind, move.old), []).append(move)
        elif move.new is not None:
            entry = {"records": [encode_id("record", record) for record in move.records]}
            out.append(("linked", encode_id(move.kind, move.new), entry))
    for (kind, old), moves in sorted(by_old.items()):
        targets = sorted({move.new for move in moves if move.new is not None})
        entry = {"to": [encode_id(kind, number) for number in targets]}
        if (kind, old) in now:
            if targets:
                out.append(("split", encode_id(kind, old), entry))
        elif targets and len(was[kind, old].records) > sum(len(move.records) for move in moves if move.new is None):
            merged = "merged" if (kind, targets[0]) in was else "renamed"
            out.append((merged if len(targets) == 1 else "split", encode_id(kind, old), entry))
        else:
            out.append(("deleted", encode_id(kind, old), {}))
    return out


def _moves(moved: Moves) -> list[_Said]:
    out: list[_Said] = []
    for person, (old, new) in sorted(moved.items()):
        homes = {name: [encode_id("household", home) for home in sorted(some)] for name, some in
                 (("from", old), ("to", new))}  # fmt: skip
        out.append(("household_changed", encode_id("person", person), homes))
    return out


def _facts(applied: Applied) -> list[_Said]:
    """Households, parents and consents that changed."""
    out = _moves(applied.moved_home)
    for one, (before, after) in sorted(applied.new_parent.items()):
        ends = {"from": encode_id("organisation", before), "to": encode_id("organisation", after)}
        out.append(("parent_changed", encode_id("organisation", one), ends))
    for one, purposes in sorted(applied.consented.items()):
        out.append(("consent_changed", encode_id("person", one), {"consents": purposes}))
    return out
