"""Values that are kept as keyed hashes only: the same value gives the same hash within one store, and nothing else.

A plain hash would not do: there are few enough bank accounts to try them all.
"""

import json
from hashlib import blake2b
from typing import Any

from spine.domain.vocabulary import SEALED_NAMESPACES
from spine.normalise.identifiers import normalise_identifier

_MARK = "sealed"


def seal(namespace: str, value: str, key: bytes) -> str | None:
    """The keyed hash of a value (BLAKE2b, RFC 7693), however it is written; None where it is no value. Idempotent."""
    plain = normalise_identifier(namespace, value)
    if plain is None or namespace not in SEALED_NAMESPACES or is_sealed(plain):
        return plain
    return _MARK + blake2b(f"{namespace}\x1f{plain}".encode(), digest_size=16, key=key[:64]).hexdigest()


def is_sealed(value: str) -> bool:
    """Whether a value is a hash made by `seal`."""
    return value.startswith(_MARK) and len(value) == len(_MARK) + 32


def sealed_row(raw: str | None, namespace: str, values: set[str], key: bytes) -> str | None:
    """A row as the source had it (a JSON object), each text in it that is one of these values (normalised) sealed."""
    if raw is None:
        return None

    def through(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: through(one) for name, one in part.items()}
        if isinstance(part, list):
            return [through(one) for one in part]
        if isinstance(part, str | int) and not isinstance(part, bool):
            plain = normalise_identifier(namespace, str(part))
            return seal(namespace, str(part), key) if plain in values else part
        return part

    return json.dumps(through(json.loads(raw)), ensure_ascii=False)
