"""Blocking keys that mean the same in every run: keyed 63-bit hashes, equal exactly where a batch's codes are equal.

A batch numbers the texts it meets; a store that takes one record at a time needs numbers that last. Each distinct text
is hashed once (BLAKE2b, keyed by the store), the columns of a rule are mixed into one number (the finaliser of
splitmix64). 0 stands for "no such key". The identifier numbers are keyed hashes already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.domain.vocabulary import Kind
from spine.matching.blocking import PARTS, REFINE, RULES, STRONG
from spine.matching.encoded import Encoded
from spine.matching.model import Breadth
from spine.matching.outcomes import SHARED
from spine.pipeline.numbering import numbers
from spine.ports import BlockingRule
from spine.resolution.components import Ints

Hashes = NDArray[np.uint64]
VERSION = 5
_GOLDEN, _ONE, _TWO = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_POSITIVE = np.uint64((1 << 63) - 1)
SORTS = 15
_IMPLIED = (
    ({"given"}, {"given_start", "given_sound"}),
    ({"surname"}, {"surname_start", "surname_sound"}),
    ({"birth_date"}, {"birth_year"}),
    ({"given", "surname"}, {"names"}),
    ({"names", "given"}, {"surname"}),
    ({"names", "surname"}, {"given"}),
    ({"email"}, {"email_local"}),
)
"""Key columns that follow from others: where those are present, so are these, and equal with them."""


@dataclass(frozen=True)
class Scheme:
    """The rules of a kind in a fixed order: per rule a seed and how many records crowd it, the last for identifiers.

    `useful` [rules + 1, refine] says which second keys part the records of a crowded key in a way that no rule of its
    own does already. There are places for all rules and second keys; those that are not `followed` stay empty.
    """

    kind: Kind
    columns: tuple[tuple[str, ...], ...]
    crowded: Ints
    seeds: Hashes
    second: tuple[str, ...]
    second_seeds: Hashes
    useful: NDArray[np.bool_]

    @cached_property
    def width(self) -> int:
        """How many places the rules and the second keys take in a record's row."""
        return len(self.columns) + len(self.second)

    @cached_property
    def limits(self) -> list[int]:
        """`crowded` as Python numbers."""
        numbers: list[int] = self.crowded.tolist()
        return numbers


@dataclass(frozen=True)
class Keys:
    """The keys of some records: `fixed` [records, rules + second keys], 0 where none; identifiers as (row, key)."""

    scheme: Scheme
    fixed: Ints
    shared: tuple[Ints, Ints]


@lru_cache(maxsize=4)
def scheme(kind: Kind) -> Scheme:
    """The scheme of a kind, however broadly it is compared.

    What is useful beside the rules of the wide way is so beside those of the narrow one: none that is left out there
    agrees with a second key of the narrow way (tested).
    """
    rules, second = _all_rules(kind), REFINE[kind, Breadth.WIDE]
    return Scheme(
        kind,
        tuple(rule.columns for rule in rules),
        np.array([*(rule.crowded for rule in rules), STRONG], np.int64),
        np.array([seed_of(f"{kind}:{rule.name}") for rule in rules], np.uint64),
        second,
        np.array([seed_of(f"second:{name}") for name in second], np.uint64),
        useful(rules, second, RULES[kind, Breadth.WIDE]),
    )


@lru_cache(maxsize=8)
def followed(kind: Kind, breadth: Breadth) -> NDArray[np.bool_]:
    """Which rules and second keys of the scheme are followed, [rules + refine]."""
    rules, second = RULES[kind, breadth], REFINE[kind, breadth]
    return np.array(
        [*(rule in rules for rule in _all_rules(kind)), *(name in second for name in REFINE[kind, Breadth.WIDE])]
    )


def _all_rules(kind: Kind) -> tuple[BlockingRule, ...]:
    """Those of the wide way first; a rule of both stands once."""
    return tuple(dict.fromkeys(rule for breadth in Breadth for rule in RULES[kind, breadth]))


def useful(rules: Sequence[BlockingRule], second: Sequence[str], beside: Sequence[BlockingRule]) -> NDArray[np.bool_]:
    """Which second keys of which rules find what no rule of those `beside` finds, [rules + 1, second]."""
    closures = [(_closure(set(rule.columns)), rule.crowded) for rule in beside]
    found = np.ones((len(rules) + 1, len(second)), dtype=bool)
    for at, rule in enumerate(rules):
        seen = [_closure(set(rule.columns))]
        for place, name in enumerate(second):
            whole = _closure({*rule.columns, name})
            known = whole in seen or any(whole == other and most >= rule.crowded for other, most in closures)
            found[at, place] = not known
            seen.append(whole)
    return found


def digest(breadths: Mapping[Kind, Breadth]) -> str:
    """What changes with the rules that are followed: an index made under another is made anew."""
    return _digest(tuple(sorted(breadths.items())), tuple(RULES.items()), tuple(REFINE.items()), tuple(sorted(PARTS)))


@lru_cache(maxsize=4)
def _digest(breadths: object, rules: object, second: object, parts: object) -> str:
    """Told once for the same rules: each change asks four times."""
    text = repr((VERSION, breadths, rules, second, parts, STRONG))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def stable_keys(kind: Kind, breadth: Breadth, records: Encoded, secret: bytes) -> Keys:
    """The keys of encoded records of a kind that is compared so broadly."""
    plan, kept = scheme(kind), followed(kind, breadth)
    known: dict[str, Hashes] = {}
    names = sorted({column for columns in plan.columns for column in columns} | set(plan.second))
    for name in names:
        known[name] = _column(name, records, secret)
    fixed = np.zeros((records.size, plan.width), np.int64)
    for at, columns in enumerate(plan.columns):
        if not kept[at]:
            continue
        found: Hashes = np.full(records.size, plan.seeds[at], np.uint64)
        whole = np.ones(records.size, dtype=bool)
        for column in columns:
            found = mixed(found, known[column])
            whole &= known[column] != 0
        fixed[:, at] = np.where(whole, positive(found), 0)
    for at, name in enumerate(plan.second):
        finer = positive(mixed(np.full(records.size, plan.second_seeds[at], np.uint64), known[name]))
        here = (known[name] != 0) & kept[len(plan.columns) + at]
        fixed[:, len(plan.columns) + at] = np.where(here, finer, 0)
    return Keys(plan, fixed, _shared(kind, records))


def refined(plan: Scheme, primary: Ints, rule: Ints, fixed: Ints) -> Ints:
    """For crowded keys (`primary`, of rule number `rule`) of records the finer keys [keys, second], 0 where none.

    `fixed` [keys, width] is the row of the record that each key is of.
    """
    second = fixed[:, len(plan.columns) : plan.width]
    found = positive(mixed(primary.astype(np.uint64)[:, None], second.astype(np.uint64)))
    out: Ints = np.where((second != 0) & plan.useful[rule], found, 0)
    return out


def of_sort(number: Ints, sort: int) -> Ints:
    """Numbers that tell their sort, from 0 to 15, by their last four bits (`home_numbers`, `target_numbers`)."""
    marked: Ints = (number & ~SORTS) | sort
    return marked


def sort_of(number: int) -> int:
    """The sort of a number of the index."""
    return number & SORTS


def mixed(number: Hashes, more: Hashes) -> Hashes:
    """Two columns of numbers mixed into one (splitmix64's finaliser); the order of the two matters."""
    found = (number ^ (more + _GOLDEN + (number << np.uint64(6)) + (number >> np.uint64(2)))).astype(np.uint64)
    found = (found ^ (found >> np.uint64(30))) * _ONE
    found = (found ^ (found >> np.uint64(27))) * _TWO
    out: Hashes = found ^ (found >> np.uint64(31))
    return out


def positive(found: Hashes) -> Ints:
    """Positive 63-bit numbers, never 0."""
    out: Ints = np.maximum(found & _POSITIVE, np.uint64(1)).astype(np.int64)
    return out


def seed_of(text: str) -> int:
    """A number that stands for a name: keys of different names are never mixed up."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _closure(columns: set[str]) -> frozenset[str]:
    """The columns with all that follows from them."""
    found = set(columns)
    while True:
        more = {name for given, implied in _IMPLIED if given <= found for name in implied} - found
        if not more:
            return frozenset(found)
        found |= more


def _shared(kind: Kind, records: Encoded) -> tuple[Ints, Ints]:
    rows, keys = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for namespace, matrix in sorted(records.shared.items()):
        row, slot = np.nonzero(matrix)
        seed = np.full(len(row), seed_of(f"{kind}:{SHARED}{namespace}"), np.uint64)
        rows.append(row.astype(np.int64))
        keys.append(positive(mixed(seed, matrix[row, slot].astype(np.uint64))))
    row, key = np.concatenate(rows), np.concatenate(keys)
    pairs = np.unique(np.stack((row, key)), axis=1) if len(row) else np.stack((row, key))
    return pairs[0], pairs[1]


def _column(name: str, records: Encoded, secret: bytes) -> Hashes:
    """The hash of each record's value of a key column, 0 where it has none."""
    if name == "names":
        given, surname = _column("given", records, secret), _column("surname", records, secret)
        both = mixed(np.minimum(given, surname), np.maximum(given, surname))
        return np.where((given != 0) & (surname != 0), both | np.uint64(1), np.uint64(0))
    if name == "dwelling":
        street, number, box = (_column(part, records, secret) for part in ("street", "house_number", "po_box"))
        home, boxed = mixed(street, number) | np.uint64(1), mixed(_GOLDEN + np.zeros_like(box), box) | np.uint64(1)
        return np.where(street != 0, home, np.where(box != 0, boxed, np.uint64(0)))
    field, part = PARTS.get(name, (name, None))
    if (records.codes[field] < 0).all():
        return np.zeros(records.size, np.uint64)
    texts = records.texts_of(field)
    pieces = [part(text) for text in texts] if part else texts
    known: Any = numbers(secret, pa.array(pieces, pa.string())).astype(np.uint64)
    # A text that is there is a value even if it is empty; a part that is empty is none.
    table = np.where([bool(piece) for piece in pieces], np.maximum(known, 1), 0) if part else np.maximum(known, 1)
    hashes: Hashes = np.append(table.astype(np.uint64), np.uint64(0))[records.codes[field]]
    return hashes
