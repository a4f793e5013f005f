"""The batch flow: load what sources send, resolve what the graph holds."""
