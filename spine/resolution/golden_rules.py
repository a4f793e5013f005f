"""The survivorship rules as data: which sources to trust, and which rule decides first, per attribute.

    trust: [master, ciam, crm, …]            most trusted first; the beginning of a source's name is enough
    trust_of: {email: [ciam, crm]}           for one attribute; sources that it does not name follow in the order above
    order: {surname: [verified, recency]}    the rules of one attribute, the first that tells two values apart decides
    default: [verified, source, …]           those of every other attribute

What is left out is as shipped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spine.documents import meant
from spine.domain.vocabulary import FIELDS
from spine.errors import QueryError

MEASURES = ("verified", "source", "recency", "frequency", "complete", "longest")
"""The rules: proved, from a trusted source, said last, said most often, whole (an address with its street), longest."""
TOPICS = ("address", *(name for name in FIELDS))
SOURCE_TRUST = ("master", "mdm", "ciam", "hr", "register", "gleif", "billing", "erp", "crm", "loyalty", "subscription",
                "shop", "pos", "support", "app", "mobile", "web")  # fmt: skip
DEFAULT_ORDER = ("verified", "source", "recency", "frequency", "longest")
ORDERS: Mapping[str, tuple[str, ...]] = {
    "given": ("verified", "frequency", "source", "longest", "recency"),
    "surname": ("verified", "recency", "source", "frequency", "longest"),
    "birth_date": ("verified", "frequency", "source", "longest", "recency"),
    "address": ("complete", "verified", "recency", "source", "longest"),
    "organisation": ("verified", "source", "frequency", "longest", "recency"),
}
DOCUMENT = "rules:golden"
"""The id under which a store keeps rules of its own."""


@dataclass(frozen=True)
class Rules:
    """Survivorship rules; those shipped are good without editing."""

    trust: tuple[str, ...] = SOURCE_TRUST
    trust_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(ORDERS))
    default: tuple[str, ...] = DEFAULT_ORDER

    def deciding(self, topic: str) -> tuple[str, ...]:
        """The rules of an attribute, in the order in which they decide."""
        return self.order.get(topic, self.default)

    def trusted(self, topic: str, source: str) -> int:
        """The place of a source for an attribute, 0 the most trusted; all that are not named share the last."""
        name = source.lower()
        ranked = [*self.trust_of.get(topic, ()), *self.trust]
        return next((at for at, trusted in enumerate(ranked) if name.startswith(trusted)), len(ranked))

    def plain(self) -> dict[str, Any]:
        """Plain data; `read` reads it back."""
        return {
            "trust": list(self.trust),
            "trust_of": {name: list(sources) for name, sources in self.trust_of.items()},
            "order": {name: list(rules) for name, rules in self.order.items()},
            "default": list(self.default),
        }

    def dump(self) -> str:
        """One line of JSON, as a store keeps it."""
        return json.dumps(self.plain())


SHIPPED = Rules()


def read(data: Any) -> Rules:
    """Rules of plain data, as YAML or JSON gives it; QueryError names what is not known."""
    if not isinstance(data, dict):
        raise QueryError("The rules are not a mapping.", remedy="Begin with `order:` or `trust:`.")
    _known(data, ("trust", "trust_of", "order", "default"), "part of rules")
    trust_of = _lists(data.get("trust_of") or {}, "trust_of")
    order = _lists(data.get("order") or {}, "order")
    for name in (*trust_of, *order):
        _known([name], TOPICS, "attribute")
    for rules in (*order.values(), data.get("default") or ()):
        _known(rules, MEASURES, "rule")
    return Rules(
        tuple(_texts(data.get("trust", SOURCE_TRUST), "trust")),
        {name: tuple(source.lower() for source in sources) for name, sources in trust_of.items()},
        {**ORDERS, **order},
        tuple(data.get("default") or DEFAULT_ORDER),
    )


def kept(bodies: Sequence[str]) -> Rules:
    """The rules of the documents that a store keeps under `DOCUMENT`, those shipped where it keeps none."""
    return read(json.loads(bodies[0])) if bodies else SHIPPED


def _lists(data: Any, place: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(data, dict):
        raise QueryError(f"{place} is not a mapping.", remedy=f"Write `{place}: {{surname: […]}}`.")
    return {str(name): tuple(_texts(values, f"{place}.{name}")) for name, values in data.items()}


def _texts(data: Any, place: str) -> Sequence[str]:
    if not isinstance(data, list | tuple) or not all(isinstance(one, str) and one for one in data) or not data:
        raise QueryError(f"{place} is not a list of names.", remedy=f"Write `{place}: [first, second]`.")
    return [one.lower() for one in data] if place.startswith("trust") else list(data)


def _known(names: Any, known: Sequence[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise QueryError(
                f"{name!r} is no {what}.", remedy=f"{meant(str(name), known)}Known are: {', '.join(known)}."
            )
