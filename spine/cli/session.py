"""What every command starts from: the settings, the store that was asked for, and the context of the call."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.cli import output
from spine.errors import StoreUnavailable
from spine.ports import GraphStore, Reader
from spine.settings import Settings


def settings() -> Settings:
    """The settings of this process; SettingsError where a variable can't be used."""
    return Settings.from_environment(os.environ)


def store_url(store: str | None) -> str:
    """The URL of `--store`, or of the settings."""
    return store or settings().store


@contextmanager
def opened(store: str | None) -> Iterator[GraphStore]:
    """The store of `--store`, or of the settings, made where there is none; closed at the end."""
    graph = open_store(store_url(store), settings())
    try:
        yield graph
    finally:
        graph.close()


@contextmanager
def existing(store: str | None) -> Iterator[GraphStore]:
    """The store to ask: StoreUnavailable where its file is not there, so that a question makes no empty store."""
    if path := _missing(store):
        raise StoreUnavailable(
            f"There is no store at {path}.", remedy="Load something first: spine load PATH --mapping MAPPING."
        )
    with opened(store) as graph:
        yield graph


@contextmanager
def taking_in(store: str | None) -> Iterator[GraphStore]:
    """The store to take records into, made where there is none; which is told, since a path may be mistyped."""
    if path := _missing(store):
        output.say(f"There was no store at {path}: an empty one is made.")
    with opened(store) as graph:
        yield graph


def _missing(store: str | None) -> str:
    """The path of a store in a file that is not there; empty where it is, or is in no file."""
    scheme, _, path = store_url(store).partition(":")
    return path if scheme == "sqlite" and path and not Path(path).exists() else ""


@contextmanager
def reading(store: str | None) -> Iterator[Reader]:
    """A consistent view of the store to ask."""
    with existing(store) as graph, graph.reading(LOCAL) as reader:
        yield reader


def confidence_of(given: float | None) -> float:
    """The confidence of `--confidence`, or of the settings."""
    return settings().confidence if given is None else given
