"""Other resolvers on the same files, each in an environment of its own, as a subprocess with a time limit.

A peer is a script that reads RECORDS and TRUTH and writes OUT: a column per clustering, named by its threshold. What
fails or takes too long is a row that says why.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.accuracy.product import Row, shares
from bench.sets import CACHE, DataSet
from spine.cli.files import read_texts
from spine.evaluate import aligned, truth_labels

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Peer:
    """A script, the packages that it needs, how long it may take, and the largest file that it is given."""

    name: str
    script: str
    packages: tuple[str, ...]
    seconds: int
    records: int = 1_000_000


PEERS = (
    Peer("Splink 5.0.0, as documented", "splink_documented", ("splink==5.0.0", "pandas==2.3.3", "duckdb==2.0.0"), 600),
    Peer(
        "recordlinkage 0.16, ECM", "recordlinkage_ecm",
        ("recordlinkage==0.16", "pandas==2.3.3", "scikit-learn==1.9.1"), 600,
    ),
    Peer("dedupe 3.0.3, 400 labels", "dedupe_labelled", ("dedupe==3.0.3", "BTrees==6.1", "pandas==2.3.3"), 900, 6_000),
    Peer("GoldenMatch 3.22.0, no configuration", "goldenmatch_zero", ("goldenmatch==3.22.0", "pyarrow==26.0.1"), 300),
)  # fmt: skip
_BIN = "Scripts" if os.name == "nt" else "bin"


def environment(peer: Peer) -> Path:
    """The Python that has the peer's packages; made on first use. CalledProcessError where that fails."""
    folder = CACHE / "env" / peer.script
    python = folder / _BIN / "python"
    done = folder / "packages.txt"
    wanted = "\n".join(peer.packages)
    if done.exists() and done.read_text("utf-8") == wanted:
        return python
    uv = shutil.which("uv") or os.environ.get("UV")
    quiet: dict[str, Any] = {"check": True, "capture_output": True, "text": True}
    if uv:
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)], **quiet)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *peer.packages], **quiet)
    else:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], **quiet)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *peer.packages], **quiet)
    done.write_text(wanted, "utf-8")
    return python


def write_febrl() -> None:
    """Write the sets febrl3 and febrl4, once."""
    place = CACHE / "sets"
    if not (place / "febrl4" / "truth.csv").exists():
        python = environment(PEERS[1])
        subprocess.run([str(python), str(SCRIPTS / "febrl.py"), str(place)], check=True, capture_output=True, text=True)


def row_of(peer: Peer, one: DataSet) -> Row:
    """A peer on a set: its figures at every threshold, or why there are none."""
    row: Row = {"set": one.name, "kind": "", "way": peer.name}
    size = truth_labels(read_texts(one.truths["person"])).num_rows
    if not one.records or not one.truth_file:
        return {**row, "reason": "many files of different columns"}
    if size > peer.records:
        return {**row, "reason": f"not tried above {peer.records:,} records: too slow"}
    out = CACHE / "predictions" / f"{peer.script}-{one.name}.csv"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    started = time.perf_counter()
    try:
        command = [str(environment(peer)), str(SCRIPTS / f"{peer.script}.py"), str(one.records), str(one.truth_file)]
        subprocess.run([*command, str(out)], check=True, capture_output=True, text=True, timeout=peer.seconds)
    except subprocess.TimeoutExpired:
        return {**row, "reason": f"stopped after {peer.seconds} s"}
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines() or ["failed"]
        return {**row, "reason": last[-1][:160].replace(str(CACHE), "")}
    return {**row, "at": scored(out, one.truth_file), "seconds": round(time.perf_counter() - started, 1)}


def scored(out: Path, truth: Path) -> dict[str, dict[str, float]]:
    """The figures of every clustering in a prediction."""
    predicted, labels = read_texts(out), truth_labels(read_texts(truth))
    source = pa.array(np.repeat("", predicted.num_rows))
    found = {}
    for name in predicted.column_names[1:]:
        table = pa.table({"source": source, "record_id": predicted["record_id"], "entity_id": predicted[name]})
        clusters, entities, _ = aligned(labels, table)
        found[name] = shares(clusters, entities)
    return found
