"""Which source numbers its records so: that of the customer numbers by which orders are hung on somebody."""

from collections.abc import Collection
from pathlib import Path

from loaders.files import files_beside
from loaders.inferred import Draft
from loaders.inferred_happenings import Owner
from loaders.mapping import Mapping
from loaders.sampled import name_of, profiles_of
from spine.errors import SpineError

ENOUGH = 0.5
"""At least this share of the numbers has to be answered to."""
_MOST_FILES = 20
_MAPPINGS = (".yaml", ".yml", ".json")


def numbered_beside(file: Path, values: Collection[str]) -> dict[str, Owner]:
    """The sources of files in the same folder whose rows are somebody and named by these values, most of them.

    A mapping beside such a file, of its name, says its source and what names its rows; else they are found as
    `spine map` finds them.
    """
    wanted = set(values)
    found: dict[str, Owner] = {}
    for other in files_beside(file)[:_MOST_FILES]:
        try:
            source, owner, named = _named(other)
        except SpineError:
            continue
        if source is not None and len(wanted & named) >= ENOUGH * len(wanted):
            found[source] = owner
    return found


_NOBODY: tuple[str | None, Owner, set[str]] = (None, Owner(""), set())


def _named(file: Path) -> tuple[str | None, Owner, set[str]]:
    """The source of a file and what names its rows; no source where they are nobody, or several columns name them."""
    profiles = profiles_of(file)
    columns = {profile.name: set(profile.values) for profile in profiles}
    for place in (file.with_suffix(suffix) for suffix in _MAPPINGS):
        if place != file and place.exists():
            mapping = Mapping.read(place)
            if not mapping.records or mapping.source.value is None or len(mapping.record_id) != 1:
                return _NOBODY
            (column,) = mapping.record_id
            carried = [one for one in mapping.identifiers if (one.namespace, one.column) == ("customer", column)]
            return (
                mapping.source.value,
                Owner(column, carried[0].prefix if carried else None),
                columns.get(column, set()),
            )
    source = name_of(file)
    draft = Draft(profiles, None, source)
    if not draft.names_somebody or draft.source_column is not None or len(draft.record_id) != 1:
        return _NOBODY
    return source, Owner(draft.record_id[0]), columns[draft.record_id[0]]
