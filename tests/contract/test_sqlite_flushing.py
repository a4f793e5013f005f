"""What a large transaction writes goes to the disk meanwhile, by a process that ends with it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rows import record, rows

from spine.access.context import LOCAL
from spine.ports import Cause, Writer
from spine.stores.sqlite import filling, flushing
from spine.stores.sqlite.flushing import Flushing
from spine.stores.sqlite.store import SqliteStore

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such process")
LOAD = Cause("record", batch="crm")
_USER = "import sys, time; from pathlib import Path; from spine.stores.sqlite.flushing import Flushing; "
_USER += "f = Flushing(Path(sys.argv[1])); print(f._process.pid, flush=True); time.sleep(60)"


def test_a_large_transaction_has_such_a_process_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **others: Any) -> None:
            super().__init__(*args, **others)
            begun.append(self)

    monkeypatch.setattr(flushing.subprocess, "Popen", Noted)
    monkeypatch.setattr(filling, "_VERY_MANY", 1_000)
    with SqliteStore(tmp_path / "graph.db") as store:
        for many in (500, 500, 1_500):
            with store.writing(LOCAL, LOAD) as writer:
                _put(writer, many)
                assert [process.poll() for process in begun] == ([None] if many > 1_000 else [])
        assert [process.poll() for process in begun] == [-signal.SIGKILL]
        with suppress(ZeroDivisionError), store.writing(LOCAL, LOAD) as writer:
            _put(writer, 2_000)
            assert begun[1].poll() is None
            raise ZeroDivisionError
        assert begun[1].poll() == -signal.SIGKILL


def _put(writer: Writer, many: int) -> None:
    made = [record(number) for number in range(1, many + 1)]
    writer.sequence([row["key"] for row in made])
    writer.put("record", rows("record", *made))


def test_it_goes_on_where_a_file_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    flushed = Flushing(path)
    time.sleep(1.5)
    assert flushed._process is not None
    assert flushed._process.poll() is None
    path.touch()
    time.sleep(1.2)
    assert flushed._process.poll() is None
    flushed.end()
    flushed.end()


def test_without_an_interpreter_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for executable in ("", str(tmp_path / "nothing")):
        monkeypatch.setattr(sys, "executable", executable)
        flushed = Flushing(tmp_path / "graph.db")
        assert flushed._process is None
        flushed.end()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_it_ends_when_its_user_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _USER, str(tmp_path / "graph.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        number = int(user.stdout.readline())
        assert _runs(number)
        os.kill(user.pid, signal.SIGKILL)
    give_up = time.monotonic() + 20
    while _runs(number) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _runs(number)


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
