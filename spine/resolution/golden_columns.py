"""The golden values of all entities at once, by the same rules as those of one: columns for lists to show."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import compute, join_known
from spine.resolution.best_written import Ways, best_written
from spine.resolution.components import Ints
from spine.resolution.golden_rules import Rules
from spine.resolution.grouping import Coded, groups_of, smallest
from spine.resolution.resolved import Resolved
from spine.resolution.survivorship import Statement, Statements, believe, decide, orders_of
from spine.resolution.written import CAME_FROM, written

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
    came = [resolved.as_came(attribute) for attribute in CAME_FROM.get(name, ())]
    return best_written(Ways(name, key, came, rows), number, size, winner)


def most_written(resolved: Resolved, number: Ints, size: int, name: str, code: Ints) -> "pa.Array[Any]":
    """A field whose normalised value is chosen (`code` per group), as a group's records (`number`) write it best.

    The first that says it comes before others as good; what none of them says is shown in capitals where those belong.
    """
    key = resolved.coded_text(name)
    says = (number >= 0) & (key.codes >= 0)
    says &= key.codes == np.append(code, -1)[np.where(number >= 0, number, size)]
    first = smallest(np.where(says, number, -1), np.arange(resolved.size), size)
    found = _shown(resolved, number, size, name, first)
    silent = (code >= 0) & (first < 0)
    if not silent.any():
        return found
    known = {one: written(name, key.texts[one], ()) for one in np.unique(code[silent]).tolist()}
    told = [known[one] if open_ else None for one, open_ in zip(code.tolist(), silent.tolist(), strict=True)]
    shown: pa.Array[Any] = compute.coalesce(found, pa.array(told, pa.string()))
    return shown
