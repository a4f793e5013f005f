"""Fingerprints of tables and of long documents: what is there already need not be read to know it."""

import hashlib
import io
from typing import Any

import pyarrow as pa

PREFIX = "digest_"
"""Before the name of a table, the property of the store's own node that holds the fingerprint of its last replace."""

_ROWS = 65_536
_LONG = 1 << 14
"""Characters from which the body of a document carries its digest."""


def digest_of(rows: pa.Table) -> str:
    """The same only for the same schema and rows in the same order (BLAKE2b of their Arrow stream).

    Equal rows may differ in it, where Arrow keeps them differently: then they are compared one by one as ever.
    """
    hashing = _Hashing()
    whole = rows.combine_chunks().replace_schema_metadata(None)
    with pa.PythonFile(hashing, mode="w") as sink, pa.ipc.new_stream(sink, whole.schema) as stream:
        stream.write_table(whole, max_chunksize=_ROWS)
    return hashing.hash.hexdigest()


class _Hashing(io.RawIOBase):
    """A file that keeps nothing but the hash of what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.hash = hashlib.blake2b(digest_size=32)

    def writable(self) -> bool:
        """Writing is all it does."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes in."""
        self.hash.update(data)
        return len(data)


def digest_of_body(body: str | None) -> str | None:
    """The digest that a long document carries; None for a body so short that it may be sent again and again."""
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest() if body and len(body) >= _LONG else None
