"""The numbers of identifiers, events and consents: keyed hashes, so that an id tells nothing of the value behind it."""

import json
import secrets
from hashlib import blake2b

import numpy as np
import pyarrow as pa

from spine.ports import Clock, Reader, Writer
from spine.resolution.components import Ints

KEY_DOCUMENT = "meta:identifier-key"


def key_of(writer: Writer, clock: Clock, chosen: str = "") -> bytes:
    """The key of this store: kept in it from the first write on; `chosen` or random."""
    found = stored_key(writer)
    if found:
        return found
    text = chosen or secrets.token_hex(16)
    row = {"id": [KEY_DOCUMENT], "kind": ["meta"], "at": [clock.now()], "body": [json.dumps({"key": text})]}
    writer.put("document", pa.table(row))
    return text.encode()


def stored_key(reader: Reader) -> bytes:
    """The key that the store keeps; empty where nothing has been loaded."""
    rows = reader.get("document", "id", [KEY_DOCUMENT])
    return json.loads(rows[0]["body"])["key"].encode() if rows else b""


def numbers(key: bytes, *columns: "pa.ChunkedArray[pa.StringScalar] | pa.Array[pa.StringScalar]") -> Ints:
    """A positive 63-bit number for each row of text columns, the same for the same texts under one key."""
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    digests = b"".join(
        blake2b("\x1f".join(text or "" for text in row).encode(), digest_size=8, key=key[:64]).digest() for row in rows
    )
    return (np.frombuffer(digests, dtype="<u8") >> np.uint64(1)).astype(np.int64)
