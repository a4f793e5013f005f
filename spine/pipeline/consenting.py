"""Whose consents a change of some records moves: theirs, and those of others who carry the same identifiers."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from spine.pipeline.rebuild import Labels, labels_of
from spine.ports import Reader, Row, arrow_schema
from spine.resolution.components import Ints
from spine.resolution.consent_state import Agreed, agreed, heard, nothing_agreed
from spine.resolution.resolved import SAID

CROWD = 500
"""Who else carries an identifier is looked at up to so many edges; where there are more, a record of them waits."""


class Around(NamedTuple):
    """The consents that hold around a region, the persons outside it whose consents may differ from before, and one
    record for each identifier that more than `CROWD` carry: it waits, and the consents there are worked off with it."""

    agreed: Agreed
    others: set[int]
    left: set[int]


def consents_around(reader: Reader, records: Iterable[int], after: Labels, limited: bool = True) -> Around:
    """The consents around all `records` of a rebuilt region; `after` are the entities of the live ones.

    Not `limited`, everybody who carries an identifier is looked at, and nobody is left.
    """
    own, most = set(records), CROWD if limited else None
    first = _Heard(reader, own, most)
    if not first.edges:
        return Around(nothing_agreed(), set(), set())
    labels = labels_of(reader, first.carriers - own)
    left = first.waiting(labels | after) if limited else set()
    others = first.others(own, labels, limited)
    persons = sorted(number for kind, number in others if kind == "person")
    theirs = {row["start"] for row in reader.get("resolves_to_person", "end", persons)} if persons else set()
    whole = _Heard(reader, own | theirs, most) if theirs else first
    labels = labels_of(reader, whole.carriers - own) | after
    said = whole.table()
    records_of: list[int] = said["record"].to_pylist()  # type: ignore[assignment]  # the column has no nulls
    holder = np.array([labels[record][1] if record in labels else -1 for record in records_of], np.int64)
    return Around(agreed(said, holder), set(persons), left)


def consented_at(reader: Reader, consents: Ints) -> list[int]:
    """The identifiers that these consents are of, sorted: those too that they came at before and came at again."""
    asked = np.unique(consents).tolist()
    return sorted({row["end"] for row in reader.get("consent_of", "start", asked)}) if asked else []


def near_consents(reader: Reader, consents: Ints) -> set[int]:
    """The records whose facts depend on these consents; of a crowd at an identifier of theirs the first."""
    asked = consented_at(reader, consents)
    carried: dict[int, list[int]] = {}
    for row in reader.get("carries", "end", asked, CROWD + 1) if asked else []:
        carried.setdefault(row["end"], []).append(row["start"])
    return {record for some in carried.values() for record in (some if len(some) <= CROWD else some[:1])}


class _Heard:
    """What was said at the identifiers that some records carry or carried, and who carries those: `most` of each."""

    def __init__(self, reader: Reader, records: set[int], most: int | None) -> None:
        asked = sorted(records)
        carried = reader.get("carries", "start", asked) if asked else []
        ends = sorted({row["end"] for row in carried})
        of = reader.get("consent_of", "end", ends) if ends else []
        self.said: dict[int, Row] = {}
        self.of: list[Row] = of
        if of:
            self.said = {row["id"]: row for row in reader.get("consent", "id", sorted({row["start"] for row in of}))}
        spoken = {row["end"] for row in of}
        shared = reader.get("carries", "end", sorted(spoken), most and most + 1) if spoken else []
        edges = {(row["start"], row["end"]): row for row in (*shared, *carried) if row["end"] in spoken}
        self.edges = [edges[pair] for pair in sorted(edges)]
        self._by_identifier: dict[int, list[Row]] = {}
        for row in self.edges:
            self._by_identifier.setdefault(row["end"], []).append(row)
        self.speakers = self._speakers(reader)

    @property
    def carriers(self) -> set[int]:
        """The records at whose identifiers something was said."""
        return {row["start"] for row in self.edges}

    def _speakers(self, reader: Reader) -> dict[str, int]:
        keys = sorted({key for row in self.said.values() if (key := _key(row)) is not None})
        return {row["key"]: row["id"] for row in reader.get("record", "key", keys)} if keys else {}

    def waiting(self, labels: Labels) -> set[int]:
        """Of each crowded identifier the first of those who carry it and are there."""
        crowds = (edges for edges in self._by_identifier.values() if len(edges) > CROWD)
        firsts = (next((row["start"] for row in edges if row["start"] in labels), None) for edges in crowds)
        return {record for record in firsts if record is not None}

    def others(self, own: set[int], labels: Labels, limited: bool) -> set[tuple[str, int]]:
        """The entities of others whose consents may hang on who of `own` carries what; of crowds none where `limited`.

        Where nothing changed hands and nobody of `own` spoke, what two others share is theirs, or nobody's, whoever
        carries it beside them. Of a crowd that was left to be worked off, nobody knows who spoke.
        """
        spoke = {row["end"] for row in self.of if self.speakers.get(_key(self.said[row["start"]]) or "") in own}
        out: set[tuple[str, int]] = set()
        for identifier, edges in self._by_identifier.items():
            crowd = len(edges) > CROWD
            held = {labels[row["start"]] for row in edges if row["start"] in labels and row["start"] not in own}
            settled = len(held) > 1 and identifier not in spoke and all(row["valid_to"] is None for row in edges)
            out |= set() if (limited if crowd else settled) else held
        return out

    def table(self) -> pa.Table:
        """The table `resolved.SAID`."""
        if not self.edges:
            return SAID.empty_table()
        told: list[Mapping[str, object]] = [
            {**self.said[row["start"]], "consent": row["start"], "identifier": row["end"]} for row in self.of
        ]
        keys = [_key(self.said[row["start"]]) for row in self.of]
        speaker = np.array([-1 if key is None else self.speakers.get(key, -1) for key in keys], np.int64)
        names = SAID.names[:5]
        consents = pa.table(
            [[one[name] for one in told] for name in names], schema=pa.schema([SAID.field(name) for name in names])
        )
        return heard(consents, speaker, pa.Table.from_pylist(self.edges, schema=arrow_schema("carries")))


def _key(row: Row) -> str | None:
    """The key of the record that a consent came with; None where it names none."""
    return f"{row['source']}/{row['reference']}" if row["reference"] else None
