"""Records whose links are still to be worked out: what a load brought, and what was too large to do at once."""

from collections.abc import Iterable

import pyarrow as pa

from spine.ports import Reader, Writer, arrow_schema


def wait(writer: Writer, records: Iterable[int], reason: str) -> None:
    """Leave these records to `working_off` or the next resolve."""
    rows = [{"id": number, "reason": reason} for number in sorted(set(records))]
    if rows:
        writer.put("touched", pa.Table.from_pylist(rows, schema=arrow_schema("touched")))


def waiting(reader: Reader) -> set[int]:
    """The records that wait."""
    return set(reader.scan("touched", ("id",))["id"].to_numpy().tolist())


def done(writer: Writer, records: Iterable[int]) -> None:
    """These records wait no more."""
    numbers = sorted(set(records))
    held = [row["id"] for row in (writer.get("touched", "id", numbers) if numbers else [])]
    if held:
        writer.delete("touched", pa.table({"id": pa.array(held, pa.int64())}))
