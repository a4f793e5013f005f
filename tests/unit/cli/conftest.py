"""The command line run in this process, as `main` runs it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from spine.cli.app import main


class Said(NamedTuple):
    """What a command ended with and printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def spine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Said]:
    """Run `spine WORDS…` in an empty folder with no settings of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("SPINE_STORE", "SPINE_CONFIDENCE", "SPINE_NEO4J_USER", "SPINE_NEO4J_PASSWORD", "SPINE_WEBHOOKS_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["spine", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    return run
