"""Pairs of residencies that may be one household, and what their evidence weighs.

Every answer is columnar: one array per kind of evidence, so that the sum and its reasons are the same numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from spine.normalise.phones import line
from spine.normalise.pressed import Columns
from spine.normalise.whole_numbers import distinct_numbers
from spine.resolution import household_weights as w
from spine.resolution.address_forms import DIFFERENT, EQUAL, MISSING, NEAR, Flags
from spine.resolution.components import Ints
from spine.resolution.grouping import (
    distinct_count,
    distinct_pairs,
    equal,
    groups_of,
    pairs_within,
    rows_where,
    spread,
    whole_numbers,
)
from spine.resolution.home_keys import CROWD, NAMESAKES, holders, row_groups
from spine.resolution.links import Shared, family_pairs, pair_keys, shared_identifiers
from spine.resolution.residencies import Residencies
from spine.resolution.resolved import Resolved
from spine.resolution.surnames import Surnames

SMALL_DWELLING = 40
"""So many residencies at one dwelling are all compared; in a larger one, those that share a surname or more."""
SAME_NAME = 60
"""So many of one surname at one dwelling, or of one person, are compared."""
SPENT = ("surname", "family", "roles")
"""What relates persons beside all that they share."""
UNKNOWN_DAY = np.iinfo(np.int32).min
Lines = Callable[[int], str]
"""Of the identifier of a telephone: landline, mobile, or phone."""


@dataclass(frozen=True)
class Evidence:
    """What pairs are judged by, prepared once.

    Per residency: `persons_at` and `surnames_at` say how many persons and surnames its dwelling has, `crowd` whether
    too many records write that address, `surname` is one of its surnames. Per surname code `surname_bits`. Over
    `labels`, the persons: sorted pair keys of declared `family`, and of each namespace that is `shared` with its weight
    per pair. `days` per date code. `held` is that of `Resolved`.
    """

    residencies: Residencies
    persons_at: Ints
    surnames_at: Ints
    crowd: Flags
    surname: Ints
    surname_bits: Ints
    labels: Ints
    family: Ints
    together: Ints
    shared: Mapping[str, tuple[Ints, Ints]]
    days: Ints
    held: Mapping[str, Ints]


def _thousandths(likelihood: NDArray[Any]) -> Ints:
    found: Ints = np.rint(np.log2(likelihood) * 1000).astype(np.int64)
    return found


def gather(resolved: Resolved, homes: Residencies, common: Surnames) -> Evidence:
    """Everything that pairs of these residencies are judged by."""
    forms, at = homes.dwellings.forms, homes.dwelling
    persons_at = np.append(distinct_count(at, homes.person, forms.size), 0)[at]
    surname = np.full(len(homes), -1, np.int64)
    surname[homes.surnames[0][::-1]] = homes.surnames[1][::-1]
    labels = distinct_numbers(homes.person)
    bits = common.bits(homes.surname.texts.tolist())
    surnames_at = distinct_count(at, surname, forms.size)
    family = distinct_numbers(pair_keys(labels, *family_pairs(resolved)))
    found = {
        name: shared_identifiers(resolved, name, w.SHARED_CROWD, w.SHARED_RECORDS) for name in w.SHARED.keys() - w.LINES
    }
    lines, phones = line_of(resolved.claims), found["phone"]
    found |= {name: _of_line(phones, lines, name) for name in ("phone", *w.LINES)}
    shared = {name: _shared(labels, found[name], weight.value) for name, weight in w.SHARED.items()}
    return Evidence(
        homes, persons_at, np.append(surnames_at, 0)[at],
        np.append(homes.dwellings.writers > CROWD, False)[at], surname, bits, labels, family[family >= 0],
        _together(homes, labels), shared, _days(homes), resolved.held,
    )  # fmt: skip


def _of_line(shared: Shared, lines: Lines, name: str) -> Shared:
    """Those of the shared telephones that are of this sort, `phone` being those that may be either."""
    wanted = np.array([lines(number) == name for number in distinct_numbers(shared.identifier).tolist()], dtype=bool)
    chosen = wanted[np.searchsorted(distinct_numbers(shared.identifier), shared.identifier)]
    return Shared(*(column[chosen] for column in shared))


def line_of(claims: Columns) -> Lines:
    """Of a telephone's identifier whether it is a landline or a mobile; `phone` where its number does not tell."""
    phones = rows_where(claims, equal(claims["namespace"], "phone"))
    order: Ints = np.argsort(whole_numbers(phones, "identifier"), kind="stable")
    numbers, values = whole_numbers(phones, "identifier")[order], phones["value"]
    return cache(lambda number: line(values[int(order[np.searchsorted(numbers, number)])].as_py() or "") or "phone")


def _shared(labels: Ints, shared: Shared, most: int) -> tuple[Ints, Ints]:
    """Per pair of persons the weight of the identifier that they share with the fewest others."""
    if not len(shared.left):
        return shared.left, shared.left
    key = pair_keys(labels, shared.left, shared.right)
    weight = np.maximum(most - _thousandths(np.maximum(shared.carriers, 2) / 2), 0)
    order = np.lexsort((weight, key))
    key, weight = key[order], weight[order]
    last = np.append(key[1:] != key[:-1], True) & (key >= 0) if len(key) else np.empty(0, bool)
    return key[last], weight[last]


def _together(homes: Residencies, labels: Ints) -> Ints:
    """Pair keys of the persons who have a dwelling in common, crowded dwellings left out."""
    left, right, _ = pairs_within(homes.dwelling, SMALL_DWELLING)
    found = distinct_numbers(pair_keys(labels, homes.person[left], homes.person[right]))
    return found[found >= 0]


def _days(homes: Residencies) -> Ints:
    """Days since 1970 behind each date code; the last place is for an unknown one."""
    text = pc.utf8_slice_codeunits(pa.array(homes.dates.texts.tolist(), pa.string()), 0, 10)
    parsed = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32()).cast(pa.int32())
    known = parsed.fill_null(UNKNOWN_DAY).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.append(known, UNKNOWN_DAY)


def candidates(evidence: Evidence) -> tuple[Ints, Ints]:
    """The pairs worth weighing, each once, `left` < `right`; residents of institutions are left to their dwelling."""
    homes = evidence.residencies
    if not len(homes):
        return homes.person, homes.person
    free, rows = ~homes.collective, homes.of_row
    owner, name = homes.surnames
    at = np.where(free & ~evidence.crowd, homes.dwelling, -1)
    found = [
        pairs_within(at, SMALL_DWELLING)[:2],
        pairs_within(np.where(at[owner] >= 0, groups_of([at[owner], name])[0], -1), SAME_NAME, owner)[:2],
        pairs_within(groups_of([homes.person])[0], SAME_NAME)[:2],
        _of_persons(evidence),
    ]
    for key in NAMESAKES:
        group = row_groups(homes.dwellings.forms, homes.dwellings.written, homes.surname.codes, key)
        telling = (rows >= 0) & (holders(group, evidence.held.get(key.name)) <= key.most)
        found.append(pairs_within(np.where(telling, group, -1), key.most, rows)[:2])
    left, right = (np.concatenate(side) for side in zip(*found, strict=True))
    kept = free[left] & free[right]
    return distinct_pairs(left[kept], right[kept], len(homes))


def _of_persons(evidence: Evidence) -> tuple[Ints, Ints]:
    """Pairs of residencies of persons who are declared family or share an identifier."""
    person, labels = evidence.residencies.person, evidence.labels
    key = distinct_numbers(np.concatenate([evidence.family, *(keys for keys, _ in evidence.shared.values())]))
    if not len(key):
        return key, key
    order = np.argsort(person, kind="stable")
    start = np.searchsorted(person[order], labels, "left")
    many = np.searchsorted(person[order], labels, "right") - start
    one, other = key // len(labels), key % len(labels)
    total = many[one] * many[other]
    pair = np.repeat(np.arange(len(key)), total)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(total) - total, total)
    left = order[start[one[pair]] + step // many[other[pair]]]
    right = order[start[other[pair]] + step % many[other[pair]]]
    return np.minimum(left, right), np.maximum(left, right)


def weigh(evidence: Evidence, left: Ints, right: Ints) -> dict[str, Ints]:
    """The weight of each kind of evidence for each pair, in thousandths of a bit; their sum is the pair's weight.

    What relates two persons speaks for the home that they have in common; it says nothing more about a second home
    that only one of them has.
    """
    weights = told(evidence, left, right)
    budget = np.full(len(left), w.SHARED_MOST)
    for namespace in evidence.shared:
        weights[namespace] = np.minimum(weights[namespace], budget)
        budget = budget - weights[namespace]
    key = pair_keys(evidence.labels, evidence.residencies.person[left], evidence.residencies.person[right])
    spent = (weights["address"] == w.ELSEWHERE.value) & is_among(evidence.together, key)
    spent &= evidence.residencies.person[left] != evidence.residencies.person[right]
    for name in (*SPENT, *evidence.shared):
        weights[name] = np.where(spent, np.minimum(weights[name], 0), weights[name])
    return weights


def told(evidence: Evidence, left: Ints, right: Ints) -> dict[str, Ints]:
    """The weight of each kind of evidence for each pair as if it stood alone: neither limited by what is shared beside
    it nor spent on another home."""
    homes = evidence.residencies
    same_person = homes.person[left] == homes.person[right]
    key = pair_keys(evidence.labels, homes.person[left], homes.person[right])
    address = _address(evidence, left, right)
    heads = (homes.head[left] == homes.head[right]) & (homes.head[left] >= 0) & ~same_person
    weights = {
        "address": address,
        "surname": np.where(same_person, 0, _surname(evidence, left, right)),
        "person": np.where(same_person, w.SAME_PERSON.value, 0),
        "family": is_among(evidence.family, key) * w.FAMILY.value,
        "roles": np.where(
            heads, w.TWO_HEADS.value, np.where(homes.family[left] & homes.family[right], w.FAMILY_ROLES.value, 0)
        ),
        "dates": _dated(evidence, left, right, address),
    }
    for namespace, (keys, value) in evidence.shared.items():
        at = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
        bits = np.where(is_among(keys, key), value[at], 0) if len(keys) else np.zeros(len(left), np.int64)
        weights[namespace] = np.where(same_person, 0, bits)
    return weights


def is_among(keys: Ints, asked: Ints) -> NDArray[np.bool_]:
    """Which pair keys are among the sorted ones; -1 never is."""
    if not len(keys):
        return np.zeros(len(asked), dtype=bool)
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    found: NDArray[np.bool_] = (keys[at] == asked) & (asked >= 0)
    return found


def _address(evidence: Evidence, left: Ints, right: Ints) -> Ints:
    homes, forms = evidence.residencies, evidence.residencies.dwellings.forms
    here, there = homes.dwelling[left], homes.dwelling[right]
    out = np.full(len(left), w.ELSEWHERE.value, np.int64)
    same = (here == there) & (here >= 0)
    doubling = np.log2(np.maximum(evidence.surnames_at[left], 1) / w.CROWDED_FROM)
    crowding = np.rint(np.maximum(doubling, 0) * w.CROWDED.value).astype(np.int64)
    at_random = _few(evidence.persons_at[left])
    home = np.maximum(w.SAME_DWELLING.value + crowding, np.minimum(at_random, w.SAME_DWELLING.value))
    out[same] = np.where(evidence.crowd[left], _few(np.array([CROWD])), home)[same]
    nowhere = (here < 0) | (there < 0)
    out[nowhere] = w.NOWHERE.value
    rest = np.flatnonzero(~same & ~nowhere)
    if not len(rest):
        return out
    code = forms.size * here[rest] + there[rest]
    distinct_code, inverse = np.unique(code, return_inverse=True)
    one, other = distinct_code // forms.size, distinct_code % forms.size
    level = {part: forms.level(part, one, other)[inverse] for part in ("house_number", "street", "unit", "po_box")}
    number, street = level["house_number"], level["street"]
    place = forms.place(one, other)[inverse]
    alike = (level["unit"] != DIFFERENT) & (level["po_box"] != DIFFERENT) & (place != DIFFERENT)
    value = np.full(len(rest), w.ELSEWHERE.value, np.int64)
    for fits, weight in (
        ((number == EQUAL) & (street == EQUAL) & (place == DIFFERENT), w.PLACE_NEAR),
        ((number == EQUAL) & (street == EQUAL) & alike, w.PART_MISSING),
        ((number == EQUAL) & (street == NEAR) & alike, w.STREET_NEAR),
        ((number == NEAR) & (street == EQUAL) & alike, w.NUMBER_NEAR),
        ((number == MISSING) & (street == EQUAL) & alike, w.PART_MISSING),
        ((number == EQUAL) & (street == MISSING) & alike, w.PART_MISSING),
    ):
        value[fits] = weight.value
    out[rest] = value
    return out


def _few(persons: Ints) -> Ints:
    """log2 odds that two of so many persons live together."""
    return _thousandths(w.COMPANIONS / (np.maximum(persons, 2) - 1))


def _surname(evidence: Evidence, left: Ints, right: Ints) -> Ints:
    homes = evidence.residencies
    owner, name = homes.surnames
    here, there = evidence.surname[left], evidence.surname[right]
    out = np.where((here < 0) | (there < 0), 0, w.SURNAME_DIFFERS.value)
    same = (here == there) & (here >= 0)
    open_ = np.flatnonzero((here >= 0) & (there >= 0) & ~same)
    if len(open_):
        texts = homes.surname.texts
        width = len(texts)
        key, inverse = np.unique(here[open_] * width + there[open_], return_inverse=True)
        alike = cpdist(texts[key // width].tolist(), texts[key % width].tolist(), scorer=JaroWinkler.similarity)
        out[open_[alike[inverse] >= 0.9]] = w.SURNAME_NEAR.value
    out[same] = evidence.surname_bits[here[same]]
    # Persons may have had several surnames: any that they share counts.
    several = np.bincount(owner, minlength=len(homes)) > 1
    doubtful = np.flatnonzero((several[left] | several[right]) & ~same)
    width = len(homes.surname.texts) + 1
    mine, theirs = (
        place * width + code for place, code in (spread(side[doubtful], owner, name) for side in (left, right))
    )
    both = np.intersect1d(mine, theirs)
    np.maximum.at(out, doubtful[both // width], evidence.surname_bits[both % width])
    return out


def _dated(evidence: Evidence, left: Ints, right: Ints, address: Ints) -> Ints:
    """What the gap between two periods takes away, and a common time at one address adds; nothing where unknown."""
    homes, days = evidence.residencies, evidence.days
    first, last = days[homes.first], days[homes.last]
    gap = np.maximum(first[left] - last[right], first[right] - last[left])
    known = (first[left] > UNKNOWN_DAY) & (first[right] > UNKNOWN_DAY)
    years = np.where(known, np.maximum(gap - w.APART_FREE_DAYS, 0), 0) / 365.25
    apart = np.maximum(np.rint(years * w.APART.value), w.APART_MOST.value).astype(np.int64)
    both = known & (gap <= -w.TOGETHER_DAYS) & (address > 0) & (homes.person[left] != homes.person[right])
    return np.where(both, w.TOGETHER.value, apart)
