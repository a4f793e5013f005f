"""Secrets that have to be read again, sealed under a key that lies outside the store: who has the file has no secret.

A sealed text is `sealed:1:` and, in base64, a random nonce and the secret under AES-256-GCM, which authenticates
with it what it belongs to.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from spine.errors import SettingsError

MARK = "sealed:1:"
_LEAST = 32
_NONCE = 12
_REMEDY = "Set SPINE_WEBHOOKS_KEY to 32 random characters or more, for example from: openssl rand -base64 32"
_REMEDY_LOST = "Name the old key behind the new one, with a comma between; where it is lost: spine webhooks rotate ID."


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that seal and open: the first seals, any opens, so that one can follow another."""

    texts: Sequence[str] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """SettingsError where a key is short enough to be guessed."""
        if any(len(text) < _LEAST for text in self.texts):
            raise SettingsError(f"A key of webhooks has fewer than {_LEAST} characters.", remedy=_REMEDY)

    def __bool__(self) -> bool:
        return bool(self.texts)

    def seal(self, secret: str, belongs: str) -> str:
        """The secret of whatever it belongs to, as the store may keep it; SettingsError without a key."""
        if not self.texts:
            raise SettingsError("The secrets of webhooks are sealed, and there is no key.", remedy=_REMEDY)
        nonce = secrets.token_bytes(_NONCE)
        hidden = _cipher(self.texts[0]).encrypt(nonce, secret.encode(), belongs.encode())
        return MARK + base64.b64encode(nonce + hidden).decode()

    def open(self, sealed: str, belongs: str) -> str:
        """The secret again; SettingsError where none of the keys sealed it. What was never sealed is as it is."""
        if not is_sealed(sealed):
            return sealed
        for text in self.texts:
            secret = _opened(text, sealed, belongs)
            if secret is not None:
                return secret
        raise SettingsError("The secret was sealed under another key than SPINE_WEBHOOKS_KEY.", remedy=_REMEDY_LOST)

    def anew(self, kept: str, belongs: str) -> str:
        """It sealed under the first key; as it is where it is so, where there is no key, and where none opens it."""
        if not self.texts or (is_sealed(kept) and _opened(self.texts[0], kept, belongs) is not None):
            return kept
        try:
            return self.seal(self.open(kept, belongs), belongs)
        except SettingsError:
            return kept


def is_sealed(text: str) -> bool:
    """Whether `Keys.seal` made it."""
    return text.startswith(MARK)


def _cipher(text: str) -> AESGCM:
    """The cipher of a key, which may be any text."""
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"identity-spine webhooks").derive(text.encode()))


def _opened(text: str, sealed: str, belongs: str) -> str | None:
    """The secret; None where this key did not seal it for that."""
    try:
        whole = base64.b64decode(sealed.removeprefix(MARK), validate=True)
        return _cipher(text).decrypt(whole[:_NONCE], whole[_NONCE:], belongs.encode()).decode()
    except (binascii.Error, ValueError, InvalidTag):
        return None
