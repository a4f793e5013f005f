"""Records of several requests taken in together: while one transaction is under way, the next ones gather.

A transaction costs nearly the same for one record as for ten, and writers wait for one another. So whoever sends a
record while nobody else does waits for nothing, and those who come meanwhile share the next transaction. None of them
keeps a desk from those who only ask.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial

from spine.access.context import Context
from spine.api.errors import TimeOut
from spine.errors import StoreError
from spine.pipeline.ingest import IngestReport, in_common, ingest, ingest_together
from spine.ports import GraphStore, SourceBatch

TOGETHER = 200
"""So many records of several requests go into one transaction: whoever sends one waits for at most two of these."""
PATIENCE = 30.0
"""Seconds that a request waits for what becomes of it."""
Told = IngestReport | Exception


@dataclass(frozen=True, eq=False)
class _Sent:
    """What a request sent, and who waits for what becomes of it."""

    context: Context
    name: str
    batch: SourceBatch
    told: "asyncio.Future[IngestReport]"

    @cached_property
    def keys(self) -> set[tuple[str | None, str | None]]:
        """The records, by source and name."""
        records = self.batch.records
        return set(zip(records["source"].to_pylist(), records["record_id"].to_pylist(), strict=True))

    @cached_property
    def manner(self) -> object:
        """Equal of those that may be one transaction, where no record is in both."""
        common = in_common(self.batch)
        return self if common is None else (self.context, self.name, common)


class Intake:
    """The door by which records come into a store, one transaction after the other, in the order of the requests."""

    def __init__(self, store: GraphStore, confidence: float, changed: Callable[[], None]) -> None:
        self._store = store
        self._confidence = confidence
        self._changed = changed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spine-intake")
        self._waiting: list[_Sent] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, context: Context, batch: SourceBatch, name: str) -> IngestReport:
        """What became of a batch; TimeOut where that is not known after `PATIENCE`."""
        sent = _Sent(context, name, batch, asyncio.get_running_loop().create_future())
        sent.told.add_done_callback(_heard)
        self._waiting.append(sent)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(sent.told)
        except TimeoutError as error:
            begun = sent not in self._waiting
            if not begun:
                self._waiting.remove(sent)
            said = "It may still be taken in." if begun else "Nothing of it was taken in."
            raise TimeOut(
                f"Others were served for {PATIENCE:g} seconds. {said}",
                remedy="Send it again later: what is there already changes nothing.",
            ) from error

    def close(self) -> None:
        """End the thread, after what it has begun."""
        self._thread.shutdown(wait=True)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            some = self._next()
            told = await loop.run_in_executor(self._thread, partial(self._taken, some))
            for sent, what in zip(some, told, strict=True):
                if isinstance(what, Exception):
                    sent.told.set_exception(what)
                else:
                    sent.told.set_result(what)
            self._changed()
        self._working = None

    def _next(self) -> list[_Sent]:
        """The first request, and those right after it that may share its transaction."""
        first = self._waiting[0]
        some, keys, rows = [first], first.keys, first.batch.records.num_rows
        for sent in self._waiting[1:]:
            rows += sent.batch.records.num_rows
            if rows > TOGETHER or first.manner != sent.manner or keys & sent.keys:
                break
            some.append(sent)
            keys |= sent.keys
        del self._waiting[: len(some)]
        return some

    def _taken(self, some: Sequence[_Sent]) -> list[Told]:
        """What became of each; where together they fail, each is tried alone, so that one spoils nothing for others."""
        if len(some) == 1:
            return [self._alone(some[0])]
        first = some[0]
        try:
            batches = [sent.batch for sent in some]
            return list(
                ingest_together(self._store, first.context, batches, name=first.name, confidence=self._confidence)
            )
        except StoreError as error:
            return [error] * len(some)
        except Exception:  # noqa: BLE001 - whose fault it is shows when each is taken in alone
            return [self._alone(sent) for sent in some]

    def _alone(self, sent: _Sent) -> Told:
        try:
            return ingest(self._store, sent.context, sent.batch, name=sent.name, confidence=self._confidence)
        except Exception as error:  # noqa: BLE001 - whoever sent it gets it
            return error


def _heard(told: "asyncio.Future[IngestReport]") -> None:
    """Look at an error that nobody waits for any more, so that it is not reported as lost."""
    if not told.cancelled():
        told.exception()
