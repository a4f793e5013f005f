"""Derived facts as answers: declared once, computed for one subject when asked."""

from collections.abc import Mapping, Sequence

import strawberry

from spine.audiences.selection import as_day
from spine.explore.events import Timeline
from spine.explore.fact_values import FactValue, checked_day, fact_values
from spine.explore.facts import DOCUMENT, Facts, declared_in
from spine.explore.facts import Fact as Declared
from spine.explore.questions import Asking, Question
from spine.ports import Step


@strawberry.type(description="An amount of money in one currency.")
class Amount:
    currency: str
    value: float


@strawberry.type(description="A derived fact as it is declared: its kind is number, money or text.")
class FactDeclaration:
    name: str
    says: str
    kind: str
    measure: str


@strawberry.type(description="A derived fact of one subject; amounts of different currencies are never added up.")
class Fact:
    name: str
    says: str
    kind: str = strawberry.field(description="number, money or text.")
    number: float | None
    text: str | None
    amounts: list[Amount]


def declaration_of(fact: Declared) -> FactDeclaration:
    """A declared fact as an answer."""
    return FactDeclaration(name=fact.name, says=fact.says, kind=fact.kind, measure=fact.measure)


def facts_of(found: Sequence[FactValue], names: list[str] | None) -> list[Fact]:
    """Facts as answers, those of these names where some are named."""
    return [
        Fact(
            name=one.fact.name,
            says=one.fact.says,
            kind=one.fact.kind,
            number=one.number,
            text=one.text,
            amounts=[Amount(currency=currency, value=value) for currency, value in one.amounts],
        )
        for one in found
        if names is None or one.fact.name in names
    ]


@Question
def declared_at(keys: Sequence[str]) -> Asking[dict[str, Facts]]:
    """The declared facts of the store, whatever they are asked for by."""
    found = yield {"facts": Step("document", "id", (DOCUMENT,))}
    return dict.fromkeys(keys, declared_in(found["facts"]))


def told(
    facts: Facts, timeline: Timeline, believed: Mapping[str, str], names: list[str] | None, as_of: str | None
) -> list[Fact]:
    """The facts of a subject with this timeline and golden record, as of a day (else today)."""
    for name in names or ():
        facts.named(name)
    day = checked_day(as_of) if as_of is not None else as_day(None)
    return facts_of(fact_values(facts, [one.row for one in timeline.happenings], believed, day), names)
