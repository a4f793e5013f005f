"""The context of a call: every read and write of the graph says for whom, by whom and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, for which tenant, and for which purpose."""

    tenant: str = "default"
    principal: str = "local"
    purpose: str = "operations"


LOCAL = Context()
"""The context of a command run on the machine that holds the store."""
