"""Items that another process makes come as they are; it ends with its user, and never leaves him waiting."""

import os
import signal
import subprocess
import sys
import time
import types
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import elsewhere
import pytest
from batches import KEY

from loaders.files import FileSource
from loaders.mapping import Mapping
from spine.access.context import LOCAL
from spine.errors import FileError, MappingError, SpineError
from spine.pipeline import making
from spine.pipeline.apart import apart, beside
from spine.pipeline.load import load
from spine.ports import GraphStore, Reject

MAPPING = {
    "name": "crm",
    "source": {"value": "crm"},
    "kind": {"value": "person"},
    "record_id": ["no"],
    "attributes": {"given_name": {"column": "name"}},
    "identifiers": [{"namespace": "email", "column": "mail"}],
}


def _gone(pid: int) -> bool:
    """Whether a process has ended, or does within some seconds."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_items_come_in_order_and_as_they_are_from_another_process() -> None:
    found = list(apart(partial(elsewhere.numbered, 20)))
    here = list(elsewhere.numbered(20))
    assert [item[1:] for item in found] == [item[1:] for item in here]
    assert {item[0] for item in found}.isdisjoint({os.getpid()})
    assert len({item[0] for item in found}) == 1
    assert _gone(found[0][0])


def test_errors_come_as_they_were_raised() -> None:
    items = apart(elsewhere.refused)
    assert next(items) == 1
    with pytest.raises(MappingError) as caught:
        next(items)
    assert (caught.value.message, caught.value.remedy) == ("t.csv: has no column 'mail'.", "Name another.")
    with pytest.raises(ZeroDivisionError, match="by nought") as unforeseen:
        list(apart(elsewhere.broken))
    assert "elsewhere.py" in unforeseen.value.__notes__[0]
    with pytest.raises(SpineError, match="Held"):
        list(apart(elsewhere.unspeakable))


def test_a_process_that_is_killed_is_an_error_that_says_what_to_do() -> None:
    items = apart(elsewhere.killed)
    assert next(items) == 1
    with pytest.raises(SpineError, match=r"has ended before its work was done \(exit code -?\d+\)") as caught:
        next(items)
    assert "memory" in caught.value.remedy


def _begun(folder: Path) -> int:
    """The process that has begun, without having been asked for anything."""
    note, give_up = folder / "begun", time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < give_up:
        time.sleep(0.02)
    return int(note.read_text())


def test_work_is_begun_at_once_and_ends_with_its_block(tmp_path: Path) -> None:
    with beside(partial(elsewhere.begun, tmp_path)) as items:
        pid = _begun(tmp_path)
        assert next(items) == pid != os.getpid()
    assert _gone(pid)
    assert (tmp_path / "ended").exists()


def test_work_that_nobody_asked_for_ends_with_an_error_of_its_user(tmp_path: Path) -> None:
    pid = 0
    with suppress(ZeroDivisionError), beside(partial(elsewhere.begun, tmp_path)):
        pid = _begun(tmp_path)
        raise ZeroDivisionError
    assert _gone(pid)
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize("pause", [0.0, 0.2])
def test_closing_early_ends_the_process_in_good_order(tmp_path: Path, pause: float) -> None:
    items = apart(partial(elsewhere.noted, tmp_path, pause))
    pid = next(items)
    items.close()
    assert _gone(pid)
    assert (tmp_path / "ended").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_the_process_ends_with_its_user_and_not_by_the_key_that_interrupts(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(elsewhere.__file__).parent)!r})\n"
        "import time, elsewhere\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from spine.pipeline.apart import apart\n"
        f"items = apart(partial(elsewhere.noted, Path({str(tmp_path)!r}), 0.05))\n"
        "for pid in items: print(pid, flush=True)\n"
    )
    search = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": search}) as user:
        assert user.stdout is not None
        pid = int(user.stdout.readline())
        assert pid != user.pid
        os.kill(pid, signal.SIGINT)
        assert [int(line) for line in islice(user.stdout, 20)] == [pid] * 20
        user.kill()
    assert _gone(pid)
    assert (tmp_path / "ended").exists()


def test_work_that_no_other_process_knows_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    only = types.ModuleType("only_here")
    exec("import os\ndef work():\n    yield os.getpid()\n", only.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", only)
    assert list(apart(only.work)) == [os.getpid()]
    assert list(apart(lambda: iter([1, 2]))) == [1, 2]
    monkeypatch.setattr(sys, "executable", str(Path(__file__).parent / "nowhere"))
    assert next(apart(partial(elsewhere.numbered, 1)))[0] == os.getpid()


def _loaded(store: GraphStore, file: Path, mapping: dict[str, Any]) -> tuple[Any, list[Reject]]:
    rejects: list[Reject] = []
    report = load(store, LOCAL, FileSource(file, Mapping.of(mapping)), "crm", reject=rejects.extend, key=KEY)
    report.seconds = 0.0
    return report, rejects


def test_a_file_is_read_elsewhere_as_it_is_here(
    store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, damaged = tmp_path / "good.csv", tmp_path / "damaged.parquet"
    rows = [f"{n},Ann{n},u{n}@example.com" for n in range(50)]
    good.write_text("\n".join(["no,name,mail", *rows, ",nobody,x@example.com", "51,a,b,c", "52,Bea,nowhere"]), "utf-8")
    damaged.write_bytes(b"PAR1 and nothing else")
    here = _loaded(store, good, MAPPING)
    said = []
    wrong = {**MAPPING, "record_id": ["number"]}
    for large in (making.LARGE, 0):
        monkeypatch.setattr(making, "LARGE", large)
        for file, mapping, kind in ((good, wrong, MappingError), (damaged, MAPPING, FileError)):
            with pytest.raises(kind) as caught:
                _loaded(store, file, mapping)
            said.append((type(caught.value), caught.value.message, caught.value.remedy))
    assert said[:2] == said[2:]
    again = _loaded(store, good, MAPPING)
    assert again[1] == here[1]
    assert len(here[1]) == 2
    assert (again[0].rows, again[0].problems, again[0].examples) == (here[0].rows, here[0].problems, here[0].examples)
    assert (again[0].records_added, again[0].records_changed) == (0, 0)
