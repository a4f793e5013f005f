"""Homes that nothing of a change reaches but this: that one of their members lives elsewhere now, or does no more.

Where a person lives now follows from all homes of that person (`household_tables`). A home can begin earlier or later
because of what others say of it; then whoever lives there may come to live, or not to live, at another home whose
persons and evidence are as they were.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from spine.ports import Reader, Row


def turned(
    reader: Reader, labels: Mapping[int, int], core: AbstractSet[int], made: Iterable[Row], known: AbstractSet[int]
) -> set[int]:
    """The stored households, none of those `known`, of which a person is a member now and was not, or the other way.

    `labels` is the person of each record that is loaded, `core` the records that a change reaches, `made` what is found
    of who is a member of which household, as it is to be for those `known`.
    """
    persons = {labels[record] for record in core if record in labels}
    beside = sorted(record for record, person in labels.items() if person in persons and record not in core)
    stays = [row for row in (reader.get("resides_in", "start", beside) if beside else []) if row["end"] not in known]
    if not stays:
        return set()
    homes: dict[tuple[int, int], list[Row]] = {}
    for row in stays:
        homes.setdefault((labels[row["start"]], row["end"]), []).append(row)
    away = {person for person, _ in homes}
    begun = [(row["start"], row["valid_from"]) for row in made if row["start"] in away and row["end"] in known]
    begun += [(person, row["valid_from"]) for (person, _), rows in homes.items() for row in rows]
    latest: dict[int, str] = {}
    for person, since in begun:
        latest[person] = max(latest.get(person, ""), since or "")
    rows = reader.get("member_of", "end", sorted({number for _, number in homes}))
    was = {(row["start"], row["end"]): row["weight"] is not None for row in rows}
    return {
        number
        for (person, number), there in homes.items()
        if was.get((person, number)) != _lives(there, latest[person])
    }  # fmt: skip


def _lives(rows: Iterable[Row], latest: str) -> bool:
    """Whether somebody lives now where these records reside, whose latest home began then."""
    until = max((row["valid_to"] for row in rows if row["valid_to"]), default=None)
    return any(row["weight"] is not None for row in rows) and (until is None or latest <= until)
