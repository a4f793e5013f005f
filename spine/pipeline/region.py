"""Which part of the graph a change can reach: whole components, with all that judgements tie to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from spine.ports import Reader, Row


@dataclass
class Region:
    """Records that no match, component or judgement leads out of, with what the store holds between them.

    `records` may name records that were deleted. `matches` are rows of `match` by (start, end), `components` rows of
    `component` by id. `complete` is False where the records outgrew the limit: then the rest was not read.
    """

    records: set[int] = field(default_factory=set)
    components: dict[int, Row] = field(default_factory=dict)
    matches: dict[tuple[int, int], Row] = field(default_factory=dict)
    complete: bool = True


def region(reader: Reader, seeds: Iterable[int], limit: int | None = None) -> Region:
    """The smallest region that holds the seeds; cut short where it has more than `limit` records."""
    found = Region()
    ahead = set(seeds)
    while ahead:
        found.records |= ahead
        if limit is not None and len(found.records) > limit:
            found.complete = False
            return found
        ahead = set(chain.from_iterable(_led_to(reader, found, sorted(ahead)))) - found.records
    return found


def pieces(reader: Reader, seeds: Iterable[int], limit: int) -> Mapping[int, frozenset[int] | None]:
    """The smallest region of each seed alone, all read together; None where it has more than `limit` records."""
    found = Region()
    whole: dict[int, set[int]] = {}
    """The piece that each record is known to be in, shared by all who are."""
    ahead = asked = set(seeds)
    while ahead:
        found.records |= ahead
        for number in ahead - whole.keys():
            whole[number] = {number}
        for group in _led_to(reader, found, sorted(ahead)):
            _unite(whole, group)
        ahead = {number for number in whole.keys() - found.records if len(whole[number]) <= limit}
    held = {id(piece): frozenset(piece) if len(piece) <= limit else None for piece in whole.values()}
    return {number: held[id(whole[number])] for number in asked}


def _unite(whole: dict[int, set[int]], group: Sequence[int]) -> None:
    """Put the pieces of some records into the largest of them."""
    parts = {id(part): part for part in (whole.setdefault(number, {number}) for number in group)}
    largest = max(parts.values(), key=len)
    for part in parts.values():
        if part is not largest:
            largest |= part
            whole.update(dict.fromkeys(part, largest))


def _led_to(reader: Reader, found: Region, asked: list[int]) -> list[tuple[int, ...]]:
    """Records that a match, a component or a judgement holds together, of all that name one of these."""
    out: list[tuple[int, ...]] = []
    inside = reader.get("in_component", "start", asked)
    new = {row["end"] for row in inside} - found.components.keys()
    for row in reader.get("component", "id", sorted(new)) if new else []:
        found.components[row["id"]] = row
        out.append(tuple(row["members"]))
    out += [(row["start"], *found.components[row["end"]]["members"][:1]) for row in inside]
    for column in ("start", "end"):
        for row in reader.get("match", column, asked):
            found.matches[row["start"], row["end"]] = row
            out.append((row["start"], row["end"]))
        out += [(row["start"], row["end"]) for row in reader.get("judged", column, asked)]
    return out
