"""What the name of a column says: words split, folded, and looked up from the whole name down to its last words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from anyascii import anyascii

from loaders.column_words import ORGANISATION_PREFIXES, OTHER_PREFIXES, PARENTS, PERSON_PREFIXES, WORDS

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U", "ø": "o", "å": "a", "ß": "ss"})
_WHOSE_KIND = frozenset(("customer", "client", "party", "record", "entity", "contact", "member", "subject", "legal"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column's name means: an attribute, namespace or role; `whose` is the word before it that stays."""

    what: str
    whose: str = ""
    exact: bool = True

    @property
    def foreign(self) -> bool:
        """Whether it belongs to somebody other than the row is about."""
        return self.whose in OTHER_PREFIXES


def words_of(name: str) -> list[str]:
    """The words of a column's name: `DateOfBirth`, `date_of_birth` and `date of birth` have the same."""
    return [word.lower() for word in _WORD.findall(anyascii(name.translate(_UMLAUTS)))]


def common_prefix(columns: Sequence[str]) -> list[str]:
    """The first words that all these columns share, leaving each at least one; needs three columns."""
    split = [words_of(column) for column in columns]
    if len(split) < 3:
        return []
    shared: list[str] = []
    for step in zip(*(words[:-1] for words in split), strict=False):
        if len(set(step)) > 1:
            break
        shared.append(step[0])
    return shared


def meaning_of(words: Sequence[str]) -> Meaning | None:
    """The meaning of a column by its words, None where unknown: the longest ending that is known counts.

    A number at the end is ignored where nothing else fits; a word before that makes it somebody else's is kept.
    """
    if "".join(words) in PARENTS:
        return Meaning("record_id", "parent", False)
    for end in (len(words), len(words) - 1 if words and words[-1].isdigit() else 0):
        for start in range(end):
            joined = "".join(words[start:end])
            what = WORDS.get(joined) or (WORDS.get(joined[:-1]) if joined.endswith("s") else None)
            if what is None:
                continue
            before = words[:start]
            if not before:
                return Meaning(what, exact=end == len(words))
            return _with_prefix(what, before)
    return None


def _with_prefix(what: str, before: Sequence[str]) -> Meaning | None:
    foreign = next((word for word in before if word in OTHER_PREFIXES), None)
    if foreign:
        return Meaning(what, foreign, False)
    organisation = next((word for word in before if word in ORGANISATION_PREFIXES), None)
    if organisation:
        return Meaning(what, organisation, False)
    if what == "kind" and before[-1] not in _WHOSE_KIND:
        return None
    if what in ("kind", "source", "record_id", "observed_at") or all(word in PERSON_PREFIXES for word in before):
        return Meaning(what, before[-1], False)
    return None
