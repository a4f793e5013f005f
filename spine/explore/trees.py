"""A merge tree as questions see it: who is together at a height, how sure two records are one, what is weakest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spine.resolution import trees
from spine.resolution.packing import unpack


@dataclass(frozen=True, slots=True)
class Join:
    """Two sides became one at `height` (thousandths of a bit); each side's records, in order."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The joins of a component, strongest first: heights never rise along it, so cuts nest."""

    members: tuple[int, ...]
    joins: tuple[Join, ...]

    def holding(self, record: int, height: int) -> tuple[int, ...]:
        """The records that are together with this one when every join below `height` is undone."""
        group: tuple[int, ...] = (record,)
        for join in self.joins:
            if join.height < height:
                break
            if record in join.left or record in join.right:
                group = tuple(sorted((*join.left, *join.right)))
        return group

    def cophenetic(self, left: int, right: int) -> int:
        """The height at which two different records came together; below every height where they never did."""
        for join in self.joins:
            if (left in join.left and right in join.right) or (left in join.right and right in join.left):
                return join.height
        return self.joins[-1].height - 1_000_000 if self.joins else -1_000_000

    def weakest(self, members: Iterable[int]) -> Join | None:
        """The last join inside these records, or None where they are one record."""
        inside = set(members)
        found = [join for join in self.joins if inside.issuperset(join.left) and inside.issuperset(join.right)]
        return found[-1] if found else None

    def following(self, members: Iterable[int]) -> Join | None:
        """The join that would bring these records, as one side, together with others; None where there is none."""
        side = tuple(sorted(members))
        return next((join for join in self.joins if side in (join.left, join.right)), None)

    def core(self, members: Iterable[int]) -> int:
        """The earliest record of the strongest join inside: what an entity is surest of."""
        inside = set(members)
        for join in self.joins:
            if inside.issuperset(join.left) and inside.issuperset(join.right):
                return min(*join.left, *join.right)
        return min(inside)


def read_tree(members: Sequence[int], value: bytes | None) -> Tree:
    """The tree of a component row: its members, in the order of the tree, and its packed value."""
    return _read(tuple(members), value) if value else Tree(tuple(members), ())


@lru_cache(maxsize=256)
def _read(members: tuple[int, ...], value: bytes) -> Tree:
    return from_joins(members, unpack(value))


def from_joins(members: Sequence[int], tree: trees.Tree) -> Tree:
    """A resolution's tree, whose members are counted from 0, with the records that they stand for."""
    clusters: dict[int, tuple[int, ...]] = {at: (record,) for at, record in enumerate(members)}
    joins = []
    for into, taken, height in tree.joins():
        left, right = clusters[into], clusters.pop(taken)
        joins.append(Join(left, right, height))
        clusters[into] = tuple(sorted((*left, *right)))
    return Tree(tuple(sorted(members)), tuple(joins))
