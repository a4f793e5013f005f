"""The value under which an identifier is looked up: normalised, and hashed with the store's key where it is sealed."""

import re

from spine.domain.vocabulary import SEALED_NAMESPACES
from spine.explore.questions import Asking, Question
from spine.matching.stored import KEY_DOCUMENT, key_in
from spine.normalise.identifiers import lookup_values, normalise_identifier
from spine.normalise.sealing import seal
from spine.ports import Step

_IBAN = re.compile(r"\s*[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{11,38}")


@Question
def sealing_key(namespace: str | None, value: str) -> Asking[bytes | None]:
    """The store's key where the value may be a sealed one; None, and no round trip, where it can't be.

    Where nobody names the namespace, the key is read only for what looks like an international account number.
    """
    if not (namespace in SEALED_NAMESPACES if namespace else _IBAN.fullmatch(value)):
        return None
    found = yield {"key": Step("document", "id", (KEY_DOCUMENT,))}
    return key_in(found["key"])


@Question
def looked_up(namespace: str, value: str) -> Asking[str | None]:
    """The canonical value of an identifier in this store, or None where it is none."""
    return canonical(namespace, value, (yield from sealing_key.of(namespace, value)))


def readings(namespace: str, value: str, key: bytes | None) -> tuple[str, ...]:
    """Every canonical value that a text may stand for: a local phone number is read as one of each likely region."""
    if namespace not in SEALED_NAMESPACES:
        return lookup_values(namespace, value)
    sealed = canonical(namespace, value, key)
    return () if sealed is None else (sealed,)


def canonical(namespace: str, value: str, key: bytes | None) -> str | None:
    """The canonical value of an identifier, or None where it is none; without a key no sealed one is."""
    if namespace not in SEALED_NAMESPACES:
        return normalise_identifier(namespace, value)
    return seal(namespace, value, key) if key is not None else None
