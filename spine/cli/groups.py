"""`spine groups`: every corporate group with what it adds up to, as a table or a file."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.files import write_table
from spine.cli.options import Json, Store
from spine.cli.session import reading
from spine.explore.groups import all_roll_ups
from spine.memberships import public_ids

COUNTS = ("organisations", "customers", "employees", "open_tickets")
MONEY = ("ordered", "invoiced")


def groups(
    top: Annotated[int, typer.Option("--top", min=0, help="How many groups to show, the largest first.")] = 20,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="FILE.csv or FILE.parquet: every organisation of a group, alone and summed.",
            show_default=False,
        ),
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Add up customers, employees, orders, invoices and open tickets along the tree of every corporate group.

    A group is an ultimate parent by control, and all that it controls. What members have in common counts once.
    """
    with reading(store) as reader:
        table = all_roll_ups(reader, LOCAL)
    if out is not None:
        write_table(_file(table), out)
        output.note(f"{table.num_rows:,} organisations of corporate groups in {out}")
        return
    rows = [_row(row) for row in table.to_pylist() if row["id"] == row["ultimate"]]
    rows.sort(key=lambda row: (-row["organisations"], row["id"]))
    if as_json:
        output.as_json({"groups": rows[:top], "total": len(rows)})
        return
    columns = ("id", "name", "country", *(f"#{name}" for name in COUNTS), *MONEY)
    shown = [{**row, **{name: _money(row[name]) for name in MONEY}} for row in rows[:top]]
    output.table(columns, [[row[name.removeprefix("#")] for name in columns] for row in shown])
    output.say(f"{len(rows):,} corporate groups" + (f", the {top} largest shown" if len(rows) > top else ""))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "country", "cycle")
    sums = {name: row[f"group_{name}"] for name in (*COUNTS, *MONEY)}
    number = np.array([row["id"]], np.int64)
    return {"id": public_ids("organisation", number)[0].as_py(), **{name: row[name] for name in names}, **sums}


def _money(amounts: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['amount']:,.2f} {one['currency'] or ''}".strip() for one in amounts)


def _file(table: pa.Table) -> pa.Table:
    """The table with public ids, and money as text."""
    for name in ("id", "controller", "ultimate"):
        at = table.schema.get_field_index(name)
        known = table[name].is_valid().to_numpy(zero_copy_only=False)
        numbers = table[name].to_numpy(zero_copy_only=False)
        texts: Any = public_ids("organisation", np.where(known, numbers, 0).astype(np.int64))
        column: Any = pa.array([text if there else None for text, there in zip(texts.to_pylist(), known, strict=True)])
        table = table.set_column(at, name, column)
    for prefix in ("own", "group"):
        for name in MONEY:
            at = table.schema.get_field_index(f"{prefix}_{name}")
            texts = [_money(amounts or []) for amounts in table.column(at).to_pylist()]
            table = table.set_column(at, f"{prefix}_{name}", pa.array(texts, pa.string()))
    return table
