"""What a resolve tells of itself."""

from dataclasses import dataclass, field

PROVEN = "proven to differ"
"""Among what was skipped: pairs that verified values of a unique namespace keep apart; all else are crowded keys."""
SUMMARY = "summary:resolve"
"""The document that holds the last report."""


@dataclass
class ResolveReport:
    """What a resolve found, what it skipped, and how long each stage took; `changed` is how many records it looked at.

    Where those are not all, candidates and matches are those of the changed records.
    """

    records: int = 0
    changed: int = 0
    identifiers: int = 0
    candidates: int = 0
    matches: int = 0
    components: int = 0
    persons: int = 0
    organisations: int = 0
    households: int = 0
    ultimate_parents: int = 0
    cycles: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unresolved: dict[str, int] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    written: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    asked: dict[str, str | float] = field(default_factory=dict)
    position: int = 0
    """What was asked for, by which release, and the last entry of the log that it answers."""
