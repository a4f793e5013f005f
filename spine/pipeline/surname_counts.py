"""The surname frequencies that a store keeps."""

from functools import lru_cache

import pyarrow as pa

from spine.ports import Clock, Reader, Writer
from spine.resolution.surnames import FREQUENCIES, Surnames


def stored_surnames(reader: Reader) -> Surnames | None:
    """The surname frequencies of the store; None where none were counted yet."""
    rows = reader.get("document", "id", [FREQUENCIES])
    return _parsed(rows[0]["body"]) if rows else None


@lru_cache(maxsize=4)
def _parsed(body: str) -> Surnames:
    return Surnames.from_document(body)


def keep_surnames(writer: Writer, counted: Surnames, clock: Clock) -> None:
    """Keep these frequencies; the same again writes nothing."""
    if stored_surnames(writer) != counted:
        row = {"id": [FREQUENCIES], "kind": ["frequencies"], "at": [clock.now()], "body": [counted.to_document()]}
        writer.put("document", pa.table(row))
