"""A merge tree as bytes, for the component's row in a store, and back.

Layout, little endian: version (1 byte), flags (1 byte), members n (4 bytes); then for the members after the first:
into, step + 1 (1, 2 or 4 bytes each, by n) and height (4 bytes each); then, where copies share leaves (flag 1), the
number of leaves (4 bytes) and the leaf of each member (as wide as into); then the weights of all pairs of leaves (4
bytes each). Two records take 16 bytes.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine.errors import SchemaMismatch, StoreError
from spine.resolution.components import Ints
from spine.resolution.trees import NEVER, Tree, Trees

VERSION = 1

_COPIES = 1
_HEAD = struct.Struct("<BBI")
_REMEDY = "Resolve again: trees are derived from the records."


def pack(tree: Tree) -> bytes:
    """The bytes of one tree; equal trees give equal bytes."""
    into, step, height, leaf, weights = (
        column[None] for column in (tree.into, tree.step, tree.height, tree.leaf, tree.weights)
    )
    return _rows(into, step, height, leaf, weights, tree.leaves).tobytes()


def pack_all(trees: Trees) -> tuple[Ints, NDArray[np.uint8]]:
    """Offsets (one more than there are trees) and the bytes of all trees, one after another; each as `pack` gives."""
    members, leaves = np.diff(trees.start), trees.leaves
    # One number per pair of sizes; there are no more leaves than members.
    kind = members << 32 | leaves
    parts, sizes = [], np.zeros(len(trees), np.int64)
    for value in np.unique(kind).tolist():
        chosen = np.flatnonzero(kind == value)
        count, distinct = value >> 32, value & 0xFFFFFFFF
        at = trees.start[chosen][:, None] + np.arange(count)
        pairs = trees.weight_start[chosen][:, None] + np.arange(distinct * (distinct - 1) // 2)
        columns = (trees.into[at], trees.step[at], trees.height[at], trees.leaf[at], trees.weights[pairs])
        rows = _rows(*columns, distinct)
        sizes[chosen] = rows.shape[1]
        parts.append((chosen, rows))
    start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    data = np.empty(int(start[-1]), np.uint8)
    for chosen, rows in parts:
        data[start[chosen][:, None] + np.arange(rows.shape[1])] = rows
    return start, data


def unpack(value: bytes) -> Tree:
    """The tree that was packed. SchemaMismatch for a later layout, StoreError for bytes that are no tree."""
    if len(value) < _HEAD.size:
        raise StoreError(f"A component's value of {len(value)} bytes is too short for a merge tree.", remedy=_REMEDY)
    version, flags, members = _HEAD.unpack_from(value)
    if version != VERSION:
        raise SchemaMismatch(
            f"A component's merge tree has layout {version}, this version reads {VERSION}.",
            remedy="Use the version that wrote the store, or resolve again.",
        )
    at = _HEAD.size

    def column(count: int, kind: str) -> NDArray[np.int32]:
        nonlocal at
        size = count * np.dtype(kind).itemsize
        if count < 0 or at + size > len(value):
            raise StoreError(f"A component's merge tree of {members} members is cut short.", remedy=_REMEDY)
        out = np.frombuffer(value, kind, count, at).astype(np.int32)
        at += size
        return out

    narrow = _width(members)
    into, step, height = column(members - 1, narrow), column(members - 1, narrow), column(members - 1, "<i4")
    leaves, leaf = members, np.arange(members, dtype=np.int32)
    if flags & _COPIES:
        leaves = int(column(1, "<i4")[0])
        leaf = column(members, narrow)
    weights = column(leaves * (leaves - 1) // 2, "<i4")
    if at != len(value):
        raise StoreError(f"A component's merge tree of {members} members has bytes left over.", remedy=_REMEDY)
    first = np.zeros(1, np.int32)
    return Tree(
        np.concatenate((first, into)),
        np.concatenate((first + NEVER, height)),
        np.concatenate((first, step)) - 1,
        leaf,
        weights,
    )


@dataclass(frozen=True, slots=True)
class Joins:
    """The joins of many trees, end to end: where each tree begins (one more than there are), then per member.

    `into` counts over the members of all trees; `height` and `step` are as in `Tree`.
    """

    start: Ints
    into: Ints
    height: Ints
    step: Ints


def joins_of_all(start: Ints, data: NDArray[np.uint8]) -> Joins:
    """The joins of trees packed one after another, `start` as `pack_all` gives it; errors as of `unpack`."""
    first, sizes = start[:-1], np.diff(start)
    _refuse(start, data, sizes < _HEAD.size)
    _refuse(start, data, data[first] != VERSION)
    counts = _read(data, first + 2, 1, "<u4")[:, 0]
    widths = np.where(counts > 1 << 16, 4, np.where(counts > 1 << 8, 2, 1))
    _refuse(start, data, (counts < 1) | (sizes < _HEAD.size + (counts - 1) * (2 * widths + 4)))
    place: Ints = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    into, step = np.zeros(int(place[-1]), np.int64), np.full(int(place[-1]), -1)
    height = np.full(len(step), NEVER, np.int64)
    into[place[:-1]] = place[:-1]
    for count in np.unique(counts[counts > 1]).tolist():
        chosen = np.flatnonzero(counts == count)
        at, narrow = first[chosen] + _HEAD.size, _width(count)
        wide = np.dtype(narrow).itemsize * (count - 1)
        members = place[chosen][:, None] + np.arange(1, count)
        into[members] = _read(data, at, count - 1, narrow) + place[chosen][:, None]
        step[members] = _read(data, at + wide, count - 1, narrow) - 1
        height[members] = _read(data, at + 2 * wide, count - 1, "<i4")
    return Joins(place, into, height, step)


def _refuse(start: Ints, data: NDArray[np.uint8], damaged: NDArray[np.bool_]) -> None:
    """Let `unpack` say what is wrong with the first of the damaged trees."""
    for tree in np.flatnonzero(damaged)[:1].tolist():
        unpack(data[start[tree] : start[tree + 1]].tobytes())


def _read(data: NDArray[np.uint8], at: Ints, count: int, kind: str) -> Ints:
    """So many numbers of a kind from each of these places: one row each."""
    width = np.dtype(kind).itemsize
    taken: NDArray[np.uint8] = data[at[:, None] + np.arange(count * width)]
    return taken.view(kind).reshape(len(at), count).astype(np.int64)


def _width(members: int) -> str:
    """The type that holds every member's number."""
    return "<u1" if members <= 1 << 8 else "<u2" if members <= 1 << 16 else "<u4"


def _rows(
    into: NDArray[Any], step: NDArray[Any], height: NDArray[Any], leaf: NDArray[Any], weights: NDArray[Any], leaves: int
) -> NDArray[np.uint8]:
    """The bytes of trees of one size, one row each; the columns are [trees, members] and [trees, pairs]."""
    count, members = into.shape
    narrow, copies = _width(members), leaves < members
    parts = [_bytes(into[:, 1:], narrow), _bytes(step[:, 1:] + 1, narrow), _bytes(height[:, 1:], "<i4")]
    if copies:
        parts += [_bytes(np.full((count, 1), leaves), "<i4"), _bytes(leaf, narrow)]
    parts.append(_bytes(weights, "<i4"))
    head = np.frombuffer(_HEAD.pack(VERSION, _COPIES if copies else 0, members), np.uint8)
    return np.concatenate((np.broadcast_to(head, (count, len(head))), *parts), axis=1)


def _bytes(column: NDArray[Any], kind: str) -> NDArray[np.uint8]:
    rows = np.ascontiguousarray(column.astype(kind))
    return rows.view(np.uint8).reshape(len(rows), rows.shape[1] * rows.dtype.itemsize)
