"""A change carried through the graph: the region rebuilt and written with everything that hangs on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spine.domain.vocabulary import Kind
from spine.matching.model import Model
from spine.pipeline.differing import Differing
from spine.pipeline.employers import write_employment
from spine.pipeline.homes import HomeChanges, write_households
from spine.pipeline.rebuild import Delta, Rebuilt, build, write
from spine.pipeline.relatives import write_entities
from spine.pipeline.surroundings import Declarers, nobody
from spine.ports import Difference, Writer

ONLINE = 200
"""A region of more records is left to the next resolve."""
HomeWriter = Callable[[Writer, Rebuilt, Differing], HomeChanges]
"""Writes the households that a rebuild may have changed."""
StaffWriter = Callable[[Writer, Rebuilt, Differing], None]
"""Writes the employment that a rebuild may have changed."""


@dataclass(frozen=True)
class Applied:
    """What a change did: the entities before and after, the rows written per table, and what else is new of whom.

    `left` are records of which something waits to be worked off: their homes, or consents that they share with many.
    """

    rebuilt: Rebuilt
    written: Mapping[str, Difference]
    moved_home: Mapping[int, tuple[frozenset[int], frozenset[int]]]
    new_parent: Mapping[int, tuple[int, int]]
    consented: Mapping[int, list[str]]
    left: frozenset[int] = frozenset()


def apply(
    writer: Writer,
    delta: Delta,
    models: Mapping[Kind, Model],
    confidence: float,
    *,
    limit: int | None = ONLINE,
    declarers: Declarers = nobody,
    homes: HomeWriter = write_households,
    staff: StaffWriter = write_employment,
    consents_of_few: bool = True,
) -> Applied | None:
    """Rebuild what a change reaches and write the difference; None where that has more than `limit` records.

    With `consents_of_few`, what was consented to at identifiers of very many records is left to be worked off.
    """
    built = build(writer, delta, models, confidence, limit)
    if built is None:
        return None
    rebuilt = write(writer, built)
    out = Differing(writer, rebuilt.written)
    changed = write_entities(writer, rebuilt, out, declarers, consents_of_few)
    staff(writer, rebuilt, out)
    housed = homes(writer, rebuilt, out)
    for kind in Kind:
        out.delete(kind.value, {(number,) for of, number in changed.gone if of == kind.value})
    out.delete("household", {(number,) for number in housed.gone})
    return Applied(
        rebuilt, out.written, housed.moved, changed.new_parent, changed.consented, housed.left | changed.left
    )
