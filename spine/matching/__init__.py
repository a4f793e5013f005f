"""Matching: comparisons declared as data, one scorer for batch and online, training by expectation maximisation."""
