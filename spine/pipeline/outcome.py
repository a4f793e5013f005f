"""What a change did to entities, told for whoever has to follow: before and after, old id to new id."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from spine.pipeline.rebuild import Labels

Entity = tuple[str, int]


@dataclass(frozen=True, slots=True)
class EntityState:
    """An entity as it stood: its kind, its number (that of its earliest record) and its records."""

    kind: str
    id: int
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Records that were one entity's, or nobody's where `old` is None, and are another's, or nobody's, now."""

    kind: str
    old: int | None
    new: int | None
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The entities that a change made different, as they were and as they are, and how records moved between them."""

    before: tuple[EntityState, ...] = ()
    after: tuple[EntityState, ...] = ()
    moves: tuple[Move, ...] = ()


def outcome(before: Labels, after: Labels, always: Iterable[int] = ()) -> Outcome:
    """What differs between two states of the same records; entities that hold one of `always` are told anyway."""
    was, now = _states(before), _states(after)
    shown = set(always)
    told = {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
    told |= {labels[record] for labels in (before, after) for record in shown if record in labels}
    moved: dict[tuple[str, int | None, int | None], list[int]] = {}
    for record in sorted(before.keys() | after.keys()):
        old, new = before.get(record), after.get(record)
        if old == new:
            continue
        if old is not None and new is not None and old[0] != new[0]:
            moved.setdefault((old[0], old[1], None), []).append(record)
            moved.setdefault((new[0], None, new[1]), []).append(record)
            continue
        kind = (new or old or ("", 0))[0]
        moved.setdefault((kind, old and old[1], new and new[1]), []).append(record)
    moves = [Move(kind, old, new, tuple(records)) for (kind, old, new), records in moved.items()]
    return Outcome(
        tuple(was[key] for key in sorted(told) if key in was),
        tuple(now[key] for key in sorted(told) if key in now),
        tuple(sorted(moves, key=lambda move: (move.kind, move.old or 0, move.new or 0))),
    )


def parted(before: Labels, after: Labels, shares: Sequence[Collection[int]]) -> list[Outcome]:
    """The outcome as far as it concerns each of several sets of records that were changed at once.

    What entities exchanged records belongs together. It is told to each whose records are among them; to all, where
    nobody's are.
    """
    if len(shares) == 1:
        return [outcome(before, after)]
    near: nx.Graph[Any] = nx.Graph()
    for moment, labels in enumerate((before, after)):
        near.add_edges_from((record, (moment, *entity)) for record, entity in labels.items())
    place = {one: at for at, some in enumerate(nx.connected_components(near)) for one in some}
    concerned = [{place[record] for record in share if record in place} for share in shares]
    nobodys = set(place.values()).difference(*concerned)

    def among(labels: Labels, places: set[int]) -> Labels:
        return {record: entity for record, entity in labels.items() if place[record] in places}

    return [outcome(among(before, places | nobodys), among(after, places | nobodys)) for places in concerned]


def _states(labels: Labels) -> dict[Entity, EntityState]:
    members: dict[Entity, list[int]] = {}
    for record, entity in sorted(labels.items()):
        members.setdefault(entity, []).append(record)
    return {entity: EntityState(*entity, tuple(records)) for entity, records in members.items()}
