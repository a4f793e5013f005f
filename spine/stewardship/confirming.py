"""Identities confirmed: a login, or a code that came back, proves an identifier, and so which records are one.

The proof itself is kept as a record of the source `confirmation` that carries the identifier, verified, and is one
with the record it was given for; what it proves of other records are judgements. So it outlives rebuilds, deletion and
reload of all the others, and is found, exported and erased as every record is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from spine.access.context import Context
from spine.domain.ids import encode_id
from spine.domain.judgements import PROOFS, Verdict
from spine.domain.vocabulary import NAMESPACES, Kind
from spine.errors import ModelError, NotFound, QueryError
from spine.explore.proof import Proof, proof_of
from spine.matching.stored import stored_model
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.moments import latest_moment, normalise_moment
from spine.normalise.record import Options
from spine.pipeline.applying import ONLINE as MOST
from spine.pipeline.applying import apply
from spine.pipeline.attempts import attempted
from spine.pipeline.batch_writer import BatchWriter
from spine.pipeline.changes import write_changes, write_judged
from spine.pipeline.declaring import declarers_of
from spine.pipeline.incoming import proof_batch
from spine.pipeline.index_state import ONLINE, ensure_index, keep_state
from spine.pipeline.intake import write_ready
from spine.pipeline.linking import link
from spine.pipeline.numbering import key_of, numbers
from spine.pipeline.outcome import Outcome, outcome
from spine.pipeline.preparing import make_ready
from spine.pipeline.rebuild import labels_of, models_of
from spine.pipeline.waiting import wait
from spine.ports import Cause, Clock, GraphStore, Row, SystemClock, Writer, arrow_schema
from spine.settings import DEFAULT_CONFIDENCE
from spine.stewardship.trying import trying

METHODS = ("login", "code")
"""How it was proved, which is also the authority of what follows: a login, or a code sent to it that came back."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a proof changed: `proven` records are one with `subject` now, `apart` only share the identifier, and why.

    `record` is the proof's own record. `refused` are those of the proven that something stronger keeps apart.
    `position` is None where nothing was written. `pending`: the next resolve works out what changes.
    """

    subject: int
    record: int
    namespace: str
    method: str
    at: str
    proven: tuple[int, ...]
    apart: Mapping[int, str]
    outcome: Outcome
    position: int | None
    preview: bool = False
    pending: bool = False
    refused: tuple[int, ...] = ()


@attempted
def confirm_identity(
    store: GraphStore,
    context: Context,
    subject: int,
    space: str,
    value: str,
    method: str = "login",
    *,
    at: str | None = None,
    proof: str = "",
    preview: bool = False,
    clock: Clock | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Confirmed:
    """The one behind record `subject` proved at a time (None: now) that an identifier is theirs; `proof` refers to how.

    Which other records that proves to be theirs, `explore.proof` says: they are one with the subject for certain, by
    the authority of the method. Two verified values of a unique namespace part whoever holds them. `preview` answers
    what would change and writes nothing. NotFound where the record is not live, QueryError where the identifier or
    the method is none, ModelError where the store was never resolved.
    """
    clock = clock or SystemClock()
    form, when = _checked(space, value, method), _moment(at, clock)
    details = {"record": subject, "verdict": "confirmed", "authority": method, "namespace": space}
    with trying(store, context, Cause("judgement", details={**details, **ONLINE}), preview=preview) as writer:
        change = _Change(writer, context, clock, confidence)
        here = _subject(writer, subject)
        record, proved = change.record(here, space, form, method, when, proof)
        why = f"{method} on the {space}" + (f", proof {proof}" if proof else "")
        change.say([(subject, other) for other in (record, *proved.proven)], method, when, context.principal, why)
        done, pending, refused = change.run(record, {subject, *proved.proven})
        return Confirmed(
            subject, record, space, method, when, proved.proven, proved.apart, done, writer.position, preview,
            pending, tuple(sorted({*refused} & {*proved.proven})),
        )  # fmt: skip


@attempted
def withdraw_confirmation(
    store: GraphStore,
    context: Context,
    subject: int,
    space: str,
    value: str,
    *,
    preview: bool = False,
    clock: Clock | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Confirmed:
    """Take back that record `subject` proved an identifier, with all that followed; NotFound where it did not."""
    clock = clock or SystemClock()
    form = _checked(space, value, METHODS[0])
    details = {"record": subject, "verdict": "withdrawn", "namespace": space}
    with trying(store, context, Cause("judgement", details={**details, **ONLINE}), preview=preview) as writer:
        change = _Change(writer, context, clock, confidence)
        kept = change.kept(_subject(writer, subject), space, form)
        said = change.take_back(subject, kept)
        done, pending, _ = change.run(kept["id"], {subject, *said})
        method = json.loads(kept["raw"])["method"]
        return Confirmed(
            subject, kept["id"], space, method, kept["observed_at"], tuple(sorted(said - {kept["id"]})), {}, done,
            writer.position, preview, pending,
        )  # fmt: skip


class _Change:
    """The steps of a confirmation, inside a writer's transaction; made before anything is written."""

    def __init__(self, writer: Writer, context: Context, clock: Clock, confidence: float) -> None:
        self._writer, self._context, self._clock = writer, context, clock
        self._secret = key_of(writer, clock)
        self._state = ensure_index(writer, self._secret, confidence, clock)
        self._judged: list[Row] = []

    def record(self, here: Row, space: str, form: str, method: str, at: str, proof: str) -> tuple[int, Proof]:
        """Write the proof as a record; its number, and what it proves of others."""
        identifier = self._identifier(space, form)
        proved = proof_of(self._writer, self._context, here["id"], {"id": identifier, "namespace": space}, at)
        carried = {"namespace": space, "value": form, "verified": True, "first_seen": at, "last_seen": at}
        said = {
            "source": PROOFS, "record_id": _name(here, identifier), "kind": here["kind"], "observed_at": at,
            "identifiers": [carried],
        }  # fmt: skip
        batch = proof_batch(said)
        raw = json.dumps({**said, "method": method, "proof": proof, "subject": here["key"]}, sort_keys=True)
        place = batch.records.schema.get_field_index("raw")
        rows = batch.records.set_column(place, "raw", pa.array([raw], pa.string()))
        ready = make_ready(replace(batch, records=rows), Options(), self._secret, self._clock.now())
        write_ready(BatchWriter(self._writer), ready, self._clock.now())
        (number,) = self._writer.sequence([f"{PROOFS}/{said['record_id']}"]).tolist()
        return int(number), proved

    def kept(self, here: Row, space: str, form: str) -> Row:
        """The record of what was proved before; NotFound where it was not."""
        key = f"{PROOFS}/{_name(here, self._identifier(space, form))}"
        rows = [row for row in self._writer.get("record", "key", [key]) if row["live"]]
        if not rows:
            raise NotFound("This was not confirmed.", remedy="See the records of the source `confirmation`.")
        return rows[0]

    def say(self, pairs: list[tuple[int, int]], authority: str, at: str, by: str, why: str) -> None:
        """Judge these pairs one."""
        rows = [
            {
                "start": min(pair), "end": max(pair), "authority": authority, "at": at, "verdict": Verdict.SAME.value,
                "by": by, "why": why,
            }
            for pair in pairs
        ]  # fmt: skip
        self._judged += rows
        self._writer.put("judged", pa.Table.from_pylist(rows, schema=arrow_schema("judged")))

    def take_back(self, subject: int, kept: Row) -> set[int]:
        """Delete a proof and what was said by it; the records that were one with the subject by it."""
        said = [row for side in ("start", "end") for row in self._writer.get("judged", side, [subject])]
        proofs = [kept, *self._writer.get("record_version", "record", [kept["id"]])]
        times = {(json.loads(one["raw"])["method"], one["observed_at"]) for one in proofs}
        gone = [row for row in said if (row["authority"], row["at"]) in times]
        self._judged += [{**row, "verdict": "withdrawn"} for row in gone]
        if gone:
            table = pa.Table.from_pylist(gone, schema=arrow_schema("judged"))
            self._writer.delete("judged", table.select(["start", "end", "authority", "at"]))
        self._writer.put("record", pa.Table.from_pylist([{**kept, "live": False}], schema=arrow_schema("record")))
        return {end for row in gone for end in (row["start"], row["end"])} - {subject}

    def run(self, record: int, near: set[int]) -> tuple[Outcome, bool, set[int]]:
        """Link the proof's record and rebuild what it reaches: what changed, whether it waits, records refused."""
        writer = self._writer
        models = models_of(writer)
        delta = link(writer, {record}, models, self._secret)
        lookup = declarers_of(writer, self._secret)
        wanted = replace(delta, seeds=delta.seeds | near)
        applied = apply(writer, wanted, models, self._state.confidence, declarers=lookup)
        keep_state(writer, self._state, self._clock)
        if applied is None:
            write_judged(writer, self._judged, labels_of(writer, near), self._clock)
            wait(writer, {record, *near}, f"more than {MOST} records")
            return Outcome(), True, set()
        write_changes(writer, applied, self._clock, self._judged)
        told = outcome(applied.rebuilt.before, applied.rebuilt.after, near)
        said = {(row["start"], row["end"], row["authority"], row["at"]) for row in self._judged}
        stood = [one.judgement for one in applied.rebuilt.built.refused]
        refused = {end for one in stood if (one.a, one.b, one.authority, one.at) in said for end in (one.a, one.b)}
        return told, False, refused

    def _identifier(self, space: str, form: str) -> int:
        for row in self._writer.get("identifier", "value", [form]):
            if row["namespace"] == space:
                return int(row["id"])
        (number,) = numbers(self._secret, pa.array([space]), pa.array([form])).tolist()
        return int(number)


def _name(here: Row, identifier: int) -> str:
    """The record id of a proof: it tells nothing of the value."""
    return f"{encode_id('record', here['id'])}.{encode_id('identifier', identifier)}"


def _moment(at: str | None, clock: Clock) -> str:
    """When it was proved, in UTC: of proofs that contradict each other the later one counts."""
    found = clock.now() if at is None else normalise_moment(at)
    if found is None:
        raise QueryError(f"{(at or '')[:40]!r} is no time.", remedy="Write it as 2026-05-01T12:00:00+00:00.")
    if at is not None and found > latest_moment(SystemClock().now()):
        raise QueryError(f"{(at or '')[:40]!r} lies in the future.", remedy="Say when it was proved, or leave it out.")
    return found


def _checked(space: str, value: str, method: str) -> str:
    """The identifier as its namespace writes it."""
    if method not in METHODS:
        raise QueryError(f"There is no method {method[:40]!r}.", remedy=f"Use {' or '.join(METHODS)}.")
    if space not in NAMESPACES and not space.startswith("x_"):
        raise QueryError(
            f"There is no namespace {space[:40]!r}.", remedy=f"Choose from {', '.join(sorted(NAMESPACES))}."
        )
    form = normalise_identifier(space, value)
    if not form:
        raise QueryError(f"That is no {space}.", remedy="Write it as it was proved.")
    return form


def _subject(writer: Writer, number: int) -> Row:
    rows = [row for row in writer.get("record", "id", [number]) if row["live"]]
    if not rows:
        raise NotFound(f"There is no live record {encode_id('record', number)}.", remedy="Search for it.")
    if stored_model(writer, Kind(rows[0]["kind"])) is None:
        raise ModelError("The store was never resolved.", remedy="Run `spine resolve` first.")
    return rows[0]
