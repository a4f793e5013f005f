"""Which columns of a file of organisations name the parent of each row: by its identifier, or by the id of its row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from loaders.column_names import Meaning, words_of
from loaders.column_values import Profile
from loaders.column_words import IDENTIFIER_WORDS

_PARENTS = ("parent", "mother")
_TOP = {"ultimate", "global", "top", "highest", "domestic"}
"""A parent's parent: what is direct says it already."""
_SHARES = {
    "share", "shares", "sharepct", "sharepercent", "ownership", "ownershippct", "ownershippercent", "ownershipshare",
    "ownershippercentage", "percentowned", "stake", "anteil", "beteiligung", "beteiligungsquote", "quote",
}  # fmt: skip
_EVERYWHERE = ("lei", "tax_id")
"""Numbers that name an organisation of any file; others must be answered to in their own."""

_NUMBERS = ("lei", "tax_id", "register", "master", "customer", "x_duns")


def parent_relations(
    foreign: Mapping[str, Meaning],
    profiles: Mapping[str, Profile],
    identifiers: Iterable[tuple[str, str]],
    record_id: Sequence[str],
    own: Mapping[str, str],
    source: str | None,
) -> list[dict[str, Any]]:
    """The `relations` of a mapping, as plain data, for the columns of somebody else (`foreign`) that name a parent.

    `own` says what the name of each of the row's own columns means; `source` is None where a column says it, and row
    ids can't be named then. The share is the one column called so, where one parent is named.
    """
    columns: dict[str, list[str]] = {}
    for namespace, column in identifiers:
        columns.setdefault(namespace, []).append(column)
    found: list[dict[str, Any]] = []
    for name, meaning in foreign.items():
        if meaning.whose not in _PARENTS or _TOP & set(words_of(name)):
            continue
        values = set(profiles[name].values)

        def answered(column: str, values: set[str] = values) -> bool:
            return not values.isdisjoint(profiles[column].values)

        if meaning.what in IDENTIFIER_WORDS and (
            meaning.what in _EVERYWHERE or any(answered(column) for column in columns.get(meaning.what, []))
        ):
            found.append({"kind": "subsidiary_of", "namespace": meaning.what, "column": name})
        elif (
            source is not None
            and len(record_id) == 1
            and meaning.what in ("record_id", "organisation_name", own.get(record_id[0]))
            and answered(record_id[0])
        ):
            prefix = f"{source}/"
            found.append({"kind": "subsidiary_of", "namespace": "record", "column": name, "prefix": prefix})
        elif (space := _answering(columns, answered)) is not None:
            found.append({"kind": "subsidiary_of", "namespace": space, "column": name})
        elif profiles[name].share("lei") >= 0.7:
            found.append({"kind": "subsidiary_of", "namespace": "lei", "column": name})
    shares = [
        name
        for name, profile in profiles.items()
        if _is_share(words_of(name)) and profile.values and name not in foreign
    ]
    if len(found) == len(shares) == 1:
        found[0]["share"] = shares[0]
    return found


def _answering(columns: Mapping[str, Sequence[str]], answered: Callable[[str], bool]) -> str | None:
    """The namespace of whose numbers some answer to a parent, where nothing but the values says which it is."""
    return next((space for space in _NUMBERS for column in columns.get(space, ()) if answered(column)), None)


def _is_share(words: Sequence[str]) -> bool:
    return "".join(word for word in words if word not in _PARENTS) in _SHARES
