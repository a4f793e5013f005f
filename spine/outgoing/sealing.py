"""Secrets that have to be read again, sealed under a key that lies outside the store: who has the file has no secret.

A sealed text is `sealed:1:NONCE:TEXT:TAG`. The text is hidden by a key stream of HMAC-SHA256 over the nonce (a fresh
random one each time) and a counter, and authenticated, together with what it belongs to, by HMAC-SHA256 under a key of
its own (encrypt, then authenticate): a pseudorandom function is all that this needs, and the standard library has one.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from spine.errors import SettingsError

MARK = "sealed:1:"
_LEAST = 32
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
        nonce = secrets.token_bytes(16)
        hidden = _hidden(self.texts[0], nonce, secret.encode())
        parts = (nonce, hidden, _tag(self.texts[0], nonce, hidden, belongs))
        return MARK + ":".join(base64.b64encode(part).decode() for part in parts)

    def open(self, sealed: str, belongs: str) -> str:
        """The secret again; SettingsError where none of the keys sealed it. What was never sealed is as it is."""
        if not is_sealed(sealed):
            return sealed
        key = self._key_of(sealed, belongs)
        if key is None:
            raise SettingsError("The secret was sealed under another key than SPINE_WEBHOOKS_KEY.", remedy=_REMEDY_LOST)
        nonce, hidden, _ = _parts(sealed)
        return _hidden(key, nonce, hidden).decode()

    def anew(self, kept: str, belongs: str) -> str:
        """It sealed under the first key; as it is where it is so, where there is no key, and where none opens it."""
        if not self.texts or (is_sealed(kept) and self._key_of(kept, belongs) in (None, self.texts[0])):
            return kept
        return self.seal(self.open(kept, belongs), belongs)

    def _key_of(self, sealed: str, belongs: str) -> str | None:
        try:
            nonce, hidden, tag = _parts(sealed)
        except ValueError:
            return None
        fitting = (text for text in self.texts if hmac.compare_digest(tag, _tag(text, nonce, hidden, belongs)))
        return next(fitting, None)


def is_sealed(text: str) -> bool:
    """Whether `Keys.seal` made it."""
    return text.startswith(MARK)


def _parts(sealed: str) -> tuple[bytes, bytes, bytes]:
    nonce, hidden, tag = (base64.b64decode(part) for part in sealed.removeprefix(MARK).split(":"))
    return nonce, hidden, tag


def _prf(key: str, purpose: bytes, message: bytes) -> bytes:
    derived = hmac.new(key.encode(), b"identity-spine webhooks " + purpose, hashlib.sha256).digest()
    return hmac.new(derived, message, hashlib.sha256).digest()


def _hidden(key: str, nonce: bytes, text: bytes) -> bytes:
    """The text under the key stream; the same again gives the text back."""
    blocks = (len(text) + 31) // 32
    stream = b"".join(_prf(key, b"hide", nonce + at.to_bytes(4, "big")) for at in range(blocks))
    return bytes(one ^ other for one, other in zip(text, stream, strict=False))


def _tag(key: str, nonce: bytes, hidden: bytes, belongs: str) -> bytes:
    return _prf(key, b"authenticate", nonce + len(hidden).to_bytes(4, "big") + hidden + belongs.encode())
