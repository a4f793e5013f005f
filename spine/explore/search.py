"""Free text and attributes lead to ranked candidates, each with the words and fields that matched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anyascii import anyascii
from rapidfuzz import fuzz, process

from spine.access.context import Context
from spine.errors import QueryError
from spine.explore.golden import attributes_as_they_came, fields_of
from spine.explore.membership import Entity, checked, held_in, holding
from spine.ports import Reader, Row, Step

POOL = 200
"""How many records the store is asked for before they are ranked."""
ENOUGH = 20
CLOSE = 75.0
"""Two words that resemble each other less than this (0 to 100) do not count as the same word misspelt."""
_CALLED = re.compile(r"[+(]?[0-9](?:[ ()./-]{0,2}[0-9]){8,}")
"""A telephone number as it is written: nine digits or more; a day has eight."""
NAMES = frozenset({"given", "middle", "surname", "organisation", "legal_form"})
"""Of candidates that fit alike come first those whose names hold the words: a part of an address tells less."""
TEXT_LENGTH = 300
WORDS = 12


@dataclass(frozen=True, slots=True)
class FieldHit:
    """A word of the question, the field and value it was found in, and how alike they are (0 to 1)."""

    word: str
    field: str
    value: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate: the entity, the record that matched best, a score from 0 to 1, and what matched."""

    entity: Entity
    record: int
    score: float
    matched: tuple[FieldHit, ...]
    missing: tuple[str, ...]
    says: str

    @property
    def rank(self) -> tuple[float, int]:
        """The greater the better."""
        return self.score, sum(one.field in NAMES for one in self.matched)


def search(
    reader: Reader,
    context: Context,
    text: str,
    attributes: Mapping[str, str],
    kind: str | None,
    confidence: float,
    limit: int,
) -> list[Hit]:
    """The entities whose records hold the words of a text, or attributes by field, best first.

    Misspelt words are found by their beginning and ranked by likeness (rapidfuzz); a single letter alone, as of an
    initial or an e-mail address, leads to nobody where longer words are asked for. QueryError where nothing is asked.
    """
    words = [("", word) for word in _words(text)]
    words += [(field, word) for field, value in attributes.items() for word in _words(value)]
    if not words or len(words) > WORDS or len(text) > TEXT_LENGTH:
        raise QueryError(
            "The search has no words, or too many.", remedy=f"Give 1 to {WORDS} words, such as a name and a town."
        )
    pool = _pool(reader, [word for _, word in words], kind)
    whole = Step("record", "id", tuple(sorted(pool)))
    found = reader.follow({"whole": whole, **holding(whole.values)})
    rows = {row["id"]: row for row in found["whole"]}
    held = held_in(found, [number for number, row in rows.items() if row["live"]], checked(confidence))
    best: dict[tuple[str, int], Hit] = {}
    for number, entity in held.items():
        hit = _hit(entity, rows[number], words)
        key = (entity.kind, entity.id)
        if hit is not None and (key not in best or (*hit.rank, -hit.record) > (*best[key].rank, -best[key].record)):
            best[key] = hit
    return sorted(sorted(best.values(), key=lambda hit: hit.entity.id), key=lambda hit: hit.rank, reverse=True)[:limit]


def _pool(reader: Reader, words: Sequence[str], kind: str | None) -> set[int]:
    """Records that may fit: all words first, then each word, then the beginnings of the words."""
    pool = {number for number, _ in reader.search(" ".join(words), kind, POOL)}
    for length in (None, 4, 2):
        if len(pool) >= ENOUGH:
            break
        for word in words:
            if length is None or len(word) > length:
                pool.update(number for number, _ in reader.search(word[:length], kind, POOL))
    return pool


def _hit(entity: Entity, row: Row, words: Sequence[tuple[str, str]]) -> Hit | None:
    fields = fields_of(row)
    texts = [(name, word) for name, value in fields.items() for word in _words(value)]
    texts += [(name, word) for name, value in attributes_as_they_came(row).items() for word in _words(value)]
    matched, missing, total = [], [], 0.0
    for field, word in words:
        choices = [found for name, found in texts if not field or name == field]
        # Numbers are not misspelt as words are: 412 is no 12.
        close = 100.0 if word.isdigit() else CLOSE
        result = process.extractOne(word, choices, scorer=fuzz.ratio, score_cutoff=close)
        start = next((found for found in choices if len(word) > 1 and found.startswith(word)), None)
        if start is not None and (result is None or result[1] < 95):
            result = (start, 95.0, choices.index(start))
        if result is None:
            missing.append(word)
            continue
        name = next(name for name, found in texts if found == result[0] and (not field or name == field))
        matched.append(FieldHit(word, name, fields.get(name, result[0]), result[1] / 100))
        total += result[1] / 100
    telling = [hit for hit in matched if len(hit.word) > 1] or all(len(word) == 1 for _, word in words)
    if not matched or not telling:
        return None
    return Hit(entity, row["id"], total / len(words), tuple(matched), tuple(missing), _says(matched, missing))


def _says(matched: Sequence[FieldHit], missing: Sequence[str]) -> str:
    words = [
        f"{hit.field} {hit.value}" + ("" if hit.likeness >= 0.949 else f" resembles {hit.word} ({hit.likeness:.0%})")
        for hit in matched
    ]
    return "; ".join(words) + (f"; not found: {', '.join(missing)}" if missing else "")


def _words(text: str) -> list[str]:
    """The words of a text; the digits of a telephone number are one."""
    plain = _CALLED.sub(lambda found: re.sub("[^0-9]", "", found[0]), anyascii(text).lower())
    return "".join(letter if letter.isalnum() else " " for letter in plain).split()
