"""Giving room back, and taking it from one heap, is harmless wherever it runs."""

import ctypes

import pyarrow as pa
import pytest

from spine.pipeline.room import give_back, one_heap


def test_what_is_held_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    held = pa.array(range(1000))
    give_back()
    assert held.to_pylist() == list(range(1000))
    for error in (OSError, TypeError, AttributeError):

        def missing(name: object, error: type[Exception] = error) -> object:
            raise error(name)

        monkeypatch.setattr(ctypes, "CDLL", missing)
        give_back()


def test_what_was_taken_from_one_heap_outlives_it() -> None:
    before = pa.default_memory_pool().backend_name
    with one_heap():
        held = pa.array(range(1000))
        assert pa.default_memory_pool().backend_name == "system"
        assert pa.total_allocated_bytes() >= held.nbytes
    assert pa.default_memory_pool().backend_name == before
    assert held.to_pylist() == list(range(1000))
