"""How fast an identity look-up is, and what of it is the store."""
