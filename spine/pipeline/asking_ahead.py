"""What a change of a few records is going to ask, asked at once: a round trip costs more than a row that is not needed.

These plans only fill what a writer remembers. A row that they did not foresee is fetched when it is asked for, and
for many records nothing is asked ahead: their questions are shared anyway.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from spine.matching.blocking import WEAK
from spine.pipeline import asking_plans as plans
from spine.pipeline.asking_plans import Led
from spine.pipeline.gather_few import relations_of
from spine.pipeline.gather_some import content_of
from spine.pipeline.key_rows import Held, Holders, finer_of, held_of, read_held, read_holders
from spine.pipeline.numbering import stored_key
from spine.pipeline.remembering import Remembering
from spine.pipeline.target_numbers import counterparts, target_numbers
from spine.ports import GraphStore, Plan, Reader, Writer

FEW = 20
"""A region is asked about ahead where so many records lead to it at most."""
SOME = 200
"""What records carry is asked ahead for so many at most."""


def plan_ahead(store: GraphStore) -> None:
    """Have a store that is far plan what a change is going to ask, before the change may write.

    A server plans a shape of a question when it first sees it, for as long as half a minute in all; whoever waits for
    the right to write meanwhile would be told that the store is busy.
    """
    store.plan(shapes())


def ask_for_documents(writer: Writer) -> None:
    """What the store keeps about itself, and the last entry of its log."""
    writer.follow(plans.begun(writer.position))


def ask_about_arrivals(writer: Remembering, records: pa.Table) -> None:
    """The same, and what is there under the keys of records that come."""
    known = writer.far and 0 < records.num_rows <= SOME
    names = zip(records["source"].to_pylist(), records["record_id"].to_pylist(), strict=True) if known else ()
    arriving = tuple(f"{source}/{name}" for source, name in names)
    writer.follow({**plans.begun(writer.position), **(plans.arriving(arriving) if known else {})})


def ask_about_records(reader: Reader, records: Iterable[int]) -> None:
    """What they carry, and what is judged of them."""
    asked = tuple(sorted(set(records)))
    if isinstance(reader, Remembering) and 0 < len(asked) <= SOME:
        reader.follow(content_of(asked))


def ask_about_keys(reader: Reader, held: Iterable[Held], changed: Iterable[int], secret: bytes) -> None:
    """Who holds the keys that changed records had and get, and what is to be known of whom they meet there."""
    asked = sorted(set(changed))
    if not isinstance(reader, Remembering) or not reader.far or not 0 < len(asked) <= FEW:
        return
    strong: set[int] = set()
    weak: set[int] = set()
    all_held = list(held)
    for one in all_held:
        primary = one.primary
        # Which of them are crowded is not known yet; where none of them is, nobody holds a finer one.
        for (key, most, _), finer in zip(primary, finer_of([(one, key) for key in primary]), strict=True):
            (weak if most <= WEAK else strong).update((key, *finer))
    numbers = _led(reader, asked, secret, all_held).numbers
    reader.follow(plans.keys(*(tuple(sorted(some)) for some in (strong, weak, numbers))))


def ask_about_region(reader: Reader, records: Iterable[int]) -> None:
    """The components that they are in, what those hang together with, what all of them carry, are, and live in."""
    first = tuple(sorted(set(records)))
    if not isinstance(reader, Remembering) or not 0 < len(first) <= FEW:
        return
    found = reader.follow(plans.inside(first))
    asked = tuple(sorted({*first, *(member for row in found["component"] for member in row["members"])}))
    if len(asked) > SOME:
        return
    if not reader.far:
        reader.follow(plans.region(asked))
        return
    reader.follow(plans.neighbourhood(asked, _led(reader, asked, stored_key(reader))))
    _ask_about_homes(reader, asked)


def _led(reader: Remembering, records: Sequence[int], secret: bytes, also: Iterable[Held] = ()) -> Led:
    """What records lead to by what they say, as far as that is known; `also` is what they hold or are going to."""
    rows = reader.known("record", "id", records)
    edges = reader.known("carries", "start", records)
    ends = sorted({edge["end"] for edge in edges})
    names = [(row["namespace"], row["value"]) for row in reader.known("identifier", "id", ends)]
    names += [("record", row["key"]) for row in rows]
    held = [*map(held_of, reader.known("keyed", "id", records)), *also]
    targets = {number for one in held for number in one.targets.tolist()}
    numbers = {*targets, *(other for number in targets for other in counterparts(number))}
    numbers |= set(target_numbers(names, secret).tolist())
    declared = {(one["namespace"], str(one["value"])) for row in rows for one in relations_of(row) if one["value"]}
    _, named, values = _told(declared)
    keys = set(named)
    of = reader.known("consent_of", "end", ends)
    said = reader.known("consent", "id", sorted({edge["start"] for edge in of}))
    keys |= {f"{row['source']}/{row['reference']}" for row in said if row["reference"]}
    return Led(tuple(sorted(numbers)), tuple(sorted(keys)), values)


def ask_about_named(reader: Reader, targets: Iterable[tuple[Any, Any]]) -> None:
    """Who answers to these names (namespace, value)."""
    if not isinstance(reader, Remembering) or not reader.far:
        return
    declared = {(str(namespace), str(value)) for namespace, value in targets if namespace and value}
    led = _told(declared)
    if 0 < len(declared) <= SOME and len(led.keys + led.values) > len(
        [*reader.known("record", "key", led.keys), *reader.known("identifier", "value", led.values)]
    ):
        reader.follow(plans.named(led))


def _told(declared: set[tuple[str, str]]) -> Led:
    keys = sorted(value for namespace, value in declared if namespace == "record")
    return Led((), tuple(keys), tuple(sorted({value for namespace, value in declared if namespace != "record"})))


@cache
def shapes() -> tuple[Plan, ...]:
    """The plans that an ingest follows, about a record that is not there; that of the longest text first."""
    nobody = (-1,)
    return (
        plans.neighbourhood(nobody),
        plans.begun(0),
        {**plans.begun(0), **plans.arriving(("",))},
        content_of(nobody),
        plans.keys(nobody, nobody, nobody),
        plans.inside(nobody),
        plans.homes(nobody),
        plans.named(Led(keys=("",))),
    )


def _ask_about_homes(reader: Remembering, records: Iterable[int]) -> None:
    """Who stands under the numbers of these records in the key index, and the same of those who share their homes."""
    first = _ask_for_holders(reader, records)
    asked = tuple(sorted({record for one in first.values() for record in one.records or ()}))
    if not 0 < len(asked) <= SOME:
        return
    found = reader.follow(plans.homes(asked))
    held = read_held(reader, {*asked, *(row["start"] for row in found["whole"])}).values()
    read_holders(reader, {number for one in held for number in one.targets.tolist()})


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
