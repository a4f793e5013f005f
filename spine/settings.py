"""Settings, read from the environment once, and passed in."""

from collections.abc import Mapping
from dataclasses import dataclass

from spine.errors import SettingsError

DEFAULT_STORE = "sqlite:.spine/spine.db"
DEFAULT_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run can be told from outside; every field has its `SPINE_…` variable."""

    store: str = DEFAULT_STORE
    confidence: float = DEFAULT_CONFIDENCE
    neo4j_user: str = "neo4j"
    neo4j_password: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read `SPINE_STORE`, `SPINE_CONFIDENCE`, `SPINE_NEO4J_USER`, `SPINE_NEO4J_PASSWORD`."""
        text = environment.get("SPINE_CONFIDENCE", "")
        try:
            confidence = float(text) if text else DEFAULT_CONFIDENCE
        except ValueError:
            confidence = -1.0
        if not 0.0 < confidence < 1.0:
            raise SettingsError(f"SPINE_CONFIDENCE is {text!r}.", remedy="Give a number between 0 and 1, such as 0.95.")
        return cls(
            store=environment.get("SPINE_STORE", DEFAULT_STORE),
            confidence=confidence,
            neo4j_user=environment.get("SPINE_NEO4J_USER", "neo4j"),
            neo4j_password=environment.get("SPINE_NEO4J_PASSWORD", ""),
        )
