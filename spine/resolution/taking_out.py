"""What would take a member out of a household: the smallest evidence without which nobody there would hold it.

Of a member some kinds of evidence are taken away, and the members of the household are clustered again: as if no record
of it told that address, that surname, that telephone, or declared that family. Out it is where it is then in one
cluster with none of the others. Of all sets of kinds that do this one of the fewest is told, so no part of it does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.resolution import household_weights as w
from spine.resolution import merge_tree
from spine.resolution.address_forms import Flags
from spine.resolution.components import Ints, inside_pairs
from spine.resolution.grouping import distinct, groups_of, largest, pairs_within, smallest, spread
from spine.resolution.households import Households, same_over_moves
from spine.resolution.links import pair_keys
from spine.resolution.residencies import Residencies, declared_roles
from spine.resolution.residency_pairs import SMALL_DWELLING, SPENT, Evidence, is_among, told, weigh
from spine.resolution.resolved import Resolved

KINDS = ("address", *SPENT, "dates", *w.SHARED)
ADDRESS, SURNAME, FAMILY, DATES = (KINDS.index(kind) for kind in ("address", "surname", "family", "dates"))
RELATING, SHARED = slice(SURNAME, DATES), DATES + 1
_COLUMNS = ("member", "own", "other", "bits", "spent", "here", "main")
_FIRST = 1 << 40
"""Before all bits: where the address alone will do, that is told."""


@dataclass(frozen=True)
class Sides:
    """Pairs of residencies, seen from one of two persons: the `member` that it is, its `own` residency, the `other`'s.

    `bits` [kinds, pairs] is what each of `KINDS` says alone; `spent` are pairs whose persons relate at another home;
    `here` those whose other residency is in the household, `main` those whose own is the member's home there.
    """

    member: Ints
    own: Ints
    other: Ints
    bits: Ints
    spent: Flags
    here: Flags
    main: Flags

    def of(self, members: Flags) -> "Sides":
        """Those of some members."""
        return self.where(members[self.member])

    def where(self, kept: Flags) -> "Sides":
        """Some of the pairs."""
        return Sides(*(getattr(self, name)[..., kept] for name in _COLUMNS))

    def beside(self, more: "Sides") -> "Sides":
        """Both."""
        return Sides(*(np.concatenate([getattr(one, name) for one in (self, more)], axis=-1) for name in _COLUMNS))

    def total(self, without: frozenset[int]) -> Ints:
        """What each pair weighs without some kinds; an address that is taken away stays as these sides have it."""
        bits = self.bits.copy()
        bits[sorted(without - {ADDRESS})] = 0
        related, shared = bits[RELATING], np.minimum(bits[SHARED:].sum(axis=0), w.SHARED_MOST)
        related = np.where(self.spent, np.minimum(related, 0), related).sum(axis=0)
        out: Ints = bits[ADDRESS] + related + bits[DATES] + np.where(self.spent, 0, shared)
        return out


class Out(NamedTuple):
    """One kind of evidence that has to fall away, of a member: with which other person (label) it weighs most."""

    member: Ints
    kind: Ints
    other: Ints
    bits: Ints


def taking_out(resolved: Resolved, found: Households, of_residency: Ints, size: int, left: Ints, right: Ints) -> Out:
    """The kinds of evidence without which each of `size` members would live with none of the others, strongest first.

    `left`, `right` are all pairs of residencies of different persons inside a household; members without any are left
    out. `of_residency` is the member of each residency.
    """
    sides = _both_sides(found.evidence, of_residency, left, right)
    best = _most(sides, size)
    asked = np.zeros(size, dtype=bool)
    asked[sides.member] = True
    chosen = np.zeros((len(KINDS), size), dtype=bool)
    moved = _address_alone(resolved, found, sides, best, size)
    chosen[ADDRESS, moved] = True
    still = asked & ~moved
    if still.any():
        chosen[:, still] = _fewest(resolved, found, sides.of(still), best, still)
    return _told(found, sides, best, chosen)


def _both_sides(evidence: Evidence, of_residency: Ints, left: Ints, right: Ints) -> Sides:
    own, other = np.concatenate([left, right]), np.concatenate([right, left])
    there = np.ones(len(own), dtype=bool)
    return _sides(evidence, of_residency[own], own, other, there, there)


def _sides(evidence: Evidence, member: Ints, own: Ints, other: Ints, here: Flags, main: Flags) -> Sides:
    said, person = told(evidence, own, other), evidence.residencies.person
    key = pair_keys(evidence.labels, person[own], person[other])
    spent = (said["address"] == w.ELSEWHERE.value) & is_among(evidence.together, key)
    return Sides(member, own, other, np.stack([said[kind] for kind in KINDS]), spent, here, main)


def _address_alone(resolved: Resolved, found: Households, sides: Sides, best: Ints, size: int) -> Flags:
    """Members of one home only whom nothing but the address could hold: all else is too little without it.

    Nor do records without an address say what their surname is, which would count if the person lived nowhere.
    """
    homes = found.residencies
    bits = sides.bits.clip(0)
    shared = np.minimum(bits[SHARED:].sum(axis=0), w.SHARED_MOST)
    _, number = np.unique(homes.person, return_inverse=True)
    _, first = groups_of([number, found.label])
    several = np.bincount(number[first], minlength=len(homes))[number] > 1
    # At another home the others may have another name.
    surname = np.where(several[sides.other], w.SURNAME_MOST.value, bits[SURNAME])
    rest = surname + bits[FAMILY] + shared + w.FAMILY_ROLES.value + w.NOWHERE.value
    most = np.full(size, np.iinfo(np.int64).min)
    np.maximum.at(most, sides.member, rest)
    several |= np.isin(homes.person, resolved.person[(homes.of_row < 0) & (homes.surname.codes >= 0)])
    doubtful = np.zeros(size, dtype=bool)
    doubtful[sides.member[several[sides.own]]] = True
    out: Flags = (best[ADDRESS] > 0) & (most < found.height) & ~doubtful
    return out


def _most(sides: Sides, size: int) -> Ints:
    """What each kind says most of each member, at least nothing: [kinds, members]."""
    out = np.zeros((len(KINDS), size), np.int64)
    for most, bits in zip(out, sides.bits, strict=True):
        np.maximum.at(most, sides.member, bits)
    return out


def _fewest(resolved: Resolved, found: Households, sides: Sides, best: Ints, members: Flags) -> Flags:
    """For each of these members the fewest kinds that hold it, the strongest of as few: flags [kinds, members]."""
    tried = _trial(resolved, found, sides)
    size = len(members)
    holds = np.maximum(best, _most(tried.without, size)) > 0
    holds[ADDRESS] = best[ADDRESS] > 0
    out = np.zeros((len(KINDS), size), dtype=bool)
    open_ = members.copy()
    for count in range(1, len(KINDS) + 1):
        score = np.full(size, -1, np.int64)
        pick = np.zeros((len(KINDS), size), dtype=bool)
        for some in combinations(np.flatnonzero(holds[:, open_].any(axis=1)).tolist(), count):
            kinds = list(some)
            worth = best[kinds].sum(axis=0) + (_FIRST if ADDRESS in kinds else 0)
            able = open_ & holds[kinds].all(axis=0) & (worth > score)
            if not able.any():
                continue
            gone = tried.isolated(able, frozenset(kinds))
            score[gone] = worth[gone]
            pick[:, gone] = np.isin(np.arange(len(KINDS)), kinds)[:, None]
        out |= pick
        open_ &= score < 0
        if not open_.any():
            break
    return out[:, members]


@dataclass(frozen=True)
class _Trial:
    """The members of households with their pairs, and with those they would have `without` the address."""

    evidence: Evidence
    height: int
    sides: Sides
    without: Sides

    def isolated(self, members: Flags, kinds: frozenset[int]) -> Flags:
        """Which of these members would be in one cluster with nobody there, these kinds of evidence taken away."""
        sides = (self.without if ADDRESS in kinds else self.sides).of(members)
        total = sides.total(kinds)
        reach, doubt = np.zeros(len(members), dtype=bool), np.zeros(len(members), dtype=bool)
        reach[sides.member[total >= self.height]] = True
        # A home that all of the household hold, and nobody elsewhere, stays; else it is for the tree to say.
        doubt[sides.member] = True
        doubt[sides.member[sides.main]] = False
        doubt[sides.member[sides.main & ((total >= self.height) != sides.here)]] = True
        out = members & ~reach
        rows = (reach & doubt)[sides.member]
        out[self._alone(sides.where(rows), total[rows])] = True
        return out

    def _alone(self, sides: Sides, total: Ints) -> Ints:
        """The members who are in one cluster with none of those here."""
        if not len(total):
            return total
        # A node is a residency that is looked at for a member: its own, or one of the others'.
        size = len(total)
        member, residency = np.tile(sides.member, 2), np.concatenate([sides.own, sides.other])
        node, first = groups_of([member, residency])
        own, here = first < size, np.concatenate([np.zeros(size, dtype=bool), sides.here])[first]
        whose = member[first]
        _, number = np.unique(whose, return_inverse=True)
        label = smallest(number, np.arange(len(first)), len(first))[number]
        left, right, _ = inside_pairs(label)
        mixed = own[left] != own[right]
        weight = np.zeros(len(left), np.int64)
        some = residency[first[left[~mixed]]], residency[first[right[~mixed]]]
        weight[~mixed] = np.sum(list(weigh(self.evidence, *some).values()), axis=0, dtype=np.int64)
        code = np.minimum(node[:size], node[size:]) * len(first) + np.maximum(node[:size], node[size:])
        order = np.argsort(code)
        asked = np.minimum(left[mixed], right[mixed]) * len(first) + np.maximum(left[mixed], right[mixed])
        weight[mixed] = total[order][np.searchsorted(code[order], asked)]
        homes = _some(self.evidence.residencies, residency[first])
        cluster = merge_tree.build(homes.rank, label, left, right, weight).cut(self.height)
        who, _ = groups_of([whose, homes.person])
        cluster = same_over_moves(replace(self.evidence, residencies=homes), cluster, who)
        held = own & np.isin(cluster, cluster[here])
        return np.setdiff1d(whose, whose[held])


def _some(homes: Residencies, places: Ints) -> Residencies:
    """Some of the residencies, as far as households are made by them."""
    names = ("person", "dwelling", "first", "last", "child", "collective", "rank")
    return replace(homes, **{name: getattr(homes, name)[places] for name in names})


def _trial(resolved: Resolved, found: Households, sides: Sides) -> _Trial:
    """The pairs of members with all residencies of the others in the household: as they are, and as they would be where
    a member is not at home there, by another home of theirs, or else by no address at all.

    Homes that may be the same one, mistyped or not told in full, are taken away with it.
    """
    evidence, homes = found.evidence, found.residencies
    member, first = np.unique(sides.member, return_index=True)
    person, label = homes.person[sides.own[first]], found.label[sides.own[first]]
    group, whom = distinct(sides.member, homes.person[sides.other])
    place, them = spread(whom, homes.person, np.arange(len(homes)))
    group = group[place]
    here = found.label[them] == label[np.searchsorted(member, group)]

    def met(asking: Ints, node: Ints, there: Flags) -> Sides:
        """All residencies of the others, met from these residencies of members; `there` are those in the household."""
        at, chosen = spread(asking, group, np.arange(len(group)))
        return _sides(evidence, asking[at], node[at], them[chosen], here[chosen], there[at])

    place, residency = spread(person, homes.person, np.arange(len(homes)))
    away = found.label[residency] != label[place]
    everywhere = met(member[place], residency, ~away)
    elsewhere = everywhere.where(found.label[everywhere.own] != label[np.searchsorted(member, everywhere.member)])
    near = elsewhere.here & (elsewhere.bits[ADDRESS] > w.NOWHERE.value)
    same = np.unique(np.stack([elsewhere.member[near], elsewhere.own[near]]), axis=1)
    kept = ~(np.isin(elsewhere.own, same[1]) & _pairs_among(elsewhere.member, elsewhere.own, same))
    elsewhere = elsewhere.where(kept)
    elsewhere = replace(
        elsewhere, spent=_relate_elsewhere(found, elsewhere, label[np.searchsorted(member, elsewhere.member)])
    )
    homeless = member[~np.isin(member, elsewhere.member)]
    evidence, node = _nowhere(resolved, evidence, person[np.isin(member, homeless)])
    nowhere = met(homeless, node, np.ones(len(node), dtype=bool))
    return _Trial(evidence, found.height, everywhere, elsewhere.beside(nowhere))


def _pairs_among(left: Ints, right: Ints, pairs: Ints) -> Flags:
    """Which pairs of numbers are among others ([2, n])."""
    group, _ = groups_of([np.concatenate([left, pairs[0]]), np.concatenate([right, pairs[1]])])
    found: Flags = np.isin(group[: len(left)], group[len(left) :])
    return found


def _relate_elsewhere(found: Households, sides: Sides, label: Ints) -> Flags:
    """Which pairs lie apart though their persons have a home in common, another one than this household (`label`)."""
    person = found.residencies.person
    asked = np.isin(person, np.concatenate([person[sides.own], person[sides.other]]))
    one, two, _ = pairs_within(np.where(asked, found.residencies.dwelling, -1), SMALL_DWELLING)
    mine, theirs = np.concatenate([one, two]), np.concatenate([two, one])
    key = [np.concatenate([person[mine], person[sides.own]]), np.concatenate([person[theirs], person[sides.other]])]
    group, _ = groups_of(key)
    pair, home = distinct(group[: len(mine)], found.label[mine])
    asking = group[len(mine) :]
    count = np.bincount(pair, minlength=int(group.max(initial=-1)) + 1)
    here = _pairs_among(asking, label, np.stack([pair, home]))
    out: Flags = (sides.bits[ADDRESS] == w.ELSEWHERE.value) & (count[asking] - here > 0)
    return out


def _nowhere(resolved: Resolved, evidence: Evidence, person: Ints) -> tuple[Evidence, Ints]:
    """The evidence with a residency nowhere for each of these persons, and which that is: all that their records say
    but any address."""
    homes, size = evidence.residencies, len(person)
    node = len(homes) + np.arange(size)
    if not size:
        return evidence, node
    rows = np.flatnonzero(np.isin(resolved.person, person))
    known = np.argsort(person)
    place, name = known[np.searchsorted(person[known], resolved.person[rows])], homes.surname.codes[rows]
    owner, name = distinct(place[name >= 0], name[name >= 0])
    surname = np.full(size, -1, np.int64)
    surname[owner[::-1]] = name[::-1]
    heads, kin = declared_roles(resolved)
    family = np.zeros(size, dtype=bool)
    family[place[kin[rows]]] = True

    def longer(column: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([column, more])

    none = np.full(size, -1, np.int64)
    wider = replace(
        homes,
        person=longer(homes.person, person),
        dwelling=longer(homes.dwelling, none),
        first=longer(homes.first, smallest(place, homes.since[rows], size)),
        last=longer(homes.last, largest(place, homes.until[rows], size)),
        surnames=(longer(homes.surnames[0], node[owner]), longer(homes.surnames[1], name)),
        head=longer(homes.head, largest(place, heads[rows], size)),
        family=longer(homes.family, family),
        child=longer(homes.child, np.isin(person, homes.person[homes.child])),
        collective=longer(homes.collective, np.zeros(size, dtype=bool)),
        rank=longer(homes.rank, smallest(place, np.append(homes.rank, -1)[homes.of_row[rows]], size)),
    )
    return replace(
        evidence,
        residencies=wider,
        persons_at=longer(evidence.persons_at, np.zeros(size, np.int64)),
        surnames_at=longer(evidence.surnames_at, np.zeros(size, np.int64)),
        crowd=longer(evidence.crowd, np.zeros(size, dtype=bool)),
        surname=longer(evidence.surname, surname),
    ), node


def _told(found: Households, sides: Sides, best: Ints, chosen: Flags) -> Out:
    """Each chosen kind of a member with the person to whom it ties most, the earliest of as strong ones."""
    parts = list(_each(found, sides, best, chosen))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0, np.int64)] * 4
    order = np.lexsort((columns[1], -columns[3], columns[0]))
    return Out(*(column[order] for column in columns))


def _each(found: Households, sides: Sides, best: Ints, chosen: Flags) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    person = found.residencies.person
    for kind in np.flatnonzero(chosen.any(axis=1)).tolist():
        at = np.flatnonzero(chosen[kind][sides.member] & (sides.bits[kind] == best[kind][sides.member]))
        order = at[np.lexsort((person[sides.other[at]], sides.member[at]))]
        member, first = np.unique(sides.member[order], return_index=True)
        with_whom = person[sides.other[order[first]]]
        yield member, np.full(len(member), kind), with_whom, best[kind][member]
