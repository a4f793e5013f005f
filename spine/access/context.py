"""The context of a call: every read and write of the graph says for whom, by whom and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, for which tenant, and for which purpose; whoever is `patient` may read one view for an hour."""

    tenant: str = "default"
    principal: str = "local"
    purpose: str = "operations"
    patient: bool = False


LOCAL = Context(patient=True)
"""The context of a command run on the machine that holds the store, and of what a server reads in the background."""

SERVED = Context()
"""The context of a request to a server: others wait for the thread that answers it."""
