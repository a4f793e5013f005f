"""The columnar projection that audiences are asked of: kept in memory, and brought up to date when it is asked.

What few entries of the change log touched is put in at once. Where everything has to be read anew and that takes long,
a server does so in a thread of its own: counts and lists are answered meanwhile as of before, and files wait.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from spine.audiences.columns import SCANS, moved_since, position, settled
from spine.audiences.frames import Frame
from spine.audiences.splicing import splice
from spine.audiences.world import READ, World, read_world
from spine.errors import NotReady
from spine.ports import Reader

QUICK = 2.0
"""Seconds up to which reading everything is waited for instead of answering as of before."""
PATIENCE = 20.0
"""Seconds that a question waits for the first reading, or for one that has seen the latest changes."""
Opened = Callable[[], AbstractContextManager[Reader]]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far the projection is: `position` of the log it is as of (None: there is none yet), what is being read."""

    position: int | None
    doing: str | None
    done: float


class Projections:
    """The projection of one store: asked for a frame, it takes in what moved since the last time and nothing else.

    `opened` opens a reader for the thread that reads everything anew; without it whoever asks waits.
    """

    def __init__(self, opened: Opened | None = None) -> None:
        self._opened = opened
        self._lock = threading.RLock()
        self._world: World | None = None
        self._took = 0.0
        self._ended = False
        self._reading: threading.Thread | None = None
        self._read = threading.Condition()
        self._doing: tuple[str, float] | None = None
        self._failed: BaseException | None = None

    @contextmanager
    def frame(self, reader: Reader, confidence: float, day: str, *, latest: bool = False) -> Iterator[Frame]:
        """Everybody at a confidence and a day (ISO 8601), as of the reader's view of the graph or a later one.

        While everything is read anew in another thread, the answer is as of before, unless it has to be the `latest`.
        NotReady where there is no answer in time.
        """
        until = time.monotonic() + PATIENCE
        while True:
            with self._lock:
                current = self._advance(reader, (confidence, day))
                if self._world is not None and (current or not latest):
                    yield self._world.frame(confidence, day)
                    return
            self._wait(until)

    def prepare(self, confidence: float, day: str) -> None:
        """Begin to read everything in a thread of its own, and make the frame that will be asked for first."""
        with self._lock:
            self._begin((confidence, day))

    def readiness(self) -> Readiness:
        """How far it is."""
        world, doing = self._world, self._doing
        return Readiness(world.columns.position if world is not None else None, *(doing or (None, 1.0)))

    def close(self) -> None:
        """Forget everything, and let no thread go on."""
        self._ended = True
        thread = self._reading
        if thread is not None:
            thread.join()
        with self._lock:
            self._forget()

    def _advance(self, reader: Reader, wanted: tuple[float, str]) -> bool:
        """Take in what moved; False where everything has to be read anew and another thread does so."""
        now = position(reader)
        if self._world is not None and self._takes_in(self._world, reader, now):
            return True
        if self._opened is not None and (self._took > QUICK or self._world is None):
            self._begin(wanted)
            return False
        begun = time.monotonic()
        self._forget()
        self._world = read_world(reader)
        self._took = time.monotonic() - begun
        return True

    def _takes_in(self, world: World, reader: Reader, now: int) -> bool:
        """Bring the world to a position; False where it has to be read anew."""
        before = world.columns.position
        if now <= before:
            # Another thread may have read a later view; only a store that begins anew has fewer entries for good.
            return now == before or (self._opened is not None and self._latest() >= before)
        moved = moved_since(reader, before)
        if moved is None:
            return False
        if moved.tables.isdisjoint({*SCANS, "component"}):
            told = "document" in moved.tables
            columns = settled(reader, now, world.columns.forests) if told else replace(world.columns, position=now)
            world.settle(columns)
            return True
        try:
            return moved.touched is not None and splice(world, reader, moved.touched, now)
        except BaseException:
            self._forget()
            raise

    def _latest(self) -> int:
        assert self._opened is not None  # it is looked at first
        with self._opened() as reader:
            return position(reader)

    def _forget(self) -> None:
        if self._world is not None:
            self._world.close()
        self._world = None

    def _begin(self, wanted: tuple[float, str]) -> None:
        """Let another thread read everything, unless one does."""
        if self._reading is None and not self._ended and self._opened is not None:
            self._doing = ("beginning", 0.0)
            self._failed = None
            frames = [*(self._world.frames if self._world is not None else ()), wanted]
            self._reading = threading.Thread(
                target=self._read_all, args=(self._opened, dict.fromkeys(frames)), name="spine-audiences", daemon=True
            )
            self._reading.start()

    def _read_all(self, opened: Opened, frames: Iterable[tuple[float, str]]) -> None:
        begun = time.monotonic()
        try:
            with opened() as reader:
                world = read_world(reader, self._told)
            try:
                for confidence, day in frames:
                    self._told(f"putting together at {confidence:g}", READ)
                    world.frame(confidence, day)
            except BaseException:
                world.close()
                raise
            with self._lock:
                self._forget()
                self._world = world
                self._took = time.monotonic() - begun
        except _Ended:
            pass
        except Exception as error:  # noqa: BLE001  # whoever waits for it raises it
            self._failed = error
        finally:
            with self._read:
                self._reading, self._doing = None, None
                self._read.notify_all()

    def _told(self, what: str, share: float) -> None:
        if self._ended:
            raise _Ended
        self._doing = (what, share)

    def _wait(self, until: float) -> None:
        """Wait for the other thread; its error, or NotReady after a time."""
        with self._read:
            done = self._read.wait_for(lambda: self._reading is None, max(0.0, until - time.monotonic()))
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
        if not done or time.monotonic() > until:
            what, share = self._doing or ("reading again", 0.0)
            raise NotReady(
                f"Audiences are being made ready: {what}, {share:.0%} done.", remedy="Ask again in some seconds."
            )


class _Ended(Exception):
    """Nobody asks any more."""
