"""The columns of a file by a sample of its rows, and what the file is called."""

import re
from collections.abc import Sequence
from pathlib import Path

from loaders.column_values import Profile
from loaders.files import open_cells, reading
from spine.errors import FileError

SAMPLE = 50_000


def name_of(file: Path) -> str:
    """What a file's source is called where nobody says: the file, or the folder of one called records.csv."""
    stem = _plain(file.name.split(".")[0])
    folder = _plain(file.resolve().parent.name)
    return folder if stem in ("records", "data", "export", "file", "rows", "part", "") and folder else stem or "file"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def profiles_of(file: Path) -> Sequence[Profile]:
    """The columns of a file, with the values of its first rows; FileError where it has no rows."""
    cells = open_cells(file)
    with reading(cells) as connection:
        cells.has(connection, "")
        columns = list(cells.columns)
        statement = f"SELECT * EXCLUDE (n, raw, problem) FROM ({cells.relation(columns)}) WHERE problem IS NULL"
        table = connection.sql(f"{statement} LIMIT {SAMPLE}").to_arrow_table()
    if not columns or not table.num_rows:
        raise FileError(
            f"{file}: has no rows to learn from.", remedy="Give a file with at least one row under its names."
        )
    out = []
    for name, cell in zip(columns, table.columns, strict=True):
        values = [value for value in cell.to_pylist() if value is not None]
        out.append(Profile(name, values, table.num_rows, len(set(values))))
    return out
