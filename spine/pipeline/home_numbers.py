"""The numbers under which the key index holds what homes are looked up by: `home_keys.KEYS`, hashed like blocking keys.

A number tells its kind of key by its last four bits; a record's stand among its targets in the table `keyed`.
"""

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.normalise.columns import at_positions
from spine.pipeline.gather import Gathered
from spine.pipeline.keying import Hashes, mixed, of_sort, positive, seed_of
from spine.pipeline.numbering import numbers
from spine.resolution.address_forms import PARTS, forms_of
from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, coded
from spine.resolution.home_keys import KEYS, HomeKey, part_of
from spine.resolution.past_homes import with_past
from spine.resolution.residencies import residents
from spine.resolution.resolved import Resolved

BY_SORT: dict[int, HomeKey] = dict(enumerate(KEYS, 1))
"""The kind of key that the last four bits of a number stand for; other sorts are those of `target_numbers`."""


def home_numbers(gathered: Gathered, rows: Ints, secret: bytes) -> tuple[Ints, Ints]:
    """Of these rows the numbers of their home keys, as (place in `rows`, number); organisations have none.

    Homes that a record had before are among its homes.
    """
    persons = np.isin(rows, gathered.rows_of(Kind.PERSON))
    place = gathered.places(rows)
    past = gathered.past
    at = place[past["row"].to_numpy()]
    past = past.set_column(0, "row", pa.array(at)).filter(pa.array(at >= 0))
    some = Resolved(
        at_positions(gathered.records, rows), at_positions(gathered.fields, rows), np.where(persons, 0, -1),
        np.full(len(rows), -1), at_positions(gathered.attributes, rows),
    )  # fmt: skip
    where, number = numbers_of(with_past(some, past), secret)
    origin = np.concatenate((np.arange(len(rows)), np.sort(at[at >= 0])))
    return origin[where], number


def numbers_of(some: Resolved, secret: bytes) -> tuple[Ints, Ints]:
    """The numbers of the home keys of the rows of persons, as (row, number)."""
    persons = some.person >= 0
    forms, written = forms_of({part: some.text(part) for part in PARTS})
    nothing: Ints = np.empty(0, np.int64)
    if not (persons & (written >= 0)).any():
        return nothing, nothing
    surname, resident = coded(some.text("surname")), residents(some)
    hashes = {"surname": _hashes(surname, secret)}
    places, found = [nothing], [nothing]
    for sort, key in BY_SORT.items():
        number: Hashes = np.full(some.size, seed_of(f"home:{key.name}"), np.uint64)
        # Who writes the same town only shares no dwelling with anybody.
        holds = persons & np.append(forms.dwellings, False)[written] & (resident if key.resident else True)
        for part in key.parts:
            if part not in hashes:
                hashes[part] = np.append(_hashes(part_of(forms, part), secret), np.uint64(0))[written]
            number = mixed(number, hashes[part])
        for part in key.needs:
            holds &= surname.codes >= 0 if part == "surname" else np.append(forms.has(part), False)[written]
        places.append(np.flatnonzero(holds))
        found.append(of_sort(positive(number[holds]), sort))
    return np.concatenate(places), np.concatenate(found)


def _hashes(column: Coded, secret: bytes) -> Hashes:
    """The hash of each row's text, 0 where it has none."""
    table = np.maximum(numbers(secret, pa.array(column.texts.tolist(), pa.string())), 1).astype(np.uint64)
    hashes: Hashes = np.append(table, np.uint64(0))[column.codes]
    return hashes
