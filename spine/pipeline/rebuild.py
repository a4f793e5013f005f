"""The heart of every small change: the components that it reaches are built anew with the functions of the batch.

Given the same model and sequence numbers, components, merge trees and entities come out as a resolve of everything
would make them: matches never lead out of a region, so what stands outside can't have changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.matching.model import Model
from spine.matching.stored import stored_models
from spine.matching.training import untrained
from spine.pipeline.differing import Differing
from spine.pipeline.gather import Gathered, encode_kind
from spine.pipeline.gather_some import gather_some
from spine.pipeline.matching import Matched, judged_among, trees_of
from spine.pipeline.region import Region, region
from spine.pipeline.scoring import Weighed
from spine.pipeline.tables import component_tables, entities_of, match_table, resolved_of
from spine.ports import Differences, Reader, Row, Step, Writer
from spine.resolution.entities import Entities
from spine.resolution.judgements import Refused
from spine.resolution.resolved import Resolved

Labels = dict[int, tuple[str, int]]
"""Of records the kind and number of the entity that each resolves to."""
Pair = tuple[int, int]


@dataclass(frozen=True)
class Delta:
    """What changed of the matches: `anew` are records whose old matches no longer count, `lost` single pairs that no
    longer do, `found` rows of `match` that now do. `seeds` are further records whose components are built anew, `left`
    what the index held changed records under before besides blocking keys, `moved` what of that some of them took on or
    gave up, and who."""

    seeds: frozenset[int] = frozenset()
    anew: frozenset[int] = frozenset()
    lost: frozenset[Pair] = frozenset()
    found: Mapping[Pair, Row] = field(default_factory=dict)
    left: frozenset[int] = frozenset()
    moved: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def reached(self) -> set[int]:
        """Every record that the change names."""
        pairs = {record for pair in (*self.lost, *self.found) for record in pair}
        return set(self.seeds) | set(self.anew) | pairs


@dataclass(frozen=True)
class Built:
    """A region built anew: its records, columns and entities per kind, not yet written."""

    region: Region
    gathered: Gathered
    found: dict[Kind, tuple[Matched, Entities]]
    resolved: Resolved
    tables: dict[str, list[pa.Table]]
    flags: dict[int, list[str]]
    delta: Delta

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The judgements that do not stand."""
        return tuple(one for matched, _ in self.found.values() for one in matched.refused)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild changed: the entity of every record of the region before and after, and the rows written."""

    before: Labels
    after: Labels
    written: Differences
    built: Built


def models_of(reader: Reader) -> dict[Kind, Model]:
    """The stored model of each kind, or the shipped weights where none was trained."""
    kept = stored_models(reader, Kind)
    return {kind: kept.get(kind) or untrained(kind) for kind in Kind}


def build(
    reader: Reader, delta: Delta, models: Mapping[Kind, Model], confidence: float, limit: int | None = None
) -> Built | None:
    """Build anew what a change reaches; None where that has more than `limit` records."""
    reached = region(reader, delta.reached, limit)
    if not reached.complete:
        return None
    kept = {
        pair: row for pair, row in reached.matches.items() if pair not in delta.lost and delta.anew.isdisjoint(pair)
    } | dict(delta.found)
    gathered = gather_some(reader, reached.records)
    found: dict[Kind, tuple[Matched, Entities]] = {}
    tables: dict[str, list[pa.Table]] = {}
    flags: dict[int, list[str]] = {}
    for kind in Kind:
        if len(gathered.rows_of(kind)):
            matched = _matched(gathered, kind, models[kind], kept)
            found[kind] = (matched, entities_of(gathered, matched, confidence))
            made, marked = component_tables(gathered, matched)
            flags |= marked
            for name, table in {**made, "match": match_table(gathered, matched)}.items():
                tables.setdefault(name, []).append(table)
    return Built(reached, gathered, found, resolved_of(gathered, found.values()), tables, flags, delta)


def _matched(gathered: Gathered, kind: Kind, model: Model, matches: Mapping[Pair, Row]) -> Matched:
    """The records of one kind as `matching.match` gives them, from matches that are known."""
    rows = gathered.rows_of(kind)
    ids = gathered.ids[rows]
    ends = np.array(sorted(matches), dtype=np.int64).reshape(-1, 2)
    ends = ends[np.isin(ends, ids).all(axis=1)]
    chosen = [matches[start, end] for start, end in ends.tolist()]
    left, right = np.searchsorted(ids, ends[:, 0]), np.searchsorted(ids, ends[:, 1])
    weight = np.array([row["weight"] for row in chosen], dtype=np.int64)
    encoded = encode_kind(gathered, rows)
    judged = judged_among(gathered, rows)
    # What this model said of a match it would say again.
    told = np.array([row["model"] == model.version for row in chosen], dtype=bool)
    weighed = Weighed((left[told], right[told]), weight[told])
    trees, refused = trees_of(gathered, rows, encoded, model, (left, right), weight, judged, weighed=weighed)
    levels = pa.chunked_array([[row["levels"] for row in chosen]], pa.string())
    return Matched(kind, rows, model, encoded, left, right, weight, levels, len(left), {}, trees, refused)


def write(writer: Writer, built: Built) -> Rebuilt:
    """Write components, matches and the records' entities as they were built, and tell what changed.

    Rows of persons and organisations are left to `relatives.write`, which knows their surroundings; an entity that is
    no more is removed there, after what points at it.
    """
    records = sorted(built.region.records)
    before = labels_of(writer, records)
    after = {
        int(number): (kind.value, int(label))
        for kind, labels in ((Kind.PERSON, built.resolved.person), (Kind.ORGANISATION, built.resolved.organisation))
        for number, label in zip(built.gathered.ids.tolist(), labels.tolist(), strict=True)
        if label >= 0
    }
    out = Differing(writer)
    components = _all(built, "component")
    out.put("component", components, built.region.components.values())
    inside = writer.get("in_component", "start", records) if records else []
    out.replace("in_component", inside, _all(built, "in_component"))
    kept = {row["id"] for row in components}
    out.delete("component", {(number,) for number in built.region.components if number not in kept})
    out.replace("match", built.region.matches.values(), _all(built, "match"))
    return Rebuilt(before, after, out.written, built)


def labels_of(reader: Reader, records: Iterable[int]) -> Labels:
    """The entity that each of these records resolves to; records without one are absent."""
    asked = tuple(sorted(set(records)))
    found = reader.follow({kind.value: Step(f"resolves_to_{kind.value}", "start", asked) for kind in Kind if asked})
    return {row["start"]: (kind, row["end"]) for kind, rows in found.items() for row in rows}


def persons_of(labels: Labels) -> dict[int, int]:
    """The person of each record that is one's."""
    return {record: number for record, (kind, number) in labels.items() if kind == Kind.PERSON.value}


def _all(built: Built, table: str) -> list[Row]:
    return [row for part in built.tables.get(table, []) for row in part.to_pylist()]
