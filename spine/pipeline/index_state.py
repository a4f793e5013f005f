"""Whether the key index, and what was resolved, can be trusted: which changes of the log they have seen.

The index knows the log position up to which it has seen everything. A later entry is harmless where it changed nothing
that resolving depends on, where it left its records in `touched`, or where it rebuilt at once what it changed.
"""

import json
from dataclasses import dataclass

import pyarrow as pa

from spine.access.context import Context
from spine.matching.stored import breadths_of
from spine.pipeline.attempts import attempted
from spine.pipeline.consenting import consented_at
from spine.pipeline.intake import Written
from spine.pipeline.key_index import make_index
from spine.pipeline.keying import digest
from spine.pipeline.numbering import key_of
from spine.pipeline.resolve_report import SUMMARY
from spine.pipeline.waiting import wait
from spine.ports import Cause, Clock, GraphStore, Reader, SystemClock, Where, Writer

INDEX = "index:keys"
ONLINE = {"online": True}
"""What the cause of a write says that rebuilds at once all that it changes."""
LOADED = "loaded"
"""How the reason begins why a record waits that a load brought."""
MADE = "index"
"""The cause of a write that makes the index and nothing else."""
_BEARS = {"record", "carries", "judged", "consent", "consent_of"}
_MOST = 2000
_CARRIERS = 1000


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index has seen the log up to `position`; `settled` where everything was resolved up to there, but for the
    records in `touched`, at `confidence`."""

    position: int
    confidence: float
    settled: bool


def read_state(reader: Reader) -> IndexState | None:
    """The state of the index; None where there is none, or it was made with other rules."""
    rows = reader.get("document", "id", [INDEX])
    if not rows:
        return None
    said = json.loads(rows[0]["body"])
    if said.get("scheme") != digest(breadths_of(reader)):
        return None
    return IndexState(said["position"], said["confidence"], said["settled"])


def keep_state(writer: Writer, state: IndexState, clock: Clock) -> None:
    """Say that the index has seen everything up to this very transaction."""
    body = {
        "scheme": digest(breadths_of(writer)), "position": writer.position, "confidence": state.confidence,
        "settled": state.settled,
    }  # fmt: skip
    row = {"id": [INDEX], "kind": ["index"], "at": [clock.now()], "body": [json.dumps(body)]}
    writer.put("document", pa.table(row))


def drop_state(writer: Writer) -> None:
    """Trust the index no more: it is made anew when it is next asked for."""
    if writer.get("document", "id", [INDEX]):
        writer.delete("document", pa.table({"id": [INDEX]}))


def missed(writer: Writer, position: int) -> bool:
    """Whether a write after this position changed something that neither the index nor `touched` knows of.

    A position that this log does not hold is one of another store, from which tables were copied: it tells nothing.
    """
    if position and position == writer.position - 1:
        return not writer.get("log", "id", [position])
    entries = writer.select("log", [Where("id", "ge", position)], limit=_MOST)
    if position not in (0, writer.position) and all(entry["id"] != position for entry in entries):
        return True
    since = [entry for entry in entries if entry["id"] != position]
    return len(entries) == _MOST or any(_unseen(entry["cause"], json.loads(entry["entry"])) for entry in since)


def _unseen(cause: str, entry: "dict[str, dict[str, object]]") -> bool:
    tables = entry["tables"]
    if cause == "resolve" or "touched" in tables or entry["details"].get("online"):
        return False
    return not _BEARS.isdisjoint(tables)


def ensure_index(writer: Writer, secret: bytes, confidence: float, clock: Clock) -> IndexState:
    """The state of an index that has seen everything; made now where there was none."""
    state = read_state(writer)
    if state is not None and not missed(writer, state.position):
        return state
    settled = state is None and _resolved(writer)
    make_index(writer, secret)
    state = IndexState(writer.position, confidence, settled)
    keep_state(writer, state, clock)
    return state


@attempted
def index_ahead(store: GraphStore, context: Context, clock: Clock | None = None) -> bool:
    """Make the key index of a store that was resolved and has none, so that no request has to; whether it was made.

    It is a transaction of its own, in the time of which other writers wait.
    """
    with store.reading(context) as reader:
        kept = reader.get("document", "id", [SUMMARY])
        if not kept or read_state(reader) is not None:
            return False
    clock = clock or SystemClock()
    with store.writing(context, Cause(MADE)) as writer:
        ensure_index(writer, key_of(writer, clock), json.loads(kept[0]["body"])["asked"]["confidence"], clock)
    return True


def _resolved(writer: Writer) -> bool:
    """Whether nothing that bears on it was written since the last resolve of everything, or ever.

    Where that resolve left no summary any more, what it derived followed another rule.
    """
    last = writer.select("log", [Where("cause", "eq", "resolve")], "id", descending=True, limit=1)
    if last and not writer.get("document", "id", [SUMMARY]):
        return False
    return not missed(writer, last[0]["id"] if last else 0)


def note_loaded(writer: Writer, written: Written) -> None:
    """Leave what a load brought to the next resolve, where the store keeps an index; else everything is looked at."""
    if (not len(written.records) and not len(written.consents)) or read_state(writer) is None:
        return
    asked = consented_at(writer, written.consents)
    carriers = writer.get("carries", "end", asked, _CARRIERS) if asked else []
    records = {*written.records.tolist(), *(row["start"] for row in carriers)}
    wait(writer, records, f"{LOADED} at {writer.position}")
