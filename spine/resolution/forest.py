"""The merge trees of many components in bounded memory: as many components at a time as their pairs allow."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine.resolution import merge_tree
from spine.resolution.components import NO_PAIRS, Ints, Pairs, inside_pairs, runs
from spine.resolution.trees import Policy, Trees

AT_ONCE = 2_000_000
"""About so many pairs inside components are weighed and worked on at a time: a hundred bytes each."""
Weigh = Callable[[Ints, Ints], Ints]
"""What pairs of rows weigh in a merge tree."""


def grow(
    order: NDArray[Any],
    labels: Ints,
    weigh: Weigh,
    *,
    same: Pairs = NO_PAIRS,
    forbidden: Pairs = NO_PAIRS,
    group: NDArray[Any] | None = None,
    policy: Policy | None = None,
) -> Trees:
    """The trees that `merge_tree.build` gives for these components, each pair inside one weighed when it is needed.

    `labels` are those of `capping.split`: no component is above the policy's cap.
    """
    if (labels[same[0]] != labels[same[1]]).any():
        raise ValueError("A `same` pair lies in two components: connect them before the trees are built.")
    within = labels[forbidden[0]] == labels[forbidden[1]]
    forbidden = forbidden[0][within], forbidden[1][within]
    place = np.full(len(labels), -1, np.int64)
    parts, rows_of = [], []
    for rows in _blocks(labels):
        place[rows] = np.arange(len(rows))
        local = place[labels[rows]]
        one, other, _ = inside_pairs(local)
        parts.append(
            merge_tree.build(
                order[rows],
                local,
                one,
                other,
                weigh(rows[one], rows[other]),
                same=_here(place, same),
                forbidden=_here(place, forbidden),
                group=None if group is None else group[rows],
                policy=policy,
            )
        )
        rows_of.append(rows[parts[-1].rows])
        place[rows] = -1
    return _together(len(labels), parts, rows_of)


def _blocks(labels: Ints) -> Iterator[Ints]:
    """The rows of components of two or more, ascending, about `AT_ONCE` pairs at a time; one block even of nothing."""
    count = np.bincount(labels, minlength=len(labels))
    component = np.flatnonzero(count > 1)
    pairs = count[component] * (count[component] - 1) // 2
    block = np.full(len(labels), -1, np.int64)
    block[component] = (np.cumsum(pairs) - pairs) // AT_ONCE
    of_row = block[labels]
    rows = np.flatnonzero(of_row >= 0)
    rows = rows[np.argsort(of_row[rows], kind="stable")]
    start, _ = runs(of_row[rows])
    if len(rows) == 0:
        yield rows
    for begin, end in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        yield rows[begin:end]


def _here(place: Ints, pairs: Pairs) -> Pairs:
    """The pairs of rows that have a place, as places; both ends of a pair have one, or neither has."""
    chosen = np.flatnonzero(place[pairs[0]] >= 0)
    return place[pairs[0][chosen]], place[pairs[1][chosen]]


def _together(size: int, parts: list[Trees], rows: list[Ints]) -> Trees:
    """The trees of all blocks as one, `rows` being the members of each among all."""

    def column(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Trees(
        size=size,
        start=_offsets([part.start for part in parts]),
        rows=np.concatenate(rows),
        into=column("into"),
        height=column("height"),
        step=column("step"),
        leaf=column("leaf"),
        weight_start=_offsets([part.weight_start for part in parts]),
        weights=column("weights"),
        capped=column("capped"),
    )


def _offsets(starts: list[Ints]) -> Ints:
    """Offsets of several tables put one after another."""
    base = np.cumsum([0, *(start[-1] for start in starts)])
    return np.concatenate([starts[0][:1], *(start[1:] + before for start, before in zip(starts, base, strict=False))])
