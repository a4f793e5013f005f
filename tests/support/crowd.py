"""Ten thousand records that carry one telephone number: what a call centre leaves behind."""

import numpy as np
import pyarrow as pa
from rows import row, rows

from spine.access.context import LOCAL
from spine.ports import Cause, GraphStore, arrow_schema

RECORDS = 10_000
PHONE = "+18005550100"
NUMBER = 1


def fill(store: GraphStore) -> None:
    """Write the records, the number, and who carries it into an empty store."""
    numbers = np.arange(1, RECORDS + 1)
    keys = [f"calls/{number}" for number in numbers]
    fields = [f'{{"given": "caller", "surname": "number{number}"}}' for number in numbers]
    record = {
        "id": numbers, "key": keys, "source": ["calls"] * RECORDS, "record_id": [str(number) for number in numbers],
        "kind": ["person"] * RECORDS, "live": [True] * RECORDS, "observed_at": ["2026-01-01"] * RECORDS,
        "raw": fields, "attributes": fields, "fields": fields,
    }  # fmt: skip
    carries = {
        "start": numbers, "end": [NUMBER] * RECORDS, "namespace": ["phone"] * RECORDS,
        "first_seen": ["2026-01-01"] * RECORDS, "last_seen": ["2026-01-02"] * RECORDS,
        "valid_from": ["2026-01-01"] * RECORDS,
    }  # fmt: skip
    with store.writing(LOCAL, Cause("resolve", "crowd")) as writer:
        writer.put("identifier", rows("identifier", row("identifier", id=NUMBER, namespace="phone", value=PHONE)))
        writer.put("record", _table("record", record))
        writer.put("carries", _table("carries", carries))


def _table(name: str, columns: dict[str, object]) -> pa.Table:
    schema = arrow_schema(name)
    nothing = pa.nulls(RECORDS)
    return pa.table([pa.array(columns.get(field.name, nothing)).cast(field.type) for field in schema], schema=schema)
