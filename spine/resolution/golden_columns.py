"""The golden values of all entities at once, by the same rules as those of one: columns for lists to show."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import join_known
from spine.resolution.components import Ints
from spine.resolution.golden_rules import Rules
from spine.resolution.grouping import Coded, coded, equal, groups_of, smallest, whole_numbers
from spine.resolution.resolved import Resolved
from spine.resolution.survivorship import Statements, decide, orders_of
from spine.resolution.written import CAME_FROM, well_written, written

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
    column = coded(resolved.text("region"))
    code = np.where(winner >= 0, column.codes[np.maximum(winner, 0)], -1) if resolved.size else winner
    return {"region": column.arrow(code), "region_name": _shown(resolved, number, size, "region", winner)}


def _winner(resolved: Resolved, number: Ints, size: int, topic: str, rules: Rules) -> Ints:
    """Per entity the row whose statement of a topic is believed, -1 where there is none."""
    parts = ADDRESS if topic == "address" else (topic,)
    columns = {name: coded(resolved.text(name)) for name in parts}
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
    source = coded(resolved.records["source"])
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
        seen=coded(resolved.records["observed_at"]).codes[rows],
        complete=complete,
        length=np.asarray(length, np.int64),
    )
    found = decide(said, orders_of([rules.deciding(topic)]))
    winner[found.entity] = rows[found.winner]
    return winner


def _verified(resolved: Resolved, topic: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which rows carry a verified identifier of the topic's namespace."""
    out = np.zeros(resolved.size, bool)
    if topic == "address":
        proved = resolved.claims["verified"].to_numpy(zero_copy_only=False) == True  # noqa: E712  nulls are not true
        out[whole_numbers(resolved.claims, "row")[proved & equal(resolved.claims["namespace"], topic)]] = True
    return out


def _shown(resolved: Resolved, number: Ints, size: int, name: str, winner: Ints) -> "pa.Array[Any]":
    """A field of the rows that are believed, best written: its own way, or another record's of the same value."""
    key = coded(resolved.text(name))
    rows = np.flatnonzero((key.codes >= 0) & (number >= 0))
    if not len(rows):
        return pa.nulls(size, pa.string())
    came = [coded(resolved.as_came(attribute)) for attribute in CAME_FROM.get(name, ())]
    group, first = groups_of([key.codes[rows], *(column.codes[rows] for column in came)])
    texts = [
        written(name, key.texts[key.codes[row]], [c.texts[c.codes[row]] if c.codes[row] >= 0 else None for c in came])
        for row in rows[first].tolist()
    ]
    good = np.array([well_written(text) for text in texts], bool)
    way = np.full(resolved.size, -1, np.int64)
    way[rows] = group
    says = (winner >= 0) & (key.codes[np.maximum(winner, 0)] >= 0)
    chosen = np.where(says, way[np.maximum(winner, 0)], -1)
    pair, begin = groups_of([number[rows], key.codes[rows]])
    best = smallest(np.where(good[group], pair, -1), rows, len(begin))
    better = np.full(resolved.size, -1, np.int64)
    better[rows] = best[pair]
    other = better[np.maximum(winner, 0)]
    swap = says & ~good[np.maximum(chosen, 0)] & (other >= 0)
    chosen = np.where(swap, way[np.maximum(other, 0)], chosen)
    return Coded(chosen, np.array(texts, dtype=object)).arrow(chosen)


def most_written(resolved: Resolved, number: Ints, size: int, name: str, code: Ints) -> "pa.Array[Any]":
    """A field whose normalised value is chosen (`code` per group), as the first of its records shows it."""
    key = coded(resolved.text(name))
    says = (number >= 0) & (key.codes >= 0)
    says &= key.codes == np.append(code, -1)[np.where(number >= 0, number, size)]
    first = smallest(np.where(says, number, -1), np.arange(resolved.size), size)
    return _shown(resolved, np.where(says, number, -1), size, name, first)
