"""The source systems of a world: whom each has seen, and what its export looks like."""
