"""The version of the schema, the same number on every store that keeps one."""

from spine.errors import SchemaMismatch

SCHEMA_VERSION = 8
"""Goes up by one with every change of `GRAPH`, or of what a store derives from it.

A table, column or index that is new needs nothing else: stores complete themselves when they find an older version.
Anything more is a step of the store's own, named by the version that it leads to."""


RESOLVED = ("summary:resolve", "index:keys")
"""The documents that say how far derived rows are right: without them the next resolve looks at everything. A step
removes them where the rule behind derived rows changed."""

UNASKED = (("record", "source"), ("event", "kind"), ("consent", "purpose"))
"""Columns of few values whose indexes nothing asked: version 6 is without them."""


def refuse_newer(place: str, version: int) -> None:
    """SchemaMismatch where the store was written by a newer version of the product."""
    if version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"{place} has schema version {version}; this version of the product knows {SCHEMA_VERSION}.",
            remedy="Upgrade the product, or open another store.",
        )
