"""The only place where async lives: questions hop to a thread that holds one view of the store for one request.

Ports are synchronous, and a synchronous resolver would stop every other request. So a request borrows a desk (a
thread) and opens one reader there at its first question: all its answers come from one consistent view, and a
connection never changes threads. Questions of one moment are gathered by data loaders and asked as one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from spine.access.context import LOCAL, Context
from spine.api.errors import TimeOut
from spine.audiences.projection import Projections
from spine.errors import AccessDenied
from spine.ports import GraphStore, Reader, SystemClock
from spine.settings import Settings

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")

TIME_LIMIT = 30.0
"""Seconds that one request may ask for in all."""


class Session:
    """The questions of one request, asked of one view of the graph; `named` where it says which operation it wants."""

    def __init__(
        self,
        desk: ThreadPoolExecutor,
        store: GraphStore,
        settings: Settings,
        context: Context,
        projections: Projections,
    ) -> None:
        self.projections = projections
        self.settings = settings
        self.context = context
        self.timed_out = False
        self.named = False
        self.changed: Callable[[], None] = lambda: None
        self._desk = desk
        self._store = store
        self._view: AbstractContextManager[Reader] | None = None
        self._reader: Reader | None = None
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._until = asyncio.get_running_loop().time() + TIME_LIMIT

    async def ask(self, question: Callable[..., Result], *args: Any) -> Result:
        """What `question(reader, context, *args)` answers; TimeOut where the request has used up its time."""
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._desk, self._asked, question, args)
        try:
            async with asyncio.timeout_at(self._until):
                return await asyncio.shield(running)
        except TimeoutError as error:
            self.timed_out = True
            running.add_done_callback(_forget)
            raise TimeOut(
                f"The question took longer than {TIME_LIMIT:g} seconds.", remedy="Ask for less at once."
            ) from error

    async def change(self, deed: Callable[[GraphStore, Context], Result], *, preview: bool = False) -> Result:
        """What `deed(store, context)` does in a transaction of its own; AccessDenied where nothing may be written.

        What the request asks for afterwards is read from a view that has seen it. A `preview` writes nothing.
        """
        if self.settings.read_only and not preview:
            raise AccessDenied("This server answers questions only.", remedy="Start it without --read-only.")
        done: Result = await self.ask(self._changed, deed)
        self.changed()
        return done

    async def gather(self, question: Callable[..., dict[Key, Result]], key: Key, *args: Hashable) -> Result:
        """The answer for one key of a question that answers many at once; keys of one moment share a round trip.

        `question` takes (reader, context, keys, *args) and gives a dict with every key.
        """
        name = (question, args)
        loader = self._loaders.get(name)
        if loader is None:

            async def load(keys: list[Key]) -> list[Result]:
                answers = await self.ask(question, keys, *args)
                return [answers[key] for key in keys]

            loader = self._loaders[name] = DataLoader(load_fn=load)
        found: Awaitable[Result] = loader.load(key)
        return await found

    async def gather_many(
        self, question: Callable[..., dict[Key, Result]], keys: Sequence[Key], *args: Hashable
    ) -> dict[Key, Result]:
        """The answers for several keys, gathered with those of every other field that asks at this moment."""
        found = await asyncio.gather(*(self.gather(question, key, *args) for key in keys))
        return dict(zip(keys, found, strict=True))

    async def close(self) -> None:
        """Give the view back, after the last question has ended."""
        await asyncio.get_running_loop().run_in_executor(self._desk, self._closed)

    def _asked(self, question: Callable[..., Result], args: Sequence[Any]) -> Result:
        if self._reader is None:
            self._view = self._store.reading(self.context)
            self._reader = self._view.__enter__()
        return question(self._reader, self.context, *args)

    def _changed(self, reader: Reader, context: Context, deed: Callable[[GraphStore, Context], Result]) -> Result:
        self._closed()
        return deed(self._store, context)

    def _closed(self) -> None:
        view, self._view, self._reader = self._view, None, None
        if view is not None:
            view.__exit__(None, None, None)


def _forget(running: "asyncio.Future[Any]") -> None:
    """Look at the outcome of a question that nobody waits for any more, so that it is not reported as lost."""
    if not running.cancelled():
        running.exception()


class Desks:
    """The threads that requests borrow: `size` requests are answered at a time, the others wait their turn.

    Where they are `prepared`, another thread reads ahead what audiences are asked of.
    """

    def __init__(self, store: GraphStore, settings: Settings, size: int = 4, *, prepared: bool = False) -> None:
        self.changed: Callable[[], None] = lambda: None
        """Called after every change that a session has made."""
        self._store = store
        self._settings = settings
        self._projections = Projections(partial(store.reading, LOCAL) if prepared else None)
        if prepared:
            self._projections.prepare(settings.confidence, SystemClock().now()[:10])
        self._all = [ThreadPoolExecutor(1, thread_name_prefix=f"spine-desk-{at}") for at in range(size)]
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for desk in self._all:
            self._free.put_nowait(desk)

    @asynccontextmanager
    async def session(self, context: Context) -> AsyncIterator[Session]:
        """A session on a desk of its own, until the request ends."""
        desk = await self._free.get()
        session = Session(desk, self._store, self._settings, context, self._projections)
        session.changed = self.changed
        try:
            yield session
        finally:
            closing = asyncio.ensure_future(session.close())
            closing.add_done_callback(lambda done: self._back(desk, done))
            if not session.timed_out:
                await asyncio.shield(closing)

    def close(self) -> None:
        """Let the threads end."""
        for desk in self._all:
            desk.shutdown(wait=True)
        self._projections.close()

    def _back(self, desk: ThreadPoolExecutor, done: "asyncio.Future[None]") -> None:
        _forget(done)
        self._free.put_nowait(desk)
