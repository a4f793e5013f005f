"""The identity spine: one graph of records and identifiers, and the persons, households and organisations in it."""

__version__ = "0.1.0"
