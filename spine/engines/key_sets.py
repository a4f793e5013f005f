"""Blocking rules read as sets of key columns, so that each set of columns is grouped once however many rules name it.

A rule pairs the rows of its keys that at most `crowded` rows hold; of a more crowded key it pairs those that agree on
one refining column as well, where at most `crowded` rows do. That is: the rows that agree on a set of columns, the
rule's own or those and a refining one, are paired where at most so many hold them. The first half of the condition may
be left out of the second: a key that is not crowded has given all its pairs anyway. So of several rules that come to
one set, the most generous one speaks for all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from spine.ports import BlockingRule


@dataclass(frozen=True)
class KeySet:
    """Columns whose joint value is a key: pairs where at most `crowded` rows hold it.

    `rules` are those with just these columns. Rows that are not crowded in each of the smaller sets `within` have given
    their pairs there and can be left out.
    """

    columns: tuple[str, ...]
    crowded: int
    rules: tuple[BlockingRule, ...]
    within: tuple[tuple[str, ...], ...]


def key_sets(rules: Sequence[BlockingRule], refine: Sequence[str], known: Collection[str]) -> list[KeySet]:
    """The sets that these rules come to, smaller ones first; rules over columns that are not known are left out."""
    usable = [rule for rule in rules if all(column in known for column in rule.columns)]
    most: dict[frozenset[str], int] = {}
    own: dict[frozenset[str], list[BlockingRule]] = {}
    for rule in usable:
        columns = frozenset(rule.columns)
        own.setdefault(columns, []).append(rule)
        for found in (columns, *(columns | {second} for second in refine if second in known)):
            most[found] = max(most.get(found, 0), rule.crowded)
    ordered = sorted(most, key=lambda columns: (len(columns), sorted(columns)))
    return [_key_set(columns, most, own) for columns in ordered]


def _key_set(
    columns: frozenset[str], most: dict[frozenset[str], int], own: dict[frozenset[str], list[BlockingRule]]
) -> KeySet:
    """A set beside the others; what a rule keeps apart is counted over all its keys, so none of those is left out."""
    rules = own.get(columns, [])
    least = min((rule.crowded for rule in rules), default=max(most.values()))
    within = (tuple(sorted(other)) for other in own if other < columns and most[other] <= least)
    return KeySet(tuple(sorted(columns)), most[columns], tuple(rules), tuple(sorted(within)))
