"""Which of several statements is believed: the survivorship rules applied to columns, for one entity or for all.

A statement is what one record says of one attribute of one entity; the parts of an address are one statement.
`decide` ranks those of many entities as columns, `believe` a few of one attribute, to the same end.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.normalise.whole_numbers import order_by
from spine.resolution.components import Ints
from spine.resolution.golden_rules import MEASURES
from spine.resolution.grouping import groups_of


@dataclass(frozen=True, slots=True)
class Statements:
    """One row per statement, columns of equal length.

    `entity` and `topic` are codes, `record` its sequence number, `key` the code of the normalised value (equal codes
    mean equal values of one topic), `trust` the place of its source among those trusted for the topic, `seen` the
    rank of the time when it was made, `length` that of the value in letters.
    """

    entity: Ints
    topic: Ints
    record: Ints
    key: Ints
    verified: NDArray[np.bool_]
    trust: Ints
    seen: Ints
    complete: NDArray[np.bool_]
    length: Ints


@dataclass(frozen=True, slots=True)
class Decisions:
    """Per (entity, topic), ordered: the place of the statement believed, and the rule that decided against the others.

    `rule` counts in the topic's order of rules: -1 where nobody says another value, -2 where no rule tells them apart
    and the first record is believed.
    """

    entity: Ints
    topic: Ints
    winner: Ints
    rule: Ints


class Statement(NamedTuple):
    """What one record says of one attribute: as the columns of `Statements`, `key` any value and `seen` a time."""

    record: int
    key: Hashable
    verified: bool
    trust: int
    seen: str
    complete: bool
    length: int


_MEASURED: Mapping[str, Callable[[Statement, int], object]] = {
    "verified": lambda one, _: one.verified,
    "source": lambda one, _: -one.trust,
    "recency": lambda one, _: one.seen,
    "frequency": lambda _, times: times,
    "complete": lambda one, _: one.complete,
    "longest": lambda one, _: one.length,
}
"""What a rule measures of a statement whose value is said so many times; the greatest is believed."""


def believe(said: Sequence[Statement], order: Sequence[str]) -> tuple[int, int]:
    """The place of the statement to believe of one attribute of one entity, and the rule as in `Decisions`."""
    keys = [one.key for one in said]
    measured = [_MEASURED[rule] for rule in order]
    ranks = [
        (*(measure(one, times) for measure in measured), -one.record) for one in said for times in [keys.count(one.key)]
    ]
    winner = max(range(len(said)), key=lambda at: ranks[at])
    others = [ranks[at] for at, key in enumerate(keys) if key != keys[winner]]
    if not others:
        return winner, -1
    rival = max(others)
    apart = (at for at, (own, other) in enumerate(zip(ranks[winner][:-1], rival[:-1], strict=True)) if own != other)
    return winner, next(apart, -2)


def decide(said: Statements, orders: Ints) -> Decisions:
    """The statement to believe of each (entity, topic); `orders` [topics, rules] are places in MEASURES, else -1."""
    size = len(said.entity)
    if not size:
        return Decisions(said.entity, said.topic, said.entity, said.entity)
    group, first = groups_of([said.entity, said.topic])
    value, _ = groups_of([group, said.key])
    measures = np.stack(
        [
            said.verified.astype(np.int64),
            -said.trust,
            said.seen,
            np.bincount(value)[value],
            said.complete.astype(np.int64),
            said.length,
            np.zeros(size, np.int64),
        ],
        axis=1,
    )
    ranked = np.take_along_axis(measures, orders[said.topic], axis=1)
    order = order_by(group, *ranked.T, -said.record)
    winner = np.empty(len(first), np.int64)
    winner[group[order]] = order
    rival = np.full(len(first), -1, np.int64)
    others = order[said.key[order] != said.key[winner[group[order]]]]
    rival[group[others]] = others
    apart = ranked[winner] != ranked[rival]
    rule = np.where(rival < 0, -1, np.where(apart.any(axis=1), apart.argmax(axis=1), -2))
    return Decisions(said.entity[first], said.topic[first], winner, rule)


def orders_of(deciding: list[tuple[str, ...]]) -> Ints:
    """The rules of each topic as `decide` takes them."""
    out = np.full((len(deciding), len(MEASURES)), -1, np.int64)
    for topic, rules in enumerate(deciding):
        out[topic, : len(rules)] = [MEASURES.index(rule) for rule in rules]
    return out
