"""Judgements: asserted edges between records, that beat every match."""

from dataclasses import dataclass
from enum import StrEnum

AUTHORITIES = ("source", "login", "code", "steward")
"""Who may assert, weakest first: a source's declaration, a login, a verified code, a steward."""
PROOFS = "confirmation"
"""The source of the records that proofs are kept as."""


class Verdict(StrEnum):
    """What a judgement says of two records."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, order=True)
class Judgement:
    """Records `a` and `b` (sequence numbers, a < b) are the same, or are not: by whom, why, when."""

    a: int
    b: int
    verdict: Verdict
    authority: str
    at: str
    by: str = ""
    why: str = ""

    @property
    def strength(self) -> tuple[int, str, str]:
        """What decides between judgements that conflict: authority, then newest, then the verdict's name."""
        return AUTHORITIES.index(self.authority), self.at, self.verdict.value
