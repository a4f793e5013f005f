"""Where a webhook may be posted to: public addresses, and the networks that the operator allows.

A name is looked up once, every address behind it is checked, and the connection goes to the very address that was
checked: a name that answers with another address a moment later (DNS rebinding) leads nowhere.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from spine.errors import QueryError, SettingsError

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses behind a name; OSError where there are none."""

_MOST = 2000
_TRANSLATED = ip_network("64:ff9b::/96")


class Forbidden(QueryError):
    """An address that nothing is sent to."""

    code = "FORBIDDEN_ADDRESS"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the address that was checked, and the name that the other side is asked for."""

    host: str
    port: int
    address: str
    tls: bool
    path: str


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that texts such as `127.0.0.0/8` name; SettingsError for one that is none."""
    try:
        return tuple(ip_network(text.strip()) for text in texts if text.strip())
    except ValueError as error:
        raise SettingsError(f"SPINE_WEBHOOKS_ALLOW: {error}.", remedy="Give networks such as 10.1.0.0/16.") from error


def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses behind a name, as this machine looks them up."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def target_of(url: str, allowed: Sequence[Network] = (), resolve: Resolve = looked_up) -> Target:
    """Where a URL leads to; QueryError where it can't be used, Forbidden where it leads into a network not allowed.

    OSError where its name has no address. Plain http is for allowed networks only.
    """
    host, port, tls, path = _parts(url)
    found = resolve(host, port)
    if not found:
        raise OSError(f"{host} has no address.")
    addresses = [_plain(ip_address(text.partition("%")[0])) for text in found]
    for one in addresses:
        inside = any(one in network for network in allowed if network.version == one.version)
        if not inside and not _public(one):
            raise Forbidden(
                f"{host} leads to {one}, which is not public.",
                remedy="Give a public address, or allow its network with SPINE_WEBHOOKS_ALLOW.",
            )
        if not inside and not tls:
            raise Forbidden(f"{host} would be sent to in the clear.", remedy="Give an https:// address.")
    return Target(host, port, str(addresses[0]), tls, path)


def _parts(url: str) -> tuple[str, int, bool, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna" if not host.isascii() else "ascii")
    except ValueError as error:
        raise QueryError(f"{url[:80]!r} is no URL.", remedy="Give https://HOST/PATH.") from error
    plain = url.isprintable() and " " not in url and len(url) <= _MOST
    if parts.scheme not in ("https", "http") or not host or not plain or "@" in parts.netloc:
        raise QueryError(
            f"{url[:80]!r} can't be posted to.", remedy="Give https://HOST/PATH, without a user name or blanks."
        )
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise QueryError(f"{url[:80]!r} has letters that a URL can't have.", remedy="Write them as %XX.")
    return host, port or (443 if tls else 80), tls, path


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address


def _public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved
