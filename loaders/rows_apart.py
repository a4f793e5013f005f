"""Rows of text cells that leave DuckDB apart and become JSON in Arrow: a quarter of the time."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from spine.normalise.objects import objects


def apart_cells(cells: Sequence[str]) -> str:
    """The SQL of a row's cells, given the expression of each, as they are."""
    return "{" + ", ".join(f"'c{n}': {cell}" for n, cell in enumerate(cells)) + "}"


def whole_rows(raw: Any, names: Sequence[str], sparse: bool) -> Any:
    """The rows as JSON objects of their cells, where they came apart; `sparse` leaves out cells that are null."""
    if not pa.types.is_struct(raw.type):
        return raw
    return objects(zip(names, raw.flatten(), strict=True), len(raw), nulls=not sparse)
