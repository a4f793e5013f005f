"""Where the server may be reached: this machine only, unless told otherwise; and by which names."""

from collections.abc import Collection

from spine.errors import SettingsError

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def check_host(host: str, allow_remote: bool) -> str:
    """The host to bind; SettingsError for one that others can reach, unless that is allowed explicitly.

    There is no sign-in yet: whoever reaches the port reads everything.
    """
    if host in LOCAL_HOSTS or allow_remote:
        return host
    raise SettingsError(
        f"{host} is reachable from other machines, and everything can be read without signing in.",
        remedy="Leave the host at 127.0.0.1, or give --allow-remote if the network is trusted.",
    )


def is_trusted(header: str, hosts: Collection[str]) -> bool:
    """True where a Host header names one of these hosts; `*` allows any.

    A page of another site can point its own name at 127.0.0.1 (DNS rebinding); its requests carry that name.
    """
    if "*" in hosts:
        return True
    name = header.strip().lower()
    bare = name[1 : name.find("]")] if name.startswith("[") else name.partition(":")[0]
    return bare in hosts


def same_origin(origin: str | None, host: str) -> bool:
    """True where a WebSocket comes from a page of this server, or from no page at all.

    Browsers let any page open one and say whose page it is; other clients say nothing.
    """
    return origin is None or origin.partition("://")[2].lower() == host.strip().lower()
