"""Stores of demo worlds, loaded and resolved, made once and kept: `python -m bench.lookup.stores 1000000 PATH`.

A million records take about five minutes of a processor. Without a path a store lies beside its world (see
`bench.batch.worlds`) and is made anew when the generator changes; remove it after a change of the product's schema.
"""

import sys
from pathlib import Path

from bench.batch.worlds import world
from loaders.open import open_source
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.load import Load, load_all
from spine.pipeline.resolve import resolve
from spine.settings import Settings


def store_of(size: int, path: Path | None = None) -> Path:
    """The SQLite file of a resolved store of about so many records."""
    made = world(size)
    path = path or made.folder.with_suffix(".db")
    if not path.exists():
        making = path.with_name(f"{path.name}.making")
        for left in making.parent.glob(f"{making.name}*"):
            left.unlink()
        with open_store(f"sqlite:{making}", Settings()) as store:
            sources = [(open_source(one.path, one.mapping, one.name), one.path.name) for one in made.sources]
            load_all(store, LOCAL, [Load(source, name) for source, name in sources])
            resolve(store, LOCAL, open_engine("local"), "auto")
        making.rename(path)
    return path


def main() -> None:
    """Make one that is not there yet, and print where it lies."""
    path = store_of(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
