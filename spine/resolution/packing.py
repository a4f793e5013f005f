"""A merge tree as bytes, for the component's row in a store, and back.

Layout, little endian: version (1 byte), flags (1 byte), members n (4 bytes); then for the members after the first:
into, step + 1 (1, 2 or 4 bytes each, by n) and height (4 bytes each); then, where copies share leaves (flag 1), the
number of leaves (4 bytes) and the leaf of each member (as wide as into); then the weights of all pairs of leaves (4
bytes each). Two records take 16 bytes.
"""

import struct
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
