"""A mapping for a file that nobody has described: from its column names first, from its values where they say more.

    infer(path: Path, kind: str | None = None, source: str | None = None, numbered: Numbered | None = None) -> Mapping

What is not recognised stays in the record as it came, and stands with the reason in the mapping's notes, which
`Mapping.dump` writes as comments. Found by the entry point `spine.loaders` under the name `map`.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from loaders.files import files_in
from loaders.inferred import Draft
from loaders.inferred_amounts import decimal_of
from loaders.inferred_happenings import Owner, happenings, seem_to_tell
from loaders.inferred_owner import numbered_beside
from loaders.mapping import KINDS, Mapping
from loaders.sampled import name_of, profiles_of
from spine.errors import MappingError

Numbered = Callable[[Collection[str]], Collection[str]]
_UNSURE = (
    "These rows seem to tell what happened, or what was agreed to. That is mapped as `events` or `consents`, with\n"
    "`records: false` where the rows are nobody of their own: docs/mapping.md shows how."
)


def infer(
    path: Path | str, kind: str | None = None, source: str | None = None, numbered: Numbered | None = None
) -> Mapping:
    """A mapping of the file (of a directory, its first file) good enough to resolve without editing.

    `kind` (person, organisation or auto) and `source` overrule what would be found. `numbered` says which sources
    number their records so, where no file beside this one tells. FileError for a file
    that can't be read or has no rows, MappingError for another kind.
    """
    if kind is not None and kind not in KINDS:
        raise MappingError(f"There is no kind {kind!r}.", remedy=f"Give one of {', '.join(KINDS)}.")
    file = files_in(Path(path))[0]
    name = name_of(file)
    profiles = profiles_of(file)
    draft = Draft(profiles, kind, source or name)
    told, columns = None, {one.name: one for one in profiles}
    if kind is None and not draft.names_somebody:
        told = happenings(columns, draft.carried, draft.record_id, name, draft.when)
    if told is None:
        unsure = not draft.names_somebody and seem_to_tell(draft.left)
        return Mapping.of(draft.plain(name), str(file)).noted([*([_UNSURE] if unsure else []), *draft.notes()])
    if told.by_customer:
        values = columns[told.by_customer].values
        known = numbered_beside(file, values) or {one: Owner("…") for one in (numbered(values) if numbered else ())}
        told.owned_by(known)
    data = draft.plain(name)
    if not told.sightings:
        data = {key: data[key] for key in ("name", "source")} | ({"region": draft.region} if draft.region else {})
    if told.amounts:
        decimal = decimal_of(columns[told.amounts], profiles, draft.country)
        data |= {"decimal": decimal.mark} if decimal.mark else {}
        told.notes += [decimal.note] if decimal.note else []
    return Mapping.of(data | told.plain(), str(file)).noted([*told.notes, *draft.notes(told.columns, told.sightings)])
