"""The numbers of identifiers, events and consents: keyed hashes, so that an id tells nothing of the value behind it."""

import json
import secrets
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from spine.matching.stored import KEY_DOCUMENT, stored_key
from spine.normalise.columns import compute
from spine.normalise.whole_numbers import Ints
from spine.ports import Clock, Writer, arrow_schema

FEW = 100
"""Up to so many rows are joined in Python."""
PLACES = 1 << 20
"""Changes of one position of the log are numbered from `position * PLACES`."""
__all__ = ["KEY_DOCUMENT", "PLACES", "key_of", "numbers", "stored_key"]


def key_of(writer: Writer, clock: Clock, chosen: str = "") -> bytes:
    """The key of this store: kept in it from the first write on; `chosen` or random."""
    found = stored_key(writer)
    if found:
        return found
    text = chosen or secrets.token_hex(16)
    row = {"id": KEY_DOCUMENT, "kind": "meta", "at": clock.now(), "body": json.dumps({"key": text})}
    writer.put("document", pa.Table.from_pylist([row], schema=arrow_schema("document")))
    return text.encode()


def numbers(key: bytes, *columns: Any) -> Ints:
    """A positive 63-bit number for each row of text columns, the same for the same texts under one key.

    BLAKE2b in its keyed mode (RFC 7693) over the texts of each row, joined by the unit separator, null as empty text;
    the columns are Arrow's.
    """
    start = blake2b(digest_size=8, key=key[:64])
    if len(columns[0]) <= FEW:
        texts = zip(*(column.to_pylist() for column in columns), strict=True)
        return _digested([digest_of(start, "\x1f".join(text or "" for text in row).encode()) for row in texts])
    joined = compute.binary_join_element_wise(*(compute.fill_null(column, "") for column in columns), "\x1f")
    begun, digests = start.copy, []
    for text in joined.cast(pa.binary()).to_pylist():
        # `digest_of`, written out: it is done for every identifier of every record.
        state = begun()
        state.update(text)
        digests.append(state.digest())
    return _digested(digests)


def digest_of(start: blake2b, text: bytes) -> bytes:
    """The digest of a text, begun with the key."""
    state = start.copy()
    state.update(text)
    return state.digest()


def _digested(digests: list[bytes]) -> Ints:
    return (np.frombuffer(b"".join(digests), dtype="<u8") >> np.uint64(1)).astype(np.int64)
