"""The plans of what a change of a few records is going to ask: which rows lead to which.

A store far away answers each in one round trip. They only fill what a writer remembers (`asking_ahead`).
"""

from typing import NamedTuple

from spine.domain.vocabulary import Kind
from spine.matching.blocking import STRONG, WEAK
from spine.pipeline.gather_some import content_of
from spine.pipeline.index_state import INDEX
from spine.pipeline.meeting import NEAR
from spine.pipeline.numbering import KEY_DOCUMENT, PLACES
from spine.ports import Plan, Step
from spine.resolution.golden_rules import DOCUMENT
from spine.resolution.surnames import FREQUENCIES

CROWD = 40
"""Of so many carriers of an identifier, or holders of the number of a home, none is looked at ahead: they may be a
crowd."""
SOON = (KEY_DOCUMENT, INDEX, FREQUENCIES, DOCUMENT, *(f"model:{kind}" for kind in Kind))
"""The documents that every change reads."""
After = tuple[tuple[str, str], ...]


class Led(NamedTuple):
    """What records lead to by what they say, which a server does not follow: numbers of the key index, keys of records,
    values of identifiers."""

    numbers: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


NOWHERE = Led()


def keys(strong: tuple[int, ...], weak: tuple[int, ...], numbers: tuple[int, ...]) -> Plan:
    """Who holds these keys of the index; of those that bring records together what these records carry, are part of,
    and agreed to.

    A key that more records hold than crowd it, `STRONG` or `WEAK`, leads to none.
    """
    met = (("strong_held", "id"), ("weak_held", "id"))
    return {
        "strong": Step("key", "id", strong),
        "weak": Step("key", "id", weak),
        "number": Step("key", "id", numbers),
        "strong_held": Step("keyed", "id", after=(("strong", "records"),), short=STRONG),
        "weak_held": Step("keyed", "id", after=(("weak", "records"),), short=WEAK),
        "inside": Step("in_component", "start", after=met),
        "component": Step("component", "id", after=(("inside", "end"),)),
        **_content_after((*met, ("component", "members"))),
        **_said(),
    }


def begun(position: int) -> Plan:
    """What the store keeps about itself, the last entry of its log, and where changes of this position would stand."""
    return {
        "document": Step("document", "id", SOON),
        "log": Step("log", "id", (position - 1,)),
        "change": Step("change", "id", (position * PLACES,)),
    }


def arriving(keys: tuple[str, ...]) -> Plan:
    """What is there under the keys of records."""
    known = (("arriving", "id"),)
    return {
        "arriving": Step("record", "key", keys),
        **_content_after(known),
        "keyed": Step("keyed", "id", after=known),
        "touched": Step("touched", "id", after=known),
        "version": Step("record_version", "record", after=known),
    }


def inside(first: tuple[int, ...]) -> Plan:
    """The components of records."""
    inside = Step("in_component", "start", first)
    return {"inside": inside, "component": Step("component", "id", after=(("inside", "end"),))}


def region(asked: tuple[int, ...]) -> Plan:
    """What is to be known of a region of these records."""
    return {**content_of(asked), **_standing(asked)}


def neighbourhood(asked: tuple[int, ...], led: Led = NOWHERE) -> Plan:
    """The same, of those around it, and of those who may share a home with it."""
    near = (("near", "id"),)
    return {
        **region(asked),
        **_around(led),
        "number": Step("key", "id", led.numbers, after=(("keyed", "targets"),)),
        "near": Step("keyed", "id", after=(("number", "records"),), short=CROWD),
        **{f"near_{name}": step for name, step in homes((), near, "near_").items()},
        "near_number": Step("key", "id", after=(("near_keyed", "targets"),)),
        "household": Step(
            "household",
            "id",
            asked,
            after=(("near", "id"), ("resides", "end"), ("stays", "end"), ("near_resides", "end")),
        ),
    }


def homes(asked: tuple[int, ...], after: After = (), prefix: str = "") -> Plan:
    """What is to be known of records that may share a home with others, and of all records of the same persons."""
    ring = ((f"{prefix}whole", "start"), *after)
    return {
        "resolved": Step("resolves_to_person", "start", asked, after),
        "organisation": Step("resolves_to_organisation", "start", asked, after),
        "whole": Step("resolves_to_person", "end", after=((f"{prefix}resolved", "end"),)),
        **_content_after(ring, prefix, asked),
        "keyed": Step("keyed", "id", asked, after=ring),
        "resides": Step("resides_in", "start", asked, after=ring),
        "residents": Step("resides_in", "end", after=((f"{prefix}resides", "end"),)),
        "members": Step("member_of", "end", after=((f"{prefix}resides", "end"),)),
        "carriers": Step("carries", "end", after=((f"{prefix}carries", "end"),), limit=CROWD),
        "met": Step("resolves_to_person", "start", after=((f"{prefix}carriers", "start"),)),
    }


def _standing(asked: tuple[int, ...]) -> Plan:
    """What hangs together with these records, and what they are."""
    return {
        "inside": Step("in_component", "start", asked),
        "match": Step("match", "start", asked),
        "matched": Step("match", "end", asked),
        **_said(),
        "resolved": Step("resolves_to_person", "start", asked),
        "organisation": Step("resolves_to_organisation", "start", asked),
        # Persons and organisations are numbered like their first record: so it is known of one that is new that it is.
        "person": Step("person", "id", asked, after=(("resolved", "end"),)),
        "organisation_row": Step("organisation", "id", asked, after=(("organisation", "end"),)),
        "whole": Step("resolves_to_person", "end", after=(("resolved", "end"),)),
        "related": Step("related_to", "start", after=(("resolved", "end"),)),
        "employed": Step("employed_by", "start", after=(("resolved", "end"),)),
        "stays": Step("member_of", "start", after=(("resolved", "end"),)),
        "keyed": Step("keyed", "id", asked),
        "touched": Step("touched", "id", asked),
        "resides": Step("resides_in", "start", asked),
        "residents": Step("resides_in", "end", after=(("resides", "end"),)),
        "members": Step("member_of", "end", after=(("resides", "end"),)),
    }


def named(led: Led) -> Plan:
    """Who answers to what records name, with all that is to be known of them."""
    who = (("led", "id"), ("answering", "start"))
    return {
        "led": Step("record", "key", led.keys),
        "answer": Step("identifier", "value", led.values),
        "answering": Step("carries", "end", after=(("answer", "id"),), limit=NEAR),
        "resolved": Step("resolves_to_person", "start", after=who),
        "organisation": Step("resolves_to_organisation", "start", after=who),
        **_content_after(who),
    }


def _said() -> Plan:
    """What was consented to at the identifiers that `carries` finds."""
    return {
        "consented": Step("consent_of", "end", after=(("carries", "end"),)),
        "consent": Step("consent", "id", after=(("consented", "start"),)),
    }


def _around(led: Led) -> Plan:
    """Whoever meets the records of `content_of` and `_standing` in an identifier, or is related to what they are."""
    who = (("resolved", "end"),)
    what = (("organisation", "end"),)
    met = (("met", "end"), ("related", "end"), ("related_back", "start"))
    over = (("met_as", "end"), ("owned", "end"), ("owns", "start"), ("organisation", "end"))
    others = (("carriers", "start"), ("led", "id"), ("answering", "start"))
    ring = (("ring", "start"), ("ring_as", "start"), ("whole", "start"), *others)
    beyond = (("further", "start"),)
    return {
        "carriers": Step("carries", "end", after=(("carries", "end"),), limit=CROWD),
        "led": Step("record", "key", led.keys),
        "answer": Step("identifier", "value", led.values),
        "answering": Step("carries", "end", after=(("answer", "id"),), limit=NEAR),
        "met": Step("resolves_to_person", "start", after=others),
        "met_as": Step("resolves_to_organisation", "start", after=others),
        "related_back": Step("related_to", "end", after=who),
        "owned": Step("subsidiary_of", "start", after=what),
        "owns": Step("subsidiary_of", "end", after=what, limit=CROWD),
        "ring": Step("resolves_to_person", "end", after=met),
        "ring_as": Step("resolves_to_organisation", "end", after=over),
        "ring_owned": Step("subsidiary_of", "start", after=over),
        "ring_related": Step("related_to", "start", after=met),
        **{f"ring_{name}": step for name, step in _content_after(ring, "ring_").items()},
        "ring_keyed": Step("keyed", "id", after=ring),
        "ring_resides": Step("resides_in", "start", after=ring),
        "further": Step("carries", "end", after=(("ring_carries", "end"),), limit=CROWD),
        "further_met": Step("resolves_to_person", "start", after=beyond),
        "further_as": Step("resolves_to_organisation", "start", after=beyond),
        **{f"further_{name}": step for name, step in _content_after(beyond, "further_").items()},
    }


def _content_after(before: After, prefix: str = "", also: tuple[int, ...] = ()) -> Plan:
    """What records carry that earlier steps find, and these `also`, and what is judged of them."""
    return {
        "record": Step("record", "id", also, before),
        "carries": Step("carries", "start", also, before),
        "identifier": Step("identifier", "id", after=((f"{prefix}carries", "end"),)),
        "judged": Step("judged", "start", also, before),
        "judging": Step("judged", "end", also, before),
    }
