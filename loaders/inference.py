"""A mapping for a file that nobody has described: from its column names first, from its values where they say more.

    infer(path: Path, kind: str | None = None, source: str | None = None) -> Mapping

What is not recognised stays in the record as it came, and stands with the reason in the mapping's notes, which
`Mapping.dump` writes as comments. Found by the entry point `spine.loaders` under the name `map`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from loaders.column_values import Profile
from loaders.files import files_in, open_cells, reading
from loaders.inferred import Draft
from loaders.inferred_amounts import decimal_of
from loaders.inferred_happenings import happenings, seem_to_tell
from loaders.mapping import KINDS, Mapping
from spine.errors import FileError, MappingError

SAMPLE = 50_000
_UNSURE = (
    "These rows seem to tell what happened, or what was agreed to. That is mapped as `events` or `consents`, with\n"
    "`records: false` where the rows are nobody of their own: docs/mapping.md shows how."
)


def infer(path: Path | str, kind: str | None = None, source: str | None = None) -> Mapping:
    """A mapping of the file (of a directory, its first file) good enough to resolve without editing.

    `kind` (person, organisation or auto) and `source` overrule what would be found. FileError for a file that can't be
    read or has no rows, MappingError for another kind.
    """
    if kind is not None and kind not in KINDS:
        raise MappingError(f"There is no kind {kind!r}.", remedy=f"Give one of {', '.join(KINDS)}.")
    file = files_in(Path(path))[0]
    stem = _plain(file.name.split(".")[0])
    folder = _plain(file.resolve().parent.name)
    # A file called records.csv is better named by the folder that it lies in.
    name = folder if stem in ("records", "data", "export", "file", "rows", "part", "") and folder else stem or "file"
    profiles = profiles_of(file)
    draft = Draft(profiles, kind, source or name)
    told, columns = None, {one.name: one for one in profiles}
    if kind is None and not draft.names_somebody:
        told = happenings(columns, draft.carried, draft.record_id, name, draft.when)
    if told is None:
        unsure = not draft.names_somebody and seem_to_tell(draft.left)
        return Mapping.of(draft.plain(name), str(file)).noted([*([_UNSURE] if unsure else []), *draft.notes()])
    data = draft.plain(name)
    if not told.sightings:
        data = {key: data[key] for key in ("name", "source")} | ({"region": draft.region} if draft.region else {})
    if told.amounts:
        decimal = decimal_of(columns[told.amounts], profiles, draft.country)
        data |= {"decimal": decimal.mark} if decimal.mark else {}
        told.notes += [decimal.note] if decimal.note else []
    return Mapping.of(data | told.plain(), str(file)).noted([*told.notes, *draft.notes(told.columns, told.sightings)])


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
