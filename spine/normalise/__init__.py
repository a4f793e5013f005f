"""Normalising: one value type per file; `record.py` turns a batch of records into fields and identifiers."""
