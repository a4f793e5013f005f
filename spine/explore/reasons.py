"""The evidence of a derived edge, as stored with it (a JSON list), as reasons and in words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its kind, what it weighs (bits, or a weight from 0 to 1), with whom it is shared, who says so.

    `takes_out`: without all such reasons the edge would not be there.
    """

    kind: str
    bits: float | None = None
    weight: float | None = None
    shared_with: int | None = None
    source: str | None = None
    takes_out: bool = False


def reasons_of(evidence: str | None) -> tuple[Reason, ...]:
    """The reasons in an `evidence` column; none where it is empty."""
    found = json.loads(evidence) if evidence else []
    return tuple(
        Reason(
            str(one["kind"]),
            one.get("bits"),
            one.get("weight"),
            one.get("with"),
            one.get("source"),
            bool(one.get("out")),
        )
        for one in found
        if isinstance(one, dict) and "kind" in one
    )


def in_words(reasons: Sequence[Reason]) -> str:
    """The reasons as one phrase, in their order; empty where there are none."""
    return ", ".join(_phrase(one) for one in reasons)


def _phrase(reason: Reason) -> str:
    words = reason.kind.replace("_", " ")
    if reason.source:
        words += f" by {reason.source}"
    if reason.bits is not None:
        words += f" ({reason.bits:+.1f} bits)"
    elif reason.weight is not None:
        words += f" ({reason.weight:.2f})"
    return words
