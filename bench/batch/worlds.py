"""Demo worlds of about so many records, made once and kept outside the checkout.

    python -m bench.batch.worlds 1000000

Prints the folder of each: exports of all sources with their mappings, `truth_person.csv`, `truth_household.csv`,
`truth_organisation.csv` (source, record_id, entity_id) and `truth_parent.csv`. Worlds lie below `SPINE_BENCH_CACHE`,
else `~/.cache/identity-spine/worlds`; a changed generator makes new ones. A million records take about 20 seconds and
0.9 GB to make, and grow in proportion.
"""

import json
import os
import shutil
import sys
from hashlib import blake2b
from pathlib import Path

import seed
from seed.world import World, WorldSource, build

PER_PERSON = 4.76
"""Records of one inhabitant of the demo world, in all sources together."""
EVENTS = (
    "erp_invoices", "shop_orders", "pos_receipts", "ciam_logins", "consents", "web_visits", "ads_touches",
)  # fmt: skip
"""Files of the world that hold no records."""
_TRUTHS = ("person", "household", "organisation", "parent")


def world(size: int) -> World:
    """The world of about so many records and as many events; always the same."""
    folder = _cache() / f"{size}-{_fingerprint()}"
    if not folder.exists():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        made = build(making, persons=round(size / PER_PERSON))
        (making / "world.json").write_text(_described(made), "utf-8")
        try:
            making.rename(folder)
        except OSError:
            # Another run was faster; the worlds are the same.
            shutil.rmtree(making)
    return _found(folder)


def _cache() -> Path:
    return Path(os.environ.get("SPINE_BENCH_CACHE", Path.home() / ".cache" / "identity-spine" / "worlds"))


def _fingerprint() -> str:
    """Short, and another one for every generator."""
    digest = blake2b(digest_size=6)
    for path in sorted(Path(seed.__file__).parent.rglob("*.*")):
        if path.suffix in (".py", ".yaml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _described(made: World) -> str:
    sources = [(one.name, one.path.name, one.mapping.name if one.mapping else None) for one in made.sources]
    return json.dumps({"persons": made.persons, "seed": made.seed, "sources": sources, "counts": dict(made.counts)})


def _found(folder: Path) -> World:
    about = json.loads((folder / "world.json").read_text("utf-8"))
    sources = [
        WorldSource(name, folder / path, folder / mapping if mapping else None)
        for name, path, mapping in about["sources"]
    ]
    truths = [folder / f"truth_{name}.csv" for name in _TRUTHS]
    return World(
        folder, about["persons"], about["seed"], tuple(sources), *truths, folder / "hard_cases.json", about["counts"]
    )


def main() -> None:
    """Make the worlds that are not there yet."""
    for size in sys.argv[1:]:
        sys.stdout.write(f"{world(int(size)).folder}\n")


if __name__ == "__main__":
    main()
