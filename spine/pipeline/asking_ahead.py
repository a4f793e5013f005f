"""What a change of a few records is going to ask, asked at once: a round trip costs more than a row that is not needed.

These plans only fill what a writer remembers. A row that they did not foresee is fetched when it is asked for, and
for many records nothing is asked ahead: their questions are shared anyway.
"""

from collections.abc import Iterable

import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.pipeline.changes import PLACES
from spine.pipeline.gather_some import content_of
from spine.pipeline.index_state import INDEX
from spine.pipeline.key_rows import Holders, read_held, read_holders
from spine.pipeline.numbering import KEY_DOCUMENT, stored_key
from spine.pipeline.remembering import Remembering
from spine.pipeline.target_numbers import counterparts, target_numbers
from spine.ports import Plan, Reader, Step, Writer
from spine.resolution.golden_rules import DOCUMENT
from spine.resolution.surnames import FREQUENCIES

FEW = 20
"""A region is asked about ahead where so many records lead to it at most."""
_CROWD = 40
"""Of so many carriers of an identifier none is looked at ahead: they may be a crowd."""
SOME = 200
"""What records carry is asked ahead for so many at most."""
SOON = (KEY_DOCUMENT, INDEX, FREQUENCIES, DOCUMENT, *(f"model:{kind}" for kind in Kind))
"""The documents that every change reads."""


def ask_for_documents(writer: Writer) -> None:
    """What the store keeps about itself, and the last entry of its log."""
    writer.follow(_begun(writer.position))


def ask_about_arrivals(writer: Remembering, records: pa.Table) -> None:
    """The same, and what is there under the keys of records that come."""
    known = writer.far and 0 < records.num_rows <= SOME
    names = zip(records["source"].to_pylist(), records["record_id"].to_pylist(), strict=True) if known else ()
    arriving = tuple(f"{source}/{name}" for source, name in names)
    writer.follow({**_begun(writer.position), **(_arriving(arriving) if known else {})})


def ask_about_records(reader: Reader, records: Iterable[int]) -> None:
    """What they carry, and what is judged of them."""
    asked = tuple(sorted(set(records)))
    if isinstance(reader, Remembering) and 0 < len(asked) <= SOME:
        reader.follow(content_of(asked))


def ask_about_region(reader: Reader, records: Iterable[int]) -> None:
    """The components that they are in, what those hang together with, what all of them carry, are, and live in."""
    first = tuple(sorted(set(records)))
    if not isinstance(reader, Remembering) or not 0 < len(first) <= FEW:
        return
    found = reader.follow(_inside(first))
    asked = tuple(sorted({*first, *(member for row in found["component"] for member in row["members"])}))
    if len(asked) > SOME:
        return
    reader.follow(_region(asked, far=reader.far))
    if reader.far:
        _ask_about_homes(reader, asked)


def shapes() -> list[Plan]:
    """The plans that an ingest follows, about a record that is not there."""
    nobody = (-1,)
    return [
        {**_begun(0), **_arriving(("",))},
        content_of(nobody),
        _inside(nobody),
        _region(nobody, far=True),
        _homes(nobody),
    ]


def _begun(position: int) -> Plan:
    """What the store keeps about itself, the last entry of its log, and where changes of this position would stand."""
    return {
        "document": Step("document", "id", SOON),
        "log": Step("log", "id", (position - 1,)),
        "change": Step("change", "id", (position * PLACES,)),
    }


def _arriving(keys: tuple[str, ...]) -> Plan:
    """What is there under the keys of records."""
    known = (("arriving", "id"),)
    return {
        "arriving": Step("record", "key", keys),
        **_content_after(known),
        "keyed": Step("keyed", "id", after=known),
        "touched": Step("touched", "id", after=known),
        "version": Step("record_version", "record", after=known),
    }


def _inside(first: tuple[int, ...]) -> Plan:
    """The components of records."""
    inside = Step("in_component", "start", first)
    return {"inside": inside, "component": Step("component", "id", after=(("inside", "end"),))}


def _region(asked: tuple[int, ...], *, far: bool) -> Plan:
    """What is to be known of a region of these records, and of those around it where that is asked ahead."""
    return {**content_of(asked), **_standing(asked), **(_around() if far else {})}


def _homes(asked: tuple[int, ...]) -> Plan:
    """What is to be known of records that may share a home with others, and of all records of the same persons."""
    ring = (("whole", "start"),)
    return {
        "resolved": Step("resolves_to_person", "start", asked),
        "organisation": Step("resolves_to_organisation", "start", asked),
        "whole": Step("resolves_to_person", "end", after=(("resolved", "end"),)),
        **_content_after(ring, also=asked),
        "keyed": Step("keyed", "id", asked, after=ring),
        "resides": Step("resides_in", "start", asked, after=ring),
        "residents": Step("resides_in", "end", after=(("resides", "end"),)),
        "members": Step("member_of", "end", after=(("resides", "end"),)),
        "carriers": Step("carries", "end", after=(("carries", "end"),), limit=_CROWD),
        "met": Step("resolves_to_person", "start", after=(("carriers", "start"),)),
    }


def _standing(asked: tuple[int, ...]) -> Plan:
    """What hangs together with these records, and what they are."""
    return {
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
        "touched": Step("touched", "id", asked),
        "resides": Step("resides_in", "start", asked),
        "residents": Step("resides_in", "end", after=(("resides", "end"),)),
        "members": Step("member_of", "end", after=(("resides", "end"),)),
    }


def _around() -> Plan:
    """Whoever meets the records of `content_of` and `_standing` in an identifier, or is related to what they are."""
    who = (("resolved", "end"),)
    what = (("organisation", "end"),)
    met = (("met", "end"), ("related", "end"), ("related_back", "start"))
    over = (("met_as", "end"), ("owned", "end"), ("owns", "start"), ("organisation", "end"))
    ring = (("ring", "start"), ("ring_as", "start"), ("whole", "start"), ("carriers", "start"))
    beyond = (("further", "start"),)
    return {
        "carriers": Step("carries", "end", after=(("carries", "end"),), limit=_CROWD),
        "met": Step("resolves_to_person", "start", after=(("carriers", "start"),)),
        "met_as": Step("resolves_to_organisation", "start", after=(("carriers", "start"),)),
        "related_back": Step("related_to", "end", after=who),
        "owned": Step("subsidiary_of", "start", after=what),
        "owns": Step("subsidiary_of", "end", after=what, limit=_CROWD),
        "ring": Step("resolves_to_person", "end", after=met),
        "ring_as": Step("resolves_to_organisation", "end", after=over),
        "ring_related": Step("related_to", "start", after=met),
        **{f"ring_{name}": step for name, step in _content_after(ring, "ring_").items()},
        "ring_keyed": Step("keyed", "id", after=ring),
        "ring_resides": Step("resides_in", "start", after=ring),
        "further": Step("carries", "end", after=(("ring_carries", "end"),), limit=_CROWD),
        "further_met": Step("resolves_to_person", "start", after=beyond),
        "further_as": Step("resolves_to_organisation", "start", after=beyond),
        **{f"further_{name}": step for name, step in _content_after(beyond, "further_").items()},
    }


def _ask_about_homes(reader: Remembering, records: Iterable[int]) -> None:
    """Who stands under the numbers of these records in the key index, and the same of those who share their homes."""
    first = _ask_for_holders(reader, records)
    asked = tuple(sorted({record for one in first.values() for record in one.records or ()}))
    if not 0 < len(asked) <= SOME:
        return
    found = reader.follow(_homes(asked))
    _ask_for_holders(reader, {*asked, *(row["start"] for row in found["whole"])})


def _ask_for_holders(reader: Remembering, records: Iterable[int]) -> dict[int, Holders]:
    """The holders of what these records are found by besides blocking keys, of who answers to it or names them."""
    asked = sorted(set(records))
    numbers = {number for one in read_held(reader, asked).values() for number in one.targets.tolist()}
    numbers |= {other for number in numbers for other in counterparts(number)}
    edges = reader.get("carries", "start", asked) if asked else []
    ends = sorted({edge["end"] for edge in edges if edge["valid_to"] is None})
    names = [(row["namespace"], row["value"]) for row in (reader.get("identifier", "id", ends) if ends else [])]
    names += [("record", row["key"]) for row in (reader.get("record", "id", asked) if asked else [])]
    return read_holders(reader, numbers | set(target_numbers(names, stored_key(reader)).tolist()))


def _content_after(before: tuple[tuple[str, str], ...], prefix: str = "", also: tuple[int, ...] = ()) -> Plan:
    """What records carry that earlier steps find, and these `also`, and what is judged of them."""
    return {
        "record": Step("record", "id", also, before),
        "carries": Step("carries", "start", also, before),
        "identifier": Step("identifier", "id", after=((f"{prefix}carries", "end"),)),
        "judged": Step("judged", "start", also, before),
        "judging": Step("judged", "end", also, before),
    }
