"""The end of the feed, awaited: every stream of events is a loop over pages that waits here for more.

A follower reads a page when it has sent the one before, so nothing piles up behind a slow one. What this process
writes rings at once; what others write is noticed by one question every `POLL` seconds, however many follow, and by
none where nobody does.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from spine.access.context import SERVED, Context
from spine.api.batching import Desks
from spine.errors import SpineError
from spine.explore.changes import newest
from spine.outgoing.feed import PAGE, Event, events_after
from spine.ports import Reader

POLL = 0.5
"""Seconds between looks at what other processes wrote."""
MOST = 200
"""So many streams are served at a time."""


class Crowded(SpineError):
    """More streams than are served at a time."""

    code = "TOO_MANY_STREAMS"


class Tail:
    """Pages of events after a number, for as long as somebody follows."""

    def __init__(self, desks: Desks, poll: float = POLL) -> None:
        self._desks = desks
        self._poll = poll
        self._followers = 0
        self._rung = asyncio.Event()
        self._ended = False
        self._watch: asyncio.Task[None] | None = None
        desks.changed = self.ring

    @property
    def followers(self) -> int:
        """How many streams there are."""
        return self._followers

    def ring(self) -> None:
        """Wake everybody who waits: there may be more."""
        self._rung.set()
        self._rung = asyncio.Event()

    def end(self) -> None:
        """Let every stream end after what it is sending."""
        self._ended = True
        self.ring()

    async def pages(
        self, after: int, kinds: Sequence[str] = (), idle: float | None = None
    ) -> AsyncGenerator[list[Event], None]:
        """Pages of events of some kinds or of all, each event once, in order; an empty page after `idle` seconds.

        Crowded where too many follow already.
        """
        if self._followers >= MOST:
            raise Crowded(f"{MOST} streams are served already.", remedy="Read page by page: GET /changes.")
        self._followers += 1
        try:
            if self._watch is None:
                self._watch = asyncio.create_task(self._watched())
            while not self._ended:
                # Taken before reading: what is written while a page is read rings this very bell.
                rung = self._rung
                async with self._desks.session(SERVED) as session:
                    page, after = await session.ask(_page, after, kinds)
                if page:
                    yield page
                    continue
                try:
                    async with asyncio.timeout(idle):
                        await rung.wait()
                except TimeoutError:
                    yield []
        finally:
            self._followers -= 1
            if not self._followers and self._watch is not None:
                self._watch.cancel()
                self._watch = None

    async def _watched(self) -> None:
        last = -1
        while True:
            await asyncio.sleep(self._poll)
            # A store that is busy or away for a moment is asked again.
            with contextlib.suppress(SpineError):
                async with self._desks.session(SERVED) as session:
                    found = await session.ask(newest)
                if found != last:
                    last = found
                    self.ring()


@dataclass(slots=True)
class Listener:
    """What subscriptions are resolved with: they read the feed and nothing else; `named` as of a session."""

    tail: Tail
    named: bool = False


def _page(reader: Reader, context: Context, after: int, kinds: Sequence[str]) -> tuple[list[Event], int]:
    """A page, and the number that the next begins after."""
    page = events_after(reader, context, after, PAGE, kinds)
    return page, int(page[-1]["id"]) if page else max(after, newest(reader, context) if kinds else after)
