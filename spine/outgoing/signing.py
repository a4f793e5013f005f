"""Signatures by Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, under a secret that both sides know."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"


def new_secret() -> str:
    """A new secret: 32 random bytes, as the standard writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed(keys: Sequence[str], identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery, with a signature by each of these secrets: either side may be the later one."""
    content = f"{identity}.{timestamp}.".encode() + body
    digests = (hmac.new(base64.b64decode(key.removeprefix(PREFIX)), content, hashlib.sha256).digest() for key in keys)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }
