"""When what happened to an identifier happened to a record that carries it."""

from collections.abc import Iterable


def given_up_before(begun: str | None, ends: Iterable[str]) -> str | None:
    """Of the times at which records gave an identifier up, the last before one that carried it since `begun`."""
    return max((end for end in ends if begun and end < begun), default=None)


def held_at(at: str | None, begun: str | None, ended: str | None, since: str | None) -> bool:
    """True where what happened at this time happened to who carried it from `begun` to `ended`.

    What was first seen in 2025 may have been hers in 2022: the time of the first sight bounds nothing. Only who gave
    an identifier up before (`since`) shows that it was another's until then. Without a time it happened to everybody.
    Times are compared as far as both say.
    """
    if not at:
        return True
    if ended and at[: len(ended)] > ended:
        return False
    return not since or at[: len(since)] > since or bool(begun and at >= begun)
