"""Which part of the graph a change can reach: whole components, with all that judgements tie to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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
        ahead = _neighbours(reader, found, sorted(ahead)) - found.records
    return found


def _neighbours(reader: Reader, found: Region, asked: list[int]) -> set[int]:
    """The records that matches, components and judgements lead to from these."""
    out: set[int] = set()
    inside = {row["end"] for row in reader.get("in_component", "start", asked)} - found.components.keys()
    for row in reader.get("component", "id", sorted(inside)) if inside else []:
        found.components[row["id"]] = row
        out.update(row["members"])
    for column in ("start", "end"):
        for row in reader.get("match", column, asked):
            found.matches[row["start"], row["end"]] = row
            out.update((row["start"], row["end"]))
        for row in reader.get("judged", column, asked):
            out.update((row["start"], row["end"]))
    return out
