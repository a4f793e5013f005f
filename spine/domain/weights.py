"""The unit of every weight and height, and the weight that says nothing."""

SCALE = 1000
"""Weights are whole multiples of 1/SCALE bit."""

SILENT = -(2**30)
"""The weight of a pair that has nothing to compare: neither evidence for nor against."""
