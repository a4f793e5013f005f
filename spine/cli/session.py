"""What every command starts from: the settings, the store that was asked for, and the context of the call."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.ports import GraphStore, Reader
from spine.settings import Settings


def settings() -> Settings:
    """The settings of this process; SettingsError where a variable can't be used."""
    return Settings.from_environment(os.environ)


@contextmanager
def opened(store: str | None) -> Iterator[GraphStore]:
    """The store of `--store`, or of the settings; closed at the end."""
    chosen = settings()
    graph = open_store(store or chosen.store, chosen)
    try:
        yield graph
    finally:
        graph.close()


@contextmanager
def reading(store: str | None) -> Iterator[Reader]:
    """A consistent view of the store of `--store`."""
    with opened(store) as graph, graph.reading(LOCAL) as reader:
        yield reader


def confidence_of(given: float | None) -> float:
    """The confidence of `--confidence`, or of the settings."""
    return settings().confidence if given is None else given
