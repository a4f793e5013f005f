"""What happened to the identifiers that entities carry: timelines of persons, organisations and households.

An event stays on its identifier, so it follows its carriers through merges and splits, at the confidence asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spine.explore.membership import Entity, members_of
from spine.explore.questions import Asking, Found, Question
from spine.ports import Row, Step
from spine.resolution.carriage import given_up_before, held_at

EVENTS_PER_IDENTIFIER = 5000
"""An identifier with more events than this is cut off, and says so."""
CARRIERS_CAP = 500
"""How many carriers of one identifier are looked at, to see who had it before."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event or consent row, and the identifier through which it belongs to the entity."""

    row: Row
    identifier: int
    namespace: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Happenings of one entity, newest first; `truncated` where an identifier has more than is shown."""

    happenings: tuple[Happening, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None asks for nothing. Times are beginnings of ISO 8601 texts, both ends included."""

    kinds: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None

    def fits(self, row: Row) -> bool:
        """True where the event is wanted; one without a time is in no period."""
        at = row["at"] or ""
        return (
            (self.kinds is None or row["kind"] in self.kinds)
            and (self.channels is None or row["channel"] in self.channels)
            and (self.since is None or at >= self.since)
            and (self.until is None or "" < at[: len(self.until)] <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Carriage:
    """A record carries an identifier; `since` is when another record gave it up before, None where nobody did."""

    edge: Row
    since: str | None

    def holds(self, at: str | None) -> bool:
        """True where what happened at this time happened to the record; see `held_at`."""
        return held_at(at, self.edge["valid_from"], self.edge["valid_to"], self.since)


def carriages(edges: Sequence[Row], all_edges: Iterable[Row]) -> list[Carriage]:
    """These CARRIES edges, each with the time before which the identifier was another's (see `Carriage`)."""
    given_up: dict[int, list[str]] = {}
    for edge in all_edges:
        if edge["valid_to"]:
            given_up.setdefault(edge["end"], []).append(edge["valid_to"])
    return [Carriage(edge, given_up_before(edge["valid_from"], given_up.get(edge["end"], ()))) for edge in edges]


@Question
def timelines(entities: Sequence[Entity]) -> Asking[dict[int, Timeline]]:
    """The events of each entity, by its id."""
    members = tuple(members_of(entities))
    found = yield {"carried": Step("carries", "start", members), **happening("event", ("carried", "end"))}
    happened, truncated = happenings_in(found)
    carried = [edge for edge in found["carried"] if edge["end"] in happened]
    owned = carriages(carried, found["carries"])
    return {entity.id: _timeline(entity, owned, happened, truncated) for entity in entities}


def happening(table: str, after: tuple[str, str]) -> dict[str, Step]:
    """The steps that find the `event` or `consent` rows of identifiers that a step found, and who carries those."""
    return {
        "edge": Step(f"{table}_of", "end", after=(after,), limit=EVENTS_PER_IDENTIFIER + 1),
        "node": Step(table, "id", after=(("edge", "start"),)),
        "carries": Step("carries", "end", after=(("edge", "end"),), limit=CARRIERS_CAP),
    }


def happenings_in(found: Found) -> tuple[dict[int, list[Row]], set[int]]:
    """The `event` or `consent` rows of each identifier that has any, and the identifiers that have more than shown."""
    nodes = {row["id"]: row for row in found["node"]}
    happened: dict[int, list[Row]] = {}
    for edge in found["edge"]:
        if edge["start"] in nodes:
            happened.setdefault(edge["end"], []).append(nodes[edge["start"]])
    cut = {identifier for identifier, rows in happened.items() if len(rows) > EVENTS_PER_IDENTIFIER}
    return {identifier: rows[:EVENTS_PER_IDENTIFIER] for identifier, rows in happened.items()}, cut


def merged(found: Sequence[Timeline]) -> Timeline:
    """One timeline out of several, each happening once: that of a household out of those of its members."""
    once = {one.row["id"]: one for timeline in found for one in timeline.happenings}
    return Timeline(newest_first(once.values()), any(timeline.truncated for timeline in found))


def newest_first(found: Iterable[Happening]) -> tuple[Happening, ...]:
    """Happenings by time, then id, turned round; those without a time come last."""
    return tuple(sorted(found, key=lambda one: (one.row["at"] or "", one.row["id"]), reverse=True))


def _timeline(
    entity: Entity, carried: Sequence[Carriage], happened: Mapping[int, Sequence[Row]], truncated: set[int]
) -> Timeline:
    members = set(entity.members)
    found: dict[int, Happening] = {}
    cut = False
    for one in carried:
        edge = one.edge
        if edge["start"] in members:
            cut = cut or edge["end"] in truncated
            for row in happened[edge["end"]]:
                if one.holds(row["at"]):
                    found.setdefault(row["id"], Happening(row, edge["end"], edge["namespace"]))
    return Timeline(newest_first(found.values()), cut)
