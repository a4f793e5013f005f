"""How common surnames are, and on which day: counted once over all persons, then kept.

So a household depends on its own neighbourhood alone. Were they counted anew with every record, each newcomer would
shift the weight of every surname in the graph a little, and no household could be rebuilt by itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from spine.errors import ModelError
from spine.normalise.columns import compute
from spine.normalise.whole_numbers import distinct_numbers
from spine.resolution import household_weights as w
from spine.resolution.components import Ints
from spine.resolution.grouping import distinct
from spine.resolution.resolved import Resolved

FREQUENCIES = "frequencies:surname"
"""The document that a store keeps its frequencies in."""
COMMON = 5
"""Surnames that fewer persons have are not kept by name (they could tell of a person): they count as one person's."""


@dataclass(frozen=True, slots=True)
class Surnames:
    """Of so many `persons`, how many are `carriers` of each common surname; counted on `day`, that of the newest record
    (empty where none has a date)."""

    persons: int = 0
    carriers: Mapping[str, int] = field(default_factory=dict)
    day: str = ""

    def bits(self, texts: list[str]) -> Ints:
        """What agreement on each surname weighs, in thousandths of a bit."""
        return surname_bits(np.array([self.carriers.get(text, 1) for text in texts], dtype=np.int64), self.persons)

    def to_document(self) -> str:
        """The frequencies as JSON."""
        return json.dumps({"persons": self.persons, "carriers": dict(self.carriers), "day": self.day}, sort_keys=True)

    @classmethod
    def from_document(cls, body: str) -> "Surnames":
        """Read what `to_document` wrote; ModelError where it is something else."""
        try:
            data = json.loads(body)
            carriers = {str(name): int(count) for name, count in data["carriers"].items()}
            return cls(int(data["persons"]), carriers, str(data.get("day", "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                "The stored surname frequencies can't be read.", remedy="Count again: `spine resolve --train always`."
            ) from error


def surname_bits(carriers: Ints, persons: int) -> Ints:
    """What agreement on surnames of so many carriers weighs, in thousandths of a bit."""
    frequency = (carriers + w.SURNAME_PRIOR * w.SURNAME_USUAL) / (persons + w.SURNAME_PRIOR)
    bits = np.rint(np.log2(w.SURNAME_AGREES / frequency) * 1000).astype(np.int64)
    clipped: Ints = np.clip(bits, 0, w.SURNAME_MOST.value)
    return clipped


def count_surnames(resolved: Resolved) -> Surnames:
    """How common the surnames of all persons are."""
    surname = resolved.coded_text("surname")
    named = (resolved.person >= 0) & (surname.codes >= 0)
    _, code = distinct(resolved.person[named], surname.codes[named])
    carriers = np.bincount(code, minlength=len(surname.texts))
    common = np.flatnonzero(carriers >= COMMON).tolist()
    persons = len(distinct_numbers(resolved.person[resolved.person >= 0]))
    day = str(compute.max(resolved.records["observed_at"]).as_py() or "")[:10]
    return Surnames(persons, {str(surname.texts[at]): int(carriers[at]) for at in common}, day)
