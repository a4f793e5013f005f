"""The surname frequencies that a store keeps."""

import pyarrow as pa

from spine.ports import Clock, Reader, Writer
from spine.resolution.surnames import FREQUENCIES, Surnames


def stored_surnames(reader: Reader) -> Surnames | None:
    """The surname frequencies of the store; None where none were counted yet."""
    rows = reader.get("document", "id", [FREQUENCIES])
    return Surnames.from_document(rows[0]["body"]) if rows else None


def keep_surnames(writer: Writer, counted: Surnames, clock: Clock) -> None:
    """Keep these frequencies; the same again writes nothing."""
    if stored_surnames(writer) != counted:
        row = {"id": [FREQUENCIES], "kind": ["frequencies"], "at": [clock.now()], "body": [counted.to_document()]}
        writer.put("document", pa.table(row))
