"""Records that a source itself keeps apart: of one family or account, a company and its owner, two of one owner."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.judgements import Judgement
from spine.matching.encoded import Encoded
from spine.matching.side_by_side import (
    owner_and_owned,
    siblings,
    two_persons,
    under_other_names,
    under_other_numbers,
)
from spine.normalise.columns import compute, one_array
from spine.normalise.few_rows import FewRows
from spine.pipeline.gather import Gathered
from spine.resolution.components import Ints, inside_pairs
from spine.resolution.grouping import coded, distinct, groups_of, spread

NOBODY: Ints = np.empty(0, np.int64)


def listed_apart(gathered: Gathered, rows: Ints, encoded: Encoded, labels: Ints) -> list[Judgement]:
    """For the rows of one component (`labels`) that a source lists as members of one family, or of one account.

    Two records of a source are listed side by side where both name the same other as family, where one names the
    other, or where both carry the same account. What they say is the weakest of judgements.
    """
    left, right = _side_by_side(gathered, rows, labels, *lists_of(gathered))
    if not len(left):
        return []
    apart = under_other_names(encoded, left, right)
    ids, sources = gathered.ids[rows], gathered.records["source"].to_pylist()
    pairs = zip(left[apart].tolist(), right[apart].tolist(), strict=True)
    return [two_persons(int(ids[a]), int(ids[b]), sources[rows[a]]) for a, b in pairs]


def owned_apart(gathered: Gathered, rows: Ints, encoded: Encoded, labels: Ints) -> list[Judgement]:
    """For the rows of one component (`labels`): who declares to be owned by another is not that other.

    Nor are two of a source that declare one owner, where each has a number of its own. The companies of a group often
    share name, town and web site; taken for one, the group would be lost with them.
    """
    owned, target, owner, held = owners_of(gathered)
    if not len(owned):
        return []
    ids, sources = gathered.ids[rows], gathered.records["source"]
    left, right = _side_by_side(gathered, rows, labels, owned, target)
    apart = under_other_numbers(encoded, left, right)
    beside = zip(left[apart].tolist(), right[apart].tolist(), strict=True)
    place = gathered.places(rows)
    here, there = place[owned] >= 0, place[owner] >= 0
    at, one = spread(target[here], held[there], place[owner[there]])
    other = place[owned[here]][at]
    near = labels[one] == labels[other]
    pairs = np.unique(np.column_stack((other[near], one[near])), axis=0)
    return [
        *(owner_and_owned(int(ids[a]), int(ids[b]), sources[rows[a]].as_py()) for a, b in pairs.tolist()),
        *(siblings(int(ids[a]), int(ids[b]), sources[rows[a]].as_py()) for a, b in beside),
    ]


def owners_of(gathered: Gathered) -> tuple[Ints, Ints, Ints, Ints]:
    """Rows that name an owner, and the number of that name; rows that go by such a name, and its number.

    A name is an identifier or a record's key. Who names what it carries itself says nothing: a group may share it.
    """
    relations = gathered.relations
    if not relations.num_rows:
        return NOBODY, NOBODY, NOBODY, NOBODY
    known = compute.and_(compute.is_valid(relations["namespace"]), compute.is_valid(relations["value"]))
    relations = relations.filter(compute.and_(compute.equal(relations["kind"], "subsidiary_of"), known))
    if not relations.num_rows:
        return NOBODY, NOBODY, NOBODY, NOBODY
    named = compute.binary_join_element_wise(relations["namespace"], relations["value"], "/")
    claims = gathered.claims.filter(compute.is_in(gathered.claims["value"], one_array(relations["value"])))
    carried = compute.binary_join_element_wise(claims["namespace"], claims["value"], "/")
    at, keys = _named_records(gathered, named)
    code = coded(pa.chunked_array([*named.chunks, *carried.chunks, *keys.chunks], pa.string())).codes
    owned: Ints = relations["row"].to_numpy().astype(np.int64)
    target, held = code[: len(owned)], code[len(owned) :]
    owner: Ints = np.concatenate((claims["row"].to_numpy(), at)).astype(np.int64)
    some = np.isin(held, target)
    owner, held = owner[some], held[some]
    width = int(code.max()) + 1
    foreign = ~np.isin(owned * width + target, owner * width + held)
    return owned[foreign], target[foreign], owner, held


def lists_of(gathered: Gathered) -> tuple[Ints, Ints]:
    """Rows, and the number of a list that each stands in: of a family, or of an account. A row may be in several."""
    member, family = _families(gathered)
    holder, account = _accounts(gathered)
    number = np.concatenate((family, account + (family.max() + 1 if len(family) else 0)))
    return np.concatenate((member, holder)), number


def _side_by_side(gathered: Gathered, rows: Ints, labels: Ints, member: Ints, group: Ints) -> tuple[Ints, Ints]:
    """Pairs of places among `rows`, each once, of one source, component and list: `member` stands in list `group`."""
    place = gathered.places(rows)
    if not len(member):
        return NOBODY, NOBODY
    source = coded(gathered.records["source"]).codes
    kept = place[member] >= 0
    member, group = member[kept], group[kept]
    at = place[member]
    if not len(at):
        return at, at
    cell, _ = groups_of([group, labels[at], source[member]])
    cell, at = distinct(cell, at)
    one, other, _ = inside_pairs(cell)
    return distinct(np.minimum(at[one], at[other]), np.maximum(at[one], at[other]))


def _families(gathered: Gathered) -> tuple[Ints, Ints]:
    """Rows and the family each is listed in: that of whom it names, and its own where somebody names it."""
    relations = gathered.relations
    if not relations.num_rows:
        return NOBODY, NOBODY
    relations = relations.filter(compute.equal(relations["kind"], "family"))
    row: Ints = relations["row"].to_numpy()
    named = compute.binary_join_element_wise(relations["namespace"], relations["value"], "/")
    at, keys = _named_records(gathered, named)
    both: Any = pa.chunked_array([*named.chunks, *keys.chunks], pa.string()).combine_chunks().dictionary_encode()
    code: Ints = both.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    family, own = code[: len(row)], code[len(row) :]
    heads = np.flatnonzero(np.isin(own, family[family >= 0]))
    known = family >= 0
    return np.concatenate((row[known], at[heads])), np.concatenate((family[known], own[heads]))


def _named_records(gathered: Gathered, named: Any) -> tuple[Ints, Any]:
    """The rows whose key (`record/source/record_id`) is among these names, and their keys."""
    keys = compute.binary_join_element_wise("record", gathered.records["source"], gathered.records["record_id"], "/")
    found = compute.is_in(keys, value_set=one_array(named))
    at: Ints = np.flatnonzero(found.to_numpy())
    return at, keys.filter(found)


def _accounts(gathered: Gathered) -> tuple[Ints, Ints]:
    if isinstance(gathered.claims, FewRows) and "account" not in gathered.claims.listed("namespace"):
        return NOBODY, NOBODY
    claims = gathered.claims.filter(compute.equal(gathered.claims["namespace"], "account"))
    number: Ints = np.unique(claims["identifier"].to_numpy(), return_inverse=True)[1]
    row: Ints = claims["row"].to_numpy()
    return row, number
