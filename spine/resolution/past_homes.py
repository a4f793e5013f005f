"""Homes that records had before: an address that a later version of a record does not carry any more is one, too.

So a household as of a day gone by has those who lived there then, though the source has long forgotten it.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.addresses import split_address
from spine.normalise.columns import at_positions
from spine.normalise.pressed import Columns, Pressed, whole
from spine.normalise.whole_numbers import firsts
from spine.resolution.address_forms import PARTS
from spine.resolution.components import Ints
from spine.resolution.grouping import coded
from spine.resolution.resolved import CLAIMS, Resolved, text_schema

_EARLIER = 40
"""Above so many bits stands, in the number of a home that a record had before, which one it was."""


def with_past(resolved: Resolved, past: pa.Table) -> Resolved:
    """The records, and after them a row for each address that one of them carried before, the earliest first.

    `past` has the columns of `resolved.PAST`. Such a row has the record's number, key and surname, the parts of the
    address, and the sightings; nothing else is known of it now.
    """
    if not past.num_rows:
        return resolved
    order = np.lexsort((past["identifier"].to_numpy(), coded(past["first_seen"]).codes, past["row"].to_numpy()))
    past = at_positions(past, order)
    row: Ints = past["row"].to_numpy().astype(np.int64)
    more = np.arange(resolved.size, resolved.size + len(row))
    records = whole(at_positions(resolved.records, row))
    records = records.set_column(records.schema.get_field_index("observed_at"), "observed_at", past["last_seen"])
    known: dict[str, Any] = {
        "row": more,
        "namespace": pa.repeat("address", len(row)),
        "verified": pa.repeat(False, len(row)),
    }
    known |= {name: past[name] for name in ("value", "identifier", "first_seen", "last_seen")}
    claims = pa.table({name: known[name] for name in CLAIMS.names}, schema=CLAIMS)
    own = at_positions(resolved.text("surname"), row)
    return resolved.looked_at_anew(
        records=_followed(resolved.records, records),
        fields=_longer(resolved.fields, {**_parts(past), "surname": own}, len(row)),
        extras=None if resolved.extras is None else _longer(resolved.extras, {}, len(row)),
        person=np.append(resolved.person, resolved.person[row]),
        organisation=np.append(resolved.organisation, np.full(len(row), -1)),
        claims=_followed(resolved.claims, claims),
        before=len(row),
    )


def home_ids(resolved: Resolved) -> Ints:
    """A number for each row that no other row has: the record's own for its home now, greater ones for those before."""
    return resolved.ids + (home_places(resolved) << _EARLIER)


def home_places(resolved: Resolved) -> Ints:
    """0 for a record as it is now, and for each home that it had before which one that was."""
    now = resolved.size - resolved.before
    past = resolved.ids[now:]
    start = np.maximum.accumulate(np.where(firsts(past), np.arange(len(past)), 0))
    return np.concatenate([np.zeros(now, np.int64), np.arange(len(past)) - start + 1])


def _parts(past: pa.Table) -> dict[str, Any]:
    """The parts of the addresses, as texts per row."""
    lines = [line or "" for line in past["value"].to_pylist()]
    known = {line: split_address(line) for line in set(lines)}
    return {part: pa.array([getattr(known[line], part) for line in lines], pa.string()) for part in PARTS}


def _longer(table: Columns, more: dict[str, Any], size: int) -> Columns:
    """A table of texts with `size` more rows: these columns, and nulls."""
    nothing = pa.nulls(size, pa.string())
    schema = text_schema(table.column_names)
    below = pa.table([more.get(name, nothing) for name in table.column_names], schema=schema)
    return _followed(table if isinstance(table, Pressed) else table.cast(schema), below)


def _followed(table: Columns, below: pa.Table) -> Columns:
    """The rows of both."""
    below = below.cast(table.schema)
    return table.followed_by(below) if isinstance(table, Pressed) else pa.concat_tables([table, below])
