"""What ingests left for later, worked off step by step: each step is one transaction, between which others write.

A step takes the records of one region that wait together, so that a large component is built once and not once for
each of them. The end is that of a resolve.
"""

from dataclasses import dataclass
from functools import partial

from spine.access.context import Context
from spine.pipeline.applying import apply
from spine.pipeline.asking_ahead import plan_ahead
from spine.pipeline.attempts import attempted
from spine.pipeline.catching_up import FEW, has_models
from spine.pipeline.changes import write_changes
from spine.pipeline.collecting import uncollected
from spine.pipeline.declaring import declarers_of
from spine.pipeline.homes import write_households
from spine.pipeline.index_state import LOADED, ONLINE, keep_state, missed, read_state
from spine.pipeline.linking import link
from spine.pipeline.numbering import stored_key
from spine.pipeline.rebuild import models_of
from spine.pipeline.region import region
from spine.pipeline.remembering import Remembering
from spine.pipeline.waiting import done, waiting
from spine.ports import Cause, Clock, GraphStore, Reader, SystemClock

STEP = 500
"""So many records are taken in one step at most."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: how many records it worked off, and how many still wait."""

    worked: int
    left: int


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What working off did in all; `left` are records that only a resolve can work off."""

    worked: int
    steps: int
    left: int


def work_off(
    store: GraphStore, context: Context, clock: Clock | None = None, *, steps: int | None = None
) -> WorkReport:
    """Work off what waits, in at most so many steps; with none, until nothing waits that can be worked off."""
    worked = taken = 0
    while True:
        step = work_off_some(store, context, clock) if steps is None or taken < steps else None
        if step is None or not step.worked:
            with store.reading(context) as reader:
                return WorkReport(worked, taken, reader.count("touched"))
        worked, taken = worked + step.worked, taken + 1


@attempted
def work_off_some(store: GraphStore, context: Context, clock: Clock | None = None) -> Step:
    """One step: link the first records that wait, and whichever others of their region wait, and rebuild around them.

    Nothing is done where the store's key index has not seen every write, or where a kind has no model yet: then a
    resolve looks at everything.
    """
    clock = clock or SystemClock()
    with store.reading(context) as reader:
        if not reader.count("touched"):
            return Step(0, 0)
    plan_ahead(store)
    with store.writing(context, Cause("record", batch="waiting", details=ONLINE)) as writing, uncollected():
        writer = Remembering(writing)
        state, left, ready = read_state(writer), waiting(writer), _ready(writer)
        if state is None or not ready or missed(writer, state.position) or not has_models(writer, ready):
            return Step(0, len(left))
        taken = _taken(writer, ready)
        models, secret = models_of(writer), stored_key(writer)
        delta = link(writer, taken, models, secret)
        lookup = declarers_of(writer, secret)
        applied = apply(
            writer, delta, models, state.confidence, limit=None, declarers=lookup,
            homes=partial(write_households, most=None), consents_of_few=False,
        )  # fmt: skip
        if applied is None:
            raise RuntimeError("A rebuild without a limit gave up.")
        write_changes(writer, applied, clock)
        done(writer, taken)
        keep_state(writer, state, clock)
        return Step(len(taken), len(left) - len(taken))


def _ready(reader: Reader) -> set[int]:
    """Those that wait and are to be worked off here: not what a large load brought, which a resolve does sooner."""
    rows = reader.scan("touched").to_pylist()
    loaded = {row["id"] for row in rows if row["reason"].startswith(LOADED)}
    many = len(loaded) * FEW > reader.count("record")
    return {row["id"] for row in rows} - (loaded if many else set())


def _taken(reader: Reader, left: set[int]) -> set[int]:
    """The first that wait, and those that wait in what they already hang together with; `STEP` at most."""
    first = sorted(left)[:STEP]
    beside = sorted((region(reader, first[:1]).records & left) - {first[0]})
    return {first[0], *beside[: STEP - 1], *first[: max(0, STEP - 1 - len(beside))]}
