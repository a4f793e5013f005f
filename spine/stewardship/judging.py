"""Judgements made, previewed and withdrawn: what each changes is rebuilt at once, in the same transaction."""

from dataclasses import dataclass

import pyarrow as pa

from spine.access.context import Context
from spine.domain.ids import encode_id
from spine.domain.judgements import AUTHORITIES, Verdict
from spine.domain.vocabulary import Kind
from spine.errors import ModelError, NotFound, QueryError
from spine.matching.stored import stored_model
from spine.pipeline.applying import ONLINE as MOST
from spine.pipeline.applying import apply
from spine.pipeline.attempts import attempted
from spine.pipeline.changes import write_changes, write_judged
from spine.pipeline.declaring import declarers_of
from spine.pipeline.index_state import ONLINE, read_state
from spine.pipeline.numbering import stored_key
from spine.pipeline.outcome import Outcome, outcome
from spine.pipeline.rebuild import Delta, labels_of, models_of
from spine.pipeline.surroundings import nobody
from spine.pipeline.waiting import wait
from spine.ports import Cause, Clock, GraphStore, Row, SystemClock, Writer, arrow_schema
from spine.resolution.judgements import Refused
from spine.settings import DEFAULT_CONFIDENCE
from spine.stewardship.trying import trying


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judgement of records `a` < `b` changed, at which position of the log (that it would have: `preview`).

    `position` is None where nothing was written. `verdict` is None where judgements were withdrawn. `refused` tells
    of the records between which a stronger judgement says the opposite, so that this one is kept but does not stand.
    `pending`: their component is too large for an answer at once and waits for the next resolve.
    """

    a: int
    b: int
    verdict: Verdict | None
    authority: str
    outcome: Outcome
    position: int | None
    preview: bool = False
    pending: bool = False
    refused: tuple[int, int] | None = None


def judge(
    store: GraphStore,
    context: Context,
    a: int,
    b: int,
    verdict: Verdict,
    authority: str = "steward",
    why: str = "",
    *,
    preview: bool = False,
    clock: Clock | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Judged:
    """Assert that two records (sequence numbers) are the same or different, and rebuild what hangs on it.

    Takes the place of what the same authority said of them before. `preview` answers what would change and writes
    nothing. NotFound where a record is not live, QueryError where they can't be judged, ModelError where the store
    was never resolved.
    """
    if authority not in AUTHORITIES:
        raise QueryError(f"There is no authority {authority[:40]!r}.", remedy=f"Use {', '.join(AUTHORITIES)}.")
    start, end = _pair(a, b)
    at = (clock or SystemClock()).now()
    row = {
        "start": start, "end": end, "authority": authority, "at": at, "verdict": verdict.value,
        "by": context.principal, "why": why,
    }  # fmt: skip
    return _change(store, context, (start, end), verdict, authority, row, preview, confidence)


def withdraw(
    store: GraphStore,
    context: Context,
    a: int,
    b: int,
    authority: str = "steward",
    *,
    preview: bool = False,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Judged:
    """Take back what an authority said of two records, and rebuild what hung on it; NotFound where it said nothing."""
    return _change(store, context, _pair(a, b), None, authority, None, preview, confidence)


@attempted
def _change(
    store: GraphStore,
    context: Context,
    pair: tuple[int, int],
    verdict: Verdict | None,
    authority: str,
    row: Row | None,
    preview: bool,
    confidence: float,
) -> Judged:
    details = {"a": pair[0], "b": pair[1], "verdict": verdict.value if verdict else "withdrawn", "authority": authority}
    with trying(store, context, Cause("judgement", details={**details, **ONLINE}), preview=preview) as writer:
        _check(writer, pair)
        said = [row or {"start": pair[0], "end": pair[1], "authority": authority, "verdict": "withdrawn"}]
        _replace(writer, pair, authority, row)
        lookup = declarers_of(writer, stored_key(writer)) if read_state(writer) else nobody
        seeds = Delta(seeds=frozenset(pair))
        applied = apply(writer, seeds, models_of(writer), confidence, declarers=lookup)
        if applied is not None:
            write_changes(writer, applied, SystemClock(), said)
        else:
            write_judged(writer, said, labels_of(writer, pair), SystemClock())
            wait(writer, pair, f"component of more than {MOST} records")
        differs = outcome(applied.rebuilt.before, applied.rebuilt.after, pair) if applied else Outcome()
        refused = applied.rebuilt.built.refused if applied else ()
        return Judged(
            *pair, verdict, authority, differs, writer.position, preview, applied is None, _against(refused, row)
        )


def _against(refused: tuple[Refused, ...], row: Row | None) -> tuple[int, int] | None:
    for one in refused:
        said = one.judgement
        if row and (said.a, said.b, said.authority, said.at) == (row["start"], row["end"], row["authority"], row["at"]):
            return one.a, one.b
    return None


def _pair(a: int, b: int) -> tuple[int, int]:
    if a == b:
        raise QueryError("A record can't be judged against itself.", remedy="Name two different records.")
    return min(a, b), max(a, b)


def _check(writer: Writer, pair: tuple[int, int]) -> None:
    rows = {row["id"]: row for row in writer.get("record", "id", list(pair)) if row["live"]}
    for number in pair:
        if number not in rows:
            raise NotFound(f"There is no live record {encode_id('record', number)}.", remedy="Search for it.")
    kinds = {Kind(row["kind"]) for row in rows.values()}
    if len(kinds) > 1:
        raise QueryError("A person and an organisation can't be judged.", remedy="Name two records of one kind.")
    if any(stored_model(writer, kind) is None for kind in kinds):
        raise ModelError("The store was never resolved.", remedy="Run `spine resolve` first.")


def _replace(writer: Writer, pair: tuple[int, int], authority: str, row: Row | None) -> None:
    """The row in the place of what the authority said before; NotFound where there is nothing to take back."""
    before = [one for one in writer.get("judged", "start", [pair[0]]) if one["end"] == pair[1]]
    before = [one for one in before if one["authority"] == authority]
    if row is None and not before:
        raise NotFound(f"The {authority} judged nothing of these two records.", remedy="See the record's judgements.")
    schema = arrow_schema("judged")
    if before:
        writer.delete("judged", pa.Table.from_pylist(before, schema=schema).select(["start", "end", "authority", "at"]))
    if row is not None:
        writer.put("judged", pa.Table.from_pylist([row], schema=schema))
