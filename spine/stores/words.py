"""What search finds a record by: the words of its comparable fields, folded to lower-case ASCII."""

import json
import re
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa
from anyascii import anyascii

from spine.normalise.columns import Column

SEARCHED = (
    "given", "middle", "surname", "suffix", "birth_date", "organisation", "email", "phone", "domain", "house_number",
    "street", "unit", "po_box", "city", "region", "postcode", "country",
)  # fmt: skip
"""The fields that search looks at. Official numbers are not among them: they are looked up whole, as identifiers."""

_WORD = re.compile(r"[a-z0-9]+")
_SHAPE = json.dumps(dict.fromkeys(SEARCHED, "VARCHAR"))
_NAMED = ", ".join(f'said."{name}"' for name in SEARCHED)
_JOINED = (
    "SELECT words, coalesce(regexp_full_match(words, '[a-z0-9 ]*'), true) AS plain FROM "
    f"(SELECT CASE WHEN fields IS NOT NULL THEN concat_ws(' ', {_NAMED}) END AS words "
    "FROM (SELECT fields, from_json(fields, $shape) AS said FROM records))"
)


def words_of(text: str) -> list[str]:
    """The different words of a text, folded, in order of appearance."""
    return list(dict.fromkeys(_WORD.findall(anyascii(text).lower())))


def record_words(fields: str | None) -> list[str]:
    """The different words that a record is found by, given its `fields` as JSON text."""
    values = json.loads(fields) if fields else {}
    return words_of(" ".join(_texts(values.get(name) for name in SEARCHED)))


def words_of_all(fields: Column) -> Column:
    """What `record_words` gives for each of many records, its words in one text; null where there are no fields."""
    with duckdb.connect() as engine:
        engine.register("records", pa.table({"fields": fields}))
        joined = engine.sql(_JOINED, params={"shape": _SHAPE}).to_arrow_table()
    found = zip(joined["words"].to_pylist(), joined["plain"].to_pylist(), strict=True)
    # Most texts are folded as they come: their words are what stands between blanks.
    texts = (
        None if text is None else " ".join(dict.fromkeys(text.split()) if plain else words_of(text))
        for text, plain in found
    )
    return pa.array(texts, pa.string())


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, list):
            yield from _texts(value)
        elif value is not None:
            yield str(value)


def scored(found_all: list[tuple[int, float]], found_some: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """One ranking: records that hold every word score above 1, the others below, each by its store's own relevance.

    The relevance is any number from 0 up; ids come once, ties by id.
    """
    whole = {number: 1.0 + value / (1.0 + value) for number, value in found_all}
    part = {number: value / (1.0 + value) for number, value in found_some if number not in whole}
    return sorted([*whole.items(), *part.items()], key=lambda hit: (-hit[1], hit[0]))
