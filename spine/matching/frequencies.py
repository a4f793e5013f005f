"""How common values are: what agreement on a rare one weighs more than agreement on a common one."""

from collections.abc import Sequence

import numpy as np

from spine.domain.vocabulary import Kind
from spine.domain.weights import SCALE
from spine.matching.declared import DECLARED
from spine.matching.encoded import Encoded, Ints
from spine.matching.model import Frequencies
from spine.matching.outcomes import ROLES, SHARED
from spine.normalise.whole_numbers import distinct_numbers

COMMON = 5
"""Values that fewer records hold are not kept by name (they could tell of a person); they share one adjustment."""
MANY = 12
"""From so many records on an identifier is one of many: more than one person's records usually make."""
LIMIT = 12 * SCALE
CROWD = "crowd"
"""The dwellings where strangers live together, by their texts."""
OF_ADDRESSES = {"email_local": "email"}
"""What is compared between different values of another field is as common as it is among these values."""
SURNAMES = 20
"""More surnames than this at one address are not one household's, with its slips of the pen."""


def frequencies_of(kind: Kind, records: Encoded) -> dict[str, Frequencies]:
    """The adjustments of every field that the kind's comparisons name: log2(average chance / chance of the value).

    Under `CROWD` the dwellings of strangers, where there are any.
    """
    fields = sorted({level.frequency for c in DECLARED[kind] for level in c.levels if level.frequency} - {ROLES})
    crowds = {c.levels[level.common].frequency for c in DECLARED[kind] for level in c.levels if level.common >= 0}
    found = {name: _frequencies(name, records, MANY if name in crowds else 1) for name in fields}
    found[CROWD] = _crowds(records)
    return {name: table for name, table in found.items() if table is not None}


def _crowds(records: Encoded) -> Frequencies | None:
    """The dwellings of more surnames than a household has; so many that none of them tells of a person."""
    dwelling, surname = records.codes["dwelling"], records.codes["surname"]
    known = (dwelling >= 0) & (surname >= 0)
    names = len(records.texts_of("surname")) + 1
    texts = records.texts_of("dwelling")
    surnames = np.bincount(distinct_numbers(dwelling[known].astype(np.int64) * names + surname[known]) // names)
    crowded = [texts[code] for code in np.flatnonzero(surnames > SURNAMES).tolist()]
    return Frequencies(dict.fromkeys(crowded, 0), 0) if crowded else None


def _frequencies(name: str, records: Encoded, least: int) -> Frequencies | None:
    """Of values that `least` records hold or more."""
    if name.startswith(SHARED):
        matrix = records.shared.get(name.removeprefix(SHARED))
        if matrix is None:
            return None
        values, counts = np.unique(matrix[matrix != 0], return_counts=True)
        return _adjustments(values.tolist(), np.where(counts >= least, counts, 0))
    codes = records.codes[name]
    if name in OF_ADDRESSES:
        # The same name at another provider is another address: how many records each has plays no part.
        _, first = np.unique(records.codes[OF_ADDRESSES[name]], return_index=True)
        codes = codes[first]
    counts = np.bincount(codes[codes >= 0], minlength=len(records.texts_of(name)))
    return _adjustments(records.texts_of(name), np.where(counts >= least, counts, 0))


def _adjustments(values: Sequence[str | int], counts: Ints) -> Frequencies | None:
    total = int(counts.sum())
    if total < 2:
        return None
    average = float((counts.astype(float) ** 2).sum()) / total**2
    common = np.flatnonzero(counts >= COMMON)
    bits = np.round(SCALE * np.log2(average * total / np.maximum(counts, 1))).astype(np.int64)
    bits = np.clip(bits, -LIMIT, LIMIT)
    few = counts[(counts > 0) & (counts < COMMON)]
    typical = float((few.astype(float) ** 2).sum() / few.sum()) if len(few) else float(COMMON)
    rare = int(np.clip(round(SCALE * float(np.log2(average * total / typical))), -LIMIT, LIMIT))
    return Frequencies({str(values[code]): int(bits[code]) for code in common.tolist()}, rare)
