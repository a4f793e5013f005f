"""Running `neo4j-admin database import full` on files that were written for it."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from spine.errors import FileError, StoreError, StoreUnavailable
from spine.stores.neo4j_bulk.files import ARGUMENTS, SIZES

_BAD = re.compile(r"^(Caused by: .*|.*(?:already exist|in use|[Ee]rror|[Dd]uplicate|missing node).*)$", re.MULTILINE)


def import_files(
    folder: Path, admin: Sequence[str] = ("neo4j-admin",), database: str = "neo4j", env: Mapping[str, str] | None = None
) -> None:
    """Import a folder written by `write_files` into a database that does not exist yet; its server may not run.

    `admin` is the command of the server's installation. The tool itself refuses a database that exists, and is never
    told to overwrite one. StoreUnavailable where the tool can't be run, StoreError with its reason where it fails.
    """
    arguments = folder / ARGUMENTS
    if not arguments.exists():
        raise FileError(f"{folder} holds no {ARGUMENTS}.", remedy="Write the files first: spine export graph.")
    _refuse_damaged(folder)
    given = [line.strip().strip('"') for line in arguments.read_text(encoding="utf-8").splitlines()]
    report = f"--report-file={folder / 'import.report'}"
    # The name of the database stands first: the options before it would take it for one more file.
    command = [*admin, "database", "import", "full", database, "--verbose", report, *given]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=env)
    except OSError as error:
        raise StoreUnavailable(
            f"{admin[0]} can't be run: {error.strerror}.", remedy="Give the neo4j-admin of the server's installation."
        ) from error
    if run.returncode:
        told = run.stderr + run.stdout
        reasons = [match.strip() for match in _BAD.findall(told)] or [told.strip()[-500:]]
        raise StoreError(
            f"The import into {database} failed: {reasons[-1]}",
            remedy="The database must not exist yet and its server must be stopped; a failed one has to be removed.",
        )


def _refuse_damaged(folder: Path) -> None:
    """FileError where a file is not as long as it was written: the tool does not miss the nodes that edges lack."""
    try:
        sizes = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        for name, size in sizes.items():
            if (folder / name).stat().st_size != size:
                raise FileError(f"{folder / name} is not as it was written.", remedy="Write the files again.")
    except (OSError, ValueError) as error:
        raise FileError(f"{folder} is not as it was written: {error}", remedy="Write the files again.") from error
