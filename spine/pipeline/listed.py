"""Records that their own source lists side by side, as two members of one family or account: they are two persons."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.judgements import Judgement
from spine.matching.encoded import Encoded
from spine.matching.side_by_side import two_persons, under_other_names
from spine.normalise.columns import compute
from spine.pipeline.gather import Gathered
from spine.resolution.components import Ints, inside_pairs
from spine.resolution.grouping import coded, distinct, groups_of


def listed_apart(gathered: Gathered, rows: Ints, encoded: Encoded, labels: Ints) -> list[Judgement]:
    """For the rows of one component (`labels`) that a source lists as members of one family, or of one account.

    Two records of a source are listed side by side where both name the same other as family, where one names the
    other, or where both carry the same account. What they say is the weakest of judgements.
    """
    left, right = _side_by_side(gathered, rows, labels)
    if not len(left):
        return []
    apart = under_other_names(encoded, left, right)
    ids, sources = gathered.ids[rows], gathered.records["source"].to_pylist()
    pairs = zip(left[apart].tolist(), right[apart].tolist(), strict=True)
    return [two_persons(int(ids[a]), int(ids[b]), sources[rows[a]]) for a, b in pairs]


def lists_of(gathered: Gathered) -> tuple[Ints, Ints]:
    """Rows, and the number of a list that each stands in: of a family, or of an account. A row may be in several."""
    member, family = _families(gathered)
    holder, account = _accounts(gathered)
    number = np.concatenate((family, account + (family.max() + 1 if len(family) else 0)))
    return np.concatenate((member, holder)), number


def _side_by_side(gathered: Gathered, rows: Ints, labels: Ints) -> tuple[Ints, Ints]:
    """Pairs of places among `rows`, each once, of one source, component and list."""
    place = np.full(gathered.size, -1, np.int64)
    place[rows] = np.arange(len(rows))
    source = coded(gathered.records["source"]).codes
    member, group = lists_of(gathered)
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
    relations = relations.filter(compute.equal(relations["kind"], "family"))
    row: Ints = relations["row"].to_numpy()
    named = compute.binary_join_element_wise(relations["namespace"], relations["value"], "/")
    keys = compute.binary_join_element_wise("record", gathered.records["source"], gathered.records["record_id"], "/")
    both: Any = pa.chunked_array([*named.chunks, *keys.chunks], pa.string()).combine_chunks().dictionary_encode()
    code: Ints = both.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    family, own = code[: len(row)], code[len(row) :]
    heads = np.flatnonzero(np.isin(own, family[family >= 0]))
    known = family >= 0
    return np.concatenate((row[known], heads)), np.concatenate((family[known], own[heads]))


def _accounts(gathered: Gathered) -> tuple[Ints, Ints]:
    claims = gathered.claims.filter(compute.equal(gathered.claims["namespace"], "account"))
    number: Ints = np.unique(claims["identifier"].to_numpy(), return_inverse=True)[1]
    row: Ints = claims["row"].to_numpy()
    return row, number
