"""What a change of a few records is going to ask, asked at once: a round trip costs more than a row that is not needed.

These plans only fill what a writer remembers. A row that they did not foresee is fetched when it is asked for, and
for many records nothing is asked ahead: their questions are shared anyway.
"""

from collections.abc import Iterable

from spine.domain.vocabulary import Kind
from spine.pipeline.index_state import INDEX
from spine.pipeline.numbering import KEY_DOCUMENT
from spine.pipeline.remembering import Remembering
from spine.pipeline.surname_counts import SURNAMES
from spine.ports import Plan, Reader, Step
from spine.resolution.golden_rules import DOCUMENT

FEW = 20
"""A region is asked about ahead where so many records lead to it at most."""
SOME = 200
"""What records carry is asked ahead for so many at most."""
SOON = (KEY_DOCUMENT, INDEX, SURNAMES, DOCUMENT, *(f"model:{kind}" for kind in Kind))
"""The documents that every change reads."""


def ask_for_documents(reader: Reader) -> None:
    """What the store keeps about itself."""
    reader.get("document", "id", SOON)


def ask_about_records(reader: Reader, records: Iterable[int]) -> None:
    """What they carry, and what is judged of them."""
    asked = tuple(sorted(set(records)))
    if isinstance(reader, Remembering) and 0 < len(asked) <= SOME:
        reader.follow(_content(asked))


def ask_about_region(reader: Reader, records: Iterable[int]) -> None:
    """The components that they are in, what those hang together with, what all of them carry, are, and live in."""
    first = tuple(sorted(set(records)))
    if not isinstance(reader, Remembering) or not 0 < len(first) <= FEW:
        return
    inside = Step("in_component", "start", first)
    found = reader.follow({"inside": inside, "component": Step("component", "id", after=(("inside", "end"),))})
    asked = tuple(sorted({*first, *(member for row in found["component"] for member in row["members"])}))
    if len(asked) > SOME:
        return
    reader.follow(
        {
            **_content(asked),
            "inside": Step("in_component", "start", asked),
            "match": Step("match", "start", asked),
            "matched": Step("match", "end", asked),
            "consented": Step("consent_of", "end", after=(("carries", "end"),)),
            "consent": Step("consent", "id", after=(("consented", "start"),)),
            "resolved": Step("resolves_to_person", "start", asked),
            "organisation": Step("resolves_to_organisation", "start", asked),
            "person": Step("person", "id", after=(("resolved", "end"),)),
            "whole": Step("resolves_to_person", "end", after=(("resolved", "end"),)),
            "related": Step("related_to", "start", after=(("resolved", "end"),)),
            "employed": Step("employed_by", "start", after=(("resolved", "end"),)),
            "keyed": Step("keyed", "id", asked),
            "resides": Step("resides_in", "start", asked),
            "residents": Step("resides_in", "end", after=(("resides", "end"),)),
            "members": Step("member_of", "end", after=(("resides", "end"),)),
        }
    )


def _content(asked: tuple[int, ...]) -> Plan:
    return {
        "record": Step("record", "id", asked),
        "carries": Step("carries", "start", asked),
        "identifier": Step("identifier", "id", after=(("carries", "end"),)),
        "judged": Step("judged", "start", asked),
        "judging": Step("judged", "end", asked),
    }
