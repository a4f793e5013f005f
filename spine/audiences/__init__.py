"""Audiences: persons and households by what is known of them, with consent enforced; columnar, over the whole graph."""
