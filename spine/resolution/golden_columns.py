"""The golden values of all entities at once, by the same rules as those of one: columns for lists to show."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import compute, join_known
from spine.normalise.whole_numbers import distinct_numbers, order_by
from spine.resolution.components import Ints
from spine.resolution.golden_rules import Rules
from spine.resolution.grouping import Coded, groups_of, smallest
from spine.resolution.resolved import Resolved
from spine.resolution.survivorship import Statement, Statements, believe, decide, orders_of
from spine.resolution.written import CAME_FROM, CODED, LETTERS, WHOLE, lettered, spelled_alike, well_written, written

_PLAIN = r"^[!-~]+( [!-~]+)*$"
"""Words of ASCII, parted by single blanks: they are shown as they are."""
_LETTERS_ALONE = r"^[0-9A-Za-z]+( [0-9A-Za-z]+)*$"
"""Such words without any mark: folding them changes nothing but capitals."""
_MANY = 100
_WELL, _BEST = 2, 3
"""Of a text that is neither all in capitals nor all in small letters; and has the letters of its language."""
_FEW = 40
"""Of so few records one after the other is looked at."""
ADDRESS = ("house_number", "street", "unit", "po_box", "city", "region", "postcode", "country")
NAME = ("given", "middle", "surname", "suffix")


def golden_texts(resolved: Resolved, number: Ints, size: int, fields: tuple[str, ...], rules: Rules) -> dict[str, Any]:
    """Per field the value believed of each of `size` entities, as shown; null where no record says one.

    `number` is the entity of each record, -1 for none. Fields of an address come from the one that is believed whole.
    """
    topics = list(dict.fromkeys("address" if name in ADDRESS else name for name in fields))
    winner = {topic: _winner(resolved, number, size, topic, rules) for topic in topics}
    return {
        name: _shown(resolved, number, size, name, winner["address" if name in ADDRESS else name]) for name in fields
    }


def golden_names(resolved: Resolved, number: Ints, size: int, rules: Rules) -> "pa.Array[Any]":
    """The whole name of each person out of its golden record."""
    parts = golden_texts(resolved, number, size, NAME, rules)
    return join_known(" ", *(parts[name] for name in NAME))


def golden_region(resolved: Resolved, number: Ints, size: int, rules: Rules) -> dict[str, Any]:
    """The region of the address believed: `region` to compare by, `region_name` to show."""
    winner = _winner(resolved, number, size, "address", rules)
    column = resolved.coded_text("region")
    code = np.where(winner >= 0, column.codes[np.maximum(winner, 0)], -1) if resolved.size else winner
    return {"region": column.arrow(code), "region_name": _shown(resolved, number, size, "region", winner)}


def _winner(resolved: Resolved, number: Ints, size: int, topic: str, rules: Rules) -> Ints:
    """Per entity the row whose statement of a topic is believed, -1 where there is none."""
    parts = ADDRESS if topic == "address" else (topic,)
    columns = {name: resolved.coded_text(name) for name in parts}
    if resolved.size <= _FEW:
        return _winner_of_few(resolved, number, size, topic, columns, rules)
    says = np.logical_or.reduce([column.codes >= 0 for column in columns.values()]) & (number >= 0)
    rows = np.flatnonzero(says)
    key, _ = groups_of([column.codes[rows] for column in columns.values()]) if len(rows) else (rows, rows)
    winner = np.full(size, -1, np.int64)
    winner[number[rows]] = rows
    # Most entities say one thing only: the rules are asked about the others.
    alone = np.bincount(number[rows], minlength=size) == 1
    open_ = np.flatnonzero(~alone[number[rows]])
    rows, key = rows[open_], key[open_]
    if not len(rows):
        return winner
    source = resolved.coded_of_records("source")
    trust = np.array([rules.trusted(topic, name) for name in source.texts.tolist()] + [10_000], np.int64)
    length = sum(
        np.append([len(text) for text in column.texts.tolist()], 0).astype(np.int64)[column.codes[rows]]
        for column in columns.values()
    )
    complete = np.zeros(len(rows), bool)
    if topic == "address":
        complete = (columns["street"].codes[rows] >= 0) | (columns["po_box"].codes[rows] >= 0)
    said = Statements(
        entity=number[rows],
        topic=np.zeros(len(rows), np.int64),
        record=resolved.ids[rows],
        key=key,
        verified=_verified(resolved, topic)[rows],
        trust=trust[source.codes[rows]],
        seen=resolved.coded_of_records("observed_at").codes[rows],
        complete=complete,
        length=np.asarray(length, np.int64),
    )
    found = decide(said, orders_of([rules.deciding(topic)]))
    winner[found.entity] = rows[found.winner]
    return winner


def _winner_of_few(
    resolved: Resolved, number: Ints, size: int, topic: str, columns: Mapping[str, Coded], rules: Rules
) -> Ints:
    """The same of a few records, entity by entity."""
    said = list(zip(*(column.codes.tolist() for column in columns.values()), strict=True))
    by_entity: dict[int, list[int]] = {}
    for row, entity in enumerate(number.tolist()):
        if entity >= 0 and max(said[row]) >= 0:
            by_entity.setdefault(entity, []).append(row)
    winner = np.full(size, -1, np.int64)
    for entity, rows in by_entity.items():
        winner[entity] = rows[0]
    several = {entity: rows for entity, rows in by_entity.items() if len(rows) > 1}
    if not several:
        return winner
    source, seen = (resolved.coded_of_records(name) for name in ("source", "observed_at"))
    verified = _verified(resolved, topic)

    def statement(row: int) -> Statement:
        codes = zip(columns.items(), said[row], strict=True)
        texts = {name: column.texts[code] for (name, column), code in codes if code >= 0}
        (own,), (day,) = (column.take(column.codes[row : row + 1]) for column in (source, seen))
        trust = 10_000 if own is None else rules.trusted(topic, own)
        whole = topic == "address" and ("street" in texts or "po_box" in texts)
        length = sum(map(len, texts.values()))
        return Statement(int(resolved.ids[row]), said[row], bool(verified[row]), trust, day or "", whole, length)

    for entity, rows in several.items():
        winner[entity] = rows[believe([statement(row) for row in rows], rules.deciding(topic))[0]]
    return winner


def _verified(resolved: Resolved, topic: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which rows carry a verified identifier of the topic's namespace."""
    out = np.zeros(resolved.size, bool)
    if topic == "address":
        proved = resolved.claims["verified"].to_numpy(zero_copy_only=False) == True  # noqa: E712  nulls are not true
        out[resolved.claimed("row")[proved & resolved.claims_of(topic)]] = True
    return out


def _shown(resolved: Resolved, number: Ints, size: int, name: str, winner: Ints) -> "pa.Array[Any]":
    """A field of the rows that are believed, best written: its own way, or another record's that says the same."""
    key = resolved.coded_text(name)
    rows = np.flatnonzero((key.codes >= 0) & (number >= 0))
    if not len(rows):
        return pa.nulls(size, pa.string())
    ways = _Ways(resolved, name, key, rows)
    says = (winner >= 0) & (key.codes[np.maximum(winner, 0)] >= 0)
    chosen = np.where(says, ways.of[np.maximum(winner, 0)], -1)
    rank = np.where(says, ways.rank(chosen), _BEST)
    others = rows[rank[number[rows]] < _BEST]
    same = key.codes[others] == key.codes[winner[number[others]]]
    told = ways.lettered(others) | (same & (rank[number[others]] < _WELL))
    others, same = others[told], same[told]
    better = ways.rank(ways.of[others]) > rank[number[others]]
    others, same = others[better], same[better]
    for at in np.flatnonzero(~same).tolist():
        own, other = ways.texts[chosen[number[others[at]]]], ways.texts[ways.of[others[at]]]
        same[at] = spelled_alike(own, other)
    others = others[same]
    order = order_by(number[others], -ways.rank(ways.of[others]), others)
    swap, first = np.unique(number[others][order], return_index=True)
    chosen[swap] = ways.of[others[order][first]]
    return Coded(chosen, ways.texts).arrow(chosen)


class _Ways:
    """The ways in which records write a field; a way is put into words when somebody asks for it.

    `of` is the number of each row's way, -1 for rows that do not count, `texts` what each way looks like.
    """

    def __init__(self, resolved: Resolved, name: str, key: Coded, rows: Ints) -> None:
        self.name = name
        self.key = key
        self.came = [_dictionary(resolved.as_came(attribute)) for attribute in CAME_FROM.get(name, ())]
        group, first = groups_of([key.codes[rows], *(codes[rows] for codes, _ in self.came)])
        self.row = rows[first]
        self.of = np.full(resolved.size, -1, np.int64)
        self.of[rows] = group
        self.texts = np.full(len(first), None, dtype=object)
        self._rank = np.zeros(len(first), np.int64)
        self._open = np.ones(len(first), bool)

    def rank(self, ways: Ints) -> Ints:
        """How well each of these ways is written: `_WELL`, and one more with letters that ASCII has not."""
        asked = distinct_numbers(ways)
        asked = asked[asked >= 0]
        for way in self._plain(asked[self._open[asked]]).tolist():
            self.texts[way] = text = self._written(int(self.row[way]))
            self._rank[way] = _WELL * well_written(text) + lettered(text)
        self._open[asked] = False
        found: Ints = self._rank[ways]
        return found

    def lettered(self, rows: Ints) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Which of these rows have letters that ASCII has not, in what the field is taken from."""
        out = np.zeros(len(rows), bool)
        for codes, came in self.came:
            letters: Any = compute.match_substring_regex(came, LETTERS).fill_null(False)
            out |= np.append(letters.to_numpy(zero_copy_only=False), False)[codes[rows]]
        return out

    def _plain(self, ways: Ints) -> Ints:
        """Put those of many ways into words that an attribute says plainly; the others are left.

        A field of `WHOLE` is what its first attribute says; any other is the first that says the value and no more.
        """
        if self.name in CODED or len(ways) < _MANY:
            return ways
        key = pa.array(self.key.texts[self.key.codes[self.row[ways]]], pa.string())
        told: Any = pa.nulls(len(ways), pa.string())
        sought = np.ones(len(ways), bool)
        for codes, came in self.came[: 1 if self.name in WHOLE else None]:
            there = codes[self.row[ways]]
            places: Any = pa.array(there, mask=there < 0)
            texts: Any = came.take(places)
            pattern = _PLAIN if self.name in WHOLE else _LETTERS_ALONE
            plain = compute.match_substring_regex(texts, pattern).fill_null(False)
            same = True if self.name in WHOLE else compute.equal(compute.ascii_lower(texts), key).fill_null(False)
            hit = compute.and_(compute.and_(plain, same), pa.array(sought))
            told = compute.if_else(hit, texts, told)
            # What is written in other letters has to be looked at before any later attribute.
            sought &= ~hit.to_numpy(zero_copy_only=False)
            sought &= compute.or_(compute.is_null(texts), plain).to_numpy(zero_copy_only=False)
        said = told.is_valid().to_numpy(zero_copy_only=False)
        mixed = compute.and_(
            compute.not_equal(told, compute.ascii_upper(told)), compute.not_equal(told, compute.ascii_lower(told))
        ).fill_null(False)
        self.texts[ways[said]] = told.to_numpy(zero_copy_only=False)[said]
        self._rank[ways[said]] = _WELL * mixed.to_numpy(zero_copy_only=False)[said]
        rest: Ints = ways[~said]
        return rest

    def _written(self, row: int) -> str:
        came = [texts[int(codes[row])].as_py() if codes[row] >= 0 else None for codes, texts in self.came]
        return written(self.name, self.key.texts[self.key.codes[row]], came)


def _dictionary(column: "pa.ChunkedArray[Any]") -> "tuple[Ints, pa.Array[Any]]":
    """Codes of a text column in any order, -1 where null, and the texts."""
    if len(column) <= _FEW:
        place: dict[str, int] = {}
        values: list[Any] = column.to_pylist()
        few = [-1 if value is None else place.setdefault(value, len(place)) for value in values]
        return np.array(few, np.int64), pa.array(list(place), pa.string())
    array: Any = column.combine_chunks().dictionary_encode()
    codes: Ints = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, array.dictionary


def most_written(resolved: Resolved, number: Ints, size: int, name: str, code: Ints) -> "pa.Array[Any]":
    """A field whose normalised value is chosen (`code` per group), as the first of its records shows it."""
    key = resolved.coded_text(name)
    says = (number >= 0) & (key.codes >= 0)
    says &= key.codes == np.append(code, -1)[np.where(number >= 0, number, size)]
    first = smallest(np.where(says, number, -1), np.arange(resolved.size), size)
    return _shown(resolved, np.where(says, number, -1), size, name, first)
