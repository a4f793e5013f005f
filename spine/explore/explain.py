"""Why two records are one, or not: the evidence of each comparison, the strongest path, the weakest link."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from spine.access.context import Context
from spine.domain.ids import encode_id
from spine.domain.vocabulary import NAMESPACES
from spine.errors import NotFound
from spine.explore.membership import Entity, resolve
from spine.explore.models import evidence_of
from spine.explore.questions import Asking, Found, Question, both
from spine.explore.sealed import canonical, sealing_key
from spine.explore.spans import span
from spine.matching.model import Evidence, Model
from spine.matching.on_demand import Side, score_two
from spine.matching.stored import stored_models
from spine.ports import Reader, Row, Step


@dataclass(frozen=True)
class Bond:
    """A stored reason to connect two records: a match with its evidence, or a judgement.

    `told` gives the evidence of a match, and is asked when somebody wants to know.
    """

    left: int
    right: int
    bits: float | None
    probability: float | None
    told: Callable[[], Sequence[Evidence]] = field(default=tuple, compare=False, repr=False)
    judged_by: str = ""
    why: str = ""
    at: str = ""

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """What each comparison said; empty for a judgement."""
        return tuple(self.told())

    @property
    def strength(self) -> float:
        """What a path is as strong as: a judgement is above every match."""
        return float("inf") if self.bits is None else self.bits


class Bonds:
    """All bonds inside a set of records, and the strongest path between any two of them."""

    def __init__(self, bonds: Iterable[Bond]) -> None:
        self.all = tuple(bonds)
        self._strongest: dict[frozenset[int], Bond] = {}
        for bond in sorted(self.all, key=lambda bond: bond.strength):
            self._strongest[frozenset((bond.left, bond.right))] = bond

    def between(self, left: int, right: int) -> Bond | None:
        """The strongest bond that connects the two directly."""
        return self._strongest.get(frozenset((left, right)))

    def path(self, start: int, end: int) -> list[Bond]:
        """The path whose weakest bond is as strong as can be; empty where there is none.

        It is the path inside a maximum spanning tree (Hu 1961).
        """
        if start == end or end not in self._ways or start not in self._ways:
            return []
        came: dict[int, tuple[int, Bond] | None] = {start: None}
        turn = [start]
        while turn and end not in came:
            beyond = [(at, other, bond) for at in turn for other, bond in self._ways[at] if other not in came]
            came.update((other, (at, bond)) for at, other, bond in beyond)
            turn = [other for _, other, _ in beyond]
        found = []
        step = came.get(end)
        while step is not None:
            found.append(step[1])
            step = came[step[0]]
        return found[::-1]

    @cached_property
    def _ways(self) -> dict[int, list[tuple[int, Bond]]]:
        """A maximum spanning forest (Kruskal 1956): from each record the bonds that stay, with where they lead."""
        side: dict[int, list[int]] = {}
        ways: dict[int, list[tuple[int, Bond]]] = {}
        for bond in sorted(self._strongest.values(), key=lambda bond: (-bond.strength, bond.left, bond.right)):
            left = side.setdefault(bond.left, [bond.left])
            right = side.setdefault(bond.right, [bond.right])
            if left is right:
                continue
            if len(left) < len(right):
                left, right = right, left
            left += right
            side.update(dict.fromkeys(right, left))
            ways.setdefault(bond.left, []).append((bond.right, bond))
            ways.setdefault(bond.right, []).append((bond.left, bond))
        return ways


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why records `left` and `right` are one entity at a confidence, or not.

    `probability` is the calibrated height at which they come together, None where they are in no common component.
    `direct` is the bond between the two, scored when asked where none is kept; `path` the strongest chain of bonds;
    `weakest` its weakest bond.
    """

    left: int
    right: int
    together: bool
    confidence: float
    probability: float | None
    direct: Bond | None
    path: tuple[Bond, ...]
    weakest: Bond | None
    says: str


def bonding(records: Sequence[int]) -> dict[str, Step]:
    """The steps that find the matches and judgements of records: for `bonds_in`."""
    return {"match": Step("match", "start", tuple(records)), "judged": Step("judged", "start", tuple(records))}


def bonds_in(found: Found, records: Iterable[int], model: Model | None) -> Bonds:
    """The matches and `same` judgements among these records, out of what the steps of `bonding` found."""
    inside = set(records)
    matches, judged = (
        [row for row in found[table] if row["start"] in inside and row["end"] in inside]
        for table in ("match", "judged")
    )
    bonds = [_match_bond(row, model) for row in matches]
    bonds.extend(_judged_bond(row) for row in judged if row["verdict"] == "same")
    return Bonds(bonds)


@Question
def records_named(named: Sequence[int | str]) -> Asking[list[int]]:
    """The record that each name stands for; NotFound names the first that is missing.

    A name is a sequence number, a key (`source/record_id`), or `namespace:value`: the earliest live record that
    carries that identifier.
    """
    found: list[int] = yield from both(*(_record_named(one) for one in named))
    return found


def naming(named: int | str, columns: tuple[str, ...] = ("live",)) -> Asking[dict[str, Step]]:
    """The steps that find the records a name may stand for, as `named`: for `named_in`, which looks at `live`."""
    if isinstance(named, int):
        return {"named": Step("record", "id", (named,), columns=columns)}
    if not is_identifier(named):
        return {"named": Step("record", "key", (named,), columns=columns)}
    space, value = named.split(":", 1)
    key = yield from sealing_key.of(space, value)
    forms = {value, canonical(space, value, key) or value}
    return {
        "identifier": Step("identifier", "value", tuple(sorted(forms))),
        "carriers": Step("carries", "end", after=(("identifier", "id"),), limit=50),
        "named": Step("record", "id", after=(("carriers", "start"),), columns=columns),
    }


def named_in(found: Found, named: int | str) -> int:
    """The record that a name stands for, out of what the steps of `naming` found; NotFound where there is none."""
    rows = found["named"]
    if isinstance(named, str) and is_identifier(named):
        space = named.partition(":")[0]
        nodes = {row["id"] for row in found["identifier"] if row["namespace"] == space}
        fitting = {edge["start"] for edge in found["carriers"] if edge["end"] in nodes}
        rows = [row for row in rows if row["live"] and row["id"] in fitting]
    if not rows:
        what = encode_id("record", named) if isinstance(named, int) else repr(named[:80])
        raise NotFound(f"There is no record {what}.", remedy="Give an id, source/record_id, or namespace:value.")
    return int(rows[0]["id"])


def why(reader: Reader, context: Context, left: int, right: int, confidence: float) -> Explanation:
    """Why two records are together at this confidence, or what keeps them apart."""
    held = resolve(reader, context, [left, right], confidence)
    here, there = held.get(left), held.get(right)
    together = here is not None and there is not None and (here.kind, here.id) == (there.kind, there.id)
    tree = here.tree if here is not None else None
    same_component = tree is not None and right in tree.members
    model = here.model if here is not None else None
    records = tree.members if tree is not None and same_component else (left, right)
    bonds = bonds_in(reader.follow(bonding(records)), records, model)
    path = bonds.path(left, right) if left != right else []
    probability = here.sureness(left, right) if here is not None and same_component else None
    weakest = min(path, key=lambda bond: bond.strength, default=None)
    direct = bonds.between(left, right) or (scored(reader, left, right, model) if left != right else None)
    says = _verdict(together, confidence, probability, bonds.between(left, right), len(path))
    return Explanation(left, right, together, confidence, probability, direct, tuple(path), weakest, says)


def scored(reader: Reader, left: int, right: int, model: Model | None) -> Bond | None:
    """What the two weigh as they stand, where no match of them is kept; None where they can't be compared."""
    rows = {row["id"]: row for row in reader.get("record", "id", [left, right])}
    if len(rows) < 2 or rows[left]["kind"] != rows[right]["kind"]:
        return None
    kind = rows[left]["kind"]
    model = model if model is not None and model.kind == kind else stored_models(reader, [kind]).get(kind)
    if model is None:
        return None
    sides = {number: Side(json.loads(row["fields"] or "{}"), []) for number, row in rows.items()}
    edges = [edge for edge in reader.get("carries", "start", [left, right]) if edge["valid_to"] is None]
    for number, side in sides.items():
        here = [
            (edge["namespace"], edge["end"], edge["first_seen"], edge["last_seen"])
            for edge in edges
            if edge["start"] == number
        ]
        sides[number] = replace(side, identifiers=here)
    weight, evidence = score_two(model, sides[left], sides[right])
    return Bond(left, right, weight / 1000, model.probability(weight), lambda: evidence)


def weakest_link(entity: Entity, bonds: Bonds) -> tuple[tuple[int, ...], tuple[int, ...], float, Bond | None] | None:
    """The two sides of an entity's weakest join, how sure it is, and the strongest bond across it."""
    if entity.tree is None or entity.model is None:
        return None
    join = entity.tree.weakest(entity.members)
    if join is None:
        return None
    left, right = set(join.left), set(join.right)
    across = [b for b in bonds.all if (b.left in left and b.right in right) or (b.left in right and b.right in left)]
    strongest = max(across, key=lambda bond: bond.strength, default=None)
    return join.left, join.right, entity.model.probability(join.height), strongest


def sentence(bond: Bond) -> str:
    """A bond in words: the strongest evidence for it first, then what speaks against."""
    if bond.judged_by:
        return f"asserted by {bond.judged_by}" + (f": {bond.why}" if bond.why else "")
    known = [item for item in bond.evidence if item.bits is not None]
    if not known:
        return f"matched with {bond.bits or 0:.1f} bits"
    ordered = sorted(known, key=lambda item: -(item.bits or 0))
    speaks_for = [item for item in ordered if (item.bits or 0) > 0 or item.days is not None][:3]
    against = [item for item in reversed(ordered) if (item.bits or 0) < 0][:2]
    words = [_said(item) for item in (*speaks_for, *against)]
    return ", ".join(words) or "nothing compared"


def _said(item: Evidence) -> str:
    """What one comparison said, and what decay has left of it."""
    if item.days is None:
        return f"{item.comparison} {item.label} ({item.bits:+.1f} bits)"
    return f"{item.comparison} {item.label}, {span(item.days)} apart ({item.bits:+.1f} of {item.fresh:.1f} bits)"


def reason(names: dict[int, str], bonds: Bonds, anchor: int, record: int, sureness: float) -> str:
    """Why what `record` carries belongs with `anchor`, in one sentence; `names` has the record keys."""
    here = names.get(record, str(record))
    if record == anchor:
        return f"Carried by {here} itself."
    path = bonds.path(anchor, record)
    there = names.get(anchor, str(anchor))
    if not path:
        return f"Carried by {here}, one with {there} at {sureness:.3f}."
    if len(path) == 1:
        return f"Carried by {here}, linked to {there} at {sureness:.3f}: {sentence(path[0])}."
    weakest = min(path, key=lambda bond: bond.strength)
    ends = f"{names.get(weakest.left, weakest.left)} and {names.get(weakest.right, weakest.right)}"
    return (
        f"Carried by {here}, linked to {there} at {sureness:.3f} over {len(path)} steps; "
        f"the weakest, between {ends}: {sentence(weakest)}."
    )


def _record_named(named: int | str) -> Asking[int]:
    return named_in((yield (yield from naming(named))), named)


def is_name(text: str) -> bool:
    """True where a text names a record: `source/record_id`, or `namespace:value`."""
    return is_identifier(text) or "/" in text


def is_identifier(named: str) -> bool:
    """True where a text names an identifier, as `namespace:value`."""
    space, colon, _ = named.partition(":")
    return bool(colon) and (space in NAMESPACES or space.startswith("x_"))


def _match_bond(row: Row, model: Model | None) -> Bond:
    def told() -> Sequence[Evidence]:
        return evidence_of(model, row["levels"] or "", row["model"]) if model else ()

    return Bond(row["start"], row["end"], row["weight"] / 1000, row["probability"], told)


def _judged_bond(row: Row) -> Bond:
    by = row["authority"] + (f" {row['by']}" if row["by"] else "")
    return Bond(row["start"], row["end"], None, 1.0, tuple, by, row["why"] or "", row["at"])


def _verdict(together: bool, confidence: float, probability: float | None, direct: Bond | None, steps: int) -> str:
    if probability is None:
        return "The two are in no common component: nothing brings them together at any confidence."
    link = "directly" if direct is not None and steps <= 1 else f"over {steps} steps"
    if together:
        return f"One at confidence {confidence:g}: they come together at {probability:.4f}, {link}."
    return f"Apart at confidence {confidence:g}: they would come together at {probability:.4f}, {link}."
