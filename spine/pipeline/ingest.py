"""Records taken in and linked at once: one transaction for a micro-batch, with everything that it changes."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from spine.access.context import Context
from spine.domain.judgements import PROOFS
from spine.domain.vocabulary import ATTRIBUTES, Kind
from spine.errors import QueryError
from spine.matching.model import Model
from spine.matching.stored import stored_model
from spine.normalise.dates import DateOrder
from spine.normalise.record import Options, date_order
from spine.pipeline.applying import ONLINE as MOST
from spine.pipeline.applying import Applied, apply
from spine.pipeline.asking_ahead import ask_about_arrivals, ask_about_region, plan_ahead
from spine.pipeline.attempts import attempted
from spine.pipeline.batch_writer import BatchWriter
from spine.pipeline.changes import write_changes
from spine.pipeline.collecting import uncollected
from spine.pipeline.consenting import near_consents
from spine.pipeline.declaring import declarers_of
from spine.pipeline.index_state import ONLINE, IndexState, ensure_index, keep_state
from spine.pipeline.intake import Written, write_ready
from spine.pipeline.linking import link
from spine.pipeline.numbering import key_of
from spine.pipeline.outcome import EntityState, Outcome, outcome, parted
from spine.pipeline.preparing import Ready, make_ready
from spine.pipeline.rebuild import Delta, Labels, models_of
from spine.pipeline.region import pieces
from spine.pipeline.remembering import Remembering
from spine.pipeline.surname_counts import keep_surnames, stored_surnames
from spine.pipeline.waiting import done, wait
from spine.ports import Cause, Clock, GraphStore, Reject, Row, SourceBatch, SystemClock, Writer, arrow_schema
from spine.resolution.surnames import Surnames
from spine.settings import DEFAULT_CONFIDENCE

Problem = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record: `status` is linked, unchanged, late or pending; its entity, None where pending.

    `late`: an older version than the one that holds, kept and otherwise of no effect.
    """

    source: str
    record_id: str
    record: int
    status: str
    entity: EntityState | None

    @property
    def key(self) -> str:
        """What names the record in all the graph."""
        return f"{self.source}/{self.record_id}"


@dataclass(frozen=True)
class IngestReport:
    """What a micro-batch did, at one position of the log (None where it changed nothing).

    `problems` are values that could not be read and were left out of matching, and versions that do not say that they
    are the later ones: key of the record or event, column or namespace, reason. All stays with the record as it came.
    """

    taken: Sequence[Taken] = ()
    outcome: Outcome = field(default_factory=Outcome)
    rejects: Sequence[Reject] = ()
    position: int | None = None
    events: int = 0
    consents: int = 0
    problems: Sequence[Problem] = ()


def ingest(
    store: GraphStore,
    context: Context,
    batch: SourceBatch,
    clock: Clock | None = None,
    *,
    name: str = "ingest",
    options: Options | None = None,
    key: str = "",
    confidence: float = DEFAULT_CONFIDENCE,
    beside: Callable[[Writer], None] = lambda writer: None,
) -> IngestReport:
    """Take in records, events and consents, link the records and write what that changes, in one transaction.

    The same version again changes nothing; which version holds is decided by (observed_at, content), not by arrival.
    A record whose links reach more than `applying.ONLINE` records is kept and answered `pending`: `working_off` links
    it between other writes. `key` and `options` are those of `load`; `beside` writes what is to be kept in the same
    transaction, or ends it by raising.
    """
    done = _ingest(store, context, batch, clock, name, options, key, confidence, beside)
    return IngestReport(
        done.taken, outcome(done.before, done.after), tuple(batch.rejects), done.position,
        _added(done.written, "event"), _added(done.written, "consent"), done.problems,
    )  # fmt: skip


def ingest_together(
    store: GraphStore,
    context: Context,
    batches: Sequence[SourceBatch],
    clock: Clock | None = None,
    *,
    name: str = "ingest",
    confidence: float = DEFAULT_CONFIDENCE,
) -> list[IngestReport]:
    """Take in several batches in one transaction, and tell of each what became of it.

    What `in_common` says of them is equal, and no record is in two of them. The store is as if they had come one after
    the other; an entity that several changed is told to each as it is after all of them.
    """
    done = _ingest(store, context, _as_one(batches), clock, name, None, "", confidence, lambda writer: None)
    ends = np.cumsum([batch.records.num_rows for batch in batches]).tolist()
    shares = [done.taken[end - batch.records.num_rows : end] for batch, end in zip(batches, ends, strict=True)]
    outcomes = parted(done.before, done.after, [{one.record for one in share} for share in shares])
    return [
        IngestReport(
            share,
            differs,
            tuple(batch.rejects),
            done.position if _changed(share, differs) else None,
            problems=_among(done.problems, share),
        )
        for batch, share, differs in zip(batches, shares, outcomes, strict=True)
    ]


def in_common(batch: SourceBatch) -> tuple[str, DateOrder] | None:
    """How the values of a batch are read, which depends on the whole batch; None where it holds more than records."""
    if batch.events.num_rows or batch.consents.num_rows:
        return None
    return batch.region, date_order(batch.records)


def _as_one(batches: Sequence[SourceBatch]) -> SourceBatch:
    """The records of several batches as one, its columns where a single batch of all of them would have them."""
    first, records = batches[0], pa.concat_tables([batch.records for batch in batches], promote_options="default")
    own = [column for column in first.records.column_names if column not in ATTRIBUTES]
    said = sorted(set(records.column_names) & ATTRIBUTES)
    return replace(first, records=records.select([*own, *said]), rows=sum(batch.rows for batch in batches))


def _among(problems: Sequence[Problem], share: Sequence[Taken]) -> list[Problem]:
    """The problems of these records."""
    keys = {one.key for one in share} if problems else set()
    return [one for one in problems if one[0] in keys]


def _changed(share: Sequence[Taken], differs: Outcome) -> bool:
    return any(one.status != "unchanged" for one in share) or differs != Outcome()


@dataclass(frozen=True, slots=True)
class _Done:
    """What one transaction did: to each record in the order of the batch, to entities, at a position if it wrote."""

    taken: list[Taken]
    before: Labels
    after: Labels
    written: Written
    position: int | None
    problems: Sequence[Problem]


@attempted
def _ingest(
    store: GraphStore,
    context: Context,
    batch: SourceBatch,
    clock: Clock | None,
    name: str,
    options: Options | None,
    key: str,
    confidence: float,
    beside: Callable[[Writer], None],
) -> _Done:
    clock = clock or SystemClock()
    plan_ahead(store)
    with store.writing(context, Cause("record", batch=name, details=ONLINE)) as writing, uncollected():
        beside(writing)
        writer = Remembering(writing)
        ask_about_arrivals(writer, batch.records)
        secret = key_of(writer, clock, key)
        change = _Change(writer, clock, confidence, secret)
        ready = make_ready(batch, options or Options(), secret, clock.now())
        written = write_ready(BatchWriter(writer), ready, clock.now())
        changed = set(written.records.tolist())
        linked, pending = change.run(changed, near_consents(writer, written.consents))
        before, after = _before(linked), _after(linked)
        taken = _taken(writer, batch.records, changed, written.older, pending, after)
        taken = _each_version(writer, ready, taken)
        problems = [*written.problems, *_undecided(writer, batch.records, taken)]
    # What was written is known when all of it was sent: a look before that would send it in parts.
    wrote = any(one.added or one.changed for one in written.changes.values())
    return _Done(taken, before, after, written, writer.position if wrote else None, problems)


@attempted
def delete_record(
    store: GraphStore,
    context: Context,
    source: str,
    record_id: str,
    clock: Clock | None = None,
    *,
    confidence: float = DEFAULT_CONFIDENCE,
) -> IngestReport:
    """Delete a record: its number stays its own for ever, its companions are parted or joined as they now are.

    A record that is not there, or deleted already, changes nothing. QueryError for one that keeps a proof: what was
    said by it would stay.
    """
    if source == PROOFS:
        raise QueryError(f"Records of {PROOFS!r} keep proofs.", remedy="Take the proof back: withdrawConfirmation.")
    clock = clock or SystemClock()
    plan_ahead(store)
    with store.writing(context, Cause("record", batch="delete", details=ONLINE)) as writing, uncollected():
        writer = Remembering(writing)
        rows = [row for row in writer.get("record", "key", [f"{source}/{record_id}"]) if row["live"]]
        if not rows:
            return IngestReport()
        change = _Change(writer, clock, confidence, key_of(writer, clock))
        dead: list[Row] = [{**row, "live": False} for row in rows]
        writer.put("record", pa.Table.from_pylist(dead, schema=arrow_schema("record")))
        linked, _ = change.run({row["id"] for row in rows}, set())
        return IngestReport((), outcome(_before(linked), _after(linked)), (), writer.position)


class _Change:
    """One change carried through the index and the graph, inside a writer's transaction; made before the change is."""

    def __init__(self, writer: Writer, clock: Clock, confidence: float, secret: bytes) -> None:
        self._writer, self._clock, self._secret = writer, clock, secret
        self._state: IndexState = ensure_index(writer, secret, confidence, clock)
        self._models: dict[Kind, Model] = models_of(writer)

    def run(self, changed: set[int], near: set[int]) -> tuple[list[Applied], set[int]]:
        """Link changed records and rebuild what they and `near` reach; what was applied, and which records wait."""
        if not changed and not near:
            return [], set()
        writer = self._writer
        self._keep_defaults(changed)
        delta = link(writer, changed, self._models, self._secret) if changed else Delta()
        delta = replace(delta, seeds=delta.seeds | near)
        applied, pending = self._applied(delta)
        done(writer, changed - pending.union(*(one.left for one in applied)))
        for one in applied:
            write_changes(writer, one, self._clock)
        keep_state(writer, self._state, self._clock)
        return applied, pending

    def _applied(self, delta: Delta) -> tuple[list[Applied], set[int]]:
        ask_about_region(self._writer, delta.reached)
        lookup = declarers_of(self._writer, self._secret)
        confidence = self._state.confidence
        most = MOST * max(1, min(len(delta.anew) + len(delta.seeds), 20))
        whole = apply(self._writer, delta, self._models, confidence, limit=most, declarers=lookup)
        if whole is not None:
            return [whole], set()
        small, pending = self._parted(delta)
        wait(self._writer, pending, f"more than {MOST} records")
        rest = apply(self._writer, small, self._models, confidence, limit=None, declarers=lookup)
        return [rest] if rest is not None else [], pending

    def _parted(self, delta: Delta) -> tuple[Delta, set[int]]:
        """What reaches few records, and the records that reach more, which wait."""
        pairs = [*delta.found, *delta.lost]
        near: dict[int, set[int]] = {number: {number} for number in delta.reached}
        for a, b in pairs:
            near[a].add(b)
            near[b].add(a)
        pending: set[int] = set()
        around = pieces(self._writer, near, MOST)
        for some in near.values():
            parts = {around[number] for number in some}
            if None in parts or sum(len(part) for part in parts if part) > MOST:
                pending |= some
        grown = True
        while grown:
            more = {number for number in delta.reached - pending if not near[number].isdisjoint(pending)}
            grown = bool(more)
            pending |= more
        found = {pair: row for pair, row in delta.found.items() if pending.isdisjoint(pair)}
        lost = frozenset(pair for pair in delta.lost if pending.isdisjoint(pair))
        return Delta(delta.seeds - pending, delta.anew - pending, lost, found, delta.left, delta.moved), pending

    def _keep_defaults(self, changed: set[int]) -> None:
        """A store that begins with single records keeps what it works with: a resolve then works with the same."""
        writer = self._writer
        kinds = {row["kind"] for row in writer.get("record", "id", sorted(changed))} if changed else set()
        for kind in sorted(kinds):
            if stored_model(writer, Kind(kind)) is None:
                model = self._models[Kind(kind)]
                row = {"id": [f"model:{kind}"], "kind": ["model"], "at": [self._clock.now()]}
                writer.put("document", pa.table({**row, "body": [model.to_document()]}))
        if kinds and stored_surnames(writer) is None:
            keep_surnames(writer, Surnames(), self._clock)


def _before(linked: list[Applied]) -> Labels:
    return {record: entity for one in linked for record, entity in one.rebuilt.before.items()}


def _after(linked: list[Applied]) -> Labels:
    return {record: entity for one in linked for record, entity in one.rebuilt.after.items()}


def _added(written: Written, table: str) -> int:
    return written.changes[table].added if table in written.changes else 0


def _undecided(writer: Writer, records: pa.Table, taken: Sequence[Taken]) -> list[Problem]:
    """The records that came too late, though neither version says that it is the older one, or to come back."""
    late = sorted({one.record for one in taken if one.status == "late"})
    if not late:
        return []
    held = {row["id"]: row for row in writer.get("record", "id", late)}
    tied = "another version of this very time, or of none, holds: send with each version when it was observed"
    gone = "the record was deleted, and this version is not a later one: send when it was observed to bring it back"
    out = []
    for one, at in zip(taken, records["observed_at"].to_pylist(), strict=True):
        row = held.get(one.record)
        if one.status == "late" and row is not None and (not row["live"] or (row["observed_at"] or "") == (at or "")):
            out.append((one.key, "observed_at", tied if row["live"] else gone))
    return out


def _each_version(writer: Writer, ready: Ready, taken: list[Taken]) -> list[Taken]:
    """Of a record that comes several times in one batch each version is told for itself: late is what does not hold."""
    times = Counter(one.record for one in taken)
    again = sorted(number for number, count in times.items() if count > 1)
    if not again:
        return taken
    held = {row["id"]: row["hash"] for row in writer.get("record", "id", again)}
    out = []
    for one, said in zip(taken, ready.tables["record"]["hash"].to_pylist(), strict=True):
        if one.record in held:
            holds = "unchanged" if one.status == "late" else one.status
            one = replace(one, status=holds if held[one.record] == said else "late")
        out.append(one)
    return out


def _taken(
    writer: Writer, records: pa.Table, changed: set[int], older: Set[int], pending: set[int], after: Labels
) -> list[Taken]:
    """What became of each record of a batch; late is who brought a version that is not the current one."""
    if not records.num_rows:
        return []
    sources, names = records["source"].to_pylist(), records["record_id"].to_pylist()
    numbers = writer.sequence([f"{source}/{name}" for source, name in zip(sources, names, strict=True)]).tolist()
    members: dict[tuple[str, int], list[int]] = {}
    for record, entity in sorted(after.items()):
        members.setdefault(entity, []).append(record)
    out = []
    for source, name, number in zip(sources, names, numbers, strict=True):
        held = after.get(number)
        status = "pending" if number in pending else "linked"
        if number not in changed:
            status = "late" if number in older else "unchanged"
        state = EntityState(*held, tuple(members[held])) if held else None
        out.append(Taken(str(source), str(name), number, status, state))
    return out
