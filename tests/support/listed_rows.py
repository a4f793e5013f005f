"""What sources keep apart, as the table `lists` that Spark reads."""

from collections.abc import Mapping

import pyarrow as pa

from spine.pipeline.gather import Gathered
from spine.pipeline.listed import lists_of, owners_of


def lists_table(gathered: Gathered, local: Mapping[int, int]) -> pa.Table:
    """Row (numbered by `local`, those without a number left out), source and list."""
    member, group = lists_of(gathered)
    owned, target, owner, held = owners_of(gathered)
    rows = [*member.tolist(), *owned.tolist(), *owner.tolist()]
    names = [*map(str, group), *(f"owned {name}" for name in target), *(f"owner {name}" for name in held)]
    source = gathered.records["source"].take(pa.array(rows, pa.int64()))
    table = pa.table({"row": pa.array([local.get(row) for row in rows], pa.int64()), "source": source, "list": names})
    return table.filter(table["row"].is_valid())
