"""Giving room back is harmless wherever it runs."""

import ctypes

import pyarrow as pa
import pytest

from spine.pipeline.room import give_back


def test_what_is_held_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    held = pa.array(range(1000))
    give_back()
    assert held.to_pylist() == list(range(1000))
    for error in (OSError, TypeError, AttributeError):

        def missing(name: object, error: type[Exception] = error) -> object:
            raise error(name)

        monkeypatch.setattr(ctypes, "CDLL", missing)
        give_back()
