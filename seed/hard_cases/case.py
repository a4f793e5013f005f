"""A hard case: explicit records, and what they must and must not become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Line = Mapping[str, str]
"""One record: `source`, `entity`, `household` where it shows a home, and the facts by their names in seed.facts."""


@dataclass(frozen=True)
class Case:
    """Records with their truth; `ultimate` gives per organisation its ultimate parent, None inside a cycle."""

    name: str
    why: str
    rows: tuple[Line, ...]
    ultimate: Mapping[str, str | None] = field(default_factory=dict)

    def expectation(self, keys: Sequence[str]) -> dict[str, Any]:
        """The case as JSON, `keys` being the record keys of its rows.

        `records` all keys; `same` lists of keys that are one entity each; `different` keys of which no two are one
        entity; `household` lists of keys, one household a list, different lists different ones; `parent` the key of
        each organisation with that of its ultimate parent, null in a cycle."""
        people = _groups([row["entity"] for row in self.rows], keys)
        homes = _groups([row.get("household") for row in self.rows], keys)
        found: dict[str, Any] = {"why": self.why, "records": list(keys)}
        if same := [group for group in people.values() if len(group) > 1]:
            found["same"] = same
        if len(people) > 1:
            found["different"] = [group[0] for group in people.values()]
        if homes:
            found["household"] = list(homes.values())
        if self.ultimate:
            found["parent"] = {
                people[entity][0]: None if top is None else people[top][0] for entity, top in self.ultimate.items()
            }
        return found


def line(source: str, entity: str, observed: str, *parts: Mapping[str, str], **facts: str) -> Line:
    """One record of a person or organisation, from shared parts (an address, a name) and facts of its own."""
    row = {"source": source, "entity": entity, "observed": observed, "since": observed}
    for part in parts:
        row.update(part)
    row.update(facts)
    return row


def home(
    household: str, number: str, street: str, city: str, region: str, postcode: str, **rest: str
) -> dict[str, str]:
    """An American address where this household lives; an empty household where nobody lives."""
    parts = {"number": number, "street": street, "city": city, "region": region, "postcode": postcode, "country": "US"}
    return parts | rest | ({"household": household} if household else {})


def _groups(values: Sequence[str | None], keys: Sequence[str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for value, key in zip(values, keys, strict=True):
        if value is not None:
            out.setdefault(value, []).append(key)
    return out
