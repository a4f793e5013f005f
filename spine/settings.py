"""Settings, read from the environment once, and passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from spine.errors import SettingsError

DEFAULT_STORE = "sqlite:.spine/spine.db"
DEFAULT_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run can be told from outside; every field has its `SPINE_…` variable."""

    store: str = DEFAULT_STORE
    confidence: float = DEFAULT_CONFIDENCE
    neo4j_user: str = "neo4j"
    neo4j_password: str = field(default="", repr=False)
    read_only: bool = False
    webhooks_allow: tuple[str, ...] = ()
    webhooks_keys: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read `SPINE_STORE`, `SPINE_CONFIDENCE`, `SPINE_NEO4J_USER`, `SPINE_NEO4J_PASSWORD`,
        `SPINE_READ_ONLY` (1: the server refuses every mutation), `SPINE_WEBHOOKS_ALLOW` (networks that are not
        public and may be posted to all the same, with commas between) and `SPINE_WEBHOOKS_KEY` (what secrets of
        webhooks are sealed under; behind a comma those that it was before)."""
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
            read_only=_flag(environment, "SPINE_READ_ONLY"),
            webhooks_allow=tuple(environment.get("SPINE_WEBHOOKS_ALLOW", "").replace(",", " ").split()),
            webhooks_keys=tuple(environment.get("SPINE_WEBHOOKS_KEY", "").replace(",", " ").split()),
        )


def _flag(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").strip().lower()
    if text not in ("", "0", "1", "false", "true"):
        raise SettingsError(f"{name} is {text!r}.", remedy="Give 1 or 0.")
    return text in ("1", "true")
