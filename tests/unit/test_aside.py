"""What is kept aside comes back as it was, from files that have no names."""

import pickle
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from spine import aside
from spine.aside import NOWHERE, Aside, Kept
from spine.errors import StoreUnavailable
from spine.normalise.pressed import Pressed, whole
from spine.pipeline.apart import apart

TABLE = pa.table({"text": ["a", None, "ccc"] * 100, "list": [["x"], [], None] * 100, "number": [1, 2, None] * 100})
ARRAYS = {
    "numbers": np.arange(1000),
    "matrix": np.arange(1000, dtype=np.int32).reshape(500, 2),
    "turned": np.arange(1000).reshape(2, 500).T,
    "none": np.empty(0, np.int64),
}


def _here(folder: Path) -> Aside:
    return Aside(str(folder), least=1)


def test_columns_come_back_from_files_without_names(tmp_path: Path) -> None:
    here = _here(tmp_path)
    arrays = here.arrays({**ARRAYS, "again": ARRAYS["numbers"]})
    assert list(arrays) == [*ARRAYS, "again"]
    for name, one in arrays.items():
        wanted = ARRAYS["numbers" if name == "again" else name]
        assert (one.dtype, one.shape) == (wanted.dtype, wanted.shape)
        assert np.array_equal(one, wanted)
    assert arrays["again"].ctypes.data == arrays["numbers"].ctypes.data, "what is one array lies there once"
    with pytest.raises(ValueError, match="read-only"):
        arrays["numbers"][0] = 1
    table = here.table(TABLE)
    assert table.equals(TABLE)
    assert here.tables(iter(TABLE.to_batches(7)), TABLE.schema).equals(TABLE)
    assert here.tables(iter(()), TABLE.schema).equals(TABLE.schema.empty_table())
    kept = [here.keep(text) for text in (b"one", b"", b"three")]
    assert [one() for one in kept if isinstance(one, Kept)] == [b"one", b"", b"three"]
    assert not list(tmp_path.iterdir())


def test_their_room_is_free_once_nobody_holds_them(tmp_path: Path) -> None:
    def open_there() -> int:
        return sum(one.resolve().is_relative_to(tmp_path) for one in Path("/proc/self/fd").iterdir())

    here = _here(tmp_path)
    held = [here.arrays(ARRAYS), here.table(TABLE), here.keep(b"some")]
    assert open_there() == 3
    del held, here
    assert open_there() == 0


def test_small_columns_stay_where_they_are(tmp_path: Path) -> None:
    for here in (NOWHERE, Aside(str(tmp_path))):
        assert here.arrays(ARRAYS)["matrix"] is ARRAYS["matrix"]
        assert here.table(TABLE) is TABLE
    assert NOWHERE.keep(b"some") == b"some"
    assert NOWHERE.tables(iter(TABLE.to_batches(7)), TABLE.schema).equals(TABLE)


def _rows(pressed: Pressed) -> Iterator[object]:
    yield whole(pressed).to_pylist()


def test_another_process_reads_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = _here(tmp_path)
    pressed = Pressed.of([TABLE, TABLE], TABLE.schema, here.keep)
    assert whole(pressed).equals(pa.concat_tables([TABLE, TABLE]))
    assert list(apart(partial(_rows, pressed))) == [[*TABLE.to_pylist(), *TABLE.to_pylist()]]
    # Where a process can't open what another has open, the bytes are sent.
    sent: list[pickle.PickleBuffer] = []
    monkeypatch.setattr(aside, "OPEN", "/nowhere/{}/{}")
    left = pickle.loads(pickle.dumps(pressed, 5, buffer_callback=sent.append), buffers=sent)
    assert whole(left).equals(whole(pressed))
    assert len(sent) == 1


@contextmanager
def _no_file_above(size: int) -> Iterator[None]:
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    here = _here(tmp_path)
    large = np.zeros(100_000)
    with _no_file_above(1000):
        for put in (
            lambda: here.arrays({"large": large}),
            lambda: here.table(pa.table({"large": large})),
            lambda: here.keep(large.tobytes()),
        ):
            with pytest.raises(StoreUnavailable, match="Free space"):
                put()
    with pytest.raises(StoreUnavailable, match="gone"):
        Aside(str(tmp_path / "gone"), least=1).table(TABLE)
