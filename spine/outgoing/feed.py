"""The feed: CloudEvents after a number, in order. Every way out reads this, and only this."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from spine.access.context import Context
from spine.domain.changes import KINDS
from spine.errors import QueryError
from spine.explore.changes import changes_after, snapshot
from spine.outgoing.envelope import event_of, source_of
from spine.pipeline.numbering import stored_key
from spine.ports import Reader

PAGE = 100
Event = dict[str, Any]
"""A CloudEvent as plain JSON values."""


def events_after(
    reader: Reader, context: Context, after: int, limit: int = PAGE, kinds: Sequence[str] = ()
) -> list[Event]:
    """Up to `limit` events numbered above `after`, oldest first, of some kinds or of all."""
    found = changes_after(reader, context, after, limit, kinds)
    source = feed_source(reader) if found else ""
    return [event_of(one, source) for one in found]


def snapshot_page(reader: Reader, context: Context, token: str = "", limit: int = 1000) -> dict[str, Any]:
    """A page of how every record stands: of which feed, the cursor to go on from, and the token of the next page."""
    found = snapshot(reader, context, token, limit)
    return {
        "source": feed_source(reader), "cursor": str(found.cursor), "records": found.rows, "next": found.next,
    }  # fmt: skip


def feed_source(reader: Reader) -> str:
    """What the events of this store give as their source: its own, kept in copies of it, and telling nothing."""
    key = stored_key(reader)
    return source_of(blake2b(b"feed", digest_size=16, key=key[:64]).digest() if key else b"")


def checked_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    """The kinds asked for, each once; QueryError for one that there is not."""
    for kind in kinds:
        if kind not in KINDS:
            raise QueryError(f"There is no kind of change {kind[:40]!r}.", remedy=f"Use {', '.join(KINDS)}.")
    return tuple(dict.fromkeys(kinds))
