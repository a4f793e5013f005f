"""The outbox: what happened to entities, written in the transaction that did it, in order, for whoever follows.

A change names ids and reasons, never personal values. Its number grows with the log position, so that a follower who
has seen one misses nothing after it. Every record that goes from one entity to another is in the `moves` of exactly one
change, so that whoever applies them in order knows whose each record is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from spine.domain.ids import encode_id
from spine.pipeline.applying import Applied
from spine.pipeline.differing import as_rows
from spine.pipeline.numbering import PLACES
from spine.pipeline.outcome import Move, outcome
from spine.pipeline.rebuild import Labels
from spine.ports import Clock, Row, Writer

MOST_RECORDS = 500
"""A change names no more records than that; more make further changes of the same kind."""
JUDGED = {"same": "confirmed", "different": "rejected", "withdrawn": "withdrawn"}
"""The kind of change that a verdict makes."""
Moves = Mapping[int, tuple[frozenset[int], frozenset[int]]]
"""Per person the households before and after."""
Said = tuple[str, str | None, dict[str, Any]]
"""What happened, to which entity, and what the entry says."""


def write_changes(writer: Writer, applied: Applied, clock: Clock, judged: Iterable[Row] = ()) -> int:
    """Write what a change did to entities, and the judgements (rows of `judged`) it began with; how many that were."""
    before, after = applied.rebuilt.before, applied.rebuilt.after
    return write_said(writer, [*_judgements(judged, after), *entities(before, after), *_facts(applied)], clock)


def write_judged(writer: Writer, judged: Iterable[Row], labels: Labels, clock: Clock) -> int:
    """Write judgements whose effect waits for the next resolve; how many that were."""
    return write_said(writer, _judgements(judged, labels), clock)


def write_said(writer: Writer, said: Iterable[Said], clock: Clock) -> int:
    """Number what is said after all that was said before, and write it; how many changes that were."""
    told = list(said)
    if not told:
        return 0
    start = writer.position * PLACES
    # Changes are numbered without a gap from where their position begins, and none is removed.
    if writer.get("change", "id", [start]):
        start = writer.select("change", (), "id", descending=True, limit=1)[0]["id"] + 1
    at = clock.now()
    rows: list[Row] = [
        {
            "id": start + place, "position": writer.position, "at": at, "kind": kind, "entity": entity,
            "entry": json.dumps(entry, sort_keys=True),
        }
        for place, (kind, entity, entry) in enumerate(told)
    ]  # fmt: skip
    writer.put("change", as_rows("change", rows))
    return len(rows)


def entities(before: Labels, after: Labels) -> Iterator[Said]:
    """What happened between two states of the same records: who leaves an entity comes before who is new to one."""
    found = outcome(before, after)
    was = {(one.kind, one.id): one for one in found.before}
    now = {(one.kind, one.id): one for one in found.after}
    by_old: dict[tuple[str, int], list[Move]] = {}
    for move in found.moves:
        if move.old is not None:
            by_old.setdefault((move.kind, move.old), []).append(move)
    for (kind, old), moves in sorted(by_old.items()):
        targets = {move.new for move in moves if move.new is not None}
        if (kind, old) in now:
            happened = "split" if targets else "unlinked"
        elif not targets:
            happened = "deleted"
        elif len(targets) > 1:
            happened = "split"
        else:
            happened = "merged" if (kind, min(targets)) in was else "renamed"
        yield from _parted(happened, kind, old, moves)
    for move in found.moves:
        if move.old is None and move.new is not None:
            yield from _parted("linked", move.kind, move.new, [move])


def _parted(happened: str, kind: str, number: int, moves: Sequence[Move]) -> Iterator[Said]:
    """One change, or several where it names very many records."""
    entity = encode_id(kind, number)
    shown: list[dict[str, Any]] = []
    room = MOST_RECORDS
    for move in moves:
        to = None if move.new is None else encode_id(kind, move.new)
        ids = [encode_id("record", record) for record in move.records]
        while ids:
            shown.append({"to": to, "records": ids[:room]})
            ids, room = ids[room:], room - len(ids[:room])
            if not room:
                yield happened, entity, {"moves": shown}
                shown, room = [], MOST_RECORDS
    if shown:
        yield happened, entity, {"moves": shown}


def _judgements(judged: Iterable[Row], labels: Labels) -> Iterator[Said]:
    for row in judged:
        pair = (row["start"], row["end"])
        held = [encode_id(*labels[record]) for record in pair if record in labels]
        entry = {
            "records": [encode_id("record", record) for record in pair], "entities": sorted(set(held)),
            "authority": row["authority"],
        }  # fmt: skip
        yield JUDGED[row["verdict"]], held[0] if held else None, entry


def moves_home(moved: Moves) -> Iterator[Said]:
    """Whose households changed."""
    for person, (old, new) in sorted(moved.items()):
        homes = {name: [encode_id("household", home) for home in sorted(some)] for name, some in
                 (("from", old), ("to", new))}  # fmt: skip
        yield "household_changed", encode_id("person", person), homes


def new_parents(parents: Mapping[int, tuple[int, int]]) -> Iterator[Said]:
    """Whose ultimate parent changed."""
    for one, (before, after) in sorted(parents.items()):
        ends = {"from": encode_id("organisation", before), "to": encode_id("organisation", after)}
        yield "parent_changed", encode_id("organisation", one), ends


def new_consents(consented: Mapping[int, list[str]]) -> Iterator[Said]:
    """Whose consents changed, with those that hold now."""
    for one, purposes in sorted(consented.items()):
        yield "consent_changed", encode_id("person", one), {"consents": purposes}


def _facts(applied: Applied) -> Iterator[Said]:
    """Households, parents and consents that changed."""
    yield from moves_home(applied.moved_home)
    yield from new_parents(applied.new_parent)
    yield from new_consents(applied.consented)
