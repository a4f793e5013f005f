"""What would take a member out of a household: take it away, resolve anew, and see."""

import json
import os
from collections.abc import Sequence
from itertools import chain, combinations
from typing import Any

from household_world import home, neighbours, world
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from spine.resolution.household_tables import tables
from spine.resolution.households import households
from spine.resolution.surnames import Surnames, count_surnames

Row = dict[str, Any]
ELM, OAK = home("8", "elm st"), home("90", "harbour view dr")
FLAT = home("5", "quarry rd", unit="3")
NOWHERE: Row = {}
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking an example takes minutes."""
MOBILE = ("phone", "+4915112345678")
LANDLINE, CARD, MAIL = ("phone", "+493012345678"), ("loyalty", "L1"), ("email", "us@example.org")
LINES = {MOBILE: "mobile", LANDLINE: "landline"}

SOMEWHERE = st.sampled_from([ELM, ELM, ELM, OAK, FLAT, home("5", "quarry rd"), NOWHERE])
RECORD = st.fixed_dictionaries(
    {
        "person": st.sampled_from("abcd"),
        "surname": st.sampled_from(["quintana", "quintana", "lopez", None]),
        "at": st.sampled_from([None, "2019-03-01", "2023-01-01"]),
        "carries": st.lists(st.sampled_from([LANDLINE, CARD, MAIL, MOBILE]), max_size=2, unique=True),
        "household_role": st.sampled_from([None, None, "head", "child", "spouse"]),
        "family": st.lists(st.sampled_from([("record", f"crm/r000{at}") for at in range(1, 6)]), max_size=1),
    }
)
WORLDS = st.lists(st.tuples(RECORD, SOMEWHERE).map(lambda both: {**both[0], **both[1]}), min_size=2, max_size=6)


def outs(rows: Sequence[Row]) -> dict[tuple[int, int], set[str]]:
    """By member (person, household) the kinds of evidence that would take it out."""
    resolved = world(list(rows))
    table = tables(resolved, households(resolved)).member_of.to_pylist()
    said = {(row["start"], row["end"]): json.loads(row["evidence"]) for row in table}
    return {member: {one["kind"] for one in some if one.get("out")} for member, some in said.items()}


def without(rows: list[Row], there: list[bool], member: str, kinds: set[str]) -> list[Row]:
    """The records, those of a member without what they tell of these kinds; of addresses, those `there`.

    What the member carries no more strangers carry, each one thing: so it says of others what it said.
    """
    own = {("record", f"crm/r{at + 1:04}") for at, row in enumerate(rows) if row["person"] == member}
    fields = {"surname": "surname", "roles": "household_role", "dates": "at"}
    out = []
    dropped: set[tuple[str, str]] = set()
    for row, here in zip(rows, there, strict=True):
        changed = dict(row)
        if row["person"] == member:
            changed |= {column: None for kind, column in fields.items() if kind in kinds}
            changed |= dict.fromkeys(ELM, None) if "address" in kinds and here else {}
            changed["carries"] = [one for one in row.get("carries", []) if LINES.get(one, one[0]) not in kinds]
            dropped |= {one for one in row.get("carries", []) if one not in changed["carries"]}
        if "family" in kinds:
            family = row.get("family", [])
            changed["family"] = [] if row["person"] == member else [one for one in family if one not in own]
        out.append(changed)
    strangers = (row for row in out if row["person"].startswith("n"))
    for stranger, one in zip(strangers, sorted(dropped), strict=False):
        stranger["carries"] = [one]
    return out


def among(rows: list[Row], inside: set[str]) -> list[Row]:
    """The records of these persons; what others carry, strangers do, each one thing: so it is as common as it was."""
    kept = [row if row["person"] in inside else {"person": f"gone {at}"} for at, row in enumerate(rows)]
    carried = {(row["person"], one) for row in rows if row["person"] not in inside for one in row.get("carries", [])}
    away = [
        {"person": f"stranger {at}", "carries": [one], **home(str(900 + at), "far away rd")}
        for at, (_, one) in enumerate(sorted(carried))
    ]
    return kept + away


def lives_there(rows: list[Row], there: list[bool], member: str, common: Surnames) -> bool:
    """Whether a member shares a household with records of others that were `there`."""
    label = households(world(rows), common=common).of_row[: len(rows)].tolist()
    mine = {one for one, row in zip(label, rows, strict=True) if row["person"] == member and one >= 0}
    return any(
        one in mine for one, row, here in zip(label, rows, there, strict=True) if here and row["person"] != member
    )


@settings(max_examples=int(os.environ.get("SPINE_OUT_RUNS", "60")), deadline=None, phases=NO_SHRINKING)
@given(WORLDS)
def test_without_what_is_told_a_member_is_out_and_with_any_part_of_it_is_not(rows: list[Row]) -> None:
    """Among the persons of that household: whoever else they are tied to may bring them together again."""
    rows = [*rows, *neighbours(12)]
    common = count_surnames(world(rows))
    label = households(world(rows), common=common).of_row.tolist()
    first = {row["person"]: at + 1 for at, row in reversed(list(enumerate(rows)))}
    told = outs(rows)
    for number in set(label) - {-1}:
        there = [one == number for one in label]
        inside = {row["person"] for row, here in zip(rows, there, strict=True) if here}

        def stays(member: str, kinds: set[str], there: list[bool] = there, inside: set[str] = inside) -> bool:
            left = among(without(rows, there, member, kinds), inside)
            return lives_there(left, [*there, *[False] * (len(left) - len(there))], member, common)

        for member in sorted(inside):
            kinds = told[first[member], number]
            assert bool(kinds) == (len(inside) > 1)
            assert not kinds or not stays(member, kinds), (member, kinds)
            if not stays(member, set()):
                continue  # Persons of other households decide with whom of several it is.
            for some in chain.from_iterable(combinations(sorted(kinds), few) for few in range(1, len(kinds))):
                assert stays(member, set(some)), (member, kinds, some)
