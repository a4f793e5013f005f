"""What a large transaction writes goes to the disk while it writes, so that its commit need not wait for all of it.

The operating system keeps what is written in memory until it is told to write it out: of a million organisations three
gigabytes, for which a commit waited five seconds. It is told every second, by a process of its own that does nothing
else: where this one opened the file beside SQLite and closed it again, it would give up SQLite's locks on it.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_CODE = """
import os, select, sys
while not select.select([sys.stdin], [], [], 1.0)[0]:
    for path in sys.argv[1:]:
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        os.fsync(file)
        os.close(file)
"""


class Flushing:
    """The process that flushes an SQLite file and its log, until it is ended or this process is gone.

    Without it all is as well, only later: where it can't be had (on Windows, or without an interpreter to call) there
    is none.
    """

    def __init__(self, path: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if sys.platform == "win32" or not sys.executable:
            return
        command = [sys.executable, "-I", "-S", "-c", _CODE, str(path), f"{path}-wal"]
        with suppress(OSError):
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def end(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
