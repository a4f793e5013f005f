"""Items made in a process of their own, so that whoever uses them has a core and the interpreter's lock to himself.

The process is a fresh interpreter: nothing is forked, and nobody's script runs twice. The work goes to it pickled; each
item comes back pickled, with the memory of its columns beside (protocol 5), so that no byte of them is looked at. The
process ends with its user, however that ends: it waits for the end of its input, which closes then.
"""

import _thread
import io
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO, Any, TypeVar

from spine.errors import SpineError

Item = TypeVar("Item")
_BEGIN = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from spine.pipeline.apart import serve; serve()"
)
_PIPE = 1 << 20
"""Bytes that a pipe may hold, where the system lets one choose."""
_PATIENCE = 10.0
"""Seconds in which a process that is no longer wanted may put away what it has begun."""
_BEGUN, _ITEM, _ERROR, _END = "begun", "item", "error", "end"


def apart(work: Callable[[], Iterator[Item]]) -> Generator[Item, None, None]:
    """The items of `work()` in their order, made in another process, or here where none can be had that knows the work.

    An error of the work is raised here as it was there. SpineError where the process is killed. It ends with this
    iterator.
    """
    with beside(work) as items:
        yield from items


@contextmanager
def beside(work: Callable[[], Iterator[Item]]) -> Iterator[Iterator[Item]]:
    """The same, begun at once: the other process works while its user does something else, and ends with the block."""
    sent, process = _sendable(work), None
    if sent is not None:
        process = _process()
    if sent is None or process is None:
        with closing(_closable(work())) as here:
            yield here
        return
    sender = threading.Thread(target=_send, args=(process, sent), name="send", daemon=True)
    sender.start()
    # It may be large, and goes when it is sent.
    del sent
    try:
        yield _items(process, sender, work)
    finally:
        _end(process)
        sender.join()


def _items(
    process: "subprocess.Popen[bytes]", sender: threading.Thread, work: Callable[[], Iterator[Item]]
) -> Iterator[Item]:
    sender.join()
    if _get(_pipe(process.stdout)) != (_BEGUN, None):
        # It does not understand the work.
        yield from work()
        return
    while True:
        kind, said = _received(process)
        if kind == _ERROR:
            raise said
        if kind == _END:
            return
        yield said


def _closable(items: Iterator[Item]) -> Generator[Item, None, None]:
    yield from items


def _sendable(work: Callable[[], Any]) -> bytes | None:
    """The work as it is sent; None where it can't be."""
    try:
        return pickle.dumps(sys.path) + pickle.dumps(work)
    except Exception:  # noqa: BLE001  # what can't be pickled raises whatever it likes, and is done here
        return None


def _process() -> "subprocess.Popen[bytes] | None":
    """A process that waits for work; None where there is none to be had."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return None
    with suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _BEGIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=_PIPE
        )
    return None


def _send(process: "subprocess.Popen[bytes]", sent: bytes) -> None:
    """Send the work. A pipe that is closed is heard of by who waits for the answer."""
    with suppress(OSError, ValueError):
        _pipe(process.stdin).write(sent)
        _pipe(process.stdin).flush()


def _received(process: "subprocess.Popen[bytes]") -> tuple[str, Any]:
    found: tuple[str, Any] | None = _get(_pipe(process.stdout))
    if found is None:
        code = process.wait(_PATIENCE)
        raise SpineError(
            f"A process that did a part of the work has ended before its work was done (exit code {code}).",
            remedy="Where memory ran out, give it more; then run the same again: what is written already stays.",
        )
    return found


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Close both pipes, which tells the process to end; by force where it does not."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            _pipe(pipe).close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _pipe(pipe: "IO[bytes] | None") -> Any:
    assert pipe is not None
    return pipe


# ------------------------------------------------------------------------------------------------- in the other process


class _Unwanted(BaseException):
    """Nobody waits for the items any more."""


def serve() -> None:
    """Do the work that comes by the standard input, and write its items to the standard output."""
    out = os.fdopen(os.dup(1), "wb")
    # What a source prints must not run into the items.
    sys.stdout = sys.stderr
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # A key that interrupts reaches both processes; this one ends with the other.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _give_up)
    try:
        work = pickle.load(sys.stdin.buffer)
    except Exception:  # noqa: BLE001  # a class of a script, for one, which only that script's process has
        return
    threading.Thread(target=_watch, daemon=True).start()
    # A closed pipe is heard of at the next item: there is nobody then to tell.
    with suppress(_Unwanted, BrokenPipeError), out:
        _put(out, (_BEGUN, None))
        try:
            with closing(_closable(work())) as items:
                try:
                    for item in items:
                        _put(out, (_ITEM, item))
                finally:
                    # Putting away what was begun is not interrupted: a closed pipe is often heard of before its signal.
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
            _put(out, (_END, None))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  # it is raised where the items are used
            _put(out, (_ERROR, _portable(error)))


def _give_up(*_: Any) -> None:
    raise _Unwanted


def _watch() -> None:
    """End this process when its input does: in good order, and by force where that takes too long."""
    while os.read(0, 1):
        pass
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(_PATIENCE)
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """The error, or where it can't be sent another that says the same; with its place where it was not foreseen."""
    if not isinstance(error, SpineError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  # what can't be pickled raises whatever it likes
        return SpineError("".join(traceback.format_exception(error)))
    return error


# ------------------------------------------------------------------------------------------------------ what is sent


def _put(out: "IO[bytes]", thing: Any) -> None:
    """Write a thing: how many parts, how long each, the pickled rest, and the memory that it holds."""
    beside: list[pickle.PickleBuffer] = []
    parts = [memoryview(pickle.dumps(thing, 5, buffer_callback=beside.append)), *(one.raw() for one in beside)]
    out.write(struct.pack(f"<{len(parts) + 1}Q", len(parts), *(part.nbytes for part in parts)))
    for part in parts:
        out.write(part)
    out.flush()


def _get(source: io.BufferedReader) -> Any:
    """The next thing that was put; None where the other side has ended."""
    head = _whole(source, 8)
    sizes = head and _whole(source, 8 * struct.unpack("<Q", head)[0])
    if not sizes:
        return None
    parts = []
    for size in struct.unpack(f"<{len(sizes) // 8}Q", sizes):
        part = _whole(source, size)
        if part is None:
            return None
        parts.append(part)
    return pickle.loads(parts[0], buffers=parts[1:])


def _whole(source: io.BufferedReader, size: int) -> bytearray | None:
    """So many bytes; None where there are fewer."""
    held = bytearray(size)
    return held if source.readinto(held) == size else None
