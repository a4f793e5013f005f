"""Signatures by Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, under a secret that both sides know."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """A new secret: 32 random bytes, as the standard writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed(secret: str, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    content = f"{identity}.{timestamp}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
