"""The value under which an identifier is looked up: normalised, and hashed with the store's key where it is sealed."""

import re

from spine.domain.vocabulary import SEALED_NAMESPACES
from spine.matching.stored import stored_key
from spine.normalise.identifiers import normalise_identifier
from spine.normalise.sealing import seal
from spine.ports import Reader

_IBAN = re.compile(r"\s*[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{11,38}")


def looked_up(reader: Reader, namespace: str, value: str, *, named: bool = True) -> str | None:
    """The canonical value of an identifier in this store, or None where it is none.

    Where nobody `named` the namespace, the key is read only for what looks like an international account number.
    """
    if namespace not in SEALED_NAMESPACES:
        return normalise_identifier(namespace, value)
    return seal(namespace, value, stored_key(reader)) if named or _IBAN.fullmatch(value) else None
