"""How long the explorer's pages take in a real browser."""
