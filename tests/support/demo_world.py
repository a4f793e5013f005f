"""A small demo world, loaded and resolved by the ordinary pipeline; its identifier numbers are always the same."""

from pathlib import Path

from loaders.open import open_source
from seed.world import build
from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore

INHABITANTS = 100
KEY = "demo"


def fill(store: GraphStore, folder: Path) -> None:
    """Make the world in a folder, load all its sources and resolve."""
    for source in build(folder, persons=INHABITANTS, seed=0).sources:
        load(store, LOCAL, open_source(source.path, source.mapping, source.name), source.path.name, key=KEY)
    resolve(store, LOCAL, open_engine("local"), "auto")
