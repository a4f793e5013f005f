"""Records that keep proofs: what they say of others in a merge tree.

Such a record has one identifier and nothing else. It stands for whoever proved it, so it speaks for others and never
against them: of all but unique identifiers a person may have several. Where one that is judged the same carries the
identifier itself, that one says all of it, names included, and the proof says nothing. Two proofs say nothing of each
other: what two have proved, they share.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.domain.weights import SILENT
from spine.resolution.components import Ints, Pairs, connected


class Hushed(NamedTuple):
    """Which rows are proofs that do not speak against others (`quiet`), and which of them say nothing (`mute`)."""

    quiet: NDArray[np.bool_]
    mute: NDArray[np.bool_]

    def weights(self, one: Ints, other: Ints, found: NDArray[Any]) -> NDArray[Any]:
        """What pairs weigh in a merge tree, given what they were found to weigh."""
        here, there = self.quiet[one], self.quiet[other]
        silent = (here & there) | ((found < 0) & (here | there)) | self.mute[one] | self.mute[other]
        return np.where(silent, SILENT, found)


def hushed(quiet: NDArray[np.bool_], same: Pairs, row: Ints, identifier: NDArray[Any]) -> Hushed:
    """`quiet` marks proofs of what is not unique; `row` carries `identifier`, pairs of `same` are judged one."""
    tied = connected(len(quiet), *same)
    number = np.unique(identifier, return_inverse=True)[1].astype(np.int64)
    held = tied[row] * (int(number.max(initial=0)) + 1) + number
    witnessed = np.isin(held, held[~quiet[row]])
    mute = np.zeros(len(quiet), np.bool_)
    mute[row[witnessed & quiet[row]]] = True
    return Hushed(quiet, mute)
