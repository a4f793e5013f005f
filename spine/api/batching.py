"""The only place where async lives: questions hop to a thread that holds one view of the store for one request.

Ports are synchronous, and a synchronous resolver would stop every other request. So a request borrows a desk (a
thread) and opens one reader there at its first question: all its answers come from one consistent view, and a
connection never changes threads. Questions of one moment are gathered and asked as one: in one hop to the desk, and
as far as they tell their plans in one round trip to the store.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import Any, TypeVar, cast

from spine.access.context import LOCAL, Context
from spine.api.errors import TimeOut
from spine.api.intake import Intake
from spine.audiences.projection import Projections
from spine.errors import AccessDenied
from spine.explore.questions import Question, answered, together
from spine.pipeline.ingest import IngestReport
from spine.ports import GraphStore, Reader, SourceBatch, SystemClock
from spine.settings import Settings

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")

Asked = tuple[Callable[..., Any], tuple[Any, ...]]
"""A question and its arguments, where it is gathered all but the keys."""

TIME_LIMIT = 30.0
"""Seconds that one request may ask for in all."""
QUIET = 3
"""Turns of the event loop without a new question after which those of a moment are asked."""
_ALONE = object()


class Answer(asyncio.Future[Any]):
    """An answer that several fields wait for: one of them that is cancelled takes it away from nobody."""

    def cancel(self, msg: Any | None = None) -> bool:
        """False: it will come."""
        return False


class Moment:
    """What is asked until nobody has anything to add: asked together then, and answered."""

    def __init__(self, ask: Callable[[Sequence[Asked]], Awaitable[list[Any]]]) -> None:
        self._ask = ask
        self._alone: list[tuple[Asked, Answer]] = []
        self._keyed: dict[Asked, dict[Hashable, Answer]] = {}
        self._count = 0
        self._running: set[asyncio.Task[None]] = set()

    def add(self, asked: Asked, key: Hashable = _ALONE) -> Answer:
        """The answer to come: for a key, out of the dict that the question gives for all keys of the moment."""
        loop = asyncio.get_running_loop()
        future = Answer(loop=loop)
        future.add_done_callback(_forget)
        if not self._count:
            loop.call_soon(self._wait, loop, 0, QUIET)
        self._count += 1
        if key is _ALONE:
            self._alone.append((asked, future))
        else:
            self._keyed.setdefault(asked, {})[key] = future
        return future

    def _wait(self, loop: asyncio.AbstractEventLoop, before: int, quiet: int) -> None:
        """Ask when nothing was added for a few turns of the loop: fields of one level are resolved in several."""
        quiet = quiet - 1 if before == self._count else QUIET
        if quiet:
            loop.call_soon(self._wait, loop, self._count, quiet)
            return
        alone, keyed = self._alone, self._keyed
        self._alone, self._keyed, self._count = [], {}, 0
        task = loop.create_task(self._answer(alone, keyed))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(
        self,
        alone: Sequence[tuple[Asked, Answer]],
        keyed: dict[Asked, dict[Hashable, Answer]],
    ) -> None:
        asked = [one for one, _ in alone]
        asked += [(question, (list(futures), *args)) for (question, args), futures in keyed.items()]
        try:
            answers = await self._ask(asked)
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            answers = [error] * len(asked)
        for (_, future), answer in zip(alone, answers, strict=False):
            _settle(future, answer)
        for futures, answer in zip(keyed.values(), answers[len(alone) :], strict=True):
            for key, future in futures.items():
                _settle(future, answer if isinstance(answer, Exception) else answer[key])


def _settle(future: Answer, answer: Any) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


class Session:
    """The questions of one request, asked of one view of the graph; `named` where it says which operation it wants."""

    def __init__(
        self,
        desk: ThreadPoolExecutor,
        store: GraphStore,
        settings: Settings,
        context: Context,
        projections: Projections,
        intake: Intake,
    ) -> None:
        self.projections = projections
        self.settings = settings
        self.context = context
        self.timed_out = False
        self.named = False
        self.changed: Callable[[], None] = lambda: None
        self._desk = desk
        self._intake = intake
        self._store = store
        self._view: AbstractContextManager[Reader] | None = None
        self._reader: Reader | None = None
        self._groups: dict[Hashable, dict[Any, Answer]] = {}
        self._moment = Moment(self._ask_together)
        self._until = asyncio.get_running_loop().time() + TIME_LIMIT

    async def ask(self, question: Callable[..., Result], *args: Any) -> Result:
        """What `question(reader, context, *args)` answers; TimeOut where the request has used up its time.

        A question that tells its plans is asked together with the others of the moment.
        """
        if isinstance(question, Question):
            answer: Result = await self._moment.add((question, args))
            return answer
        return await self._ask(question, args)

    async def _ask(self, question: Callable[..., Result], args: Sequence[Any]) -> Result:
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
        if not preview:
            may_change(self.settings)
        done: Result = await self.ask(self._changed, deed)
        self.changed()
        return done

    async def take_in(self, batch: SourceBatch, name: str) -> IngestReport:
        """What became of records, events and consents, in one transaction with those of other requests.

        AccessDenied where nothing may be written; otherwise as `change`.
        """
        may_change(self.settings)
        await self.close()
        return await self._intake.take(self.context, batch, name)

    async def gather(self, question: Callable[..., dict[Key, Result]], key: Key, *args: Hashable) -> Result:
        """The answer for one key of a question that answers many at once; keys of one moment share a round trip.

        `question` takes (reader, context, keys, *args) and gives a dict with every key. Different questions of one
        moment share a hop to the desk, and those that tell their plans share their round trips too.
        """
        group = self._groups.setdefault((question, args), {})
        found = group.get(key)
        if found is None:
            found = group[key] = self._moment.add((question, args), key)
        answer: Result = await found
        return answer

    async def gather_many(
        self, question: Callable[..., dict[Key, Result]], keys: Sequence[Key], *args: Hashable
    ) -> dict[Key, Result]:
        """The answers for several keys, gathered with those of every other field that asks at this moment."""
        found = await asyncio.gather(*(self.gather(question, key, *args) for key in keys))
        return dict(zip(keys, found, strict=True))

    async def at_once(self, *asked: Awaitable[Any]) -> list[Any]:
        """The answers of several that don't wait for each other: questions of one moment."""
        return list(await asyncio.gather(*asked))

    async def close(self) -> None:
        """Give the view back, after the last question has ended."""
        await asyncio.get_running_loop().run_in_executor(self._desk, self._closed)

    async def _ask_together(self, asked: Sequence[Asked]) -> list[Any]:
        return await self._ask(_together, [asked])

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


def may_change(settings: Settings) -> None:
    """AccessDenied where a server only answers questions."""
    if settings.read_only:
        raise AccessDenied("This server answers questions only.", remedy="Start it without --read-only.")


def _together(reader: Reader, context: Context, asked: Sequence[Asked]) -> list[Any]:
    """The answers of what was asked at one moment; an error in the place of an answer that there is not."""
    answers: list[Any] = [None] * len(asked)
    telling = [at for at, (question, _) in enumerate(asked) if isinstance(question, Question)]
    plans = (cast("Question[Any, Any]", asked[at][0]).of(*asked[at][1]) for at in telling)
    for at, answer in zip(telling, answered(reader, together(plans)), strict=True):
        answers[at] = answer
    for at, (question, args) in enumerate(asked):
        if not isinstance(question, Question):
            try:
                answers[at] = question(reader, context, *args)
            except Exception as error:  # noqa: BLE001 - whoever asked this question gets it; the others go on
                answers[at] = error
    return answers


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
        self.intake = Intake(store, settings.confidence, lambda: self.changed())
        self._store = store
        self.settings = settings
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
        session = Session(desk, self._store, self.settings, context, self._projections, self.intake)
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
        self.intake.close()
        for desk in self._all:
            desk.shutdown(wait=True)
        self._projections.close()

    def _back(self, desk: ThreadPoolExecutor, done: "asyncio.Future[None]") -> None:
        _forget(done)
        self._free.put_nowait(desk)
